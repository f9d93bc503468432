import { Agent, get, type IncomingMessage, ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { createRenderCache, type RenderCache } from '@ssr-cache/core'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { serve } from '../../../../test-utils/serve.ts'

const SILENT = { debug() {}, info() {}, warn() {}, error() {} }

/** A cache with one place of each kind. */
function narrowCache(): RenderCache {
  return createRenderCache({ logger: SILENT, admission: { concurrency: 1, bypassConcurrency: 1, deadlineMs: 10_000 } })
}

const KINDS = [
  ['that may be shared', '', 'renders'],
  ['that bypass', 'connect.sid=1', 'bypasses'],
] as const

/** What tells of the end of a connection, to those whose answer is behind another's. */
const TOLD = {
  /** As Node before 24 does. */
  'requests alone': (request: IncomingMessage) => new ServerResponse(request),
  /** A request that has been read to its end is closed long before. */
  'responses alone': (request: IncomingMessage, response: ServerResponse) => {
    request.resume()
    return response
  },
} as const

describe('whoever hangs up on a connection with more than one request (I9)', () => {
  /** Three at once; only the first has an answer on its way. */
  async function pipelined(cookie: string, told: keyof typeof TOLD) {
    const cache = narrowCache()
    const begun: string[] = []
    const app = cache.node((request) => void begun.push(request.url ?? ''))
    const site = await serve((request, response) =>
      app(request, request.url === '/busy' ? response : TOLD[told](request, response)),
    )
    onTestFinished(() => site[Symbol.asyncDispose]())
    const client = connect(site.port, '127.0.0.1')
    const head = `HTTP/1.1\r\nHost: shop.example\r\nAccept: text/html\r\nCookie: ${cookie}\r\n\r\n`
    client.write(['/busy', '/a', '/b'].map((path) => `GET ${path} ${head}`).join(''))
    return { cache, begun, client }
  }

  test.each(
    KINDS.flatMap(([kind, ...more]) => [
      [kind, 'requests alone', ...more] as const,
      [kind, 'responses alone', ...more] as const,
    ]),
  )('leaves the queue with all of them: requests %s, where it is told to %s', async (_, told, cookie, gate) => {
    const { cache, begun, client } = await pipelined(cookie, told)
    await vi.waitFor(() => expect(cache.stats()[gate]).toMatchObject({ running: 1, queued: 2 }))
    client.destroy()
    // Long before their time in the queue is over.
    await vi.waitFor(() => expect(cache.stats()[gate].queued).toBe(0))
    expect(begun).toEqual(['/busy'])
  })
})

describe('a connection that is kept (B1)', () => {
  test.each(KINDS)('has nothing left of those who have waited: requests %s', async (_, cookie, gate) => {
    const cache = narrowCache()
    const held: (() => void)[] = []
    const app = cache.node(({ url }, response) => {
      const answer = (): void => void response.setHeader('content-type', 'text/html').end('<p>')
      if (url === '/kept') answer()
      else held.push(answer)
    })
    /** What listens to connection, request and response when an answer is out, by path. */
    const listeners: (readonly [path: string | undefined, ...counts: number[]])[] = []
    await using site = await serve((request, response) => {
      const counts = (): number[] => [request.socket, request, response].map((one) => one.listenerCount('close'))
      response.once('finish', () => listeners.push([request.url, ...counts()]))
      app(request, response)
    })
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    onTestFinished(() => agent.destroy())
    const asked = { port: site.port, headers: { accept: 'text/html', cookie } }
    const ask = (path: string, by = agent): Promise<void> =>
      new Promise((resolve) => get({ ...asked, path, agent: by }, (response) => response.resume().on('end', resolve)))
    for (let i = 0; i < 2; i++) await ask('/kept')
    for (let i = 0; i < 12; i++) {
      const busy = ask(`/busy/${i}`, new Agent())
      await vi.waitFor(() => expect(held).toHaveLength(1))
      const waiting = ask(`/${i}`)
      await vi.waitFor(() => expect(cache.stats()[gate].queued).toBe(1))
      held.shift()?.()
      await busy
      await vi.waitFor(() => expect(held).toHaveLength(1))
      held.shift()?.()
      await waiting
    }
    const [, atOnce, ...waited] = listeners.filter(([path]) => path?.startsWith('/busy') === false)
    expect(waited.map(([, ...counts]) => counts)).toEqual(Array(12).fill(atOnce?.slice(1)))
  })
})
