import { AsyncLocalStorage } from 'node:async_hooks'
import { pageContext, pickLocale, type RenderCacheOptions, type VisitorRequest } from '@ssr-cache/core'
import { describe, expect, test } from 'vitest'
import { stepsInText } from '../work.ts'
import { cacheStatus, field, html, ORIGIN, openShop, request, type Shop, settled, times } from './harness.ts'

type Visit = readonly [target: string, headers?: Record<string, string>]

/** How many renders these visitors cause, one after another. */
async function rendersFor(options: RenderCacheOptions, ...visits: readonly Visit[]): Promise<number> {
  const shop = openShop(options)
  let renders = 0
  for (const [target, headers = {}] of visits) {
    await shop.cache.handle(request(target, { headers }), () => html(`<p>${++renders}`))
  }
  return renders
}

describe('what is one page, and what is another (R65, R66, R67)', () => {
  test.each<[string, RenderCacheOptions, readonly Visit[], number]>([
    ['the URL is the key (R65)', {}, [['/a'], ['/a'], ['/b']], 2],
    ['unknown parameters count (R67)', {}, [['/a?x=1'], ['/a?x=2'], ['/a']], 3],
    ['click and campaign names do not (R66)', {}, [['/a'], ['/a?fbclid=1'], ['/a?utm_source=x&gclid=2']], 1],
    ['named ones do not (R66, R67)', { key: { ignoreQuery: ['ref'] } }, [['/a'], ['/a?ref=1'], ['/a?ref=2']], 1],
    [
      'of all cookies only the named ones count (R66)',
      { key: { cookies: ['currency'] } },
      [
        ['/a', { cookie: 'currency=EUR; theme=dark' }],
        ['/a', { cookie: 'theme=light; currency=EUR' }],
        ['/a', { cookie: 'currency=USD' }],
        ['/a'],
      ],
      3,
    ],
    [
      'a session cookie that is keyed splits by its value (R66)',
      { key: { cookies: ['session'] } },
      [
        ['/a', { cookie: 'a=1; session=p' }],
        ['/a', { cookie: 'session=p; b=2' }],
        ['/a', { cookie: 'session=q' }],
      ],
      2,
    ],
    [
      'named headers count, by their bucket (R65)',
      { key: { headers: { 'accept-language': pickLocale(['en', 'de']) } } },
      [
        ['/a', { 'accept-language': 'de' }],
        ['/a', { 'accept-language': 'de-AT, en;q=0.5' }],
        ['/a', { 'accept-language': 'fr' }],
        ['/a'],
      ],
      2,
    ],
    [
      'other headers do not (R65)',
      {},
      [
        ['/a', { 'accept-language': 'de' }],
        ['/a', { 'user-agent': 'x' }],
      ],
      1,
    ],
    [
      'an allow-list drops the rest (R67)',
      { key: { allowQuery: ['page'] } },
      [['/a?page=2'], ['/a?page=2&x=1'], ['/a']],
      2,
    ],
  ])('%s', async (_, options, visits, renders) => {
    expect(await rendersFor(options, ...visits)).toBe(renders)
  })

  test('hosts and schemes are in the key (R65)', async () => {
    const shop = openShop()
    const urls = ['https://a.example/', 'http://a.example/', 'https://b.example/', 'https://A.example:443/']
    let renders = 0
    for (const url of urls) await shop.cache.handle({ url }, () => html(`<p>${++renders}`))
    expect(renders).toBe(3)
  })
})

describe('a render sees only what its key covers (I3, R68, R69)', () => {
  /** What a shared render is given for this visitor. */
  async function seen(options: RenderCacheOptions, target: string, headers: Record<string, string>): Promise<Request> {
    const shop = openShop(options)
    const visit = shop.get(target, { headers })
    await settled()
    await shop.renders.last.answers('<p>')
    await visit
    expect(shop.renders.last.input.shared).toBe(true)
    return shop.renders.last.input.request
  }

  test('what is neither keyed nor passed by name never reaches it (R69)', async () => {
    const given = await seen({ key: { cookies: ['currency'] } }, '/a?x=1&utm_source=mail', {
      cookie: 'theme=dark; currency=EUR; visitor=42',
      'user-agent': 'Mozilla',
      'x-forwarded-for': '10.0.0.1',
      'x-forwarded-host': 'evil.example',
      'accept-language': 'de',
      referer: 'https://elsewhere.example/',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    })
    expect(given.url).toBe('https://shop.example/a?x=1')
    expect(Object.fromEntries(given.headers)).toEqual({
      accept: 'text/html',
      cookie: 'currency=EUR',
      host: 'shop.example',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    })
  })

  test('a header that is keyed by a bucket reaches it as its bucket (R69)', async () => {
    const given = await seen({ key: { headers: { 'accept-language': pickLocale(['en', 'de']) } } }, '/a', {
      'accept-language': 'de-AT,de;q=0.9,en;q=0.5',
    })
    expect(given.headers.get('accept-language')).toBe('de')
  })

  test('what is forwarded but not keyed would leak: User-Agent may not pass unkeyed (R68)', () => {
    expect(() => openShop({ key: { passThrough: ['user-agent'] } })).toThrow(
      /ERR_SSR_CACHE_OPTION: "key\.passThrough" must be/,
    )
  })

  test.each([
    'range',
    'if-none-match',
    'if-match',
    'if-modified-since',
    'if-unmodified-since',
    'if-range',
    'sec-purpose',
    'purpose',
    'cache-control',
    'pragma',
    'age',
    'cache-status',
    'x-ssr-cache',
  ])('a first request with %s is rendered whole and kept as the page (P7, P8, P10)', async (name) => {
    const shop = openShop()
    const headers = { [name]: name === 'range' ? 'bytes=0-1' : 'prefetch' }
    const first = shop.get('/a', { headers })
    await settled()
    expect(shop.renders.last.input.request.headers.has(name)).toBe(false)
    await shop.renders.last.answers('<p>whole')
    expect(await (await first).text()).toBe('<p>whole')
    expect(await shop.body('/a')).toBe('<p>whole')
    expect(shop.renders.count).toBe(1)
  })

  test('a bypassing visitor’s own request reaches the app whole', async () => {
    const shop = openShop()
    const visit = shop.get('/a?preview=1&utm_source=x', { headers: { cookie: 'theme=dark', 'user-agent': 'Mozilla' } })
    await settled()
    const { input } = shop.renders.last
    expect(input.shared).toBe(false)
    expect(input.request.url).toBe(`${ORIGIN}/a?preview=1&utm_source=x`)
    expect(input.request.headers.get('cookie')).toBe('theme=dark')
    await shop.renders.last.answers('<p>')
    await visit
  })

  test('a shared render runs in the async context that was current when the cache was made, not in a visitor’s', async () => {
    const visitors = new AsyncLocalStorage<string>()
    const shop = visitors.run('start', () => openShop())
    const found: (string | undefined)[] = []
    await visitors.run('alice', () =>
      shop.cache.handle(request('/a'), async () => {
        found.push(visitors.getStore())
        await null
        found.push(visitors.getStore())
        return html('<p>')
      }),
    )
    expect(found).toEqual(['start', 'start'])
  })

  test('the page context says what the render may depend on beside its URL (R61)', async () => {
    const shop = openShop({ key: { cookies: ['currency'], headers: { 'accept-language': pickLocale(['en', 'de']) } } })
    let variant: unknown
    await shop.cache.handle(request('/a', { headers: { cookie: 'currency=EUR', 'accept-language': 'de' } }), () => {
      variant = pageContext()?.variant
      return html('<p>')
    })
    expect(variant).toEqual({ 'accept-language': 'de', 'cookie currency': 'EUR' })
  })

  test('in a bypass there is no page context', async () => {
    const shop = openShop()
    await shop.cache.handle(request('/a?preview=1'), () => {
      expect(pageContext()).toBeUndefined()
      return html('<p>')
    })
  })
})

describe('Vary says what pages depend on, and is not relied on (R70)', () => {
  test('the keyed headers, and Cookie where cookies are keyed, beside the page’s own', async () => {
    const shop = openShop({ key: { cookies: ['currency'], headers: { 'Accept-Language': true } } })
    const page = await shop.render('/a', html('<p>', { vary: 'Origin, Accept-Language' }))
    expect(field(page, 'vary')).toBe('origin, accept-language, cookie')
    expect(field(await shop.get('/a'), 'vary')).toBe('origin, accept-language, cookie')
  })

  test('what a route says to pass over in Vary, in whatever letter case, is passed over on its pages and on no others (R70)', async () => {
    const shop = openShop({ routes: [{ match: '/news/*rest', ignoreVary: ['X-Edition'] }] })
    const isKept = async (path: string, vary: string): Promise<boolean> => {
      await shop.render(path, html('<p>', { vary }))
      const key = shop.cache.key({ url: `https://shop.example${path}` })
      return key !== undefined && shop.cache.lookup(key) !== undefined
    }
    expect(await isKept('/news/a', 'x-edition')).toBe(true)
    expect(await isKept('/a', 'x-edition')).toBe(false)
    expect(await isKept('/news/b', 'origin')).toBe(false)
    expect(await isKept('/b', 'origin')).toBe(true)
    expect(await isKept('/news/c', 'X-EDITION')).toBe(true)
  })

  test('a page that depends on more than its URL is kept by no cache downstream, unless the CDN keys it too (R70)', async () => {
    const key = { cookies: ['currency'], headers: { 'Accept-Language': true } } as const
    const sent = async (cdnKeys: string[]): Promise<string | undefined> =>
      field(await openShop({ key, downstream: { cdnKeys } }).render('/a', '<p>'), 'cache-control')
    expect(await sent([])).toBe('private, no-cache')
    expect(await sent(['currency'])).toBe('private, no-cache')
    expect(await sent(['currency', 'Accept-Language'])).toBe('public, max-age=0, s-maxage=60, stale-if-error=86400')
  })

  test('state from code above is in the key, and no CDN sees it (I3)', async () => {
    const visit = (shop: Shop, context?: string) => {
      const plan = shop.cache.plan({
        method: 'GET',
        scheme: 'https',
        host: 'shop.example',
        target: '/a',
        headers: {},
        ...(context === undefined ? {} : { context }),
      })
      if (plan.kind !== 'shared') throw new Error(plan.kind)
      return plan.answer(({ request: { context: given } }) => ({
        kind: 'response',
        status: 200,
        fields: [['content-type', 'text/html']],
        body: new TextEncoder().encode(`<p>${JSON.stringify(given)}`),
      }))
    }
    const said = async (shop: Shop, context?: string) => {
      const answer = await visit(shop, context)
      if (answer.kind !== 'answer') throw new Error(answer.kind)
      return [new TextDecoder().decode(answer.body as Uint8Array), field(answer, 'cache-control')]
    }
    const shop = openShop()
    expect(await said(shop, 'gold')).toEqual(['<p>"gold"', 'private, no-cache'])
    expect(await said(shop, 'silver')).toEqual(['<p>"silver"', 'private, no-cache'])
    expect(await said(shop)).toEqual(['<p>undefined', 'public, max-age=0, s-maxage=60, stale-if-error=86400'])
    expect((await said(openShop({ downstream: { cdnKeys: ['context'] } }), 'gold'))[1]).toContain('s-maxage=60')
  })
})

describe('no control by strangers (I11)', () => {
  test.each([
    { 'cache-control': 'no-cache' },
    { 'cache-control': 'no-store, max-age=0' },
    { pragma: 'no-cache' },
    { 'if-modified-since': 'Thu, 01 Jan 2099 00:00:00 GMT' },
    { 'x-purge': '1' },
    { 'cache-status': 'ssr-cache; fwd=bypass' },
  ])('a request with %j is answered from the kept page (P10)', async (headers) => {
    const shop = openShop()
    await shop.render('/a', '<p>')
    expect(cacheStatus(await shop.get('/a', { headers: headers as unknown as Record<string, string> }))).toEqual({
      hit: true,
      ttl: 60,
    })
  })

  test.each(['PURGE', 'BAN', 'DELETE', 'PUT', 'POST', 'OPTIONS'])('%s drops nothing (P12)', async (method) => {
    const shop = openShop()
    await shop.render('/a', '<p>')
    await shop.cache.handle({ method, url: `${ORIGIN}/a` }, () => html('<p>own')).catch(() => {})
    expect(cacheStatus(await shop.get('/a'))).toEqual({ hit: true, ttl: 60 })
  })

  test.each<[string, Parameters<Shop['cache']['handle']>[0], number, string]>([
    ['a bad escape', { url: `${ORIGIN}/%zz` }, 400, 'target'],
    ['a control character', { url: `${ORIGIN}/a\u0000b` }, 400, 'target'],
    ['a host that is none', { url: 'https://a..b/' }, 400, 'host'],
    ['a 64 KB query (B5)', { url: `${ORIGIN}/a?${'x'.repeat(65_536)}` }, 414, 'url-length'],
    ['10 000 parameters (B5)', { url: `${ORIGIN}/a?${times(10_000, (i) => `p${i}=1`).join('&')}` }, 414, 'url-length'],
    ['a storm of & (B5)', { url: `${ORIGIN}/a?${'&'.repeat(100_000)}` }, 414, 'url-length'],
    ['a storm of % (B5)', { url: `${ORIGIN}/a?${'%'.repeat(100_000)}` }, 414, 'url-length'],
    [
      'a keyed value that is too long',
      { url: `${ORIGIN}/a`, headers: { cookie: `currency=${'x'.repeat(2_000)}` } },
      431,
      'value-length',
    ],
    ['a host that is not ours', { url: 'https://evil.example/a' }, 421, 'host-not-allowed'],
  ])(
    '%s is refused with a status of its own, renders nothing and leaves nothing (I11)',
    async (_, visitor, status, reason) => {
      const shop = openShop({
        hosts: status === 421 || reason !== 'host' ? ['shop.example'] : ['a.example'],
        key: { cookies: ['currency'] },
      })
      const page = await shop.cache.handle(visitor, shop.renders.handler)
      expect(page.status).toBe(status)
      expect(field(page, 'cache-control')).toBe('no-store')
      expect(cacheStatus(page)).toMatchObject({ detail: reason })
      expect(shop.renders.count).toBe(0)
      expect(shop.cache.stats()).toMatchObject({ flights: 0, memo: { hosts: 0 } })
      expect(shop.cache.stats().routes['*']).toMatchObject({
        answers: { refused: 1 },
        reasons: { [reason]: { count: 1 } },
      })
    },
  )

  // Whoever asks with a URL beyond the limit costs the same, however long it is.
  test.each<[string, (n: number) => string]>([
    ['a long query', (n) => 'x'.repeat(n)],
    ['parameters', (n) => times(n, (i) => `p${i}=1`).join('&')],
    ['a storm of &', (n) => '&'.repeat(n)],
    ['a storm of %', (n) => '%'.repeat(n)],
  ])('of %s beyond the limit, twice as much costs no more than reading past it (B5)', async (_, query) => {
    const shop = openShop()
    const ask = (n: number): Promise<number> => {
      const target = `/a?${query(n)}`
      const asked: VisitorRequest = { method: 'GET', scheme: 'https', host: 'shop.example', target, headers: {} }
      return stepsInText(() => shop.cache.plan(asked))
    }
    const once = await ask(50_000)
    expect(await ask(100_000)).toBeLessThanOrEqual(once)
  })

  test.each<[string, (n: number) => string]>([
    ['parameters', (n) => times(n, (i) => `p${i % 97}=${i}`).join('&')],
    ['parameters in reverse', (n) => times(n, (i) => `p${n - i}=1`).join('&')],
    ['ampersands', (n) => '&'.repeat(n)],
    ['percent signs', (n) => '%'.repeat(n)],
    ['escapes', (n) => '%41'.repeat(n)],
    ['campaign names', (n) => 'utm_a=1&'.repeat(n)],
  ])('within the limit, twice as many %s are twice the work (B5)', async (_, query) => {
    const work = (n: number): Promise<number> => {
      const shop = openShop({ key: { maxUrlBytes: 1_000_000 } })
      const target = `/a?${query(n)}`
      return stepsInText(() => shop.render(target, '<p>'))
    }
    const once = await work(2_000)
    const twice = await work(4_000)
    expect(once).toBeGreaterThan(2_000) // it is counted
    expect(twice).toBeLessThan(once * 2.2 + 1_000) // squared would be four times
  })

  test.each<[unknown, RegExp]>([
    [{}, /a request must have an absolute http\(s\) url, got undefined/],
    [{ url: '/a' }, /a request must have an absolute http\(s\) url, got "\/a" \(string\)\. Write new Request/],
    [undefined, /a request must have an absolute/],
    [{ url: 'file:///etc/passwd' }, /a request must have an absolute/],
  ])('handle(%j) is a mistake of the caller, and says so', async (visitor, message) => {
    const shop = openShop()
    await expect(shop.cache.handle(visitor as never, shop.renders.handler)).rejects.toMatchObject({
      code: 'ERR_SSR_CACHE_REQUEST',
    })
    await expect(shop.cache.handle(visitor as never, shop.renders.handler)).rejects.toThrow(message)
  })

  test.each<[string, Parameters<Shop['cache']['handle']>[0]]>([
    ['a record of headers', { url: `${ORIGIN}/a`, headers: { Cookie: 'currency=EUR' } }],
    ['a record with lists', { url: `${ORIGIN}/a`, headers: { cookie: ['theme=dark', 'currency=EUR'] } }],
    ['pairs', { url: `${ORIGIN}/a#part`, headers: [['cookie', 'currency=EUR']] }],
    ['a Headers object', { method: 'GET', url: `${ORIGIN}/a`, headers: new Headers({ cookie: 'currency=EUR' }) }],
    ['a Request', new Request(`${ORIGIN}/a`, { headers: { cookie: 'currency=EUR' } })],
  ])('a request may be %s: the key is the same (R65)', async (_, visitor) => {
    const shop = openShop({ key: { cookies: ['currency'] } })
    expect(shop.cache.key(visitor)?.full).toBe(`${ORIGIN}/a\n[["cookie currency","EUR"]]`)
  })
})

describe('whom the app answers itself (C10, I11, P6, P9)', () => {
  test.each<[string, string, RequestInit, string, string]>([
    ['POST', '/a', { method: 'POST' }, 'method', 'private, no-store'],
    ['a request for data', '/a', { headers: { accept: 'application/json' } }, 'accept', 'private, no-store'],
    ['a component payload', '/a', { headers: { rsc: '1' } }, 'data-request', 'private, no-store'],
    ['a route that is not cached (R52)', '/account/orders', {}, 'route', 'private, no-store'],
    ['… in capitals (P6)', '/ACCOUNT/x.css', {}, 'route', 'private, no-store'],
    ['Authorization', '/a', { headers: { authorization: 'x' } }, 'authorization', 'private, no-store'],
    ['a preview', '/a?preview=1', {}, 'query', 'private, no-store'],
    ['a session', '/a', { headers: { cookie: 'connect.sid=1' } }, 'cookie', 'private, no-store'],
    ['bypass.when', '/a', { headers: { 'x-draft': '1' } }, 'when', 'private, no-store'],
  ])('%s: bypassed, named in Cache-Status, and kept by nobody', async (_, target, init, reason, cacheControl) => {
    const shop = openShop({
      routes: [{ match: '/account/*rest', cache: false }],
      bypass: { when: ({ headers }) => headers['x-draft'] !== undefined },
    })
    const visit = shop.get(target, init)
    await settled()
    expect(shop.renders.last.input.shared).toBe(false)
    await shop.renders.last.answers('<p>own')
    const page = await visit
    expect(field(page, 'cache-control')).toBe(cacheControl)
    expect(cacheStatus(page)).toEqual({ fwd: reason === 'method' ? 'method' : 'bypass', detail: reason })
    expect(shop.told).toContainEqual(['answer', expect.objectContaining({ answered: 'bypass', reason })])
  })

  test('what is personal is private over whatever the app wrote; what is none of our business keeps the app’s own fields', async () => {
    const shop = openShop({ routes: [{ match: '/feed', cache: false }] })
    const app = html('<p>', {
      'cache-control': 'public, max-age=600',
      'cdn-cache-control': 'max-age=600',
      expires: 'then',
    })
    const personal = await shop.render('/a', app, { headers: { authorization: 'x' } })
    expect(field(personal, 'cache-control')).toBe('private, no-store')
    expect(field(personal, 'cdn-cache-control')).toBeUndefined()
    expect(field(personal, 'expires')).toBeUndefined()
    const own = await shop.render('/feed', app)
    expect(field(own, 'cache-control')).toBe('public, max-age=600')
    expect(field(own, 'cdn-cache-control')).toBe('max-age=600')
  })

  test.each<[string, NonNullable<Parameters<Shop['cache']['handle']>[0]['headers']>]>([
    ['a record', { 'content-type': 'text/plain', cookie: ['a=1', 'b=2'] }],
    [
      'pairs',
      [
        ['content-type', 'text/plain'],
        ['cookie', 'a=1; b=2'],
      ],
    ],
  ])('a request that is no Request, with headers as %s, reaches the app as one', async (_, headers) => {
    const shop = openShop()
    const visit = shop.cache.handle({ method: 'DELETE', url: `${ORIGIN}/a`, headers }, shop.renders.handler)
    await settled()
    const { request: given } = shop.renders.last.input
    expect([given.method, given.url, given.headers.get('content-type')]).toEqual([
      'DELETE',
      `${ORIGIN}/a`,
      'text/plain',
    ])
    expect(given.headers.get('cookie')).toMatch(/^a=1[;,] b=2$/)
    await shop.renders.last.answers('<p>')
    expect((await visit).status).toBe(200)
  })

  test('session: anonymous shares the page among visitors who have one, and shows it none of theirs', async () => {
    const shop = openShop({ routes: [{ match: '/a', session: 'anonymous' }] })
    const visit = shop.get('/a', { headers: { cookie: 'connect.sid=1' } })
    await settled()
    expect(shop.renders.last.input.request.headers.get('cookie')).toBeNull()
    await shop.renders.last.answers('<p>')
    expect(field(await visit, 'cache-control')).toContain('s-maxage=60')
    expect(cacheStatus(await shop.get('/a'))).toMatchObject({ hit: true })
    expect(cacheStatus(await shop.render('/a', '<p>', { headers: { authorization: 'x' } }))).toMatchObject({
      detail: 'authorization',
    })
  })

  test('a type that the route does not expect is its visitor’s alone, with the app’s own fields (P9)', async () => {
    const shop = openShop({ routes: [{ match: '/data', types: ['application/json'] }] })
    const json = { headers: { 'content-type': 'application/json', 'cache-control': 'public, max-age=5' }, body: '{}' }
    const page = await shop.render('/a', json)
    expect(field(page, 'cache-control')).toBe('public, max-age=5')
    expect(cacheStatus(page)).toEqual({ fwd: 'miss', detail: 'content-type' })
    await shop.render('/data', json)
    expect(cacheStatus(await shop.get('/data'))).toMatchObject({ hit: true })
  })
})

describe('redirects (DESIGN §8 Query)', () => {
  test('the parameters that were dropped are put back onto the Location of each visitor, and are not kept (R66)', async () => {
    const shop = openShop()
    const away = html('', { location: '/new?b=1' }, 301)
    expect(field(await shop.render('/old?utm_source=mail', away), 'location')).toBe('/new?b=1&utm_source=mail')
    expect(field(await shop.get('/old'), 'location')).toBe('/new?b=1')
    expect(field(await shop.get('/old?gclid=7&utm_source=x'), 'location')).toBe('/new?b=1&gclid=7&utm_source=x')
    expect(shop.renders.count).toBe(0)
  })

  test('a redirect that differs from its page only in what the key drops leads to itself, and is never kept', async () => {
    const shop = openShop()
    await shop.render('/promo', html('', { location: '/promo?utm_source=mail' }, 301))
    expect((await shop.render('/promo?utm_source=mail', 'promo')).status).toBe(200)
  })

  test('a redirect to itself is never kept', async () => {
    const shop = openShop()
    await shop.render('/a', html('', { location: '/a' }, 301))
    expect((await shop.cache.explain(request('/a'))).page?.state).toBe('marked')
  })
})
