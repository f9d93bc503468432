import type { FastifyInstance } from 'fastify'
import { describe, expect, test } from 'vitest'
import { MUCH, silent } from '../../../test-utils/silent-client.ts'
import { open } from './shop.ts'

const SESSION = { cookie: 'connect.sid=1' }

/** Answers by path, and tells when a path was asked for. */
function pages() {
  const begun = new Map<string, PromiseWithResolvers<void>>()
  const asked = (path: string): PromiseWithResolvers<void> => {
    const known = begun.get(path) ?? Promise.withResolvers<void>()
    begun.set(path, known)
    return known
  }
  const build = (app: FastifyInstance): unknown =>
    app.get('/*', (request, reply) => {
      const { url } = request
      if (url === '/much') reply.send(MUCH)
      else if (url === '/events')
        reply.hijack().raw.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n')
      else if (url === '/never') reply.hijack()
      else reply.type('text/html').send('mine')
      asked(url).resolve()
    })
  return { build, begun: (path: string) => asked(path).promise }
}

const ONE = { admission: { bypassConcurrency: 1 } }

describe('a place among bypassing visitors is held while the app works', () => {
  test('and not by a client that does not read (I7, I11)', async () => {
    const { build, begun } = pages()
    await using shop = await open({ pages: build, cache: ONE })
    using _slow = await silent(shop, 'GET /much HTTP/1.1')
    await begun('/much')
    expect((await shop.get('/', SESSION)).text).toBe('mine')
  })

  test('nor by what is long-lived by nature', async () => {
    const { build, begun } = pages()
    await using shop = await open({ pages: build, cache: ONE })
    using _listening = await silent(shop, 'GET /events HTTP/1.1')
    await begun('/events')
    expect((await shop.get('/', SESSION)).text).toBe('mine')
  })

  test('until then nobody else gets it, whatever the request claims to be (I11)', async () => {
    const { build, begun } = pages()
    await using shop = await open({ pages: build, cache: ONE })
    const slow = await silent(shop, 'GET /never HTTP/1.1\r\nAccept: text/event-stream')
    await begun('/never')
    let answered = false
    const reply = shop.get('/', SESSION).finally(() => {
      answered = true
    })
    await shop.ask('/public', { headers: { accept: 'text/html' } })
    expect(answered).toBe(false)
    slow[Symbol.dispose]()
    expect((await reply).text).toBe('mine')
  })

  test('who finds none in time is told to come back, with the fields that hooks above have set (O4, O6)', async () => {
    const { build, begun } = pages()
    await using shop = await open({
      above: (app) => app.addHook('onRequest', async (_request, reply) => void reply.header('x-above', '1')),
      pages: build,
      cache: { admission: { bypassConcurrency: 1, queueLimit: 0 } },
    })
    using _slow = await silent(shop, 'GET /never HTTP/1.1')
    await begun('/never')
    const { status, headers } = await shop.get('/', SESSION)
    expect([status, headers['retry-after'], headers['x-above']]).toEqual([503, expect.any(String), '1'])
  })
})
