import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import type { FastifyInstance } from 'fastify'
import { describe, expect, test } from 'vitest'
import { isHit, open } from './shop.ts'

const pages = (app: FastifyInstance): unknown =>
  app.get('/*', ({ headers }, reply) => reply.type('text/html').send(`for ${headers.host}`))

/** What a server answers to these lines, as they are. */
function exchange(port: number, ...lines: readonly string[]): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.write(`${lines.join('\r\n')}\r\nConnection: close\r\n\r\n`)
  return text(socket)
}

describe('a request of HTTP/1.0 need not name a host (RFC 9112 3.2)', () => {
  test('a probe of a load balancer gets the app’s answer', async () => {
    await using shop = await open({ pages, cache: { routes: [{ match: '/healthz', cache: false }] } })
    const probe = await exchange(shop.port, 'GET /healthz HTTP/1.0')
    expect(probe).toMatch(/^HTTP\/1\.1 200 /)
    expect(probe).toMatch(/for undefined$/)
  })

  test('a page is rendered for the address that was asked, and shared with whoever names it', async () => {
    await using shop = await open({ pages })
    expect(await exchange(shop.port, 'GET / HTTP/1.0', 'Accept: text/html')).toMatch(`for ${shop.host}`)
    const named = await shop.get('/')
    expect([named.text, isHit(named)]).toEqual([`for ${shop.host}`, true])
  })

  test('a host that is not served stays one: 421', async () => {
    await using shop = await open({ pages, cache: { hosts: ['shop.example'] } })
    expect(await exchange(shop.port, 'GET / HTTP/1.0', 'Accept: text/html')).toMatch(/^HTTP\/1\.1 421 /)
  })

  test.each([
    ['an empty Host', 'GET / HTTP/1.0\r\nHost:'],
    ['no Host in HTTP/1.1', 'GET / HTTP/1.1'],
  ])('%s is malformed as ever', async (_, lines) => {
    await using shop = await open({ pages })
    expect(await exchange(shop.port, lines)).toMatch(/^HTTP\/1\.1 400 /)
  })
})
