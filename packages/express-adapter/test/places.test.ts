import { ServerResponse } from 'node:http'
import { expressCache } from '@ssr-cache/express-adapter'
import compression from 'compression'
import type { Request, Response } from 'express'
import { describe, expect, test } from 'vitest'
import { MUCH, silent } from '../../../test-utils/silent-client.ts'
import { open, VERSIONS } from './versions.ts'

const SESSION = { cookie: 'connect.sid=1' }
const ONE = { admission: { bypassConcurrency: 1 } }

/** Answers by path, and tells when a path was asked for. */
function pages() {
  const begun = new Map<string, PromiseWithResolvers<void>>()
  const asked = (path: string): PromiseWithResolvers<void> => {
    const known = begun.get(path) ?? Promise.withResolvers<void>()
    begun.set(path, known)
    return known
  }
  const handler = ((request: Request, response: Response) => {
    if (request.path === '/much') response.send(MUCH)
    else if (request.path === '/events') response.type('text/event-stream').write('data: 1\n\n')
    else if (request.path === '/socket') response.writeHead(101).flushHeaders()
    else if (request.path !== '/never') response.send('mine')
    asked(request.path).resolve()
  }) as never
  return { handler, begun: (path: string) => asked(path).promise }
}

describe.each(VERSIONS)('%s: a place among bypassing visitors is held while the app works', (_, express) => {
  test('and not by a client that does not read (I7, I11)', async () => {
    const { handler, begun } = pages()
    await using shop = await open(express, (app, cache) => app.use(expressCache(cache, handler)), ONE)
    using _slow = await silent(shop, 'GET /much HTTP/1.1')
    await begun('/much')
    expect((await shop.get('/', SESSION)).text).toBe('mine')
  })

  test('nor by one that asks for more without reading', async () => {
    const { handler, begun } = pages()
    await using shop = await open(express, (app, cache) => app.use(expressCache(cache, handler)), ONE)
    using _slow = await silent(shop, 'GET /much HTTP/1.1', 'GET /other HTTP/1.1')
    await begun('/other')
    expect((await shop.get('/', SESSION)).text).toBe('mine')
  })

  test('nor where its page is compressed as it reads', async () => {
    const { handler, begun } = pages()
    await using shop = await open(
      express,
      (app, cache) => app.use(compression({ threshold: 0, level: 0 }), expressCache(cache, handler)),
      ONE,
    )
    using _slow = await silent(shop, 'GET /much HTTP/1.1\r\nAccept-Encoding: gzip')
    await begun('/much')
    expect((await shop.get('/', SESSION)).text).toBe('mine')
  })

  test.each(['/events', '/socket'])('nor by what is long-lived by nature: %s', async (path) => {
    const { handler, begun } = pages()
    await using shop = await open(express, (app, cache) => app.use(expressCache(cache, handler)), ONE)
    using _listening = await silent(shop, `GET ${path} HTTP/1.1`)
    await begun(path)
    expect((await shop.get('/', SESSION)).text).toBe('mine')
  })

  test('nor by a connection that the server has handed over', async () => {
    const { handler, begun } = pages()
    await using shop = await open(
      express,
      (app, cache) => {
        app.use(expressCache(cache, handler))
      },
      ONE,
    )
    const [listener] = shop.server.listeners('request') as ((request: Request, response: ServerResponse) => void)[]
    // As express-ws does it: a response that goes nowhere, and is never closed.
    shop.server.on('upgrade', (request: Request, socket) => {
      socket.once('end', () => socket.destroy()).resume()
      listener?.(request, new ServerResponse(request))
    })
    using _upgraded = await silent(shop, 'GET /never HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket')
    await begun('/never')
    expect((await shop.get('/', SESSION)).text).toBe('mine')
  })

  test('until then nobody else gets it, whatever the request claims to be (I11)', async () => {
    const { handler, begun } = pages()
    await using shop = await open(express, (app, cache) => app.use(expressCache(cache, handler)), ONE)
    const claims = 'Accept: text/event-stream\r\nConnection: Upgrade\r\nUpgrade: websocket'
    const slow = await silent(shop, `GET /never HTTP/1.1\r\n${claims}`)
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
})
