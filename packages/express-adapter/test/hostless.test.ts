import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { expressCache } from '@ssr-cache/express-adapter'
import type { Request, Response } from 'express'
import { describe, expect, test } from 'vitest'
import { open, VERSIONS } from './versions.ts'

const seenHost = ((request: Request, response: Response) => {
  response.type('html').send(`for ${request.headers.host}`)
}) as never

const ROUTES = { routes: [{ match: '/healthz', cache: false as const }] }

/** What a server answers to these lines, as they are. */
function exchange(port: number, ...lines: readonly string[]): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.write(`${lines.join('\r\n')}\r\nConnection: close\r\n\r\n`)
  return text(socket)
}

describe.each(VERSIONS)('%s: a request of HTTP/1.0 need not name a host (RFC 9112 3.2)', (_, express) => {
  test('a probe of a load balancer gets the app’s answer', async () => {
    await using shop = await open(express, (app, cache) => app.use(expressCache(cache, seenHost)), ROUTES)
    const probe = await exchange(shop.port, 'GET /healthz HTTP/1.0')
    expect(probe).toMatch(/^HTTP\/1\.1 200 /)
    expect(probe).toMatch(/for undefined$/)
  })

  test('a page is rendered for the address that was asked, and shared with whoever names it', async () => {
    await using shop = await open(express, (app, cache) => app.use(expressCache(cache, seenHost)))
    expect(await exchange(shop.port, 'GET / HTTP/1.0', 'Accept: text/html')).toMatch(`for ${shop.host}`)
    const named = await shop.get('/')
    expect([named.text, named.headers['cache-status']]).toEqual([
      `for ${shop.host}`,
      expect.stringMatching(/^ssr-cache; hit/),
    ])
  })

  test.each([
    ['::1', '[::1]'],
    ['::ffff:127.0.0.1', '[::ffff:127.0.0.1]'],
  ])('at an address of IPv6, too: %s', async (address, host) => {
    await using shop = await open(express, (app, cache) => {
      app.use((request, _response, next) => {
        Object.defineProperty(request.socket, 'localAddress', { value: address })
        next()
      })
      app.use(expressCache(cache, seenHost))
    })
    const page = await exchange(shop.port, 'GET / HTTP/1.0', 'Accept: text/html')
    expect(page).toMatch(`for ${host}:${shop.port}`)
  })

  test('a host that is not served stays one: 421', async () => {
    await using shop = await open(express, (app, cache) => app.use(expressCache(cache, seenHost)), {
      hosts: ['shop.example'],
    })
    expect(await exchange(shop.port, 'GET / HTTP/1.0', 'Accept: text/html')).toMatch(/^HTTP\/1\.1 421 /)
  })

  test.each([
    ['an empty Host', 'GET / HTTP/1.0\r\nHost:'],
    ['no Host in HTTP/1.1', 'GET / HTTP/1.1'],
  ])('%s is malformed as ever', async (_, lines) => {
    await using shop = await open(express, (app, cache) => app.use(expressCache(cache, seenHost)))
    expect(await exchange(shop.port, lines)).toMatch(/^HTTP\/1\.1 400 /)
  })
})
