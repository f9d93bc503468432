import { request as send } from 'node:http'
import { Readable } from 'node:stream'
import { gunzipSync } from 'node:zlib'
import { createRenderCache } from '@ssr-cache/core'
import { Hono } from 'hono'
import { describe, expect, test, vi } from 'vitest'
import { isHit } from '../../../../test-utils/hit.ts'
import { type App, html } from '../../../../test-utils/http-suite/app.ts'
import { openFront } from '../../../../test-utils/http-suite/front.ts'
import { hono, nodeFunction, WAYS_IN } from './ways-in.ts'

const LINES = [
  ['content-language', 'en'],
  ['last-modified', 'Sun, 06 Nov 1994 08:49:37 GMT'],
] as const

describe.each(WAYS_IN)('%s', (_, way) => {
  test('renders once, and hits never enter the app (R1, R16)', async () => {
    await using front = await openFront(way, () => html('<p>page'))
    const replies = [await front.get('/page'), await front.get('/page'), await front.get('/page')]
    expect(replies.map((reply) => [reply.status, reply.text, isHit(reply)])).toEqual([
      [200, '<p>page', false],
      [200, '<p>page', true],
      [200, '<p>page', true],
    ])
    expect(replies[1]?.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-length': '7',
      'cache-control': 'public, max-age=0, s-maxage=60, stale-if-error=86400',
      etag: expect.stringMatching(/^W\//),
    })
    expect(front.seen).toHaveLength(1)
  })

  test('a crowd before a cold page is one render (C1)', async () => {
    const { promise: everyone, resolve } = Promise.withResolvers<void>()
    await using front = await openFront(way, async () => {
      await everyone
      return html('<p>page')
    })
    const planned = vi.spyOn(front.cache, 'plan')
    const crowd = Array.from({ length: 20 }, () => front.get('/page'))
    await vi.waitFor(() => expect(planned).toHaveBeenCalledTimes(20))
    resolve()
    for (const reply of await Promise.all(crowd)) expect([reply.status, reply.text]).toEqual([200, '<p>page'])
    expect(front.seen).toHaveLength(1)
  })

  test('who has the page is told so, by the weak comparison, a list or `*`, whatever the date says (A3)', async () => {
    await using front = await openFront(way, () => html('<p>page', ...LINES))
    const { headers } = await front.get('/page')
    const etag = String(headers.etag)
    const then = 'Sun, 06 Nov 1994 08:49:37 GMT'
    const conditions: readonly (readonly [Record<string, string>, number])[] = [
      [{ 'if-none-match': etag }, 304],
      [{ 'if-none-match': etag.slice(2) }, 304],
      [{ 'if-none-match': `"other", ${etag}` }, 304],
      [{ 'if-none-match': '*' }, 304],
      [{ 'if-none-match': '"other"' }, 200],
      [{ 'if-none-match': '"other"', 'if-modified-since': then }, 200],
      [{ 'if-modified-since': then }, 304],
      [{ 'if-modified-since': 'Sun, 06 Nov 1994 08:49:36 GMT' }, 200],
      [{ 'if-modified-since': 'yesterday' }, 200],
    ]
    for (const [condition, status] of conditions) {
      const reply = await front.get('/page', condition)
      expect([condition, reply.status, reply.text]).toEqual([condition, status, status === 304 ? '' : '<p>page'])
      expect(reply.headers.etag).toBe(etag)
      if (status === 304) expect(Object.keys(reply.headers).filter((name) => name.startsWith('content-'))).toEqual([])
    }
    expect(front.seen).toHaveLength(1)
  })

  test('HEAD is answered from GET, renders as GET where there is none, and fills what GET is answered from (A3, P12)', async () => {
    await using front = await openFront(way, () => html('<p>page'))
    const head = await front.ask('/page', { method: 'HEAD', headers: { accept: 'text/html' } })
    const get = await front.get('/page')
    const again = await front.ask('/page', { method: 'HEAD', headers: { accept: 'text/html' } })
    expect(front.seen.map(({ method }) => method)).toEqual(['GET'])
    expect([head.text, get.text, again.text]).toEqual(['', '<p>page', ''])
    const { 'cache-status': _, date: __, connection: ___, ...fields } = get.headers
    expect(again.headers).toMatchObject(fields)
    expect(head.headers['content-length']).toBe('7')
  })

  test('a shared render sees what the key covers and nothing else (I3, R68, R69, P1, P2, P3)', async () => {
    await using front = await openFront(
      way,
      ({ target, host, headers }) => html(JSON.stringify([target, host, headers])),
      {
        key: { cookies: ['currency'], headers: { 'accept-language': true } },
      },
    )
    const sent = {
      'user-agent': 'leak',
      cookie: 'theme=leak; currency=EUR; visit=leak',
      'accept-language': 'de',
      'x-forwarded-host': 'leak.example',
      'x-forwarded-proto': 'https',
      'x-forwarded-for': '203.0.113.9',
      forwarded: 'host=leak.example',
      'if-none-match': '"leak"',
      range: 'bytes=0-1',
      referer: 'leak',
    }
    const { text, headers } = await front.get('/./page?b=%7e&a=1&utm_source=leak&gclid=leak', sent)
    expect(JSON.parse(text)).toEqual([
      '/page?a=1&b=~',
      front.host,
      { host: front.host, accept: 'text/html', cookie: 'currency=EUR', 'accept-language': 'de' },
    ])
    expect(text).not.toContain('leak')
    expect(headers.vary).toBe('accept-language, cookie')
  })

  test('what shapes the page is named in Vary, and a page that varies by more is nobody else’s (R68, R70)', async () => {
    const app: App = ({ target }) => html('<p>', ['vary', target === '/agent' ? 'User-Agent' : 'Accept-Language'])
    await using front = await openFront(way, app, { key: { headers: { 'accept-language': true } } })
    await front.get('/page')
    const kept = await front.get('/page')
    await front.get('/agent')
    const refused = await front.get('/agent')
    expect([isHit(kept), kept.headers.vary]).toEqual([true, 'accept-language'])
    expect([isHit(refused), refused.headers['cache-control']]).toEqual([false, 'private, no-store'])
    expect(refused.headers['cache-status']).toContain('detail=vary')
  })

  test('whoever bypasses reaches the app with the request as it was sent, and joins nobody (C10, P5)', async () => {
    await using front = await openFront(way, ({ method, target, headers }) =>
      html(JSON.stringify([method, target, headers])),
    )
    const cookie = 'connect.sid=mine; theme=dark'
    const own = await front.get('/page?utm_source=mail', { cookie, 'x-mine': '1' })
    const [method, target, headers] = JSON.parse(own.text) as [string, string, Record<string, string>]
    expect([method, target, headers]).toEqual([
      'GET',
      '/page?utm_source=mail',
      expect.objectContaining({ cookie, 'x-mine': '1' }),
    ])
    expect(own.headers['cache-control']).toBe('private, no-store')
    expect(own.headers['cache-status']).toContain('detail=cookie')
    const shared = await front.get('/page')
    expect(shared.text).not.toContain('mine')
    expect(shared.headers['cache-status']).toContain('stored')
  })

  test('a draft neither joins nor leads a shared render (C10)', async () => {
    const { promise: ready, resolve } = Promise.withResolvers<void>()
    await using front = await openFront(way, async ({ target }) => {
      if (target === '/page') await ready
      return html(target)
    })
    const shared = front.get('/page')
    await vi.waitFor(() => expect(front.seen).toHaveLength(1))
    const draft = await front.get('/page?preview=1')
    resolve()
    expect([draft.text, (await shared).text]).toEqual(['/page?preview=1', '/page'])
  })

  test('each Set-Cookie of a visitor’s own answer is a field of its own (C8)', async () => {
    await using front = await openFront(way, () => html('<p>', ['set-cookie', 'a=1; Path=/'], ['set-cookie', 'b=2, 3']))
    for (const headers of [{ cookie: 'sid=1' }, {}]) {
      const reply = await front.get('/page', headers)
      expect(reply.headers['set-cookie']).toEqual(['a=1; Path=/', 'b=2, 3'])
      expect(reply.headers['cache-control']).toBe('private, no-store')
    }
  })

  test('a page with a cookie is its leader’s alone: who waited renders beside, and the next crowd does not queue (C8)', async () => {
    const { promise: everyone, resolve } = Promise.withResolvers<void>()
    let visits = 0
    await using front = await openFront(way, async () => {
      const visit = ++visits
      await everyone
      return html(`<p>${visit}`, ['set-cookie', `visit=${visit}`])
    })
    const planned = vi.spyOn(front.cache, 'plan')
    const crowd = Array.from({ length: 5 }, () => front.get('/page'))
    await vi.waitFor(() => expect(planned).toHaveBeenCalledTimes(5))
    expect(visits).toBe(1)
    resolve()
    const replies = await Promise.all(crowd)
    const cookies = replies.map(({ headers }) => headers['set-cookie']?.[0])
    expect(new Set(cookies).size).toBe(5)
    expect(replies.map(({ text }) => `visit=${text.slice(3)}`)).toEqual(cookies)
    expect((await front.get('/page')).headers['cache-status']).toContain('fwd=')
  })

  test('an outage that answers 500 to a crowd is one render, shared, and no mark (C8)', async () => {
    const { promise: everyone, resolve } = Promise.withResolvers<void>()
    let isDown = true
    await using front = await openFront(way, async () => {
      await everyone
      return isDown ? { ...html('<p>down'), status: 500 } : html('<p>up')
    })
    const planned = vi.spyOn(front.cache, 'plan')
    const crowd = Array.from({ length: 10 }, () => front.get('/page'))
    await vi.waitFor(() => expect(planned).toHaveBeenCalledTimes(10))
    resolve()
    for (const reply of await Promise.all(crowd)) {
      expect([reply.status, reply.text, reply.headers['cache-control']]).toEqual([500, '<p>down', 'no-store'])
    }
    expect(front.seen).toHaveLength(1)
    isDown = false
    front.clock.advance(3_000)
    expect((await front.get('/page')).headers['cache-status']).toContain('stored')
  })

  test('data is answered by the app as the app likes, and is never the page, nor the page the data (P9, R72)', async () => {
    const app: App = ({ headers }) =>
      headers['sec-fetch-dest'] === 'empty' || headers['rsc'] === '1'
        ? {
            fields: [
              ['content-type', 'application/json'],
              ['cache-control', 'max-age=5'],
            ],
            body: '{"a":1}',
          }
        : html('<p>page')
    await using front = await openFront(way, app)
    const data = await front.ask('/page', { headers: { accept: '*/*', 'sec-fetch-dest': 'empty' } })
    expect([data.text, data.headers['cache-control']]).toEqual(['{"a":1}', 'max-age=5'])
    expect((await front.get('/page')).text).toBe('<p>page')
    const rsc = await front.get('/page', { rsc: '1' })
    expect([rsc.text, rsc.headers['content-type']]).toEqual(['{"a":1}', 'application/json'])
    expect((await front.get('/page')).text).toBe('<p>page')
  })

  test('assets go out with the app’s own fields, and what says nothing of caches is kept by none (R36, R63)', async () => {
    const app: App = ({ target }) =>
      target === '/app.3f2a.css'
        ? {
            fields: [
              ['content-type', 'text/css'],
              ['cache-control', 'public, max-age=86400'],
            ],
            body: 'p{}',
          }
        : { fields: [['content-type', 'text/plain']], body: 'as it is' }
    await using front = await openFront(way, app)
    for (let visit = 0; visit < 2; visit++) {
      const asset = await front.get('/app.3f2a.css')
      const plain = await front.get('/robots.txt')
      expect([asset.text, asset.headers['cache-control'], isHit(asset)]).toEqual([
        'p{}',
        'public, max-age=86400',
        false,
      ])
      expect([plain.text, plain.headers['cache-control'], isHit(plain)]).toEqual([
        'as it is',
        'private, no-store',
        false,
      ])
    }
  })

  test('a body on its way to the app is streamed through: the app has its beginning before it has been sent (B6, P12)', async () => {
    const megabytes = way === nodeFunction || way === hono ? 200 : 10
    const mebibyte = Buffer.alloc(1024 ** 2, 'x')
    await using front = await openFront(way, async ({ bodyBytes }) => html(String(await bodyBytes())))
    async function* upload(): AsyncGenerator<Buffer> {
      yield mebibyte
      await vi.waitFor(() => expect(front.seen).toHaveLength(1))
      for (let i = 1; i < megabytes; i++) yield mebibyte
    }
    const { promise, resolve } = Promise.withResolvers<string>()
    const headers = { accept: 'text/html' }
    const client = send({ port: front.port, method: 'POST', path: '/upload', headers }, async (reply) => {
      resolve((await reply.toArray()).join(''))
    })
    Readable.from(upload()).pipe(client)
    expect(await promise).toBe(String(megabytes * mebibyte.length))
  })

  test('a visitor’s own answer is streamed: its first bytes come while it is still made', async () => {
    const { promise: heard, resolve } = Promise.withResolvers<void>()
    await using front = await openFront(way, () =>
      html(
        (async function* () {
          yield '<p>first'
          await heard
          yield ' last'
        })(),
      ),
    )
    const reply = await new Promise<string>((done, fail) => {
      const client = send(
        { port: front.port, path: '/page', headers: { accept: 'text/html', cookie: 'sid=1' } },
        (response) => {
          let text = ''
          response.setEncoding('utf8').on('data', (chunk: string) => {
            text += chunk
            // Without it, the answer would never end.
            resolve()
          })
          response.on('end', () => done(text))
        },
      )
      client.on('error', fail).end()
    })
    expect(reply).toBe('<p>first last')
  })

  test('a page that is too large to be kept goes out whole, and is not kept (B2)', async () => {
    const piece = 'x'.repeat(1024)
    const app: App = () =>
      html(
        (async function* () {
          for (let i = 0; i < 64; i++) yield piece
        })(),
      )
    await using front = await openFront(way, app, { maxPageBytes: 10_000 })
    for (let visit = 0; visit < 2; visit++) {
      const reply = await front.get('/page')
      expect([reply.status, reply.body.length, reply.cutOff, isHit(reply)]).toEqual([200, 65_536, false, false])
      expect(reply.headers['cache-control']).toBe('private, no-store')
    }
  })

  test('an old page stands in after timeoutMs, and not only when the app has failed at its leisure (S14)', async () => {
    let isSlow = false
    const { promise: never, resolve: end } = Promise.withResolvers<ReturnType<typeof html>>()
    await using front = await openFront(way, () => (isSlow ? never : html('<p>old')), {
      staleWhileRevalidate: 0,
      admission: { timeoutMs: 500, deadlineMs: 60_000 },
    })
    await front.get('/page')
    isSlow = true
    front.clock.advance(61_000)
    const late = front.get('/page')
    await vi.waitFor(() => expect(front.seen).toHaveLength(2))
    await front.clock.advanceAsync(500)
    const reply = await late
    expect([reply.status, reply.text]).toEqual([200, '<p>old'])
    expect(reply.headers['cache-status']).toContain('detail=timeout')
    end(html('<p>new'))
  })

  test('a page is kept encoded, too, and goes out in what its visitor reads (A2, A7)', async () => {
    const text = '<p>page</p>'.repeat(500)
    await using front = await openFront(way, () => html(text))
    for (let visit = 0; visit < 2; visit++) {
      const { body, headers } = await front.get('/page', { 'accept-encoding': 'gzip' })
      expect(gunzipSync(body).toString() === text).toBe(true)
      expect(headers).toMatchObject({ 'content-encoding': 'gzip', 'content-length': String(body.length) })
      expect(headers.vary).toBe('accept-encoding')
    }
    const plain = await front.get('/page', { 'accept-encoding': 'identity' })
    expect([plain.text === text, plain.headers['content-encoding']]).toEqual([true, undefined])
    expect(front.seen).toHaveLength(1)
  })

  test('a visitor who leaves harms nobody: the page is rendered to its end, and kept (I9)', async () => {
    const { promise: ready, resolve } = Promise.withResolvers<void>()
    await using front = await openFront(way, async () => {
      await ready
      return html('<p>page')
    })
    await front.askAndLeave(
      '/page',
      vi.waitFor(() => expect(front.seen).toHaveLength(1)),
      { headers: { accept: 'text/html' } },
    )
    resolve()
    await vi.waitFor(async () => expect(isHit(await front.get('/page'))).toBe(true))
    expect(front.seen).toHaveLength(1)
  })

  test('a route that is not to be cached is the app’s own (R36)', async () => {
    await using front = await openFront(way, () => html('<p>', ['cache-control', 'max-age=7']), {
      routes: [{ match: '/account/*rest', cache: false }],
    })
    for (const path of ['/account', '/Account/x', '/account/../account/y']) {
      const reply = await front.get(path)
      expect([reply.headers['cache-control'], reply.headers['cache-status']]).toEqual([
        'max-age=7',
        'ssr-cache; fwd=bypass; detail=route',
      ])
    }
  })

  test('after close() a visitor is answered all the same: with 500, which nobody keeps (I13)', async () => {
    await using front = await openFront(way, () => html('<p>'))
    await front.cache.close()
    const { status, headers, text } = await front.get('/page')
    expect([status, text, headers['cache-control']]).toEqual([500, 'Internal Server Error\n', 'private, no-store'])
  })
})

test('an app behind cache.fetch that asks the same cache for what it was asked waits neither for its own render nor for its own place (C1, C10)', async () => {
  const cache = createRenderCache({ maxAge: 60, admission: { concurrency: 1, bypassConcurrency: 1 } })
  let renders = 0
  const inner = cache.fetch(() => {
    renders++
    return new Response(`<p>${renders}`, { headers: { 'content-type': 'text/html' } })
  })
  const app = new Hono().all('*', ({ req }) => inner(req.raw))
  const outer = cache.fetch(app.fetch)
  const ask = async (headers = {}) => {
    const answer = await outer(new Request('https://shop.example/a', { headers }))
    return [answer.status, await answer.text(), isHit({ headers: Object.fromEntries(answer.headers) })]
  }
  expect([await ask(), await ask()]).toEqual([
    [200, '<p>1', false],
    [200, '<p>1', true],
  ])
  expect(await ask({ authorization: 'Bearer x' })).toEqual([200, '<p>2', false])
  await cache.close()
})
