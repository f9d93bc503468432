import { OutgoingMessage, type RequestListener, ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { describe, expect, test, vi } from 'vitest'
import { serve } from '../../../../test-utils/serve.ts'
import type { Field } from '../../src/fields.ts'
import { type PageAnswer, sendAnswer } from '../../src/node/index.ts'

const BODY = Buffer.from('<p>page</p>')

function page(more: readonly Field[] = [], changes: Partial<PageAnswer> = {}): PageAnswer {
  const fields: readonly Field[] = [
    ['content-type', 'text/html'],
    ['vary', 'accept-language'],
    ['etag', 'W/"1"'],
    ['cache-control', 'public, max-age=0, s-maxage=60'],
    ['cdn-cache-control', 'max-age=60'],
    ['cache-status', 'ssr-cache; hit; ttl=60'],
    ...more,
  ]
  return { kind: 'answer', status: 200, fields, body: BODY, shared: true, ...changes }
}

/** Sends one answer to one request, after what code above does. */
async function sent(
  answer: PageAnswer,
  above?: RequestListener,
  asked?: { method?: string; headers?: Record<string, string> },
) {
  await using site = await serve((request, response) => {
    above?.(request, response)
    sendAnswer(answer, request, response)
  })
  return await site.ask('/', asked)
}

/** Adds a field inside of `writeHead`, as on-headers does. */
function whileHeadIsWritten(response: ServerResponse, add: () => void): void {
  const native = response.writeHead
  response.writeHead = function (this: ServerResponse, ...parts: unknown[]) {
    add()
    return native.apply(this, parts as never)
  } as never
}

describe('an answer on its way out', () => {
  test('has the page’s fields, its length and its bytes', async () => {
    const { status, headers, body } = await sent(page())
    expect(status).toBe(200)
    expect(headers).toMatchObject({
      'content-type': 'text/html',
      'content-length': '11',
      'cache-control': 'public, max-age=0, s-maxage=60',
      'cache-status': 'ssr-cache; hit; ttl=60',
    })
    expect(body).toEqual(BODY)
  })

  test('keeps several lines of one name, and fields that code above has set', async () => {
    const { headers, rawHeaders } = await sent(
      page([
        ['link', '</a>'],
        ['link', '</b>'],
      ]),
      (_, response) => response.setHeader('Link', '</above>').setHeader('X-Above', '1'),
    )
    expect(headers['x-above']).toBe('1')
    expect(rawHeaders.filter((_, i) => rawHeaders[i - 1]?.toLowerCase() === 'link')).toEqual(['</a>', '</b>'])
  })

  test('joins its Vary with that from above', async () => {
    const { headers } = await sent(page(), (_, response) => response.setHeader('Vary', 'Origin, Accept-Language'))
    expect(headers.vary).toBe('origin, accept-language')
  })

  test('says alone how long it may be kept: what code above has said of that goes', async () => {
    const { headers } = await sent(page(), (_, response) => {
      response.setHeader('Cache-Control', 'public, max-age=99999').setHeader('Expires', 'Thu, 01 Jan 2099 00:00:00 GMT')
      response.setHeader('Surrogate-Control', 'max-age=99999').setHeader('Pragma', 'cache')
    })
    expect(headers['cache-control']).toBe('public, max-age=0, s-maxage=60')
    expect(headers['cdn-cache-control']).toBe('max-age=60')
    for (const name of ['expires', 'surrogate-control', 'pragma']) expect(headers[name]).toBeUndefined()
  })

  test('HEAD is the head of GET, without the body (A3)', async () => {
    const get = await sent(page())
    const head = await sent(page(), undefined, { method: 'HEAD' })
    expect(head.body).toHaveLength(0)
    expect(head.headers).toEqual({ ...get.headers, date: expect.any(String) })
  })

  const LINKS = [
    ['link', '</a>'],
    ['link', '</b>'],
  ] as const
  const STEPS = ['setHeader', 'appendHeader', 'writeHead', 'end'] as const

  test.each(STEPS)('goes by code above that has its own way to %s (A9)', async (step) => {
    let calls = 0
    await sent(page(LINKS), (_, response) => {
      const steps = response as unknown as Record<string, (...given: unknown[]) => unknown> // they are methods
      const native = steps[step] as () => unknown
      steps[step] = (...given) => {
        calls++
        return Reflect.apply(native, response, given)
      }
    })
    expect(calls).toBeGreaterThan(0)
  })

  const above = (response: ServerResponse): unknown => response.setHeader('X-Above', '1').setHeader('Vary', 'Origin')

  test('has the same lines beside fields that code above has set, whether somebody watches over them or not (A7, A9)', async () => {
    const unwatched = await sent(page(LINKS), (_, response) => above(response))
    const watched = await sent(page(LINKS), (_, response) => {
      above(response)
      whileHeadIsWritten(response, () => {})
    })
    expect({ ...unwatched.headers, date: '' }).toEqual({ ...watched.headers, date: '' })
    expect(unwatched.headers).toMatchObject({ 'x-above': '1', vary: 'origin, accept-language' })
  })

  test.each([
    ['a page', {}, {}],
    ['a head', { method: 'HEAD' }, {}],
    ['a 304', { headers: { 'if-none-match': '"1"' } }, {}],
    ['a part', { headers: { range: 'bytes=0-2' } }, {}],
    ['a 404', {}, { status: 404 }],
    ['a redirect without a body', {}, { status: 301, body: Buffer.alloc(0) }],
  ])(
    '%s has the same lines and bytes whether its head is written at once or field by field (A7)',
    async (_, asked, changes) => {
      const answer = page(LINKS, changes)
      const atOnce = await sent(answer, undefined, asked)
      const byField = await sent(answer, (_request, response) => whileHeadIsWritten(response, () => {}), asked)
      const lines = ({ rawHeaders }: typeof atOnce): readonly string[] =>
        rawHeaders.map((text, i) => (rawHeaders[i - 1]?.toLowerCase() === 'date' ? 'now' : text))
      expect([atOnce.status, lines(atOnce), atOnce.text]).toEqual([byField.status, lines(byField), byField.text])
    },
  )

  test('a status without a body has no length either', async () => {
    const { status, headers } = await sent(page([], { status: 204, body: new Uint8Array() }))
    expect(status).toBe(204)
    expect(headers['content-length']).toBeUndefined()
  })

  test('a visitor who has the page gets 304 with what caches need, and nothing of the body (A3)', async () => {
    const above: RequestListener = (_, response) => response.setHeader('Content-Type', 'text/plain')
    const { status, headers, body } = await sent(page(), above, { headers: { 'if-none-match': '"1"' } })
    expect(status).toBe(304)
    expect(body).toHaveLength(0)
    expect(headers).toMatchObject({
      etag: 'W/"1"',
      vary: 'accept-language',
      'cache-control': 'public, max-age=0, s-maxage=60',
      'cdn-cache-control': 'max-age=60',
      'cache-status': 'ssr-cache; hit; ttl=60',
    })
    expect(headers['content-type']).toBeUndefined()
    expect(headers['content-length']).toBeUndefined()
  })

  test('only a 200 is answered 304 (RFC 9110 13.2.1)', async () => {
    const missing = page([], { status: 404 })
    expect((await sent(missing, undefined, { headers: { 'if-none-match': '*' } })).status).toBe(404)
  })

  test('If-Modified-Since counts where the page says when it was modified', async () => {
    const date = 'Sun, 06 Nov 1994 08:49:37 GMT'
    const dated = page([['last-modified', date]])
    expect((await sent(dated, undefined, { headers: { 'if-modified-since': date } })).status).toBe(304)
  })

  test('a Range of a hit is answered with its part, its length and all of the page’s fields (A3)', async () => {
    const { status, headers, text } = await sent(page(), undefined, { headers: { range: 'bytes=3-6' } })
    expect([status, text]).toEqual([206, 'page'])
    expect(headers).toMatchObject({
      'content-range': 'bytes 3-6/11',
      'content-length': '4',
      'content-type': 'text/html',
      'cache-control': 'public, max-age=0, s-maxage=60',
      'cdn-cache-control': 'max-age=60',
      'cache-status': 'ssr-cache; hit; ttl=60',
      etag: 'W/"1"',
      vary: 'accept-language',
      date: expect.any(String),
    })
    expect(BODY.toString()).toBe('<p>page</p>')
  })

  test('a Range that is not there is 416 with no body, and no lifetime for a CDN to keep it by', async () => {
    const above: RequestListener = (_, response) => response.setHeader('Expires', 'Thu, 01 Jan 2099 00:00:00 GMT')
    const { status, headers, body } = await sent(page(), above, { headers: { range: 'bytes=11-' } })
    expect([status, body.length]).toEqual([416, 0])
    expect(headers).toMatchObject({
      'content-range': 'bytes */11',
      'content-length': '0',
      'cache-control': 'no-store',
      'cache-status': 'ssr-cache; hit; ttl=60',
      etag: 'W/"1"',
      vary: 'accept-language',
    })
    for (const name of ['cdn-cache-control', 'content-type', 'expires']) expect(headers[name]).toBeUndefined()
  })

  test('who has the page gets 304, whatever part they ask for (RFC 9110 13.2.2)', async () => {
    for (const range of ['bytes=0-1', 'bytes=99-']) {
      const { status, headers } = await sent(page(), undefined, { headers: { range, 'if-none-match': '"1"' } })
      expect([status, headers['content-range']]).toEqual([304, undefined])
    }
    const changed = await sent(page(), undefined, { headers: { range: 'bytes=0-1', 'if-none-match': '"2"' } })
    expect(changed.status).toBe(206)
  })

  test('HEAD with a Range is the head of the whole page', async () => {
    const head = await sent(page(), undefined, { method: 'HEAD', headers: { range: 'bytes=0-1' } })
    expect([head.status, head.headers['content-length'], head.headers['content-range']]).toEqual([200, '11', undefined])
  })

  test('a part with a cookie from above is as private as the page (A9)', async () => {
    const above: RequestListener = (_, response) => response.setHeader('Set-Cookie', 'a=1')
    const { status, headers } = await sent(page(), above, { headers: { range: 'bytes=0-1' } })
    expect([status, headers['cache-control']]).toEqual([206, 'private, no-store'])
  })

  test('a part may not be encoded by code above that could: its offsets count the bytes of the page', async () => {
    const wrap: RequestListener = (_, response) => {
      const native = response.end
      response.end = ((...given: unknown[]) => native.apply(response, given as never)) as never
    }
    const controlOf = async (range: string) =>
      (await sent(page(), wrap, { headers: { range } })).headers['cache-control']
    expect(await controlOf('bytes=0-1')).toBe('public, max-age=0, s-maxage=60, no-transform')
    expect(await controlOf('bytes=99-')).toBe('no-store')
    expect(await controlOf('bytes=0-1,3-4')).toBe('public, max-age=0, s-maxage=60')
  })

  test('bytes that are kept for others are not handed to what wraps `end` (I10)', async () => {
    const { body } = await sent(page(), (_, response) => {
      const native = response.end
      response.end = ((chunk: Uint8Array) => native.call(response, chunk.fill(33) as never, 'utf8')) as never
    })
    expect(body).toEqual(Buffer.alloc(BODY.length, 33))
    expect(BODY.toString()).toBe('<p>page</p>')
  })
})

describe('a cookie on a page that anybody may be given (A9)', () => {
  const asPrivate = (headers: Record<string, unknown>) => {
    expect(headers['cache-control']).toBe('private, no-store')
    expect(headers['cdn-cache-control']).toBeUndefined()
  }

  test('set above makes it private', async () => {
    const { headers, body } = await sent(page(), (_, response) => response.setHeader('Set-Cookie', 'a=1'))
    asPrivate(headers)
    expect(headers['set-cookie']).toEqual(['a=1'])
    expect(body).toEqual(BODY)
  })

  test('added while the head is written makes it private, by whichever setHeader', async () => {
    for (const setHeader of [ServerResponse.prototype.setHeader, OutgoingMessage.prototype.setHeader]) {
      const { headers } = await sent(page(), (_, response) => {
        whileHeadIsWritten(response, () => setHeader.call(response, 'Set-Cookie', ['a=1', 'b=2']))
      })
      asPrivate(headers)
      expect(headers['set-cookie']).toEqual(['a=1', 'b=2'])
    }
  })

  test('makes a 304 private, too', async () => {
    const above: RequestListener = (_, response) => response.setHeader('Set-Cookie', 'a=1')
    const { status, headers } = await sent(page(), above, { headers: { 'if-none-match': '*' } })
    expect(status).toBe(304)
    asPrivate(headers)
  })

  test('of the visitor’s own answer stands beside those from above', async () => {
    const own = page([['set-cookie', 'page=1']], { shared: false })
    const { headers } = await sent(own, (_, response) => response.setHeader('Set-Cookie', 'above=1'))
    asPrivate(headers)
    expect(headers['set-cookie']).toEqual(['above=1', 'page=1'])
  })

  test.each(['content-security-policy', 'content-security-policy-report-only'])(
    'so does a nonce in %s, which protects nobody who is given it a second time (A8)',
    async (name) => {
      const policy =
        (value: string): RequestListener =>
        (_, response) =>
          response.setHeader(name, value)
      asPrivate((await sent(page(), policy("script-src 'self' 'NONCE-4AEemGb0xJptoIGFP3Nd'"))).headers)
      const known = { headers: { 'if-none-match': '*' } }
      asPrivate((await sent(page(), policy("script-src 'nonce-4AEemGb0xJptoIGFP3Nd'"), known)).headers)
      const hashed = await sent(page(), policy("script-src 'self' 'sha256-4AEemGb0xJptoIGFP3Nd'"))
      expect(hashed.headers['cache-control']).toBe('public, max-age=0, s-maxage=60')
    },
  )

  test('a Cache-Control that forbids sharing, added while the head is written, takes the CDN’s field with it', async () => {
    const { headers } = await sent(page(), (_, response) => {
      whileHeadIsWritten(response, () => response.setHeader('Cache-Control', 'private, max-age=5'))
    })
    asPrivate(headers)
  })

  test('a head that comes by no guard is not sent at all', async () => {
    const answered = sent(page(), (_, response) => {
      // A head that is written in another way than this library knows.
      response.writeHead = function (this: ServerResponse) {
        Object.assign(this, { _header: 'HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nContent-Length: 11\r\n\r\n' })
        return this
      } as never
    })
    await expect(answered).rejects.toThrow(/socket hang up|ECONNRESET/)
  })

  test('a response of another kind is refused before anything is written', () => {
    const foreign = { destroyed: false, headersSent: false } as ServerResponse
    expect(() => sendAnswer(page(), { headers: {} } as never, foreign)).toThrow(/ERR_SSR_CACHE_OPTION.*node:http/)
  })
})

describe('a body that comes as it is made', () => {
  const endless = (left: () => void) =>
    (async function* () {
      try {
        for (;;) {
          yield Buffer.alloc(65_536, 'x')
          await new Promise((resolve) => setImmediate(resolve))
        }
      } finally {
        left()
      }
    })()

  test('is passed on', async () => {
    async function* pieces() {
      yield Buffer.from('a')
      yield new Uint8Array([98])
    }
    const { text, headers } = await sent(page([], { body: pieces(), shared: false }))
    expect(text).toBe('ab')
    expect(headers['content-length']).toBeUndefined()
  })

  test('that breaks off ends the connection, so that nobody takes it for whole', async () => {
    async function* half() {
      yield Buffer.from('half')
      throw new Error('database')
    }
    const { text, cutOff } = await sent(page([], { body: half(), shared: false }))
    expect([text, cutOff]).toEqual(['half', true])
  })

  test('that breaks off resets the connection where its end would be the end of the page (HTTP/1.0)', async () => {
    async function* half(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('half')
      await new Promise((resolve) => setTimeout(resolve, 20))
      throw new Error('the database is down')
    }
    await using site = await serve((request, response) =>
      sendAnswer(page([], { body: half(), shared: false }), request, response),
    )
    const client = connect(site.port, '127.0.0.1').resume()
    client.write('GET / HTTP/1.0\r\n\r\n')
    const ended = new Promise((resolve) => client.once('end', () => resolve('whole')).once('error', resolve))
    expect(await ended).toMatchObject({ code: 'ECONNRESET' })
  })

  test.each([
    ['HEAD', { method: 'HEAD' }],
    ['304', { headers: { 'if-none-match': '*' } }],
  ])('is let go where %s needs none', async (_, asked) => {
    const left = vi.fn()
    await sent(page([], { body: endless(left), shared: false }), undefined, asked)
    await vi.waitFor(() => expect(left).toHaveBeenCalled())
  })

  test('is let go where its visitor leaves, or has left (I9)', async () => {
    for (const event of ['now', 'close']) {
      const left = vi.fn()
      const { promise: started, resolve: begun } = Promise.withResolvers<void>()
      await using site = await serve((request, response) => {
        const send = () => sendAnswer(page([], { body: endless(left), shared: false }), request, response)
        if (event === 'close') response.once('close', send)
        else send()
        begun()
      })
      await site.askAndLeave('/', started)
      await vi.waitFor(() => expect(left, event).toHaveBeenCalledTimes(1))
    }
  })
})

describe('an answer that cannot be written', () => {
  test('throws, and leaves no field of the page to whoever answers instead', async () => {
    await using site = await serve((request, response) => {
      response.setHeader('X-Above', '1')
      try {
        sendAnswer(page([['x-bad', 'a\r\nb']]), request, response)
      } catch {
        response.statusCode = 500
        response.end('sorry')
      }
    })
    const { status, headers, text } = await site.ask('/')
    expect([status, text]).toEqual([500, 'sorry'])
    expect(headers).toMatchObject({ 'x-above': '1', 'content-length': '5' })
    for (const name of ['cache-control', 'etag', 'content-type']) expect(headers[name]).toBeUndefined()
  })
})

describe('an answer of the app’s own words (asCame)', () => {
  const asCame = (more: readonly Field[] = []): PageAnswer =>
    page(more, { asCame: true, shared: false, fields: [['cache-control', 'max-age=60'], ['etag', '"1"'], ...more] })

  test('keeps its cookies, and what it says of its lifetime', async () => {
    const { headers } = await sent(
      asCame([
        ['set-cookie', 'a=1'],
        ['set-cookie', 'b=2'],
      ]),
      (_, response) => {
        response.setHeader('x-above', '1')
      },
    )
    expect([headers['cache-control'], headers['set-cookie'], headers['x-above']]).toEqual([
      'max-age=60',
      ['a=1', 'b=2'],
      '1',
    ])
  })

  test('is private where code above has a cookie for this visitor (A9, P)', async () => {
    for (const more of [[], [['set-cookie', 'a=1']]] as const) {
      const { headers } = await sent(
        asCame(more),
        (_, response) => void response.setHeader('set-cookie', ['sid=1', 'x=1']),
      )
      expect(headers['cache-control']).toBe('private, no-store')
    }
  })

  test('is private where code above has said so', async () => {
    const { headers } = await sent(asCame(), (_, response) => void response.setHeader('cache-control', 'private'))
    expect(headers['cache-control']).toBe('private, no-store')
  })

  test('a head says how long the page is that it is of', async () => {
    const head = { ...asCame([['content-length', '4711']]), body: new Uint8Array() }
    expect((await sent(head, undefined, { method: 'HEAD' })).headers['content-length']).toBe('4711')
    expect((await sent({ ...head, body: BODY })).headers['content-length']).toBe(String(BODY.length))
  })
})
