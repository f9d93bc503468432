import { AsyncLocalStorage } from 'node:async_hooks'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { OutgoingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test, vi } from 'vitest'
import { fieldValue } from '../../src/fields.ts'
import { sendInterim } from '../../src/node/interim.ts'
import { RenderPair } from '../../src/node/render-pair.ts'
import { bytesOf, headOf, narrowed, newPair, textOf } from './narrowed.ts'

const SHAPES = fileURLToPath(new URL('pair-shapes.ts', import.meta.url))

describe('the request of a shared render', () => {
  test('holds the narrowed request and nothing else (I3, P1)', () => {
    const { request } = newPair()
    expect(request.method).toBe('GET')
    expect(request.url).toBe('/page?a=1')
    expect(request.headers).toEqual({ host: 'shop.example', accept: 'text/html', cookie: 'currency=EUR' })
    expect(request.headersDistinct).toEqual({ host: ['shop.example'], accept: ['text/html'], cookie: ['currency=EUR'] })
    expect(request.rawHeaders).toEqual(['host', 'shop.example', 'accept', 'text/html', 'cookie', 'currency=EUR'])
    expect([request.httpVersion, request.httpVersionMajor, request.httpVersionMinor]).toEqual(['1.1', 1, 1])
    expect(request.socket.remoteAddress).toBeUndefined()
  })

  test('is a copy: a handler that changes its headers changes nobody else’s', () => {
    const shared = narrowed()
    const { request } = new RenderPair(shared, new AbortController().signal)
    request.headers['x-mine'] = '1'
    expect(shared.headers).not.toHaveProperty('x-mine')
  })

  test('has no body, and says so', async () => {
    expect(await newPair().request.toArray()).toEqual([])
  })

  test('looks encrypted exactly for https, by which frameworks tell the scheme', () => {
    const isEncrypted = (scheme: 'http' | 'https') =>
      (newPair({ scheme }).request.socket as { encrypted?: boolean }).encrypted
    expect([isEncrypted('http'), isEncrypted('https')]).toEqual([false, true])
  })

  test('has a socket that can be tuned as any other, to no effect', () => {
    const { request, response } = newPair()
    expect(() => {
      request.setTimeout(1)
      response.setTimeout(1)
      request.socket.setNoDelay().setKeepAlive().ref().unref()
      request.socket.address()
    }).not.toThrow()
  })
})

describe('the head of a shared render (A1)', () => {
  test.each<[string, (response: ServerResponse) => void]>([
    ['setHeader', (response) => response.setHeader('X-Field', ['1', '2']).writeHead(201)],
    ['writeHead with an object', (response) => response.writeHead(201, { 'X-Field': ['1', '2'] })],
    ['writeHead with a flat list', (response) => response.writeHead(201, ['X-Field', '1', 'X-Field', '2'])],
    [
      'writeHead with pairs',
      (response) =>
        response.writeHead(201, [
          ['X-Field', '1'],
          ['X-Field', '2'],
        ] as never),
    ],
    ['writeHead with a reason', (response) => response.writeHead(201, 'Made', { 'X-Field': ['1', '2'] })],
    [
      'writeHead over setHeader',
      (response) => response.setHeader('x-field', 'old').writeHead(201, { 'X-Field': ['1', '2'] }),
    ],
    [
      'the first write',
      (response) => {
        response.statusCode = 201
        response.appendHeader('X-Field', '1').appendHeader('X-Field', '2').write('')
      },
    ],
    [
      'flushHeaders',
      (response) => {
        response.statusCode = 201
        response.setHeader('X-Field', ['1', '2']).flushHeaders()
      },
    ],
  ])('is seen when it is written by %s, before there is a body', async (_, write) => {
    const pair = newPair()
    write(pair.response)
    const { status, fields } = await headOf(pair)
    expect(status).toBe(201)
    expect(fields).toEqual([
      ['x-field', '1'],
      ['x-field', '2'],
    ])
    expect(pair.response.headersSent).toBe(true)
  })

  test('is seen with what wrappers of writeHead add, even by Node’s own setHeader (A9)', async () => {
    const pair = newPair()
    const { response } = pair
    const native = response.writeHead
    response.writeHead = function (this: ServerResponse, ...parts: unknown[]) {
      OutgoingMessage.prototype.setHeader.call(this, 'Set-Cookie', ['a=1', 'b=2'])
      return native.apply(this, parts as never)
    } as never
    response.end('x')
    expect((await headOf(pair)).fields).toEqual([
      ['set-cookie', 'a=1'],
      ['set-cookie', 'b=2'],
    ])
  })

  test('that Node would refuse is refused here, and another may follow', async () => {
    const pair = newPair()
    expect(() => pair.response.writeHead(200, { 'x-bad': 'a\r\nb' })).toThrow(/x-bad/)
    pair.response.writeHead(500).end()
    expect((await headOf(pair)).status).toBe(500)
    expect(() => pair.response.setHeader('late', '1')).toThrow(/after they are sent/)
  })

  test('survives another prototype, as frameworks set one', async () => {
    const pair = newPair()
    Object.setPrototypeOf(
      pair.response,
      Object.create(ServerResponse.prototype, {
        send: {
          value(this: ServerResponse, text: string) {
            this.setHeader('content-type', 'text/html').end(text)
          },
        },
      }),
    )
    ;(pair.response as unknown as { send(text: string): void }).send('<p>')
    expect(fieldValue((await headOf(pair)).fields, 'content-type')).toBe('text/html')
    expect(await textOf(pair)).toBe('<p>')
  })

  test('comes without the 1xx answers before it: they are for one visitor, and go to whoever takes them there (A4)', async () => {
    const taken: string[] = []
    const interim = (bytes: Uint8Array): unknown => taken.push(Buffer.from(bytes).toString('latin1'))
    const pair = new RenderPair(narrowed(), new AbortController().signal, { interim })
    pair.response.writeEarlyHints({ link: '</style.css>; rel=preload' })
    sendInterim(pair.response, 110, [['x-latin', 'é']])
    pair.response.end('page')
    expect(await textOf(pair)).toBe('page')
    expect(taken.join('')).toBe(
      'HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\nHTTP/1.1 110 \r\nx-latin: é\r\n\r\n',
    )
  })

  test('comes without them where nobody takes them, and whoever wrote them is told that they are gone', async () => {
    const pair = newPair()
    const told = vi.fn()
    pair.response.cork()
    pair.response.writeEarlyHints({ link: '</style.css>; rel=preload' }, told)
    pair.response.writeContinue(told)
    pair.response.writeProcessing(told)
    pair.response.end('page')
    expect(await textOf(pair)).toBe('page')
    await vi.waitFor(() => expect(told).toHaveBeenCalledTimes(3))
  })
})

describe('what Node and frameworks look up at every step of a render', () => {
  test('are objects of one shape for all renders, which V8 keeps fast', async () => {
    const args = ['--allow-natives-syntax', '--conditions=@ssr-cache/source', SHAPES]
    const { stdout } = await promisify(execFile)(process.execPath, args, { env: { ...process.env, NODE_OPTIONS: '' } })
    expect(JSON.parse(stdout)).toEqual([true, true])
  })
})

describe('the body of a shared render (A1)', () => {
  test('is every write in its encoding, and the end', async () => {
    const pair = newPair()
    pair.response.write('é')
    pair.response.write('é', 'latin1')
    pair.response.write('7a', 'hex')
    pair.response.write(new Uint8Array([33]))
    pair.response.end(Buffer.from('.'))
    const { body } = await headOf(pair)
    expect(await bytesOf(body)).toEqual(Buffer.from([0xc3, 0xa9, 0xe9, 0x7a, 33, 46]))
  })

  test('is empty where the response is only ended', async () => {
    const pair = newPair()
    pair.response.writeHead(204).end()
    expect(await textOf(pair)).toBe('')
    const bare = newPair()
    bare.response.end()
    expect(await headOf(bare)).toMatchObject({ status: 200, fields: [] })
    expect(await textOf(bare)).toBe('')
  })

  test('has no framing in it, whatever framing the app asked for', async () => {
    const pair = newPair()
    pair.response.setHeader('Transfer-Encoding', 'chunked')
    pair.response.setHeader('Trailer', 'X-Sum')
    pair.response.write('a')
    pair.response.addTrailers({ 'X-Sum': '1' })
    pair.response.end('b')
    expect(await textOf(pair)).toBe('ab')
  })

  test('is what was written, though the writer uses its buffer again (I10)', async () => {
    const pair = newPair()
    const buffer = Buffer.from('first')
    const taken = new Promise((resolve) => pair.response.write(buffer, resolve))
    const { body } = await headOf(pair)
    const reader = body[Symbol.asyncIterator]()
    const { value } = await reader.next()
    await taken
    buffer.fill('x')
    expect(Buffer.from(value as Uint8Array).toString()).toBe('first')
    const held = Buffer.from('second')
    pair.response.end(held)
    held.fill('x')
    expect(Buffer.from((await reader.next()).value as Uint8Array).toString()).toBe('second')
    expect(await reader.next()).toEqual({ done: true, value: undefined })
  })

  test('waits for its reader: 200 MB pass without ever being held (B6)', async () => {
    const pair = newPair()
    const mebibyte = Buffer.alloc(1024 ** 2, 'x')
    let produced = 0
    let passed = 0
    let most = 0
    async function* source() {
      for (; produced < 200; produced++) yield mebibyte
    }
    const written = pipeline(Readable.from(source(), { objectMode: true }), pair.response)
    const { body } = await headOf(pair)
    for await (const chunk of body) {
      most = Math.max(most, produced - passed / mebibyte.length)
      passed += chunk.length
    }
    await written
    expect(passed).toBe(200 * mebibyte.length)
    expect(most).toBeLessThan(6)
  })

  test('tells a writer when to wait and when to go on', async () => {
    const pair = newPair()
    const { response } = pair
    expect(response.writableNeedDrain).toBe(false)
    while (response.write('x'.repeat(4096)));
    expect(response.writableNeedDrain).toBe(true)
    const drained = once(response, 'drain')
    const { body } = await headOf(pair)
    const read = bytesOf(body)
    await drained
    expect(response.writableNeedDrain).toBe(false)
    response.end()
    expect((await read).length % 4096).toBe(0)
  })

  test('ends, and then response and request finish and close as they do behind a server', async () => {
    const pair = newPair()
    const heard: string[] = []
    for (const name of ['finish', 'close']) pair.response.on(name, () => heard.push(`response ${name}`))
    pair.request.on('close', () => heard.push('request close'))
    pair.response.end('page', () => heard.push('callback'))
    expect(await textOf(pair)).toBe('page')
    await vi.waitFor(() => expect(heard).toHaveLength(4))
    expect(heard.slice(0, 2)).toEqual(expect.arrayContaining(['callback', 'response finish']))
    expect(pair.response).toMatchObject({ writableEnded: true, writableFinished: true })
    expect(pair.request.aborted).toBe(false)
  })

  test('is heard of in the async context of the render, not of its reader', async () => {
    const context = new AsyncLocalStorage<string>()
    const heard: unknown[] = []
    const pair = context.run('render', () => {
      const made = newPair()
      made.response.on('drain', () => {
        heard.push(context.getStore())
        made.response.end()
      })
      made.response.on('finish', () => heard.push(context.getStore()))
      return made
    })
    context.run('handler', () => {
      while (pair.response.write('x'.repeat(4096)));
    })
    await context.run('reader', () => textOf(pair))
    expect(heard).toEqual(['render', 'render'])
  })

  test('that is read is changed by nothing: what is written later ends neither the page nor the process (A1)', async () => {
    const pair = newPair()
    pair.response.end('page')
    expect(await textOf(pair)).toBe('page')
    pair.response.write('late')
    pair.response.end('later')
    pair.response.destroy(new Error('latest'))
  })
})

describe('a shared render that breaks off is never half a page (I4, A1)', () => {
  const cutOff = /ERR_SSR_CACHE_RENDER.*closed before it was ended/

  test('before its head it rejects, with the reason where there is one', async () => {
    const silent = newPair()
    silent.response.destroy()
    await expect(silent.rendered).rejects.toThrow(cutOff)
    const reasoned = newPair()
    reasoned.response.destroy(new Error('database'))
    await expect(reasoned.rendered).rejects.toThrow('database')
    const hungUp = newPair()
    hungUp.response.socket?.destroy()
    await expect(hungUp.rendered).rejects.toThrow(cutOff)
  })

  test('after its head the body throws, with the reason as its cause', async () => {
    const pair = newPair()
    pair.response.write('half')
    const { body } = await headOf(pair)
    const reader = body[Symbol.asyncIterator]()
    await reader.next()
    const next = reader.next()
    pair.response.destroy(new Error('database'))
    await expect(next).rejects.toThrow(cutOff)
    await expect(reader.next()).rejects.toMatchObject({ cause: { message: 'database' } })
  })

  test('what was written and not yet read is not taken for the page', async () => {
    const pair = newPair()
    pair.response.write('half')
    pair.response.destroy()
    await expect(textOf(pair)).rejects.toThrow(cutOff)
  })

  test('an error event before the end counts', async () => {
    const pair = newPair()
    pair.response.write('half')
    pair.response.emit('error', new Error('stream'))
    await expect(textOf(pair)).rejects.toMatchObject({ cause: { message: 'stream' } })
  })

  test.each([
    ['fewer bytes than its Content-Length', '10', 'four'],
    ['more bytes than its Content-Length', '3', 'four'],
    ['a Content-Length that is no number', 'x', 'four'],
    ['two Content-Lengths', ['4', '5'], 'four'],
  ])('%s', async (_, length, text) => {
    const pair = newPair()
    pair.response.setHeader('Content-Length', length)
    pair.response.end(text)
    await expect(textOf(pair)).rejects.toThrow(/^ERR_SSR_CACHE_RENDER: .*Content-Length/)
  })

  test.each<[string, (response: ServerResponse) => void]>([
    ['a piece', (response) => void response.write('more')],
    ['an end with a piece', (response) => void response.end('more')],
  ])('what is written right after its end, and so in vain: %s', async (_, write) => {
    for (const before of [[], ['begun, ']]) {
      const pair = newPair()
      const read = textOf(pair)
      for (const piece of before) pair.response.write(piece)
      await new Promise((resolve) => setImmediate(resolve))
      pair.response.end('page')
      write(pair.response)
      await expect(read).rejects.toThrow(/was written to after its end/)
    }
  })

  test('more bytes than its Content-Length, at once and not only at its end', async () => {
    const pair = newPair()
    pair.response.setHeader('Content-Length', 3)
    pair.response.write('four')
    await expect(textOf(pair)).rejects.toThrow(/Content-Length of 3 and got 4 bytes/)
    expect(pair.response.destroyed).toBe(true)
  })

  test.each([
    ['the right Content-Length', 200, 'four', 'four'],
    ['the right Content-Length, said twice', 201, 'four', 'four'],
    ['a 304, which has the length of another', 304, '', ''],
    ['a 204, whose body Node drops', 204, 'four', ''],
  ])('but not with %s', async (_, status, written, expected) => {
    const pair = newPair()
    pair.response.statusCode = status
    pair.response.setHeader('Content-Length', status === 201 ? ['4', '4'] : 4)
    pair.response.end(written)
    expect(await textOf(pair)).toBe(expected)
  })

  test('a failed handler: the error before the head, a cut after it', async () => {
    const early = newPair()
    early.fail(new Error('boom'))
    await expect(early.rendered).rejects.toThrow('boom')
    const odd = newPair()
    odd.fail('boom')
    await expect(odd.rendered).rejects.toBe('boom')
    const late = newPair()
    late.response.write('half')
    late.fail(new Error('boom'))
    await expect(textOf(late)).rejects.toMatchObject({ cause: { message: 'boom' } })
  })

  test('an aborted signal: rejects or cuts with the reason, and the handler hears its response close', async () => {
    const controller = new AbortController()
    const early = newPair({}, controller.signal)
    const late = newPair({}, controller.signal)
    late.response.write('half')
    const closed = Promise.all([early, late].map(({ response }) => once(response, 'close')))
    controller.abort(new Error('deadline'))
    await expect(early.rendered).rejects.toThrow('deadline')
    await expect(textOf(late)).rejects.toMatchObject({ cause: { message: 'deadline' } })
    await closed
    expect(early.request.aborted).toBe(true)
    const tooLate = newPair({}, controller.signal)
    await expect(tooLate.rendered).rejects.toThrow('deadline')
  })

  test('a finished render no longer listens to its signal', async () => {
    const { signal } = new AbortController()
    const added = vi.spyOn(signal, 'addEventListener')
    const removed = vi.spyOn(signal, 'removeEventListener')
    const pair = newPair({}, signal)
    pair.response.end('page')
    await textOf(pair)
    await vi.waitFor(() => expect(removed).toHaveBeenCalledWith('abort', added.mock.calls[0]?.[1]))
  })

  test('a reader who stops lets the writer know, even before the first piece', async () => {
    const unread = newPair()
    unread.response.write('a page that nobody wants')
    const { body } = await headOf(unread)
    const closed = once(unread.response, 'close')
    await body[Symbol.asyncIterator]().return?.()
    await closed
    const half = newPair()
    half.response.write('half')
    const stopped = once(half.response, 'close')
    for await (const _ of (await headOf(half)).body) break
    await stopped
    expect(half.response.destroyed).toBe(true)
  })
})

describe('a shared render that has no page here', () => {
  test('declines', async () => {
    const pair = newPair()
    pair.decline()
    expect(await pair.rendered).toEqual({ kind: 'declined' })
    pair.response.end('too late')
  })

  test('has one once there is a head: `next()` after `send` changes nothing', async () => {
    const pair = newPair()
    pair.response.end('page')
    pair.decline()
    expect(await textOf(pair)).toBe('page')
  })
})
