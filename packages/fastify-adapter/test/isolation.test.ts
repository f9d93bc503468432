import { AsyncLocalStorage } from 'node:async_hooks'
import { request as clientRequest } from 'node:http'
import { Readable } from 'node:stream'
import cookie from '@fastify/cookie'
import session from '@fastify/session'
import { pageContext } from '@ssr-cache/core'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { describe, expect, test, vi } from 'vitest'
import { type Built, crowd, isHit, open } from './shop.ts'

type Read = (request: FastifyRequest, reply: FastifyReply) => unknown

/** Answers with what it was given, as HTML that no HTML parser needs. */
const echo =
  (read: Read) =>
  (request: FastifyRequest, reply: FastifyReply): FastifyReply =>
    reply.type('text/html').send(`<pre>${JSON.stringify(read(request, reply)) ?? 'undefined'}</pre>`)

const said = (text: string): unknown => JSON.parse(text.slice('<pre>'.length, -'</pre>'.length))

const everywhere =
  (read: Read) =>
  (app: FastifyInstance): unknown =>
    app.get('/*', echo(read))

const page = (app: FastifyInstance): unknown =>
  app.get('/*', (_request, reply) => reply.type('text/html').send('<p>page</p>'))

describe('the renderer sees what the key covers, and nothing else (I3)', () => {
  test('the header fields that it is given are those of the key, and no other (R68, R69)', async () => {
    await using shop = await open({ pages: everywhere(({ headers, raw }) => [headers, raw.headers, raw.rawHeaders]) })
    const first = await shop.get('/', { 'user-agent': 'leak', 'x-forwarded-for': 'leak', 'x-probe': ['leak', 'leak'] })
    const second = await shop.get('/')
    expect(isHit(second)).toBe(true)
    expect(second.text).toBe(first.text)
    const given = { host: shop.host, accept: 'text/html' }
    expect(said(first.text)).toEqual([given, given, ['host', shop.host, 'accept', 'text/html']])
  })

  test('cookies that are not in the key are gone; those that are, are there and split it (R66)', async () => {
    await using shop = await open({
      above: (app) => app.register(cookie),
      pages: everywhere((request) => request.cookies),
      cache: { key: { cookies: ['currency'] } },
    })
    expect(said((await shop.get('/', { cookie: 'tracking=1; currency=EUR; a=b' })).text)).toEqual({ currency: 'EUR' })
    expect(isHit(await shop.get('/', { cookie: 'currency=EUR; tracking=2' }))).toBe(true)
    expect(said((await shop.get('/', { cookie: 'currency=USD' })).text)).toEqual({ currency: 'USD' })
  })

  test('dropped parameters are in no URL and no query that it is given (P3)', async () => {
    await using shop = await open({
      pages: everywhere(({ url, originalUrl, query, raw }) => [url, originalUrl, raw.url, query]),
    })
    const { text } = await shop.get('/page?utm_source=x&b=2&a=1&gclid=y')
    expect(said(text)).toEqual(['/page?a=1&b=2', '/page?a=1&b=2', '/page?a=1&b=2', { a: '1', b: '2' }])
  })

  test('state that hooks above put on request, reply and their decorators is not there, and no address is (A10)', async () => {
    await using shop = await open({
      above(app) {
        app.decorateRequest('user', null as string | null)
        app.decorateReply('greeting', '')
        app.addHook('onRequest', async (request, reply) => {
          Object.assign(request, { user: request.headers['x-user'] ?? null })
          Object.assign(reply, { greeting: `Hello ${request.headers['x-user'] ?? 'nobody'}` })
        })
      },
      pages: everywhere((request, reply) => {
        const { user } = request as unknown as { user?: string }
        const { greeting } = reply as unknown as { greeting?: string }
        return [user, greeting, request.ip, request.socket.remoteAddress, request.isSharedRender]
      }),
    })
    expect(said((await shop.get('/', { 'x-user': 'ada' })).text)).toEqual([null, 'Hello nobody', null, null, true])
    const own = said((await shop.get('/', { 'x-user': 'ada', cookie: 'sid=1' })).text)
    expect(own).toEqual(['ada', 'Hello ada', '127.0.0.1', '127.0.0.1', false])
  })

  test('no forwarded address reaches it where the app trusts its proxy', async () => {
    await using shop = await open({ pages: everywhere(({ ip, ips }) => [ip, ips]), server: { trustProxy: true } })
    const { text } = await shop.get('/', { 'x-forwarded-for': '192.0.2.1' })
    expect(said(text)).toEqual([null, [null]])
  })

  test('what `context` lets through is in the key, and is `request.cacheContext` (A10)', async () => {
    await using shop = await open({
      pages: everywhere((request) => [request.cacheContext, (request as { user?: string }).user]),
      plugin: {
        context(request) {
          Object.assign(request, { user: 'ada' })
          return { country: String(request.headers['x-country'] ?? '?') }
        },
      },
    })
    const de = await shop.get('/', { 'x-country': 'de' })
    const fr = await shop.get('/', { 'x-country': 'fr' })
    expect([said(de.text), said(fr.text)]).toEqual([
      [{ country: 'de' }, null],
      [{ country: 'fr' }, null],
    ])
    expect(isHit(await shop.get('/', { 'x-country': 'de' }))).toBe(true)
    const own = await shop.get('/', { 'x-country': 'it', cookie: 'connect.sid=1' })
    expect(said(own.text)).toEqual([{ country: 'it' }, 'ada'])
    // A cache that keys by URL alone must not keep it.
    expect(de.headers['cache-control']).toBe('private, no-cache')
  })

  test('the async context of a visitor does not reach the render', async () => {
    const visitor = new AsyncLocalStorage<string>()
    await using shop = await open({
      above: (app) =>
        app.addHook('onRequest', (request, _reply, next) =>
          request.isSharedRender ? next() : visitor.run('ada', next),
        ),
      pages: everywhere(() => visitor.getStore() ?? 'nobody'),
    })
    expect(said((await shop.get('/')).text)).toBe('nobody')
    expect(said((await shop.get('/', { cookie: 'sid=1' })).text)).toBe('ada')
  })

  test('the page’s own context is there, also in streams that have waited (R61)', async () => {
    const late = async function* () {
      for (let i = 0; i < 64; i++) yield 'x'.repeat(32_768)
      pageContext()?.tag('late')
    }
    await using shop = await open({
      pages: (app) => app.get('/', (_request, reply) => reply.type('text/html').send(Readable.from(late()))),
    })
    await shop.get('/')
    expect(isHit(await shop.get('/'))).toBe(true)
    await shop.cache.purge({ tags: ['late'] })
    expect(isHit(await shop.get('/'))).toBe(false)
  })
})

describe('what Fastify puts on a request is made from the key', () => {
  const state: Read = (request) => ({
    method: request.method,
    protocol: request.protocol,
    host: request.host,
    hostname: request.hostname,
    port: request.port,
    url: request.url,
    originalUrl: request.originalUrl,
    query: request.query,
    params: request.params,
    route: request.routeOptions.url,
    is404: request.is404,
    body: request.body ?? 'none',
  })

  const urls = [
    '/',
    '/page',
    '/page?a=1&a=2',
    '/Page/',
    '/page?x=%C3%A9+%26',
    '/page//x',
    '/page/a%2Fb',
    '/movies/a%20b/cast',
    '/.well-known/x',
  ]

  const ways: readonly (readonly [string, Omit<Built, 'pages'>, string])[] = [
    ['at the root', {}, ''],
    ['below a prefix', {}, '/shop'],
    [
      'without regard to case and slashes',
      { server: { routerOptions: { caseSensitive: false, ignoreTrailingSlash: true } } },
      '',
    ],
    ['with a query parser of its own', { server: { routerOptions: { querystringParser: (text) => ({ text }) } } }, ''],
    ['with URLs rewritten', { server: { rewriteUrl: ({ url = '' }) => url.replace(/^\/de\//, '/') } }, '/de'],
  ]

  test.each(ways)('as it is for a visitor of his own, %s', async (_, built, base) => {
    await using shop = await open({
      ...built,
      pages: (app) =>
        app.register(
          async (inner) => {
            inner.get('/', echo(state))
            inner.get('/movies/:id/:part', echo(state))
            inner.get('/*', echo(state))
          },
          { prefix: base === '/shop' ? base : '' },
        ),
      cache: { bypass: { cookies: ['own'] } },
    })
    for (const url of urls) {
      const path = base + url
      const shared = await shop.get(path)
      const own = await shop.get(path, { cookie: 'own=1' })
      expect(own.headers['cache-status'], path).toContain('fwd=bypass')
      expect(shared.headers['cache-status'], path).toContain('fwd=uri-miss')
      expect(said(shared.text), path).toEqual(said(own.text))
    }
  })

  test('HEAD is answered by the route of GET, whatever Fastify would make of it (A3)', async () => {
    await using shop = await open({ pages: everywhere(({ method }) => method), server: { exposeHeadRoutes: false } })
    const head = await shop.ask('/', { method: 'HEAD' })
    expect([head.status, head.text]).toEqual([200, ''])
    expect(said((await shop.get('/')).text)).toBe('GET')
  })
})

describe('routes that one URL leads to by more than its path', () => {
  const versions = (app: FastifyInstance): void => {
    app.get(
      '/page',
      echo(() => 'none'),
    )
    app.get(
      '/page',
      { constraints: { version: '1.2.0' } },
      echo(({ headers }) => headers['accept-version']),
    )
    app.get(
      '/page',
      { constraints: { version: '2.0.0' } },
      echo(() => 'two'),
    )
  }

  test('by a version: each is a page of its own, and a version that is not there is none', async () => {
    await using shop = await open({ pages: versions, cache: { bypass: { cookies: ['own'] } } })
    const asked = [{}, { 'accept-version': '1.x' }, { 'accept-version': '2.0.0' }]
    for (const _ of ['miss', 'hit']) {
      const replies = await Promise.all(asked.map((headers) => shop.get('/page', headers)))
      expect(replies.map(({ text }) => said(text))).toEqual(['none', '1.2.0', 'two'])
      expect(replies.every(isHit)).toBe(_ === 'hit')
      const unknown = await shop.get('/page', { 'accept-version': '9.x' })
      expect([unknown.status, unknown.headers['cache-status']]).toEqual([404, undefined])
    }
  })

  test('by a host: that is in every key', async () => {
    await using shop = await open({
      pages(app) {
        app.get(
          '/',
          { constraints: { host: 'a.example' } },
          echo(() => 'a'),
        )
        app.get(
          '/',
          { constraints: { host: /^b\.example$/ } },
          echo(() => 'b'),
        )
      },
    })
    for (const _ of ['miss', 'hit']) {
      const replies = await Promise.all(['a', 'b'].map((name) => shop.get('/', { host: `${name}.example` })))
      expect(replies.map(({ text }) => said(text))).toEqual(['a', 'b'])
    }
    // And nowhere else: such pages are found by their URL alone.
    const { page } = await shop.cache.explain({ url: 'http://a.example/', headers: { accept: 'text/html' } })
    expect(page?.state).toBe('fresh')
  })

  const tenants: NonNullable<Built['server']> = {
    routerOptions: {
      constraints: {
        tenant: {
          name: 'tenant',
          storage() {
            const stores = new Map<string, never>()
            return {
              get: (tenant: string) => stores.get(tenant) ?? null,
              set: (tenant: string, store: never) => void stores.set(tenant, store),
            }
          },
          deriveConstraint: ({ headers }: { headers: Record<string, string> }) => headers['x-tenant'],
        },
      },
    } as never, // its types do not know of their own strategies
  }

  const byTenant = (app: FastifyInstance): void => {
    app.get(
      '/',
      echo(() => 'nobody’s'),
    )
    app.get(
      '/',
      { constraints: { tenant: 'a' } },
      echo(() => 'a’s'),
    )
  }

  test('by a header: in the key, it works; elsewhere it is an error for whom it matters, with the way out', async () => {
    await using keyed = await open({
      pages: byTenant,
      server: tenants,
      cache: { key: { headers: { 'x-tenant': true } } },
    })
    await using unkeyed = await open({ pages: byTenant, server: tenants })
    for (const _ of ['miss', 'hit']) {
      expect(said((await keyed.get('/', { 'x-tenant': 'a' })).text)).toBe('a’s')
      expect(said((await keyed.get('/')).text)).toBe('nobody’s')
      expect(said((await unkeyed.get('/')).text)).toBe('nobody’s')
      const { status, text } = await unkeyed.get('/', { 'x-tenant': 'a' })
      expect([status, text]).toEqual([
        500,
        expect.stringMatching(
          /\\"key\.headers\\" must be what routes are told apart by .*key\.headers of createRenderCache/,
        ),
      ])
    }
  })

  test.each(['/shop/../cart', '/shop/%2e%2e/cart', '/shop/.', '/shop/%2E/x?y', '/shop/..?x=1'])(
    'by dot segments, which Fastify routes as they stand: %s is malformed (I11)',
    async (path) => {
      const handler = vi.fn()
      await using shop = await open({
        pages(app) {
          app.get('/shop/*', handler)
          app.get('/cart', handler)
        },
      })
      expect((await shop.get(path)).status).toBe(400)
      expect((await shop.get(path, { cookie: 'sid=1' })).status).toBe(400)
      expect(handler).not.toHaveBeenCalled()
    },
  )

  test('an absolute target names the same page as its path (RFC 9112 3.2.2)', async () => {
    await using shop = await open({
      pages: (app) =>
        app.get(
          '/café',
          echo(({ url }) => url),
        ),
      server: { rewriteUrl: ({ url = '' }) => url.replace(/^http:\/\/[^/]+/, '') },
    })
    expect(said((await shop.get('/caf%C3%A9?q=%FC')).text)).toBe('/caf%C3%A9?q=%FC')
    expect(isHit(await shop.get(`http://${shop.host}/caf%C3%A9?q=%FC`))).toBe(true)
  })
})

describe('host and scheme', () => {
  const seen = everywhere(({ protocol, hostname, host }) => [protocol, hostname, host])
  const forwarded = { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' }

  test('are the connection’s, whatever a stranger forwards (P2)', async () => {
    await using shop = await open({ pages: seen })
    expect(said((await shop.get('/', forwarded)).text)).toEqual(['http', '127.0.0.1', shop.host])
    expect(isHit(await shop.get('/'))).toBe(true)
  })

  test('are the proxy’s, where the app trusts it', async () => {
    await using shop = await open({ pages: seen, server: { trustProxy: 'loopback' } })
    const proxied = { 'x-forwarded-host': 'inner.example, shop.example:8443', 'x-forwarded-proto': 'https' }
    expect(said((await shop.get('/', proxied)).text)).toEqual(['https', 'shop.example', 'shop.example:8443'])
    expect(isHit(await shop.get('/'))).toBe(false)
  })

  test('that are not ours are 421, and no host at all is 400 (P2, I11)', async () => {
    await using shop = await open({ pages: seen, cache: { hosts: ['shop.example'] } })
    expect((await shop.get('/', { host: 'shop.example' })).status).toBe(200)
    expect((await shop.get('/', { host: 'evil.example' })).status).toBe(421)
    expect((await shop.get('/', { host: 'a b' })).status).toBe(400)
  })
})

describe('nobody’s cookie goes out on a page for all (A9, I4)', () => {
  const above: Readonly<Record<string, (app: FastifyInstance) => unknown>> = {
    'reply.header': (app) =>
      app.addHook('onRequest', async (request, reply) => {
        if (request.headers['x-plain'] === undefined) reply.header('set-cookie', 'seen=1')
      }),
    'reply.raw.setHeader': (app) =>
      app.addHook('onRequest', async (request, reply) => {
        if (request.headers['x-plain'] === undefined) reply.raw.setHeader('set-cookie', 'seen=1')
      }),
    'a wrapper of writeHead': (app) =>
      app.addHook('onRequest', async (request, { raw }) => {
        if (request.headers['x-plain'] !== undefined || request.isSharedRender) return
        const { writeHead } = raw
        raw.writeHead = (...given: unknown[]) => {
          raw.setHeader('set-cookie', 'seen=1')
          return Reflect.apply(writeHead, raw, given)
        }
      }),
  }

  test.each(Object.entries(above))('set by %s: private on the miss, on a hit and on a 304', async (_, hook) => {
    await using shop = await open({ above: hook, pages: page, cache: { downstream: { cdn: 'generic' } } })
    const miss = await shop.get('/')
    const hit = await shop.get('/')
    const known = await shop.get('/', { 'if-none-match': '*' })
    for (const { headers } of [miss, hit, known]) {
      expect(headers['set-cookie']).toEqual(['seen=1'])
      expect(headers['cache-control']).toBe('private, no-store')
      expect(headers['cdn-cache-control']).toBeUndefined()
    }
    expect([isHit(miss), isHit(hit), known.status]).toEqual([false, true, 304])
    // The page itself is everybody's.
    const plain = await shop.get('/', { 'x-plain': '1' })
    expect(plain.headers['cache-control']).toMatch(/^public/)
    expect(plain.headers['cdn-cache-control']).toBeDefined()
  })

  test('set by the page it makes the page its visitor’s', async () => {
    await using shop = await open({
      above: (app) => app.register(cookie),
      pages: (app) => app.get('/', (_request, reply) => reply.setCookie('a', '1').type('text/html').send('<p>')),
    })
    for (const _ of [1, 2]) {
      const { headers } = await shop.get('/')
      expect(headers['cache-status']).toContain('detail=set-cookie')
      expect([headers['cache-control'], headers['set-cookie']]).toEqual(['private, no-store', [expect.any(String)]])
    }
  })
})

describe('fields that hooks have set', () => {
  test('above stay, the page’s own win, and Vary is joined', async () => {
    await using shop = await open({
      above: (app) =>
        app.addHook('onRequest', async (request, reply) => {
          const { id } = request
          reply.headers({
            'x-frame-options': 'DENY',
            'content-language': 'en',
            vary: 'Origin',
            'x-id': id,
            'cache-control': 'public, max-age=5',
          })
          reply.raw.setHeader('X-Raw', 'above')
        }),
      pages: (app) =>
        app.get('/', (_request, reply) =>
          reply.headers({ 'content-language': 'de', vary: 'Accept-Language' }).type('text/html').send('<p>page</p>'),
        ),
      cache: {
        key: { headers: { 'accept-language': (value) => value?.slice(0, 2) } },
        downstream: { cdnKeys: ['accept-language'] },
      },
      server: { genReqId: ({ headers }) => String(headers['x-name'] ?? 'a render’s') },
    })
    for (const name of ['ada', 'bo']) {
      const { headers, rawHeaders } = await shop.get('/', { 'accept-language': 'de', 'x-name': name })
      expect(headers).toMatchObject({
        'x-frame-options': 'DENY',
        'x-raw': 'above',
        'content-language': 'de',
        'x-id': name,
      })
      expect(headers.vary?.toLowerCase().split(', ').sort()).toEqual(['accept-language', 'origin'])
      expect(headers['cache-control']).toMatch(/^public, max-age=0, s-maxage=/)
      expect(rawHeaders).toContain('X-Raw')
    }
  })

  test.each<[set: string, sent: string | RegExp]>([
    ['private', 'private, no-store'],
    ['no-store, no-cache, must-revalidate', 'private, no-store'],
    ['no-cache', /^public/],
    ['public, max-age=600', /^public, max-age=0/],
  ])('Cache-Control: %s above, as it does by visitor: the page goes out %s (I4)', async (set, sent) => {
    await using shop = await open({
      above: (app) =>
        app.addHook('onRequest', async (request, reply) => {
          if (request.headers['x-name'] !== undefined) reply.header('cache-control', set)
        }),
      pages: page,
    })
    for (const _ of ['miss', 'hit'])
      expect((await shop.get('/', { 'x-name': 'ada' })).headers['cache-control']).toMatch(sent)
    const other = await shop.get('/')
    expect([isHit(other), other.headers['cache-control']]).toEqual([true, expect.stringMatching(/^public/)])
  })

  test('a type that a hook above gives to all answers is the page’s, too', async () => {
    await using shop = await open({
      above: (app) => app.addHook('onRequest', async (_request, reply) => void reply.type('text/html; charset=utf-8')),
      pages: (app) => app.get('/', () => '<p>typed</p>'),
    })
    await shop.get('/')
    const hit = await shop.get('/')
    expect([isHit(hit), hit.headers['content-type']]).toEqual([true, 'text/html; charset=utf-8'])
  })

  test('one that cannot be sent is an error for its visitor alone', async () => {
    await using shop = await open({
      above: (app) =>
        app.addHook('onRequest', async (request, reply) => {
          if (request.headers['x-name'] !== undefined) reply.header('x-name', 'a\nb')
        }),
      pages: page,
    })
    await shop.get('/')
    expect((await shop.get('/', { 'x-name': 'ada' })).status).toBe(500)
    expect(isHit(await shop.get('/'))).toBe(true)
  })
})

describe('what bypasses goes on with the visitor’s own request and reply', () => {
  test('with everything from above, and goes out so that nobody keeps it', async () => {
    await using shop = await open({
      above: async (app) => {
        await app.register(cookie)
        await app.register(session, {
          secret: 'a secret of thirty-two characters',
          cookie: { secure: false },
          saveUninitialized: false,
        })
        app.get('/login', { config: { cache: false } }, async (request) => {
          Object.assign(request.session, { user: 'ada' })
          return 'in'
        })
      },
      pages: everywhere(({ session }) => (session as { user?: string }).user ?? 'nobody'),
    })
    const [sessionCookie = ''] = (await shop.get('/login')).headers['set-cookie'] ?? []
    const { text, headers } = await shop.get('/', { cookie: sessionCookie.split(';')[0] as string })
    expect(said(text)).toBe('ada')
    expect(headers['cache-control']).toBe('private, no-store')
    expect(headers['cache-status']).toBe('ssr-cache; fwd=bypass; detail=cookie')
    expect(said((await shop.get('/')).text)).toBe('nobody')
  })

  test.each<[string, { method?: string; headers?: Record<string, string>; body?: string }]>([
    ['a POST (P12)', { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'a=1' }],
    ['a GET with a body (P5)', { method: 'GET', headers: { 'content-length': '3' }, body: 'a=1' }],
    ['a method override (P5)', { headers: { 'x-http-method-override': 'DELETE' } }],
    ['a request for data (P9)', { headers: { rsc: '1' } }],
  ])('%s neither fills nor joins the page of GET', async (_, asked) => {
    let rendered = 0
    await using shop = await open({
      pages: (app) =>
        app.route({
          method: ['GET', 'POST'],
          url: '/',
          handler(request, reply) {
            rendered++
            return reply.type('text/html').send(`${request.method} ${String(request.body ?? '')}`)
          },
        }),
    })
    const own = { ...asked, headers: { accept: 'text/html', ...asked.headers } }
    await shop.ask('/', own)
    expect((await shop.get('/')).text).toBe('GET ')
    // Fastify reads no body of a GET.
    const body = asked.method === 'POST' ? asked.body : ''
    expect((await shop.ask('/', own)).text).toBe(`${asked.method ?? 'GET'} ${body}`)
    expect(rendered).toBe(3)
    expect((await shop.get('/')).text).toBe('GET ')
    expect(rendered).toBe(3)
  })

  test('a body streams through: the app reads its beginning before its end is sent (B6)', async () => {
    const { promise: begun, resolve } = Promise.withResolvers<string>()
    await using shop = await open({
      pages(app) {
        app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
        app.post('/', async ({ body }) => {
          let size = 0
          for await (const chunk of body as AsyncIterable<Buffer>) {
            if (size === 0) resolve(String(chunk))
            size += chunk.length
          }
          return String(size)
        })
      },
      server: { bodyLimit: 2 ** 30 },
    })
    const client = clientRequest({
      port: shop.port,
      host: '127.0.0.1',
      method: 'POST',
      path: '/',
      headers: { 'content-type': 'a/b' },
    })
    const answer = new Promise<string>((done) => {
      client.on('response', (response) => response.on('data', (chunk) => done(String(chunk))))
    })
    client.write('first')
    expect(await begun).toBe('first')
    for (let i = 0; i < 50; i++)
      if (!client.write(Buffer.alloc(1024 ** 2))) await new Promise((next) => client.once('drain', next))
    client.end()
    expect(await answer).toBe(String(5 + 50 * 1024 ** 2))
  })
})

describe('one visitor never touches another’s answer', () => {
  test('a refresh runs on a request and a reply of its own, not the first visitor’s (A5)', async () => {
    const seen: object[] = []
    const visitors: object[] = []
    let renders = 0
    await using shop = await open({
      above: (app) =>
        app.addHook('onRequest', async (request, reply) => {
          if (!request.isSharedRender) visitors.push(request, reply, request.raw, reply.raw, request.socket)
        }),
      pages: (app) =>
        app.get('/', (request, reply) => {
          renders++
          seen.push(request, reply, request.raw, reply.raw, request.socket)
          return reply.type('text/html').header('X-Render', renders).send(`render ${renders}`)
        }),
    })
    await shop.get('/')
    shop.clock.advance(61_000)
    const stale = await shop.get('/')
    expect([stale.text, stale.headers['x-render']]).toEqual(['render 1', '1'])
    await vi.waitFor(async () => expect((await shop.get('/')).text).toBe('render 2'))
    for (const own of seen) expect(visitors.includes(own)).toBe(false)
    expect(seen).toHaveLength(10)
  })

  test('the first who asked leaves, the second gets the page (C1, C6, I9)', async () => {
    const { arrive, everyone } = crowd(2)
    const { promise: left, resolve: leave } = Promise.withResolvers<void>()
    let renders = 0
    await using shop = await open({
      above: arrive,
      pages: (app) =>
        app.get('/', async (_request, reply) => {
          renders++
          await left
          return reply.type('text/html').send('<p>page</p>')
        }),
    })
    const first = shop.askAndLeave('/', everyone, { headers: { accept: 'text/html' } })
    const second = shop.get('/')
    await first
    leave()
    expect((await second).text).toBe('<p>page</p>')
    expect(renders).toBe(1)
  })

  test('the only one who asked leaves, and the page is kept all the same, whole (C6, I9)', async () => {
    const { arrive, everyone } = crowd(1)
    const { promise: left, resolve: leave } = Promise.withResolvers<void>()
    const parts = async function* () {
      yield '<p>pa'
      await left
      yield 'ge</p>'
    }
    await using shop = await open({
      above: arrive,
      pages: (app) => app.get('/', (_request, reply) => reply.type('text/html').send(Readable.from(parts()))),
    })
    await shop.askAndLeave('/', everyone, { headers: { accept: 'text/html' } })
    leave()
    await vi.waitFor(async () => expect(isHit(await shop.get('/'))).toBe(true))
    expect((await shop.get('/')).text).toBe('<p>page</p>')
  })
})
