import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { connect } from 'node:net'
import { createRenderCache } from '@ssr-cache/core'
import { describe, expect, test } from 'vitest'
import { serve } from '../../../../test-utils/serve.ts'
import { sendInterim } from '../../src/node/interim.ts'

const HINTS = 'HTTP/1.1 103 Early Hints\r\nlink: </a.css>; rel=preload; title="a b"\r\nx-hint: é\r\n\r\n'
const FIELDS = [
  ['link', '</a.css>; rel=preload; title="a b"'],
  ['x-hint', 'é'],
] as const

/** All that a client hears who sends requests one after another, without waiting. */
async function heard(port: number, ...requests: readonly string[]): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  let text = ''
  socket.setEncoding('latin1').on('data', (more: string) => (text += more))
  socket.write(requests.join(''))
  await once(socket, 'close')
  return text
}

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\n\r\n`
const last = (path: string): string => get(path).replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n')

describe('an interim answer (RFC 9110 15.2, A4)', () => {
  test('of any number goes out with all its fields, and then the final one', async () => {
    await using site = await serve((_request, response) => {
      sendInterim(response, 103, FIELDS)
      sendInterim(response, 104, [])
      response.end('page')
    })
    expect(await heard(site.port, last('/'))).toMatch(
      /^HTTP\/1.1 103 Early Hints\r\n.*\r\n\r\nHTTP\/1.1 104 \r\n\r\nHTTP\/1.1 200 OK\r\n/s,
    )
    expect((await heard(site.port, last('/'))).startsWith(HINTS)).toBe(true)
  })

  test('does not go out to HTTP/1.0, nor after the final head', async () => {
    await using site = await serve((_request, response) => {
      sendInterim(response, 103, FIELDS)
      response.write('page')
      sendInterim(response, 103, FIELDS)
      response.end()
    })
    expect(await heard(site.port, 'GET / HTTP/1.0\r\n\r\n')).not.toContain('103')
    expect((await heard(site.port, last('/'))).split('HTTP/1.1 103')).toHaveLength(2)
  })

  test('does not go out before the answer to an earlier request of its connection', async () => {
    const { promise: second, resolve: hint } = Promise.withResolvers<void>()
    await using site = await serve(async (request, response) => {
      if (request.url === '/second') {
        sendInterim(response, 103, FIELDS)
        hint()
      } else await second
      response.end('page')
    })
    expect(await heard(site.port, get('/first'), last('/second'))).not.toContain('103')
  })
})

describe('interim answers of a render', () => {
  const app: RequestListener = (_request, response) => {
    sendInterim(response, 103, FIELDS)
    response.writeHead(200, { 'content-type': 'text/html', 'cache-control': 'max-age=60' }).end('page')
  }

  test('reach whoever it began for where the app’s own fields decide, and nobody after', async () => {
    await using site = await serve(createRenderCache({ freshness: 'origin' }).node(app))
    expect((await heard(site.port, last('/'))).startsWith(HINTS)).toBe(true)
    expect(await heard(site.port, last('/'))).toMatch(/^HTTP\/1.1 200 .*cache-status: ssr-cache; hit/s)
  })

  test('reach nobody where it is made from the key alone: it is nobody’s (I3)', async () => {
    await using site = await serve(createRenderCache().node(app))
    expect(await heard(site.port, last('/'))).toMatch(/^HTTP\/1.1 200 .*cache-status: ssr-cache; fwd=uri-miss; stored/s)
  })
})
