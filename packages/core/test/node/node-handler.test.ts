import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { connect as connectSocket } from 'node:net'
import { createRenderCache, type RenderCacheOptions } from '@ssr-cache/core'
import { fakeClock } from '@ssr-cache/core/testing'
import express from 'express'
import { describe, expect, test } from 'vitest'
import { type Site, serve } from '../../../../test-utils/serve.ts'
import type { NodeApp } from '../../src/node/fetch-from.ts'
import type { NodeOptions } from '../../src/node/node-options.ts'

const SILENT = { debug() {}, info() {}, warn() {}, error() {} }

function behind(app: NodeApp, options?: NodeOptions, cacheOptions: RenderCacheOptions = {}): Promise<Site> {
  const cache = createRenderCache({ clock: fakeClock(), logger: SILENT, ...cacheOptions })
  return serve(cache.node(app, options))
}

/** Prints by which scheme and host it is asked, as Express sees it behind a proxy. */
function printing(trust: unknown = 'loopback'): NodeApp {
  return express()
    .set('trust proxy', trust)
    .use((request, response) => {
      response.type('html').send(`${request.protocol}://${request.get('host')} ${String(request.ip)}`)
    })
}

const FORWARDED = {
  accept: 'text/html',
  host: 'node-1.internal',
  'x-forwarded-host': 'shop.example, inner.example',
  'x-forwarded-proto': 'https, http',
}

describe('scheme and host of a page (P2, R68)', () => {
  test.each<[string, NodeOptions | undefined, string]>([
    ['are the connection’s own where nobody is trusted', undefined, 'http://node-1.internal'],
    ['are the connection’s own where it is said that nobody is', { trustProxy: false }, 'http://node-1.internal'],
    ['are the first that were forwarded, where everybody is trusted', { trustProxy: true }, 'https://shop.example'],
    ['are forwarded by an address that is named', { trustProxy: ['127.0.0.1'] }, 'https://shop.example'],
    ['are forwarded from a subnet that is named', { trustProxy: ['::1', '127.0.0.0/8'] }, 'https://shop.example'],
    ['are not forwarded by another', { trustProxy: ['10.0.0.0/8', '192.0.2.1'] }, 'http://node-1.internal'],
    ['are nobody’s to forward where the list is empty', { trustProxy: [] }, 'http://node-1.internal'],
  ])('%s', async (_, options, expected) => {
    for (const trust of ['loopback', true, 1, false]) {
      await using site = await behind(printing(trust), options)
      const { text, headers } = await site.ask('/page', { headers: FORWARDED })
      expect([trust, text]).toEqual([trust, `${expected} undefined`])
      expect(headers['cache-status']).toContain('stored')
    }
  })

  test.each<[string, Record<string, string>, string]>([
    ['a proxy that says nothing', {}, 'http://node-1.internal'],
    ['a proxy that names only the scheme', { 'x-forwarded-proto': 'HTTPS' }, 'https://node-1.internal'],
    ['a proxy that names no scheme of HTTP', { 'x-forwarded-proto': 'wss' }, 'http://node-1.internal'],
    ['a proxy that names nothing', { 'x-forwarded-proto': '', 'x-forwarded-host': '' }, 'http://node-1.internal'],
  ])('%s is taken by what it says', async (_, forwarded, expected) => {
    await using site = await behind(printing(), { trustProxy: true })
    const headers = { accept: 'text/html', host: 'node-1.internal', ...forwarded }
    expect((await site.ask('/page', { headers })).text).toBe(`${expected} undefined`)
  })

  test('are looked at before anything else: a host that is not ours gets no page, whoever forwards it', async () => {
    await using site = await behind(printing(), { trustProxy: true }, { hosts: ['shop.example'] })
    expect((await site.ask('/', { headers: FORWARDED })).status).toBe(200)
    expect((await site.ask('/', { headers: { ...FORWARDED, 'x-forwarded-host': 'evil.example' } })).status).toBe(421)
    expect((await site.ask('/', { headers: { accept: 'text/html', host: 'evil.example' } })).status).toBe(421)
  })

  test('of an encrypted connection are https', async () => {
    const cache = createRenderCache({ clock: fakeClock(), logger: SILENT })
    const listener = cache.node(printing())
    await using site = await serve((request, response) => {
      Object.assign(request.socket, { encrypted: true })
      listener(request, response)
    })
    const { text } = await site.ask('/', { headers: { accept: 'text/html', host: 'shop.example' } })
    expect(text).toBe('https://shop.example undefined')
  })

  test('of a request of HTTP/1.0 that names no host are the address that it came in on', async () => {
    await using site = await behind(printing())
    const text = await raw(site.port, 'GET / HTTP/1.0\r\nAccept: text/html\r\n\r\n')
    expect(text).toContain(`http://${site.host} undefined`)
  })

  test.each<[string, unknown]>([
    ['a number of hops, which nobody can count here', 1],
    ['a name', 'loopback'],
    ['a list with a name', ['loopback']],
    ['a subnet that is too narrow', ['10.0.0.0/33']],
    ['a subnet of an address that is none', ['10.0.0/8']],
    ['a list with a hole', [undefined]],
    ['a function', () => true],
  ])('are not to be told by %s', (_, trustProxy) => {
    const wire = (): unknown => createRenderCache({ logger: SILENT }).node(() => {}, { trustProxy } as never)
    expect(wire).toThrow(
      /^ERR_SSR_CACHE_OPTION: "trustProxy" must be true, false, or a list of addresses and subnets, got/,
    )
  })
})

describe('the wiring of a whole app', () => {
  test.each<[string, () => unknown, RegExp]>([
    [
      'no app',
      () => createRenderCache({ logger: SILENT }).node(undefined as never),
      /"app" must be a function \(req, res\)/,
    ],
    [
      'an option of another name',
      () => createRenderCache({ logger: SILENT }).node(() => {}, { trustproxy: true } as never),
      /"trustproxy" must be left out.*Write trustProxy\./,
    ],
    [
      'options that are none',
      () => createRenderCache({ logger: SILENT }).node(() => {}, 1 as never),
      /"options" must be an object/,
    ],
  ])('with %s is refused when the app starts', (_, wire, message) => {
    expect(wire).toThrow(message)
  })

  test('serves what is asked for with an absolute target (RFC 9112 3.2.2)', async () => {
    const app: NodeApp = ({ method, url }, response) =>
      response.setHeader('content-type', 'text/html').end(`${method} ${url}`)
    await using site = await behind(app)
    const asked = (line: string): Promise<string> =>
      raw(site.port, `${line} HTTP/1.1\r\nHost: shop.example\r\nAccept: text/html\r\nConnection: close\r\n\r\n`)
    expect(await asked('GET http://shop.example/page?b=1&a=2')).toContain('GET /page?a=2&b=1')
  })

  test('may stand below code of one’s own, whose fields stay, and whose cookie makes a hit private (A9)', async () => {
    const cache = createRenderCache({ clock: fakeClock(), logger: SILENT })
    const listener = cache.node((_, response) => void response.setHeader('content-type', 'text/html').end('<p>'))
    await using site = await serve((request, response) => {
      response.setHeader('x-above', '1')
      if (request.url === '/page?mine') response.setHeader('set-cookie', 'a=1')
      listener(request, response)
    })
    const headers = { accept: 'text/html' }
    await site.ask('/page', { headers })
    const hit = await site.ask('/page', { headers })
    expect([hit.headers['x-above'], hit.headers['cache-control']]).toEqual(['1', expect.stringMatching(/^public/)])
    await site.ask('/page?mine', { headers })
    const mine = await site.ask('/page?mine', { headers })
    expect(mine.headers['cache-status']).toContain('hit')
    expect(mine.headers['cache-control']).toBe('private, no-store')
  })

  test('a server of HTTP/2 is told that its responses are none of node:http, and its visitors get 500', async () => {
    const logged: object[] = []
    const error = (details: object): void => void logged.push(details)
    const cache = createRenderCache({ clock: fakeClock(), logger: { ...SILENT, error } })
    const listener = cache.node((_, response) => void response.end('<p>'))
    const server = createHttp2Server(listener as never) // what is tried here
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const client = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    const stream = client.request({ ':path': '/', accept: 'text/html', cookie: 'sid=1' })
    const status = await new Promise((resolve) => stream.once('response', (headers) => resolve(headers[':status'])))
    client.destroy()
    await new Promise((resolve) => server.close(resolve))
    expect([status, logged]).toMatchObject([500, [{ error: { code: 'ERR_SSR_CACHE_OPTION' } }]])
  })
})

/** Bytes to a server, and all that comes back. */
function raw(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = connectSocket(port, '127.0.0.1', () => socket.write(bytes))
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
    socket.on('error', reject).on('close', () => resolve(text))
  })
}
