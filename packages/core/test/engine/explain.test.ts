import { createRenderCache, pageContext } from '@ssr-cache/core'
import { fakeClock } from '@ssr-cache/core/testing'
import { describe, expect, test, vi } from 'vitest'
import { cacheStatus, field, html, ORIGIN, openShop, request, settled, times } from './harness.ts'

describe('every answer says why (I12)', () => {
  test('no answer leaves without Cache-Control and Cache-Status (DESIGN §5 Downstream)', async () => {
    const shop = openShop({
      hosts: ['shop.example'],
      routes: [{ match: '/account', cache: false }],
      admission: { concurrency: 1, queueLimit: 0, bypassConcurrency: 1 },
      maxPageBytes: 100,
    })
    const pages = [
      await shop.render('/miss', '<p>'),
      await shop.get('/miss'),
      await shop.render('/missing', html('<p>', {}, 404)),
      await shop.render('/moved', html('', { location: '/' }, 308)),
      await shop.render('/away', html('', { location: '/' }, 302)),
      await shop.render('/mine', html('<p>', { 'set-cookie': 'a=1' })),
      await shop.render('/mine', html('<p>', { 'set-cookie': 'a=1' })),
      await shop.render('/json', { headers: { 'content-type': 'application/json' }, body: '{}' }),
      await shop.render('/large', html('x'.repeat(200))),
      await shop.render('/down', html('<p>', {}, 500)),
      await shop.render('/account', '<p>'),
      await shop.render('/miss?preview=1', '<p>'),
      await shop.render('/miss', '<p>', { method: 'POST' }),
      await shop.render('/%zz', '<p>'),
      await shop.cache.handle({ url: 'https://evil.example/' }, shop.renders.handler),
    ]
    shop.clock.advance(60_000)
    pages.push(await shop.get('/miss'))
    await settled()
    pages.push(await shop.get('/turned-away'))
    await shop.renders.last.throws(new Error('down'))
    pages.push(await shop.get('/miss'))
    const busy = shop.get('/slow')
    await shop.clock.advanceAsync(3_000)
    pages.push(await busy)
    for (const page of pages) {
      expect(field(page, 'cache-control'), String(page.status)).toMatch(/^(public|private|no-store)/)
      expect(field(page, 'cache-status')).toMatch(/^ssr-cache; (hit|fwd=)/)
      expect(page.fields.filter(([name]) => name === 'cache-control')).toHaveLength(1)
    }
    expect(new Set(pages.map(({ status }) => status))).toEqual(new Set([200, 302, 308, 400, 404, 421, 500, 503]))
  })

  test('the app’s own Cache-Status and lifetime are not sent with a kept page', async () => {
    const shop = openShop()
    const page = await shop.render(
      '/a',
      html('<p>', { 'cache-status': 'app; hit', 'cache-control': 'max-age=9', 'akamai-cache-control': 'max-age=9' }),
    )
    expect(cacheStatus(page)).toMatchObject({ fwd: 'uri-miss' })
    expect(field(page, 'akamai-cache-control')).toBeUndefined()
  })
})

describe('explain (I12)', () => {
  test('a page that is kept: its key, what was dropped from the request, its route, its state', async () => {
    const shop = openShop({
      key: { cookies: ['currency'], ignoreQuery: ['ref'] },
      routes: [{ match: '/movies/:id', tags: ({ id }) => [`movie:${id}`] }],
    })
    const visitor = request('/movies/42?utm_source=x&ref=1&page=2', {
      headers: { cookie: 'currency=EUR; theme=dark', 'user-agent': 'x' },
    })
    await shop.cache.handle(visitor, () => html('<p>'))
    const now = shop.clock.now()
    const { variant, dropped, page, ...at } = await shop.cache.explain(visitor)
    expect(at).toEqual({ decision: 'shared', route: '/movies/:id', url: `${ORIGIN}/movies/42?page=2` })
    expect(variant).toEqual({ 'cookie currency': expect.stringMatching(/^#[\w-]{10}$/) })
    expect(dropped).toEqual(
      expect.arrayContaining([
        { kind: 'query', name: 'utm_source', why: 'tracking' },
        { kind: 'query', name: 'ref', why: 'ignored' },
        { kind: 'cookie', name: 'theme', why: 'not-in-key' },
        { kind: 'header', name: 'user-agent', why: 'not-in-key' },
      ]),
    )
    expect(page).toEqual({
      state: 'fresh',
      status: 200,
      tags: ['movie:42'],
      renderStartedAt: now,
      storedAt: now,
      freshUntil: now + 60_000,
      staleUntil: now + 660_000,
      errorUntil: now + 86_460_000,
      rendering: false,
      restUntil: 0,
    })
  })

  test('it renders nothing, and says whether somebody else does, or whether the key rests', async () => {
    const shop = openShop()
    const { page } = await shop.cache.explain(request('/a'))
    expect(page).toStrictEqual({ state: 'none', rendering: false, restUntil: 0 })
    const visit = shop.get('/a')
    await settled()
    expect((await shop.cache.explain(request('/a'))).page).toMatchObject({ rendering: true })
    await shop.renders.last.throws(new Error('down'))
    await visit.catch(() => {})
    expect((await shop.cache.explain(request('/a'))).page).toMatchObject({
      rendering: false,
      restUntil: shop.clock.now() + 3_000,
    })
    expect(shop.renders.count).toBe(1)
  })

  test.each<[string, Parameters<ReturnType<typeof openShop>['cache']['explain']>[0], object]>([
    [
      'a session, by its cookie',
      request('/a', { headers: { cookie: 'connect.sid=1' } }),
      { decision: 'bypass', reason: 'cookie', culprit: 'connect.sid' },
    ],
    [
      'Authorization',
      request('/a', { headers: { authorization: 'x' } }),
      { decision: 'bypass', reason: 'authorization', culprit: 'authorization' },
    ],
    ['a method', request('/a', { method: 'POST' }), { decision: 'bypass', reason: 'method', culprit: 'POST' }],
    [
      'a route that is not cached',
      request('/account/x'),
      { decision: 'bypass', reason: 'route', route: '/account/*rest' },
    ],
    ['a host that is not ours', { url: 'https://evil.example/' }, { decision: 'refused', reason: 'host-not-allowed' }],
    ['a malformed target', { url: `${ORIGIN}/%zz` }, { decision: 'refused', reason: 'target' }],
    [
      'a keyed value that is too long',
      request('/a', { headers: { cookie: `currency=${'x'.repeat(2_000)}` } }),
      { decision: 'refused', reason: 'value-length' },
    ],
  ])('why a request is not shared: %s', async (_, visitor, expected) => {
    const shop = openShop({
      hosts: ['shop.example'],
      key: { cookies: ['currency'] },
      routes: [{ match: '/account/*rest', cache: false }],
    })
    expect(await shop.cache.explain(visitor)).toMatchObject(expected)
  })

  test('why a request is not shared: its route’s tags throw, or the app says when', async () => {
    const { cache } = openShop({
      bypass: { when: ({ target }) => target === '/b' },
      routes: [
        {
          match: '/a',
          tags() {
            throw new Error('no tags')
          },
        },
      ],
    })
    const at = (path: string) => ({ url: ORIGIN + path, dropped: [] })
    expect(await cache.explain(request('/a'))).toStrictEqual({
      decision: 'bypass',
      reason: 'route-tags',
      route: '/a',
      ...at('/a'),
    })
    expect(await cache.explain(request('/b'))).toStrictEqual({
      decision: 'bypass',
      reason: 'when',
      route: '*',
      ...at('/b'),
    })
  })

  test('why no request is shared: the cache is off', async () => {
    expect(await openShop({ enabled: true }).cache.explain(request('/a'))).toMatchObject({ decision: 'shared' })
    const { cache } = openShop({ enabled: false })
    expect(await cache.explain(request('/a'))).toMatchObject({ decision: 'bypass', reason: 'off', url: `${ORIGIN}/a` })
  })

  test('values of what identifies somebody are shown only as salted hashes, equal ones equal (DESIGN §8)', async () => {
    const shop = openShop({ key: { cookies: ['currency'] } })
    const text = async (target: string, cookie: string): Promise<string> =>
      JSON.stringify(await shop.cache.explain(request(target, { headers: { cookie } })))
    expect(await text('/a', 'currency=SECRET')).not.toContain('SECRET')
    expect(await text('/a', 'currency=SECRET')).toBe(await text('/a', 'currency=SECRET'))
    expect(await text('/a', 'currency=SECRET')).not.toBe(await text('/a', 'currency=OTHER'))
    expect(await text('/a', 'connect.sid=SECRET')).not.toContain('SECRET')
    expect(await text('/a?token=SECRET', '')).not.toContain('SECRET')
    expect(await text('/a?x=1&preview%5Buser%5D=SECRET', '')).not.toContain('SECRET')
  })
})

describe('stats count each reason by route, with the culprit’s name (I12)', () => {
  test('a URL that is as good as a password is shown with the names of its parameters only (DESIGN §8)', async () => {
    const { cache } = openShop()
    const at = async (target: string) => (await cache.explain(request(target))).url ?? ''
    expect(await at('/a?preview=s3cret&b=1&c&d=s3cret')).toMatch(
      /^https:\/\/shop\.example\/a\?b=#[\w-]{10}&c&d=(#[\w-]{10})&preview=\1$/,
    )
    expect(await at('/a?b=1&c')).toBe(`${ORIGIN}/a?b=1&c`)
    expect(await at('/a')).toBe(`${ORIGIN}/a`)
  })

  test('why is my hit ratio 0?', async () => {
    const shop = openShop({ routes: [{ match: '/movies/:id' }], hosts: ['shop.example'] })
    await shop.render('/movies/1', '<p>')
    await shop.get('/movies/1')
    for (const i of [2, 3]) await shop.render(`/movies/${i}`, html('<p>', { 'set-cookie': 'visitor=1' }))
    await shop.render('/movies/4', html('<p>', { vary: 'user-agent' }))
    for (const cookie of ['connect.sid=1', 'PHPSESSID=1'])
      await shop.render('/movies/1', '<p>', { headers: { cookie } })
    await shop.cache.handle({ url: 'https://evil.example/' }, shop.renders.handler)
    const { routes } = shop.cache.stats()
    expect(routes['/movies/:id']).toEqual({
      answers: { miss: 1, hit: 1, alone: 3, bypass: 2 },
      reasons: {
        'set-cookie': { count: 2, culprits: { visitor: 2 } },
        vary: { count: 1, culprits: { 'user-agent': 1 } },
        cookie: { count: 2, culprits: { 'connect.sid': 1, PHPSESSID: 1 } },
      },
      renders: 4,
    })
    expect(routes['*']).toEqual({
      answers: { refused: 1 },
      reasons: { 'host-not-allowed': { count: 1, culprits: {} } },
      renders: 0,
    })
  })

  test('every kind of answer is counted once', async () => {
    const shop = openShop({ admission: { concurrency: 1, queueLimit: 0 } })
    const followers = times(3, () => shop.get('/a'))
    await settled()
    expect((await shop.get('/b')).status).toBe(503)
    await shop.renders.last.answers('<p>')
    await Promise.all(followers)
    shop.clock.advance(60_000)
    await shop.get('/a')
    await settled()
    await shop.renders.last.throws(new Error('down'))
    await shop.get('/a')
    await shop.render('/c', html('<p>', {}, 500))
    expect(shop.cache.stats().routes['*']?.answers).toEqual({
      miss: 1,
      follow: 2,
      'turned-away': 1,
      stale: 2,
      failed: 1,
    })
  })

  test('names from outside are bounded: a flood of them ends as (others) (I7)', async () => {
    const shop = openShop()
    for (let i = 0; i < 55; i++) await shop.render(`/${i}`, html('<p>', { 'set-cookie': `c${i % 54}=1` }))
    const culprits = shop.cache.stats().routes['*']?.reasons['set-cookie']?.culprits ?? {}
    expect(Object.keys(culprits)).toHaveLength(51)
    expect(culprits).toMatchObject({ c0: 2, c49: 1, '(others)': 4 })
  })
})

describe('events (I12)', () => {
  test('a page’s way is told: answered, rendered, with its reason', async () => {
    const shop = openShop()
    const visit = shop.get('/a')
    await shop.clock.advanceAsync(250)
    await shop.renders.last.answers('<p>')
    await visit
    await shop.get('/a')
    expect(shop.told).toEqual([
      ['render', { route: '*', url: `${ORIGIN}/a`, outcome: 'stored', background: false, durationMs: 250 }],
      ['answer', { route: '*', answered: 'miss' }],
      ['answer', { route: '*', answered: 'hit' }],
    ])
  })

  test('what makes hits impossible is loud: an event each time, a warning once per route and culprit', async () => {
    const shop = openShop()
    for (let i = 0; i < 3; i++) await shop.render(`/${i}`, html('<p>', { 'set-cookie': 'visitor=1' }))
    expect(shop.told.filter(([name]) => name === 'unshareable')).toEqual(
      times(3, (i) => ['unshareable', { route: '*', url: `${ORIGIN}/${i}`, reason: 'set-cookie', culprit: 'visitor' }]),
    )
    expect(shop.logged.filter(([level]) => level === 'warn')).toEqual([
      [
        'warn',
        'pages of this route cannot be shared (set-cookie); it makes hits impossible',
        expect.objectContaining({ culprit: 'visitor' }),
      ],
    ])
  })

  test('a page that is private by nature is no mistake: nothing is logged', async () => {
    const shop = openShop()
    await shop.cache.handle(request('/a'), () => {
      pageContext()?.private()
      return html('<p>')
    })
    expect(shop.logged.filter(([level]) => level !== 'info')).toEqual([])
    expect(shop.told).toContainEqual([
      'unshareable',
      expect.objectContaining({ reason: 'private', culprit: 'private()' }),
    ])
  })

  test('an invalidation is told with what it hit', async () => {
    const shop = openShop()
    await shop.cache.purge({ urls: ['/a'], prefix: '/g/' })
    expect(shop.told).toEqual([
      [
        'invalidate',
        {
          hard: true,
          targets: [
            { kind: 'url', url: '/a' },
            { kind: 'prefix', prefix: '/g/' },
          ],
        },
      ],
    ])
  })

  test('a listener that throws costs nobody the page: the mistake is logged', async () => {
    const shop = openShop()
    for (const name of ['answer', 'render', 'failure', 'unshareable', 'store-error'] as const) {
      shop.cache.events.on(name, () => {
        throw new Error('a listener’s own')
      })
    }
    expect(shop.cache.events.emit('answer', { route: '*', answered: 'hit' })).toBe(true)
    const page = await shop.render('/a', '<p>')
    expect(await page.text()).toBe('<p>')
    expect(await shop.body('/a')).toBe('<p>')
    expect((await shop.render('/b', html('<p>', { 'set-cookie': 'a=1' }))).status).toBe(200)
    expect(shop.cache.stats()).toMatchObject({ flights: 0, background: 0 })
    expect(shop.logged).toContainEqual([
      'error',
      'a listener threw',
      { error: expect.objectContaining({ message: 'a listener’s own' }) },
    ])
  })

  test.each([
    ['production', undefined, 1],
    ['production', ['shop.example'], 0],
    ['development', undefined, 0],
  ] as const)('in %s with hosts %j, a warning that any Host makes pages: %d', (environment, hosts, warnings) => {
    vi.stubEnv('NODE_ENV', environment)
    const shop = openShop(hosts === undefined ? {} : { hosts })
    vi.unstubAllEnvs()
    expect(shop.logged.filter(([level, message]) => level === 'warn' && message.includes('hosts'))).toHaveLength(
      warnings,
    )
  })

  test('without a logger, warnings and errors go to the console, and nothing else does', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const error = vi.spyOn(console, 'error').mockImplementation(() => {})
    const info = vi.spyOn(console, 'info').mockImplementation(() => {})
    const cache = createRenderCache({ clock: fakeClock() })
    await cache.handle(request('/a'), () => html('<p>', { 'set-cookie': 'a=1' }))
    expect(warn).toHaveBeenCalledExactlyOnceWith(
      expect.stringMatching(/^ssr-cache: pages of this route/),
      expect.anything(),
    )
    expect(info).not.toHaveBeenCalled()
    expect(error).not.toHaveBeenCalled()
    cache.events.emit('failure', {
      route: '*',
      url: 'https://shop.example/a',
      error: 'down',
      background: true,
      streamed: false,
    })
    expect(error).toHaveBeenCalledExactlyOnceWith(
      expect.stringMatching(/^ssr-cache: a refresh failed/),
      expect.anything(),
    )
    vi.restoreAllMocks()
  })

  test('a refresh that keeps giving what is one visitor’s alone is counted with its culprit, though no visitor waited for it', async () => {
    const shop = openShop()
    await shop.render('/a', '<p>old')
    await shop.clock.advanceAsync(60_000)
    await shop.get('/a')
    await settled()
    await shop.renders.last.answers(html('<p>', { 'set-cookie': 'visitor=1' }))
    expect(shop.cache.stats().routes['*']?.reasons).toMatchObject({
      'set-cookie': { count: 1, culprits: { visitor: 1 } },
    })
  })

  test('what a cache in front must bypass on is said at the start', () => {
    const shop = openShop({ downstream: { cdn: 'fastly' }, bypass: { cookies: ['sid'], query: ['draft'] } })
    expect(shop.logged).toEqual([
      [
        'info',
        expect.stringContaining('must bypass on the same cookies and parameters'),
        { cdn: 'fastly', cookies: ['sid'], query: ['draft'] },
      ],
    ])
  })
})
