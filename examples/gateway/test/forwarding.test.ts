import { once } from 'node:events'
import { type IncomingMessage, METHODS, type RequestListener, request as requestOf } from 'node:http'
import { connect, type Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { ADAPTERS, gatewayBefore, gatewayBeforeSocket, gatewayTo, message, say } from './gateway-under-test.ts'

const NODE_ADAPTERS = ADAPTERS.filter((adapter) => adapter !== 'fetch')
/** Long beside what a busy machine takes for a turn. */
const SILENCE_MS = 400
const SIZE = 48 * 1024 ** 2
/** As bytes: Node writes a head that it sends together with a text as it writes the text. */
const OK = Buffer.from('ok')
const CHUNK = Buffer.alloc(1024 ** 2)

describe.each(ADAPTERS)('the gateway on %s', (adapter) => {
  const before = (app: RequestListener) => gatewayBefore(app, { adapter })
  const beforeSocket = (talk: (socket: Socket) => void, timeoutMs?: number) =>
    gatewayBeforeSocket(talk, timeoutMs === undefined ? { adapter } : { adapter, timeoutMs })

  describe('fields', () => {
    test('of one connection do not reach the origin, nor do those that Connection names; all others do (RFC 9110 7.6.1)', async () => {
      const seen: IncomingMessage[] = []
      await using gateway = await before((request, response) => {
        seen.push(request)
        response.end()
      })
      const fields = ['Host: shop.example', 'X-One: 1', 'X-One: 2', 'Accept: */*', 'Cookie: a=1', 'X-Empty:']
      const own = [
        'TE: trailers',
        'Upgrade: h2c',
        'Keep-Alive: timeout=9',
        'Proxy-Authorization: Basic eA==',
        'X-Gone: 1',
      ]
      const head = ['GET /?b=2&a=1 HTTP/1.1', ...fields, ...own, 'Connection: close, X-Gone']
      await say(gateway.port, message(head))
      expect(seen[0]?.url).toBe('/?b=2&a=1')
      expect(seen[0]?.headers).toMatchObject({ host: 'shop.example', 'x-one': '1, 2', cookie: 'a=1', 'x-empty': '' })
      const names = linesOf(seen[0]?.rawHeaders).map((line) => line.split(':', 1)[0])
      expect(new Set(names)).toEqual(new Set(['host', 'x-one', 'accept', 'cookie', 'x-empty', 'via']))
    })

    test('name a host to the origin, also for HTTP/1.0 without one (RFC 9112 3.2)', async () => {
      await using gateway = await before((request, response) => response.end(`host ${request.headers.host}`))
      expect(await say(gateway.port, message(['GET / HTTP/1.0']))).toContain('host 127.0.0.1:')
    })

    test('by which a proxy tells its origin things are not believed of visitors, and do not reach it (P2)', async () => {
      let seen = ''
      await using gateway = await before((request, response) => {
        seen = JSON.stringify(request.rawHeaders)
        response.end()
      })
      const claims = [
        'x-forwarded-host',
        'x-forwarded-for',
        'forwarded',
        'x-host',
        'x-original-host',
        'x-original-url',
        'x-rewrite-url',
        'x-real-ip',
      ]
      await gateway.ask('/', { headers: Object.fromEntries(claims.map((name) => [name, 'evil.example'])) })
      expect(seen).toContain('via')
      expect(seen).not.toContain('evil.example')
    })

    test('of an answer come through as they are, all lines of them, and none is added but Via and Cache-Status', async () => {
      const fields = {
        'Content-Type': 'text/x-odd',
        'X-One': ['1', '2'],
        'Set-Cookie': ['a=1', 'b=2'],
        'Cache-Control': 'no-store',
        ETag: '"1"',
        Date: 'Mon, 01 Jan 2024 00:00:00 GMT',
        'Content-Length': '2',
        'X-Latin': 'é',
      }
      const own = {
        Connection: 'keep-alive, X-Gone',
        'Keep-Alive': 'timeout=7',
        'Proxy-Authenticate': 'Basic',
        'X-Gone': '1',
      }
      await using gateway = await before((_request, response) => response.writeHead(200, { ...fields, ...own }).end(OK))
      const { headers, text } = await gateway.ask('/')
      expect(text).toBe('ok')
      const { connection, 'keep-alive': _, via, 'cache-status': status, ...rest } = headers
      expect(rest).toEqual({
        'content-type': 'text/x-odd',
        'x-one': '1, 2',
        'set-cookie': ['a=1', 'b=2'],
        'cache-control': 'no-store',
        etag: '"1"',
        date: 'Mon, 01 Jan 2024 00:00:00 GMT',
        'content-length': '2',
        'x-latin': 'é',
      })
      expect([connection, via]).toEqual(['close', '1.1 ssr-cache'])
      expect(status).toMatch(/^ssr-cache; fwd=/)
    })

    test.skipIf(adapter === 'fetch')('keep their order', async () => {
      const head = ['HTTP/1.1 200 OK', 'z: 1', 'a: 1', 'z: 2', 'cache-control: no-store', 'b: 1', 'content-length: 0']
      await using gateway = await beforeSocket((socket) => socket.on('data', () => socket.write(message(head))))
      const { rawHeaders } = await gateway.ask('/', { method: 'POST' })
      expect(linesOf(rawHeaders).slice(0, 6)).toEqual(head.slice(1))
    })
  })

  describe('methods and statuses', () => {
    test('that Node knows reach the origin, each as it is', async () => {
      const seen: string[] = []
      await using gateway = await before((request, response) => {
        seen.push(`${request.method}${request.headers['transfer-encoding'] ?? ''}`)
        response.writeHead(200, { 'cache-control': 'no-store' }).end()
      })
      const methods = METHODS.filter((method) => method !== 'CONNECT')
      for (const method of methods) {
        await say(gateway.port, message([`${method} / HTTP/1.1`, 'Host: a', 'Connection: close']))
      }
      expect(seen).toEqual(methods)
    })

    test('of all numbers pass', async () => {
      await using gateway = await before((request, response) => {
        response.writeHead(Number(request.url?.slice(1)), { 'cache-control': 'no-store' }).end()
      })
      for (const status of [200, 201, 204, 205, 299, 300, 304, 307, 402, 418, 451, 499, 500, 503, 599]) {
        expect((await gateway.ask(`/${status}`)).status).toBe(status)
      }
    })

    test('that HTTP has not (RFC 9110 15) pass, too, where a Response need not say them; those below 100 are a 502', async () => {
      await using gateway = await before((request, response) => {
        request.socket.end(message([`HTTP/1.1 ${request.url?.slice(1)} Odd`, 'Content-Length: 0']))
        response.destroy()
      })
      for (const method of ['GET', 'POST']) {
        for (const status of [600, 999]) {
          expect((await gateway.ask(`/${status}`, { method })).status).toBe(adapter === 'fetch' ? 502 : status)
        }
        expect((await gateway.ask('/099', { method })).status).toBe(502)
      }
    })

    test('HEAD goes on as HEAD where nothing is stored, and its answer has the length and no body', async () => {
      const seen: (string | undefined)[] = []
      await using gateway = await before((request, response) => {
        seen.push(request.method)
        response.writeHead(200, { 'content-length': 1_000, 'cache-control': 'no-store' }).end()
      })
      const reply = await gateway.ask('/', { method: 'HEAD' })
      expect([reply.headers['content-length'], reply.body.length, reply.cutOff]).toEqual(['1000', 0, false])
      expect(seen).toEqual(['HEAD'])
    })

    test('an absolute target is asked for as its path (RFC 9112 3.2.2), and Upgrade is not taken up (RFC 9110 7.8)', async () => {
      await using gateway = await before((request, response) =>
        response.end(`[${request.url} ${request.headers.upgrade}]`),
      )
      const fields = ['Host: shop.example', 'Upgrade: websocket', 'Connection: close, Upgrade']
      for (const method of ['GET', 'POST']) {
        const head = [`${method} http://shop.example/a?b HTTP/1.1`, ...fields]
        expect(await say(gateway.port, message(head))).toContain('[/a?b undefined]')
      }
    })
  })

  describe('bodies', () => {
    test('of a PUT pass with their length, whatever type they say they have: nothing parses them', async () => {
      await using gateway = await before(async (request, response) => {
        response.end(`${request.headers['content-length']} ${Buffer.concat(await request.toArray())}`)
      })
      for (const type of [
        'application/json',
        'application/x-www-form-urlencoded',
        'multipart/form-data',
        'no/such; type',
        '"',
      ]) {
        const headers = { 'content-type': type, 'content-length': '4' }
        expect((await gateway.ask('/', { method: 'PUT', headers, body: '{"a"' })).text).toBe('4 {"a"')
      }
    })

    test('in chunks pass in chunks', async () => {
      await using gateway = await before(async (request, response) => {
        const body = Buffer.concat(await request.toArray())
        const { 'transfer-encoding': coding, 'content-length': length } = request.headers
        response.end(`${coding} ${length} ${body} ${request.rawTrailers.join('=')}`)
      })
      const head = ['POST / HTTP/1.1', 'Host: a', 'Transfer-Encoding: chunked', 'Connection: close']
      const answer = await say(gateway.port, message(head, '3\r\nabc\r\n2\r\nde\r\n0\r\nx-sum: 5\r\n\r\n'))
      // A Request has no place for trailers.
      expect(answer).toContain(`chunked undefined abcde ${adapter === 'fetch' ? '' : 'x-sum=5'}`)
    })

    test('that wait to be asked for (Expect: 100-continue) are asked for', async () => {
      await using gateway = await before(async (request, response) => {
        response.end(`${request.headers.expect} ${Buffer.concat(await request.toArray())}`)
      })
      const head = ['POST / HTTP/1.1', 'Host: a', 'Content-Length: 3', 'Expect: 100-continue', 'Connection: close']
      const answer = await say(gateway.port, message(head, 'abc'))
      expect(answer).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 /)
      expect(answer).toContain('undefined abc')
    })

    test('that the origin does not want are not waited for: its answer comes through', async () => {
      await using gateway = await before((_request, response) => {
        response.writeHead(413, { connection: 'close' }).end('too much')
      })
      const client = requestOf({ port: gateway.port, method: 'PUT', headers: { 'content-length': 1_000_000 } })
      client.on('error', () => {})
      client.flushHeaders()
      const response = await answerTo(client)
      expect(response.statusCode).toBe(413)
      expect(Buffer.concat(await response.toArray()).toString()).toBe('too much')
      client.destroy()
    })

    test('up flow no faster than the origin takes them, and arrive whole', async () => {
      const { promise: asked, resolve: ask } = Promise.withResolvers<void>()
      await using gateway = await before(async (request, response) => {
        await asked
        response.end(String(await bytesOf(request)))
      })
      const client = requestOf({ port: gateway.port, method: 'PUT', headers: { 'content-length': SIZE } })
      const sent = fill(client)
      // What sockets and streams on the way hold, and no more.
      expect(await settled(sent)).toBeLessThan(SIZE / 2)
      ask()
      const response = await answerTo(client)
      expect(Buffer.concat(await response.toArray()).toString()).toBe(String(SIZE))
    })

    test('down reach the visitor as they come', async () => {
      const { promise: heard, resolve: hear } = Promise.withResolvers<void>()
      await using gateway = await before(async (_request, response) => {
        response.write('first ')
        await heard
        response.end('last')
      })
      const response = await answerTo(requestOf({ port: gateway.port, method: 'POST', agent: false }).end())
      const [first] = await once(response, 'data')
      expect(String(first)).toBe('first ')
      hear()
      expect(Buffer.concat(await response.toArray()).toString()).toBe('last')
    })

    test.each(['no-store', 'max-age=60'])(
      'down reach the visitor as they come, also under Cache-Control: %s',
      async (cacheControl) => {
        const { promise: heard, resolve: hear } = Promise.withResolvers<void>()
        await using gateway = await before(async (_request, response) => {
          response.writeHead(200, { 'cache-control': cacheControl }).write('first ')
          await heard
          response.end('last')
        })
        const response = await answerTo(requestOf({ port: gateway.port, agent: false }).end())
        const [first] = await once(response, 'data')
        expect(String(first)).toBe('first ')
        hear()
        expect(Buffer.concat(await response.toArray()).toString()).toBe('last')
      },
    )

    test('down flow no faster than the visitor reads them, and arrive whole (B6)', async () => {
      const { promise: sending, resolve } = Promise.withResolvers<() => number>()
      await using gateway = await before((_request, response) => {
        resolve(fill(response.writeHead(200, { 'content-length': SIZE, 'cache-control': 'no-store' })))
      })
      const client = requestOf({ port: gateway.port, agent: false }).end()
      const response = await answerTo(client)
      expect(await settled(await sending)).toBeLessThan(SIZE / 2)
      expect(await bytesOf(response)).toBe(SIZE)
    })
  })

  describe('origins that fail', () => {
    const half = message(['HTTP/1.1 200 OK', 'Content-Length: 10', 'Cache-Control: no-store'], 'half')

    test('a dead one is a 502, said in words of ours', async () => {
      await using gateway = await gatewayTo(1, { adapter })
      for (const method of ['GET', 'POST', 'HEAD']) {
        const reply = await gateway.ask('/', { method })
        expect([reply.status, reply.text]).toEqual([502, method === 'HEAD' ? '' : 'Bad Gateway\n'])
        expect(reply.headers['cache-control']).toContain('no-store')
      }
    })

    test('one that drops the connection, or speaks something else than HTTP, is a 502', async () => {
      await using drops = await beforeSocket((socket) => socket.once('data', () => socket.destroy()))
      await using speaks = await beforeSocket((socket) => socket.once('data', () => socket.end('220 smtp ready\r\n')))
      for (const gateway of [drops, speaks]) {
        expect((await gateway.ask('/')).status).toBe(502)
        expect((await gateway.ask('/', { method: 'POST' })).status).toBe(502)
      }
    })

    test('one that takes up a protocol which nobody asked for (101) is a 502', async () => {
      const switches = message(['HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', 'Upgrade: x'])
      await using gateway = await beforeSocket((socket) => socket.once('data', () => socket.write(switches)))
      expect((await gateway.ask('/')).status).toBe(502)
      expect((await gateway.ask('/', { method: 'POST' })).status).toBe(502)
    })

    test('one that waits for the rest of a slow upload keeps no silence of its own', async () => {
      const answer = message(['HTTP/1.1 200 OK', 'Content-Length: 2'], 'ok')
      const origin = (socket: Socket) =>
        socket.on('data', (bytes) => {
          if (bytes.includes('the end')) socket.write(answer)
        })
      await using gateway = await beforeSocket(origin, SILENCE_MS)
      const client = requestOf({ port: gateway.port, method: 'PUT', headers: { 'content-length': 10 } })
      client.write('abc')
      await setTimeout(2 * SILENCE_MS)
      client.end('the end')
      expect((await answerTo(client)).statusCode).toBe(200)
      client.destroy()
    })

    test('one that says nothing is a 504', async () => {
      await using gateway = await beforeSocket(() => {}, SILENCE_MS)
      expect((await gateway.ask('/')).status).toBe(504)
      expect((await gateway.ask('/', { method: 'PUT', body: 'abc' })).status).toBe(504)
    })

    test('one that breaks off, or falls silent, in the middle of a body is a break for the visitor, too, or a 502 where the head is not out', async () => {
      await using breaks = await beforeSocket((socket) => socket.once('data', () => socket.end(half)))
      await using silent = await beforeSocket((socket) => socket.once('data', () => socket.write(half)), SILENCE_MS)
      const cut = { status: 200, text: 'half', cutOff: true }
      for (const gateway of [breaks, silent]) {
        expect(await gateway.ask('/', { method: 'POST' })).toMatchObject(cut)
      }
      expect(await silent.ask('/')).toMatchObject(cut)
      // Whether half of it comes a while before the break is up to the network.
      const { status, text, cutOff } = await breaks.ask('/')
      expect(cutOff ? { status, text, cutOff } : status).toEqual(cutOff ? cut : 502)
    })

    test('one whose Content-Length is too small has sent a whole message all the same', async () => {
      const text = message(['HTTP/1.1 200 OK', 'Content-Length: 5', 'Cache-Control: no-store'], 'whole and more')
      await using gateway = await beforeSocket((socket) => socket.on('data', () => socket.write(text)))
      for (const path of ['/a', '/b']) {
        expect(await gateway.ask(path)).toMatchObject({ status: 200, text: 'whole', cutOff: false })
      }
    })

    test('one that ends its message with the connection, as HTTP/1.0 has it, has sent a whole message', async () => {
      const text = message(['HTTP/1.0 200 OK', 'Cache-Control: no-store'], 'whole')
      await using gateway = await beforeSocket((socket) => socket.once('data', () => socket.end(text)))
      const reply = await gateway.ask('/')
      expect(reply).toMatchObject({ status: 200, text: 'whole', cutOff: false })
      expect(reply.headers['via']).toBe('1.0 ssr-cache')
    })

    test('a kept connection that the origin has closed meanwhile fails no GET, which may be repeated (RFC 9110 9.2.2)', async () => {
      let connections = 0
      const text = message(['HTTP/1.1 200 OK', 'Content-Length: 2', 'Cache-Control: no-store'], 'ok')
      await using gateway = await beforeSocket((socket) => {
        const isFirst = ++connections === 1
        let requests = 0
        socket.on('data', () => (isFirst && ++requests > 1 ? socket.destroy() : socket.write(text)))
      })
      expect((await gateway.ask('/a')).status).toBe(200)
      expect((await gateway.ask('/b')).status).toBe(200)
      expect(connections).toBe(2)
    })
  })

  describe('interim answers', () => {
    const processing = message(['HTTP/1.1 102 Processing'])
    const hints = message(['HTTP/1.1 103 Early Hints', 'link: </a.css>; rel=preload; title="a b"', 'x-hint: 1'])
    const final = message(['HTTP/1.1 200 OK', 'Content-Length: 2', 'Cache-Control: max-age=60'], 'ok')
    const origin = () => beforeSocket((socket) => socket.on('data', () => socket.write(processing + hints + final)))

    test('reach the visitor with their fields, before the final one, and are not stored (A4)', async () => {
      await using gateway = await origin()
      for (const method of ['POST', 'GET']) {
        const answer = await say(gateway.port, message([`${method} / HTTP/1.1`, 'Host: a', 'Connection: close']))
        expect(answer.startsWith(`${processing}${hints}HTTP/1.1 200 `), answer).toBe(true)
      }
      const hit = await say(gateway.port, message(['GET / HTTP/1.1', 'Host: a', 'Connection: close']))
      expect(hit).toMatch(/^HTTP\/1.1 200 .*cache-status: ssr-cache; hit/s)
    })

    test('are not for those who speak HTTP/1.0 (RFC 9110 15.2)', async () => {
      await using gateway = await origin()
      expect(await say(gateway.port, message(['GET / HTTP/1.0', 'Host: a']))).toMatch(/^HTTP\/1.1 200 /)
    })
  })

  test.each(['GET', 'POST'])(
    'the origin is told of a visitor who leaves a %s in the middle of its body',
    async (method) => {
      const { promise: gone, resolve: go } = Promise.withResolvers<boolean>()
      await using gateway = await before((_request, response) => {
        response.once('close', () => go(response.writableFinished))
        fill(response.writeHead(200, { 'content-length': SIZE, 'cache-control': 'no-store' }))
      })
      const client = requestOf({ port: gateway.port, method, agent: false }).end()
      const response = await answerTo(client)
      response.on('error', () => {})
      await once(response, 'data')
      client.destroy()
      expect(await gone).toBe(false)
    },
  )

  test.each(['POST', 'DELETE'])(
    'the origin is told of a visitor who leaves a %s, for which nobody else waits',
    async (method) => {
      const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>()
      const { promise: gone, resolve: go } = Promise.withResolvers<void>()
      await using gateway = await before((_request, response) => {
        response.once('close', go)
        arrive()
      })
      await gateway.askAndLeave('/', arrived, { method })
      await gone
    },
  )
})

test.each(NODE_ADAPTERS)('trailers of an answer pass on %s', async (adapter) => {
  await using gateway = await gatewayBefore(
    (_request, response) => {
      response.setHeader('trailer', 'x-sum')
      response.write('ok')
      response.addTrailers({ 'x-sum': '2' })
      response.end()
    },
    { adapter },
  )
  const response = await answerTo(requestOf({ port: gateway.port, method: 'POST' }).end())
  await bytesOf(response)
  expect(response.trailers).toEqual({ 'x-sum': '2' })
})

test('the connection of a CONNECT is closed: a gateway is no tunnel', async () => {
  await using gateway = await gatewayTo(1, { adapter: 'express' })
  const socket = connect(gateway.port, '127.0.0.1')
  socket.write(message(['CONNECT a:1 HTTP/1.1', 'Host: a:1']))
  await once(socket.resume(), 'close')
  expect(socket.bytesRead).toBe(0)
})

/** The lines of a raw list, without what the connection says of itself. */
function linesOf(raw: readonly string[] = []): readonly string[] {
  const own = new Set(['connection', 'keep-alive', 'transfer-encoding', 'date'])
  const lines: string[] = []
  for (let i = 0; i < raw.length; i += 2) {
    const name = String(raw[i]).toLowerCase()
    if (!own.has(name)) lines.push(`${name}: ${raw[i + 1]}`)
  }
  return lines
}

async function answerTo(client: ReturnType<typeof requestOf>): Promise<IncomingMessage> {
  const [response] = await once(client, 'response')
  return response
}

async function bytesOf(stream: IncomingMessage): Promise<number> {
  let bytes = 0
  for await (const chunk of stream) bytes += chunk.length
  return bytes
}

/** Writes `SIZE` bytes as fast as they are taken, and tells how many have been. */
function fill(stream: NodeJS.WritableStream): () => number {
  let sent = 0
  const send = (): void => {
    while (sent < SIZE) {
      sent += CHUNK.length
      if (!stream.write(CHUNK)) return
    }
    stream.end()
  }
  stream.on('drain', send)
  send()
  return () => sent
}

/** A figure of real sockets, when it has stopped to grow. */
async function settled(figure: () => number): Promise<number> {
  for (let before = -1; before !== figure(); ) {
    before = figure()
    await setTimeout(200)
  }
  return figure()
}
