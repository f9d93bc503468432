import { AsyncLocalStorage } from 'node:async_hooks'
import { join } from 'node:path'
import { pageContext } from '@ssr-cache/core'
import { expressCache } from '@ssr-cache/express-adapter'
import cookieSession from 'cookie-session'
import type { NextFunction, Request, RequestHandler, Response } from 'express'
import session from 'express-session'
import { describe, expect, test, vi } from 'vitest'
import { crowd, isHit, open, VERSIONS } from './versions.ts'

/** Answers with what it was given, as HTML that no HTML parser needs. */
const echo =
  (what: (request: Request, response: Response) => unknown) =>
  (request: Request, response: Response): void => {
    response.type('html').send(`<pre>${JSON.stringify(what(request, response)) ?? 'undefined'}</pre>`)
  }

const said = (text: string): unknown => JSON.parse(text.slice('<pre>'.length, -'</pre>'.length))

describe.each(VERSIONS)('%s: the renderer sees what the key covers, and nothing else (I3)', (_, express) => {
  test('the header fields that it is given are those of the key, and no other (R68, R69)', async () => {
    const seen = echo((request) => [request.headers, request.rawHeaders])
    await using shop = await open(express, (app, cache) => app.use(expressCache(cache, seen as never)))
    const first = await shop.get('/', { 'user-agent': 'leak', 'x-forwarded-for': 'leak', 'x-probe': ['leak', 'leak'] })
    const second = await shop.get('/')
    expect(isHit(second)).toBe(true)
    expect(second.text).toBe(first.text)
    expect(said(first.text)).toEqual([
      { host: shop.host, accept: 'text/html' },
      ['host', shop.host, 'accept', 'text/html'],
    ])
  })

  test('cookies that are not in the key are gone; those that are, are there and split it (R66)', async () => {
    const seen = echo((request) => request.headers.cookie)
    await using shop = await open(express, (app, cache) => app.use(expressCache(cache, seen as never)), {
      key: { cookies: ['currency'] },
    })
    expect(said((await shop.get('/', { cookie: 'tracking=1; currency=EUR; a=b' })).text)).toBe('currency=EUR')
    expect(isHit(await shop.get('/', { cookie: 'currency=EUR; tracking=2' }))).toBe(true)
    expect(said((await shop.get('/', { cookie: 'currency=USD' })).text)).toBe('currency=USD')
  })

  test('dropped parameters are in no URL that it is given (P3)', async () => {
    const seen = echo((request) => [request.url, request.originalUrl, request.query])
    await using shop = await open(express, (app, cache) => app.use(expressCache(cache, seen as never)))
    const { text } = await shop.get('/page?utm_source=x&b=2&a=1&gclid=y')
    expect(said(text)).toEqual(['/page?a=1&b=2', '/page?a=1&b=2', { a: '1', b: '2' }])
  })

  test('state that code above put on request and response is not there, and no address is (A10)', async () => {
    const seen = echo((request, response) => [
      (request as { user?: unknown }).user,
      (request as { session?: unknown }).session,
      { ...response.locals },
      request.ip,
      request.ips,
      request.socket.remoteAddress,
    ])
    await using shop = await open(express, (app, cache) => {
      app.use((request, response, next) => {
        Object.assign(request, { user: 'ada', session: { id: 1 } })
        response.locals['user'] = 'ada'
        next()
      })
      app.use(expressCache(cache, seen as never))
    })
    expect(said((await shop.get('/', { 'x-forwarded-for': '192.0.2.1' })).text)).toEqual([
      null,
      null,
      {},
      null,
      [],
      null,
    ])
  })

  test('what `context` lets through is in the key, and is `res.locals` (A10)', async () => {
    const seen = echo((_, response) => response.locals)
    await using shop = await open(express, (app, cache) => {
      app.use((request, _response, next) => {
        Object.assign(request, { country: request.get('x-country'), user: 'ada' })
        next()
      })
      const context = (request: unknown) => ({ country: (request as { country?: string }).country ?? '?' })
      app.use(expressCache(cache, seen as never, { context }))
    })
    const de = await shop.get('/', { 'x-country': 'de' })
    const fr = await shop.get('/', { 'x-country': 'fr' })
    expect([said(de.text), said(fr.text)]).toEqual([{ country: 'de' }, { country: 'fr' }])
    expect(isHit(await shop.get('/', { 'x-country': 'de' }))).toBe(true)
    expect(said((await shop.get('/', { 'x-country': 'it', cookie: 'connect.sid=1' })).text)).toEqual({ country: 'it' })
    // A cache that keys by URL alone must not keep it.
    expect(de.headers['cache-control']).toBe('private, no-cache')
  })

  test('the async context of a visitor does not reach the render', async () => {
    const visitor = new AsyncLocalStorage<string>()
    const seen = echo(() => visitor.getStore() ?? 'nobody')
    await using shop = await open(express, (app, cache) => {
      app.use((_request, _response, next) => visitor.run('ada', next))
      app.use(expressCache(cache, seen as never))
    })
    expect(said((await shop.get('/')).text)).toBe('nobody')
  })

  test('the page’s own context is there, also after streams have waited (R61)', async () => {
    await using shop = await open(express, (app, cache) => {
      const handler = (_request: unknown, response: Response): void => {
        response.type('html')
        const more = (): void => {
          while (response.write('x'.repeat(4096)));
          response.once('drain', () => {
            pageContext()?.tag('late')
            response.end()
          })
        }
        more()
      }
      app.use(expressCache(cache, handler as never))
    })
    await shop.get('/')
    expect(isHit(await shop.get('/'))).toBe(true)
    await shop.cache.purge({ tags: ['late'] })
    expect(isHit(await shop.get('/'))).toBe(false)
  })
})

describe.each(VERSIONS)('%s: what Express puts on a request is rebuilt from the key', (_, express) => {
  const state = echo((request) => ({
    method: request.method,
    protocol: request.protocol,
    secure: request.secure,
    hostname: request.hostname,
    // Express 4 has it under protest.
    host: 'query' in express.request ? request.host : undefined,
    subdomains: request.subdomains,
    originalUrl: request.originalUrl,
    baseUrl: request.baseUrl,
    url: request.url,
    path: request.path,
    query: request.query,
    params: request.params,
    xhr: request.xhr,
    hasApp: typeof request.app.get === 'function',
    linked: request.res?.req === request,
    accepts: request.accepts(['json', 'html']),
    // Functions and lists of their own are told apart by whether they are there.
    next: typeof request.next,
  }))

  const urls = [
    '/',
    '/page',
    '/page?a=1&a=2',
    '/page?deep[a]=b&list[]=1&list[]=2',
    '/Page/',
    '/page?x=%C3%A9+%26',
    '/page//x',
    '/page/a%2Fb',
  ]

  test.each([
    ['at the root', '/', ''],
    ['on a path', '/shop', '/shop'],
    ['below a parameter', '/:country', '/de'],
    ['below an encoded path', '/caf%C3%A9', '/caf%C3%A9'],
  ])('as it is for a visitor of his own, %s', async (_, mount, base) => {
    await using shop = await open(
      express,
      (app, cache) => {
        app.use(mount, expressCache(cache, state as never))
      },
      { bypass: { cookies: ['own'] } },
    )
    for (const url of urls) {
      const path = base + url
      const shared = await shop.get(path)
      const own = await shop.get(path, { cookie: 'own=1' })
      expect(own.headers['cache-status'], path).toContain('fwd=bypass')
      expect(shared.headers['cache-status'], path).toContain('fwd=uri-miss')
      expect(said(shared.text), path).toEqual(said(own.text))
    }
  })

  test('with route parameters, where it is a route', async () => {
    const seen = echo((request) => [request.params, request.url, request.baseUrl])
    await using shop = await open(express, (app, cache) => {
      app.get('/movies/:id/:part', expressCache(cache, seen as never))
    })
    expect(said((await shop.get('/movies/a%20b/cast')).text)).toEqual([
      { id: 'a b', part: 'cast' },
      '/movies/a%20b/cast',
      '',
    ])
    expect(isHit(await shop.get('/movies/a%20b/cast'))).toBe(true)
  })

  test('with query parsing as the app has set it', async () => {
    const seen = echo((request) => request.query)
    for (const [setting, expected] of [
      ['simple', { 'a[b]': 'c' }],
      ['extended', { a: { b: 'c' } }],
      [false, {}],
    ] as const) {
      await using shop = await open(express, (app, cache) => {
        app.set('query parser', setting)
        app.use(expressCache(cache, seen as never))
      })
      expect(said((await shop.get('/?a[b]=c')).text)).toEqual(expected)
    }
  })

  test('in an app of its own, on its own terms', async () => {
    const seen = echo((request) => [request.app.get('name'), request.baseUrl, request.url])
    await using shop = await open(express, (app, cache) => {
      const blog = express()
      app.set('name', 'outer')
      blog.set('name', 'blog')
      blog.use('/posts', expressCache(cache, seen as never))
      app.use('/blog', blog)
    })
    expect(said((await shop.get('/blog/posts/1')).text)).toEqual(['blog', '/blog/posts', '/1'])
  })
})

describe.each(VERSIONS)('%s: host and scheme', (_, express) => {
  const seen = echo((request) => [request.protocol, request.hostname, request.get('host')])
  const forwarded = { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' }

  test('are the connection’s, whatever a stranger forwards (P2)', async () => {
    await using shop = await open(express, (app, cache) => app.use(expressCache(cache, seen as never)))
    expect(said((await shop.get('/', forwarded)).text)).toEqual(['http', '127.0.0.1', shop.host])
    expect(isHit(await shop.get('/'))).toBe(true)
  })

  test('are the proxy’s, where the app trusts it', async () => {
    await using shop = await open(express, (app, cache) => {
      app.set('trust proxy', 'loopback')
      app.use(expressCache(cache, seen as never))
    })
    const proxied = { 'x-forwarded-host': 'shop.example:8443, inner.example', 'x-forwarded-proto': 'https' }
    expect(said((await shop.get('/', proxied)).text)).toEqual(['https', 'shop.example', 'shop.example:8443'])
    expect(isHit(await shop.get('/'))).toBe(false)
  })

  test('are known to the render without its asking whom the app trusts, and no address is known, even keyed', async () => {
    const seen = echo((request) => [request.protocol, request.ip, request.ips, request.get('x-forwarded-for')])
    await using shop = await open(
      express,
      (app, cache) => {
        app.set('trust proxy', (address: string) => address.startsWith('127.'))
        app.use(expressCache(cache, seen as never))
      },
      { key: { headers: { 'x-forwarded-for': true } } },
    )
    const { text } = await shop.get('/', { 'x-forwarded-proto': 'https', 'x-forwarded-for': '192.0.2.1' })
    expect(said(text)).toEqual(['https', null, [], '192.0.2.1'])
  })

  test('that are not ours are 421, and no host at all is 400 (P2, I11)', async () => {
    await using shop = await open(express, (app, cache) => app.use(expressCache(cache, seen as never)), {
      hosts: ['shop.example'],
    })
    expect((await shop.get('/', { host: 'shop.example' })).status).toBe(200)
    expect((await shop.get('/', { host: 'evil.example' })).status).toBe(421)
    expect((await shop.get('/', { host: 'a b' })).status).toBe(400)
  })
})

describe.each(VERSIONS)('%s: one canonical URL, several places in the app', (_, express) => {
  const place =
    (name: string): RequestHandler =>
    (request, response) => {
      response.type('html').send(`${name} ${request.baseUrl}${request.url}`)
    }

  test('spellings that Express routes to different places do not share a page', async () => {
    await using shop = await open(express, (app, cache) => {
      app.use('/shop', expressCache(cache, place('shop') as never))
      app.use(expressCache(cache, place('root') as never))
    })
    expect((await shop.get('/shop/x')).text).toBe('shop /shop/x')
    expect((await shop.get('/%73hop/x')).text).toBe('root /shop/x')
    expect((await shop.get('/shop/x')).text).toBe('shop /shop/x')
    expect((await shop.get('/SHOP/x')).text).toBe('shop /SHOP/x')
    expect(isHit(await shop.get('/%73hop/x'))).toBe(true)
  })

  test('one middleware in two places is two places', async () => {
    await using shop = await open(express, (app, cache) => {
      const both = expressCache(cache, ((request: Request, response: Response) => {
        response.type('html').send(`${request.baseUrl} ${JSON.stringify(request.params)}`)
      }) as never)
      app.use('/a', both)
      app.use('/:any', both)
    })
    expect((await shop.get('/a/x')).text).toBe('/a {}')
    expect((await shop.get('/%61/x')).text).toBe('/a {"any":"a"}')
    expect((await shop.get('/a/x')).text).toBe('/a {}')
  })

  test('so are two middlewares that code above chooses between', async () => {
    await using shop = await open(express, (app, cache) => {
      const [, first, second] = ['unused', 'first', 'second'].map((name) => expressCache(cache, place(name) as never))
      app.use((request, response, next) => {
        const chosen = request.get('x-choice') === 'first' ? first : second
        chosen?.(request, response, next)
      })
    })
    expect((await shop.get('/x', { 'x-choice': 'first' })).text).toBe('first /x')
    expect((await shop.get('/x', { 'x-choice': 'second' })).text).toBe('second /x')
  })

  test('a path that climbs out of its mount is malformed (I11)', async () => {
    const handler = vi.fn()
    await using shop = await open(express, (app, cache) => app.use('/shop', expressCache(cache, handler as never)))
    expect((await shop.get('/shop/../cart')).status).toBe(400)
    expect((await shop.get('/shop/%2e%2e/cart')).status).toBe(400)
    expect(handler).not.toHaveBeenCalled()
  })

  test('a URL that code above has rewritten is refused, with the way out', async () => {
    await using shop = await open(express, (app, cache) => {
      app.use((request, _response, next) => {
        request.url = request.url.replace('/de/', '/')
        next()
      })
      app.use(expressCache(cache, place('root') as never))
      app.use((error: Error, _request: Request, response: Response, _next: NextFunction) => {
        response.status(500).send(error.message)
      })
    })
    expect((await shop.get('/movies')).status).toBe(200)
    const { status, text } = await shop.get('/de/movies')
    expect(status).toBe(500)
    expect(text).toMatch(/ERR_SSR_CACHE_OPTION: "req.url" must be as routed \(\/de\/movies\), got "\/movies"/)
  })

  test('an absolute target names the same page as its path (RFC 9112 3.2.2)', async () => {
    await using shop = await open(express, (app, cache) => app.use(expressCache(cache, place('root') as never)))
    expect((await shop.get('/caf%C3%A9?q=%FC')).text).toBe('root /caf%C3%A9?q=%FC')
    expect(isHit(await shop.get(`http://${shop.host}/caf%C3%A9?q=%FC`))).toBe(true)
  })
})

describe.each(VERSIONS)('%s: nobody’s cookie goes out on a page for all (A9)', (_, express) => {
  const page: RequestHandler = (_, response) => {
    response.type('html').send('<p>page</p>')
  }
  const above: readonly (readonly [string, () => RequestHandler])[] = [
    [
      'res.cookie',
      () => (_request, response, next) => {
        response.cookie('seen', '1')
        next()
      },
    ],
    ['express-session', () => session({ secret: 'quiet', resave: false, saveUninitialized: true, name: 'visit' })],
    [
      'cookie-session',
      () => {
        const keep = cookieSession({ secret: 'quiet', name: 'visit' }) as unknown as RequestHandler
        return (request, response, next) => {
          keep(request, response, (error) => {
            Object.assign((request as unknown as { session: object }).session, { since: 1 })
            next(error)
          })
        }
      },
    ],
  ]

  test.each(above)('set above by %s: private on the miss, private on a hit, private on a 304', async (_, make) => {
    let renders = 0
    await using shop = await open(
      express,
      (app, cache) => {
        app.use((request, response, next) =>
          request.get('x-plain') === undefined ? make()(request, response, next) : next(),
        )
        app.use(
          expressCache(cache, ((request: Request, response: Response, next: NextFunction) => {
            renders++
            page(request, response, next)
          }) as never),
        )
      },
      { downstream: { cdn: 'generic' } },
    )
    const miss = await shop.get('/')
    const hit = await shop.get('/')
    const known = await shop.get('/', { 'if-none-match': '*' })
    for (const { headers } of [miss, hit, known]) {
      expect(headers['set-cookie']).toBeDefined()
      expect(headers['cache-control']).toBe('private, no-store')
      expect(headers['cdn-cache-control']).toBeUndefined()
    }
    expect([isHit(miss), isHit(hit), known.status, renders]).toEqual([false, true, 304, 1])
    // The page itself is everybody's.
    const plain = await shop.get('/', { 'x-plain': '1' })
    expect(plain.headers['cache-control']).toMatch(/^public/)
    expect(plain.headers['cdn-cache-control']).toBeDefined()
  })
})

describe.each(VERSIONS)('%s: what bypasses gets the visitor’s own request and response', (_, express) => {
  test('with everything from above, and goes out so that nobody keeps it', async () => {
    await using shop = await open(express, (app, cache) => {
      app.use((request, response, next) => {
        Object.assign(request, { user: request.get('x-user') })
        response.locals['user'] = request.get('x-user')
        next()
      })
      app.use(
        expressCache(cache, ((request: Request & { user?: string }, response: Response) => {
          response.set('Cache-Control', 'public, max-age=600').send(`${request.user} ${response.locals['user']}`)
        }) as never),
      )
    })
    const { text, headers } = await shop.get('/', { cookie: 'connect.sid=1', 'x-user': 'ada' })
    expect(text).toBe('ada ada')
    expect(headers['cache-control']).toBe('private, no-store')
    expect(headers['cache-status']).toMatch(/^ssr-cache; fwd=bypass; detail=/)
    expect((await shop.get('/', { cookie: 'connect.sid=2', 'x-user': 'bo' })).text).toBe('bo bo')
  })

  test.each<[string, { method?: string; headers?: Record<string, string>; body?: string }]>([
    ['a POST (P12)', { method: 'POST', body: 'a=1' }],
    ['a GET with a body (P5)', { method: 'GET', headers: { 'content-length': '3' }, body: 'a=1' }],
    ['a method override (P5)', { headers: { 'x-http-method-override': 'DELETE' } }],
    ['a request for data (P9)', { headers: { rsc: '1' } }],
  ])('%s neither fills nor joins the page of GET', async (_, asked) => {
    let rendered = 0
    await using shop = await open(express, (app, cache) => {
      app.use(
        expressCache(cache, ((request: Request, response: Response) => {
          rendered++
          const body: Buffer[] = []
          request.on('data', (chunk: Buffer) => body.push(chunk))
          request.on('end', () => response.type('html').send(`${request.method} ${Buffer.concat(body)}`))
        }) as never),
      )
    })
    await shop.ask('/', { ...asked, headers: { accept: 'text/html', ...asked.headers } })
    expect((await shop.get('/')).text).toBe('GET ')
    expect((await shop.ask('/', { ...asked, headers: { accept: 'text/html', ...asked.headers } })).text).toBe(
      `${asked.method ?? 'GET'} ${asked.body ?? ''}`,
    )
    expect(rendered).toBe(3)
    expect((await shop.get('/')).text).toBe('GET ')
    expect(rendered).toBe(3)
  })

  test('a body streams through: the app reads its beginning before its end is sent (B6)', async () => {
    const { promise: begun, resolve } = Promise.withResolvers<string>()
    await using shop = await open(express, (app, cache) => {
      app.use(
        expressCache(cache, (request, response) => {
          let size = 0
          request.on('data', (chunk: Buffer) => {
            if (size === 0) resolve(String(chunk))
            size += chunk.length
          })
          request.on('end', () => response.end(String(size)))
        }),
      )
    })
    const { request } = await import('node:http')
    const client = request({ port: shop.port, host: '127.0.0.1', method: 'POST', path: '/' })
    const answer = new Promise<string>((done) => {
      client.on('response', (response) => response.on('data', (chunk) => done(String(chunk))))
    })
    client.write('first')
    expect(await begun).toBe('first')
    for (let i = 0; i < 200; i++)
      if (!client.write(Buffer.alloc(1024 ** 2))) await new Promise((next) => client.once('drain', next))
    client.end()
    expect(await answer).toBe(String(5 + 200 * 1024 ** 2))
  })
})

describe.each(VERSIONS)('%s: one visitor never touches another’s answer', (_, express) => {
  test('a refresh runs on a request and a response of its own, not the first visitor’s (A5)', async () => {
    const seen: { request: unknown; response: Response; socket: unknown }[] = []
    const visitors: unknown[] = []
    let renders = 0
    await using shop = await open(
      express,
      (app, cache) => {
        app.use((request, response, next) => {
          visitors.push(request, response, request.socket)
          next()
        })
        app.use(
          expressCache(cache, ((request: Request, response: Response) => {
            renders++
            seen.push({ request, response, socket: request.socket })
            response.type('html').set('X-Render', String(renders)).send(`render ${renders}`)
          }) as never),
        )
      },
      { maxAge: 60, staleWhileRevalidate: 600 },
    )
    await shop.get('/')
    shop.clock.advance(61_000)
    const stale = await shop.get('/')
    expect([stale.text, stale.headers['x-render']]).toEqual(['render 1', '1'])
    await vi.waitFor(async () => expect((await shop.get('/')).text).toBe('render 2'))
    for (const { request, response, socket } of seen) {
      for (const own of [request, response, socket]) expect(visitors).not.toContain(own)
    }
    expect(seen).toHaveLength(2)
  })

  test('the first who asked leaves, the second gets the page (C6, I9)', async () => {
    const { arrive, everyone } = crowd(2)
    const { promise: left, resolve: leave } = Promise.withResolvers<void>()
    let renders = 0
    await using shop = await open(express, (app, cache) => {
      app.use(arrive)
      app.use(
        expressCache(cache, (async (_request: unknown, response: Response) => {
          renders++
          await left
          response.type('html').send('<p>page</p>')
        }) as never),
      )
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
    await using shop = await open(express, (app, cache) => {
      app.use(arrive)
      app.use(
        expressCache(cache, (async (_request: unknown, response: Response) => {
          response.type('html').write('<p>pa')
          await left
          response.end('ge</p>')
        }) as never),
      )
    })
    await shop.askAndLeave('/', everyone, { headers: { accept: 'text/html' } })
    leave()
    await vi.waitFor(async () => expect(isHit(await shop.get('/'))).toBe(true))
    expect((await shop.get('/')).text).toBe('<p>page</p>')
  })
})

describe.each(VERSIONS)('%s: what a request asks of bytes and time is not asked of the renderer', (_, express) => {
  const file = join(import.meta.dirname, 'files', 'page.html')

  test.each<[string, Record<string, string>]>([
    ['Range', { range: 'bytes=0-3' }],
    ['If-None-Match', { 'if-none-match': '*' }],
    ['If-Match', { 'if-match': '"other"' }],
    ['If-Modified-Since', { 'if-modified-since': new Date().toUTCString() }],
    ['If-Unmodified-Since', { 'if-unmodified-since': 'Sun, 06 Nov 1994 08:49:37 GMT' }],
  ])('%s on the first request: the whole page is kept (P7)', async (_, headers) => {
    await using shop = await open(express, (app, cache) => {
      app.use(expressCache(cache, ((_request: unknown, response: Response) => response.sendFile(file)) as never))
    })
    await shop.get('/', headers)
    const kept = await shop.get('/')
    expect([kept.status, isHit(kept)]).toEqual([200, true])
    expect(kept.text).toContain('A page that lies in a file.')
    expect(kept.headers['content-range']).toBeUndefined()
  })

  test('HEAD first: the page is rendered as GET, and kept whole; HEAD after it is its head (A3, P12)', async () => {
    const methods: string[] = []
    await using shop = await open(express, (app, cache) => {
      app.use(
        expressCache(cache, ((request: Request, response: Response) => {
          methods.push(request.method)
          response.type('html').send('<p>page</p>')
        }) as never),
      )
    })
    const head = await shop.ask('/', { method: 'HEAD' })
    const get = await shop.get('/')
    const again = await shop.ask('/', { method: 'HEAD' })
    expect([head.status, head.text, head.headers['content-length']]).toEqual([200, '', '11'])
    expect([get.text, isHit(get), methods]).toEqual(['<p>page</p>', true, ['GET']])
    expect([again.text, isHit(again)]).toEqual(['', true])
    expect(again.headers.etag).toBe(get.headers.etag)
  })

  test('whoever has the page gets 304, by the weak tag that all forms share (A3)', async () => {
    await using shop = await open(express, (app, cache) => {
      app.use(
        expressCache(cache, ((_request: unknown, response: Response) =>
          response.type('html').send('<p>page</p>')) as never),
      )
    })
    const { headers } = await shop.get('/')
    const known = await shop.get('/', {
      'if-none-match': `"x", ${headers.etag}`,
      'if-modified-since': 'Sun, 06 Nov 1994 08:49:37 GMT',
    })
    expect([known.status, known.text]).toEqual([304, ''])
    expect(known.headers.etag).toBe(headers.etag)
    expect(known.headers['cache-control']).toBe(headers['cache-control'])
    expect(known.headers['cache-status']).toMatch(/hit/)
    expect((await shop.get('/', { 'if-none-match': '"x"' })).status).toBe(200)
  })

  test.each<[string, (response: Response) => void]>([
    ['204', (response) => response.status(204).end()],
    ['an empty page', (response) => response.type('html').send('')],
  ])('%s is not kept as the page (P8)', async (_, answer) => {
    let renders = 0
    await using shop = await open(express, (app, cache) => {
      app.use(
        expressCache(cache, ((_request: unknown, response: Response) => {
          renders++
          answer(response)
        }) as never),
      )
    })
    await shop.get('/')
    await shop.get('/')
    expect(renders).toBe(2)
  })
})
