import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { createRenderCache, type RenderCacheOptions } from '@ssr-cache/core'
import { type FakeClock, fakeClock } from '@ssr-cache/core/testing'
import { describe, expect, test, vi } from 'vitest'
import { type Reply, type Site, serve } from '../../../../test-utils/serve.ts'
import { servedByHono } from './ways-in.ts'

/** A cache with a route of every name, its log, and the app that it is in front of, served. */
interface Trouble extends Site {
  readonly clock: FakeClock
  readonly logged: { readonly route: string; readonly error: unknown }[]
  /** As a browser asks, with or without a session. */
  get(session?: boolean): Promise<Reply>
  isKept(): Promise<boolean>
}

async function trouble(
  serveBehind: (cache: ReturnType<typeof createRenderCache>) => Promise<Site>,
  options: RenderCacheOptions = {},
): Promise<Trouble> {
  const clock = fakeClock()
  const logged: Trouble['logged'] = []
  const error = (details: object): void => void logged.push(details as Trouble['logged'][0]) // what a failure is logged with
  const logger = { debug() {}, info() {}, warn() {}, error }
  const cache = createRenderCache({ clock, logger, routes: [{ match: '/shop/*rest' }], ...options })
  const site = await serveBehind(cache)
  return {
    ...site,
    clock,
    logged,
    get: (session = false) =>
      site.ask('/shop/page', { headers: { accept: 'text/html', ...(session ? { cookie: 'sid=1' } : {}) } }),
    async isKept() {
      const { page } = await cache.explain({ url: `http://${site.host}/shop/page` })
      return page?.state === 'fresh'
    },
    async [Symbol.asyncDispose]() {
      await site[Symbol.asyncDispose]()
      const closed = cache.close()
      await clock.advanceAsync(60_000)
      await closed
    },
  }
}

const behindNode = (app: RequestListener, options?: RenderCacheOptions) =>
  trouble((cache) => serve(cache.node(app)), options)

type Fault = readonly [what: string, app: RequestListener, own: (reply: Reply) => readonly unknown[]]
type NodeResponse = ServerResponse<IncomingMessage>

const html = (response: NodeResponse): NodeResponse => response.setHeader('content-type', 'text/html')
const DEFAULT = (reply: Reply): readonly unknown[] => [reply.status, reply.text]
const FAULT = [500, 'Internal Server Error\n']

/** What an app of Node's kind does wrong, and what the visitor gets whom it answers itself. */
const FAULTS: readonly (readonly [...Fault, expected: readonly unknown[]])[] = [
  [
    'writes after its end',
    (_, response) => {
      html(response).end('<p>whole')
      response.write('more')
    },
    DEFAULT,
    [200, '<p>whole'],
  ],
  [
    'sends two Content-Lengths',
    (_, response) => void html(response).setHeader('content-length', ['8', '9']).end('<p>whole'),
    ({ status, text, headers }) => [status, text, headers['content-length']],
    [200, '<p>whole', undefined],
  ],
  [
    'sends two Content-Lengths from a callback',
    (_, response) =>
      void setImmediate(() =>
        response
          .writeHead(200, ['content-type', 'text/html', 'content-length', '8', 'content-length', '9'])
          .end('<p>whole'),
      ),
    ({ status, text, headers }) => [status, text, headers['content-length']],
    [200, '<p>whole', undefined],
  ],
  [
    'throws',
    () => {
      throw new Error('boom')
    },
    DEFAULT,
    FAULT,
  ],
  ['rejects', async () => Promise.reject(new Error('boom')), DEFAULT, FAULT],
  [
    'throws nothing that could be named',
    () => {
      throw undefined
    },
    DEFAULT,
    FAULT,
  ],
  [
    'throws after it has set fields',
    (_, response) => {
      html(response).setHeader('content-encoding', 'gzip').setHeader('set-cookie', 'a=1').statusCode = 201
      throw new Error('boom')
    },
    ({ status, text, headers }) => [status, text, headers['content-encoding'], headers['set-cookie']],
    [...FAULT, undefined, undefined],
  ],
]

describe('an app of Node’s kind that does wrong: the client is answered, the log has the route, nothing is stored, the process lives (I4, A1)', () => {
  test.each(FAULTS)('%s', async (_, app) => {
    await using front = await behindNode(app)
    for (let visit = 1; visit <= 2; visit++) {
      const reply = await front.get()
      expect([reply.status, reply.text, reply.headers['cache-control']]).toEqual([...FAULT, 'private, no-store'])
      expect(reply.headers['cache-status']).toBe('ssr-cache; fwd=miss; detail=thrown')
      expect(front.logged.length).toBeGreaterThanOrEqual(visit)
    }
    expect(front.logged.map(({ route }) => route)).not.toContain('*')
    expect(await front.isKept()).toBe(false)
  })

  test.each(FAULTS)('%s, for one visitor whom it answers itself (C10)', async (_, app, seen, expected) => {
    await using front = await behindNode(app)
    const reply = await front.get(true)
    expect(seen(reply)).toEqual(expected)
    expect(reply.headers['cache-control']).toBe('private, no-store')
    await vi.waitFor(() =>
      expect(front.logged).toMatchObject([{ route: '/shop/*rest', url: `http://${front.host}/shop/page` }]),
    )
  })

  test('what has ended is the answer, whatever the app throws afterwards', async () => {
    await using front = await behindNode(async (_, response) => {
      html(response).end('<p>whole')
      await new Promise((resolve) => setImmediate(resolve))
      throw new Error('boom')
    })
    expect(DEFAULT(await front.get(true))).toEqual([200, '<p>whole'])
    await vi.waitFor(() => expect(front.logged).toHaveLength(1))
  })

  test('destroys its stream before there is a head, or after: a shared render is answered 500, a visitor’s own is broken off', async () => {
    for (const begun of ['', '<p>half']) {
      await using front = await behindNode((_, response) => {
        html(response)
        if (begun !== '') response.write(begun)
        response.destroy()
      })
      expect(DEFAULT(await front.get())).toEqual(FAULT)
      expect(front.logged).toMatchObject([{ route: '/shop/*rest', error: { code: 'ERR_SSR_CACHE_RENDER' } }])
      const own = await front.get(true).catch((error: NodeJS.ErrnoException) => error.code)
      expect(own === 'ECONNRESET' || (own as Reply).cutOff).toBe(true)
      expect(await front.isKept()).toBe(false)
    }
  })

  test('throws in the middle of its answer: that is broken off, never half an answer', async () => {
    await using front = await behindNode(async (_, response) => {
      html(response).write('<p>half')
      await new Promise((resolve) => setImmediate(resolve))
      throw new Error('boom')
    })
    expect(DEFAULT(await front.get())).toEqual(FAULT)
    const own = await front.get(true).catch((error: NodeJS.ErrnoException) => error.code)
    expect(own === 'ECONNRESET' || (own as Reply).cutOff).toBe(true)
    expect(front.logged).toMatchObject([{ route: '/shop/*rest' }, { route: '/shop/*rest' }])
  })

  test('never answers: 503 after timeoutMs, and the log has the route after deadlineMs (C4, C5)', async () => {
    const begun = Promise.withResolvers<void>()
    await using front = await behindNode(() => begun.resolve(), { admission: { timeoutMs: 1_000, deadlineMs: 5_000 } })
    const visit = front.get()
    await begun.promise
    await front.clock.advanceAsync(1_000)
    const { status, headers } = await visit
    expect([status, headers['cache-control'], headers['retry-after']]).toEqual([503, 'no-store', '5'])
    await front.clock.advanceAsync(4_000)
    expect(front.logged).toMatchObject([{ route: '/shop/*rest', error: { code: 'ERR_SSR_CACHE_DEADLINE' } }])
  })

  test('an error that carries a 4xx is the app’s answer, and nothing to log (S3)', async () => {
    await using front = await behindNode(() => {
      throw Object.assign(new Error('nothing here'), { status: 404 })
    })
    for (const session of [false, true]) expect(DEFAULT(await front.get(session))).toEqual([404, 'Not Found\n'])
    expect(front.logged).toEqual([])
  })

  test('a crowd whose one render threw is one line in the log (C2)', async () => {
    const everyone = Promise.withResolvers<void>()
    const planned: unknown[] = []
    await using front = await trouble((cache) => {
      const { plan } = cache
      cache.plan = (request) => {
        planned.push(request)
        if (planned.length === 10) setImmediate(everyone.resolve)
        return plan.call(cache, request)
      }
      return serve(
        cache.node(async () => {
          await everyone.promise
          throw new Error('boom')
        }),
      )
    })
    const replies = await Promise.all(Array.from({ length: 10 }, () => front.get()))
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([500]))
    expect(front.logged).toHaveLength(1)
  })
})

describe('a fetch that does wrong: the client is answered, the log has the route, nothing is stored, the process lives (I4, A1)', () => {
  const page = (body: ConstructorParameters<typeof Response>[0], headers: Record<string, string> = {}): Response =>
    new Response(body, { headers: { 'content-type': 'text/html', ...headers } })
  const lengths = new Headers([
    ['content-type', 'text/html'],
    ['content-length', '8'],
    ['content-length', '9'],
  ])
  const breaking = (): ReadableStream<Uint8Array> =>
    ReadableStream.from(
      (async function* () {
        yield new TextEncoder().encode('<p>half')
        throw new Error('boom')
      })(),
    )

  const faults: readonly (readonly [string, () => Response | Promise<Response>, own: readonly unknown[]])[] = [
    [
      'throws',
      () => {
        throw new Error('boom')
      },
      FAULT,
    ],
    ['rejects', async () => Promise.reject(new Error('boom')), FAULT],
    ['gives no Response', () => ({ status: 200 }) as never, FAULT],
    ['gives nothing', () => undefined as never, FAULT],
    ['gives a network error', () => Response.error(), FAULT],
    ['sends two Content-Lengths', () => new Response('<p>whole', { headers: lengths }), [200, '<p>whole']],
  ]

  test.each(faults)('%s', async (_, handler, own) => {
    await using front = await trouble((cache) => servedByHono(cache.fetch(handler)))
    const reply = await front.get()
    expect([...DEFAULT(reply), reply.headers['cache-control']]).toEqual([...FAULT, 'private, no-store'])
    expect(front.logged).toMatchObject([{ route: '/shop/*rest' }])
    const mine = await front.get(true)
    expect(DEFAULT(mine)).toEqual(own)
    expect(mine.headers['content-length']).not.toBe('8, 9')
    expect(front.logged).toMatchObject([{}, { route: '/shop/*rest', url: `http://${front.host}/shop/page` }])
    expect(await front.isKept()).toBe(false)
  })

  test.each<[string, () => Response]>([
    ['breaks off', () => page(breaking())],
    ['says more than it has', () => page('<p>half', { 'content-length': '400' })],
    ['has more than it says', () => page('<p>more', { 'content-length': '3' })],
  ])('a body that %s is no page', async (_, handler) => {
    await using front = await trouble((cache) => servedByHono(cache.fetch(handler)))
    expect(DEFAULT(await front.get())).toEqual(FAULT)
    expect(front.logged).toMatchObject([{ route: '/shop/*rest' }])
    expect(await front.isKept()).toBe(false)
  })

  test('a body that was decoded on its way here may say the length that it had before', async () => {
    const encoded = { 'content-length': '3', 'content-encoding': 'identity' }
    await using front = await trouble((cache) => servedByHono(cache.fetch(() => page('<p>decoded', encoded))))
    expect(DEFAULT(await front.get())).toEqual([200, '<p>decoded'])
  })
})
