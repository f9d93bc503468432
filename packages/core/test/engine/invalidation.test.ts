import {
  type HandlerInput,
  type HandlerResponse,
  type MemoryStore,
  memoryStore,
  pageContext,
  type RenderCacheOptions,
  type StoreKey,
  type Tag,
} from '@ssr-cache/core'
import { type FaultyStore, fakeClock, faultyStore } from '@ssr-cache/core/testing'
import { beforeAll, describe, expect, test } from 'vitest'
import { stepsOfCollections } from '../work.ts'
import {
  cacheStatus,
  field,
  html,
  ORIGIN,
  openShop,
  request,
  type Shop,
  settled,
  sharedMaxAge,
  stateOf,
  times,
} from './harness.ts'

/** A cache that keeps `/a`, made from these tags. */
async function kept(tags: readonly Tag[] = [], options: RenderCacheOptions = {}): Promise<Shop> {
  const shop = openShop(options)
  await put(shop, '/a', '<p>old', tags)
  return shop
}

/** Renders a page that says its tags. */
async function put(shop: Shop, target: string, body: string, tags: readonly Tag[] = []): Promise<void> {
  await shop.cache.handle(request(target), () => {
    pageContext()?.tag(...tags)
    return html(body)
  })
}

/** A handler that says its tags when it begins, and runs until the test ends it. */
const tagged =
  (shop: Shop, ...tags: readonly Tag[]) =>
  (input: HandlerInput): HandlerResponse | Promise<HandlerResponse> => {
    pageContext()?.tag(...tags)
    return shop.renders.handler(input)
  }

const stateOfPage = async (shop: Shop, target = '/a'): Promise<string | undefined> =>
  (await shop.cache.explain(request(target))).page?.state

/** Its bytes are gone, or wait to be swept: either way it is never served. */
const isGone = async (shop: Shop, target?: string): Promise<boolean> =>
  ['none', 'expired'].includes((await stateOfPage(shop, target)) ?? '')

describe('invalidated: served stale once, refreshed once (V12, R20, R21, R32)', () => {
  test.each<[string, Parameters<Shop['cache']['invalidate']>[0]]>([
    ['its URL, when the page is published (R20, R31)', { urls: ['/a'] }],
    ['its URL on this host', { urls: [`${ORIGIN}/a`] }],
    ['a tag, when what is embedded changes (R21, R30)', { tags: ['form:7'] }],
    ['a class and id (R30)', { tags: [{ class: 'pb-menu', id: 'small' }] }],
    ['a class: every id of it (R30, V14)', { tags: [{ class: 'pb-menu' }] }],
    ['a prefix', { prefix: '/' }],
    ['everything (V19)', { all: true }],
  ])('by %s', async (_, what) => {
    const shop = await kept(['form:7', { class: 'pb-menu', id: 'small' }])
    await shop.cache.invalidate(what)
    const page = await shop.get('/a')
    expect(await page.text()).toBe('<p>old')
    expect(sharedMaxAge(page)).toBe(10)
    expect(await (await shop.get('/a')).text()).toBe('<p>old')
    await settled()
    expect(shop.renders.count).toBe(1)
    await shop.renders.last.answers('<p>new')
    expect(cacheStatus(await shop.get('/a'))).toEqual({ hit: true, ttl: 60 })
    expect(await shop.body('/a')).toBe('<p>new')
    expect(shop.renders.count).toBe(1)
  })

  test('what it does not name stays fresh (R30, R31)', async () => {
    const shop = await kept(['form:7'])
    await put(shop, '/b', '<p>b', ['form:8', { class: 'form', id: 7 }])
    await shop.cache.invalidate({ tags: ['form:7'], urls: ['/a?page=2'], prefix: '/c' })
    expect(await stateOfPage(shop, '/a')).toBe('stale')
    expect(await stateOfPage(shop, '/b')).toBe('fresh')
  })

  test('a page invalidated twice while it is refreshed is rendered anew for those who came after (I2)', async () => {
    const shop = await kept()
    await shop.cache.invalidate({ urls: ['/a'] })
    await shop.get('/a')
    await settled()
    await shop.cache.invalidate({ urls: ['/a'] })
    expect(await shop.body('/a')).toBe('<p>old')
    await settled()
    expect(shop.renders.count).toBe(2)
    await shop.renders.at(1).answers('<p>newest')
    await shop.renders.at(0).answers('<p>outdated')
    expect(await shop.body('/a')).toBe('<p>newest')
  })

  test('its windows count from the record: it never lives longer for having been invalidated (R32)', async () => {
    const shop = await kept()
    await shop.cache.invalidate({ urls: ['/a'] })
    shop.clock.advance(600_000)
    expect(await stateOfPage(shop)).toBe('error')
    shop.clock.advance(86_400_000 - 600_000)
    expect(await stateOfPage(shop)).toBe('expired')
  })

  test('an invalidated page still stands in when its render fails (R32, S6)', async () => {
    const shop = await kept([], { staleWhileRevalidate: 0 })
    await shop.cache.invalidate({ urls: ['/a'] })
    const visit = shop.get('/a')
    await settled()
    await shop.renders.last.throws(new Error('down'))
    expect(await (await visit).text()).toBe('<p>old')
  })
})

describe('purged: never served again (V12)', () => {
  test.each<[string, Parameters<Shop['cache']['purge']>[0]]>([
    ['its URL', { urls: ['/a'] }],
    ['a tag', { tags: ['form:7'] }],
    ['a class', { tags: [{ class: 'pb-menu' }] }],
    ['a prefix', { prefix: '/' }],
    ['everything (V19)', { all: true }],
  ])('by %s: not even with the app down', async (_, what) => {
    const shop = await kept(['form:7', { class: 'pb-menu', id: 'small' }])
    await shop.cache.purge(what)
    const visit = shop.get('/a')
    await settled()
    await shop.renders.last.throws(new Error('down'))
    await expect(visit).rejects.toThrow('down')
    expect(
      shop.cache.lookup(shop.cache.key(request('/a')) as NonNullable<ReturnType<Shop['cache']['key']>>),
    ).toBeUndefined()
  })

  test('a page that was stale when it was purged does not stand in either', async () => {
    const shop = await kept([], { staleWhileRevalidate: 0 })
    shop.clock.advance(60_000)
    const visit = shop.get('/a')
    await settled()
    await shop.cache.purge({ urls: ['/a'] })
    await shop.renders.last.throws(new Error('down'))
    await expect(visit).rejects.toThrow('down')
  })

  test('clearing all is one record, not a walk: however much is kept, it takes the same steps (V19)', async () => {
    const [few, many] = [await shopOf(500), await shopOf(1_000)]
    const purge = (shop: CountedShop) => stepsTaken(shop, () => shop.cache.purge({ all: true }))
    const steps = await purge(few)
    expect(await purge(many)).toEqual(steps)
    expect(steps.store).toEqual({ append: 1 })
    expect(many.store.size).toBe(0)
    expect(await stateOfPage(many, '/250')).toBe('none')
  })

  test('clearing all is told as one record (V19)', async () => {
    const shop = await kept()
    await shop.cache.purge({ all: true })
    expect(shop.told.filter(([name]) => name === 'invalidate')).toEqual([
      ['invalidate', { targets: [{ kind: 'all' }], hard: true }],
    ])
    expect(await stateOfPage(shop)).toBe('none')
  })
})

describe('URLs, prefixes and variants (R31, DESIGN §8)', () => {
  const PAGES = ['/g', '/g/', '/g?page=2', '/g/x', '/g/x?y=1', '/gx', '/m', '/m?page=2'] as const

  test.each<[Parameters<Shop['cache']['purge']>[0], readonly string[]]>([
    [{ urls: ['/m'] }, ['/m']],
    [{ urls: ['/m?page=2'] }, ['/m?page=2']],
    [{ urls: ['/m?utm_source=x&page=2'] }, ['/m?page=2']],
    [{ urls: ['/%6D'] }, ['/m']],
    [{ urls: [`${ORIGIN}/g`] }, ['/g']],
    [{ urls: ['https://SHOP.example:443/g'] }, ['/g']],
    [{ urls: ['http://shop.example/g'] }, []],
    [{ urls: ['https://other.example/g'] }, []],
    [{ prefix: '/g' }, ['/g', '/g/', '/g?page=2', '/g/x', '/g/x?y=1']],
    [{ prefix: '/g/' }, ['/g', '/g/', '/g?page=2', '/g/x', '/g/x?y=1']],
    [{ prefix: ['/g/x', '/m'] }, ['/g/x', '/g/x?y=1', '/m', '/m?page=2']],
    [{ prefix: `${ORIGIN}/g/x` }, ['/g/x', '/g/x?y=1']],
    [{ prefix: '/' }, PAGES],
    [{ urls: ['/m'], prefix: '/g/x' }, ['/m', '/g/x', '/g/x?y=1']],
  ])('%j hits exactly %j', async (what, hit) => {
    const shop = openShop()
    for (const target of PAGES) await put(shop, target, '<p>')
    await shop.cache.purge(what)
    const gone: string[] = []
    for (const target of PAGES) if (await isGone(shop, target)) gone.push(target)
    expect(gone.sort()).toEqual([...hit].sort())
    expect(shop.told.filter(([name]) => name === 'invalidate')).toHaveLength(1)
  })

  test('a URL hits all of its variants, and all hosts unless it is absolute (R31)', async () => {
    const shop = openShop({ key: { cookies: ['currency'] } })
    const hosts = ['https://a.example/m', 'https://b.example/m']
    const visit = (url: string, currency: string): Request =>
      new Request(url, { headers: { cookie: `currency=${currency}` } })
    const all = hosts.flatMap((url) => [visit(url, 'EUR'), visit(url, 'USD')])
    const states = async (): Promise<unknown[]> =>
      Promise.all(all.map(async (visitor) => (await shop.cache.explain(visitor)).page?.state))
    for (const visitor of all) await shop.cache.handle(visitor, () => html('<p>'))
    await shop.cache.purge({ urls: ['https://a.example/m'] })
    expect(await states()).toEqual(['none', 'none', 'fresh', 'fresh'])
    await shop.cache.purge({ urls: ['/m'] })
    expect(await states()).toEqual(['none', 'none', 'none', 'none'])
  })

  test('a tag with * or [ hits only itself (V18)', async () => {
    const shop = openShop()
    const tags = ['movie:42', 'movie:*', 'movie:[42]', 'm*', '*']
    for (const [i, tag] of tags.entries()) await put(shop, `/${i}`, '<p>', [tag])
    await shop.cache.purge({ tags: ['movie:*', '*'] })
    const gone = await Promise.all(tags.map((_, i) => isGone(shop, `/${i}`)))
    expect(gone).toEqual([false, true, false, false, true])
  })
})

describe('a purge while a page is being rendered (V1–V4, V6, I2)', () => {
  test('its caller gets the page, it is not kept, and who comes after does not join that render (V1)', async () => {
    const shop = openShop()
    const before = shop.get('/a')
    await settled()
    await shop.cache.purge({ urls: ['/a'] })
    const after = shop.get('/a')
    await settled()
    expect(shop.renders.count).toBe(2)
    await shop.renders.at(0).answers('<p>old')
    const page = await before
    expect(await page.text()).toBe('<p>old')
    // What a cache downstream kept of it, no purge would reach.
    expect(field(page, 'cache-control')).toBe('private, no-store')
    expect(cacheStatus(page)).toMatchObject({ fwd: 'uri-miss' })
    expect(cacheStatus(page)).not.toHaveProperty('stored')
    expect(await stateOf(after)).toBe('pending')
    await shop.renders.at(1).answers('<p>new')
    expect(await (await after).text()).toBe('<p>new')
    expect(await shop.body('/a')).toBe('<p>new')
  })

  test('an invalidation: its caller gets the page with only the grace, and the next visitor renders (V1)', async () => {
    const shop = openShop()
    const before = shop.get('/a')
    await settled()
    await shop.cache.invalidate({ urls: ['/a'] })
    await shop.renders.last.answers('<p>old')
    expect(field(await before, 'cache-control')).toBe('public, max-age=0, s-maxage=10')
    // What this cache reckons itself (RFC 9211 2.4): stale from the beginning.
    expect(cacheStatus(await before)).toEqual({ fwd: 'uri-miss', stored: true, ttl: 0 })
    expect(await stateOfPage(shop)).toBe('stale')
  })

  test('by a tag that the route has named before (V2)', async () => {
    const shop = openShop({ routes: [{ match: '/movies/:id', tags: ({ id }) => [`movie:${id}`] }] })
    const before = shop.get('/movies/42')
    await settled()
    await shop.cache.purge({ tags: ['movie:42'] })
    const after = shop.get('/movies/42')
    await settled()
    expect(shop.renders.count).toBe(2)
    for (const render of shop.renders.all) await render.answers(`<p>${shop.renders.all.indexOf(render)}`)
    expect(await (await before).text()).toBe('<p>0')
    expect(await (await after).text()).toBe('<p>1')
    expect(await shop.body('/movies/42')).toBe('<p>1')
  })

  test('by a tag that the page had before (V2)', async () => {
    const shop = await kept(['menu'])
    shop.clock.advance(60_000)
    await shop.get('/a')
    await settled()
    await shop.cache.invalidate({ tags: ['menu'] })
    await shop.get('/a')
    await settled()
    expect(shop.renders.count).toBe(2)
  })

  test.each(['purge', 'invalidate'] as const)(
    'by a tag that is known only after the render (%s): those who came after it pass to one next render (V3)',
    async (call) => {
      const shop = openShop()
      const handler = tagged(shop, 'menu')
      const before = times(2, () => shop.cache.handle(request('/a'), handler))
      await settled()
      await shop.cache[call]({ tags: ['menu'] })
      const after = times(3, () => shop.cache.handle(request('/a'), handler))
      await settled()
      expect(shop.renders.count).toBe(1) // nobody can know yet
      await shop.renders.at(0).answers('<p>old')
      expect(await Promise.all(before.map(async (page) => (await page).text()))).toEqual(['<p>old', '<p>old'])
      expect(shop.renders.count).toBe(2)
      await shop.renders.at(1).answers('<p>new')
      expect(await Promise.all(after.map(async (page) => (await page).text()))).toEqual(times(3, () => '<p>new'))
      expect(await shop.body('/a')).toBe('<p>new')
      expect(shop.renders.count).toBe(2)
    },
  )

  test('whoever comes after it is never given that page, at whatever step of its landing they come (V3)', async () => {
    for (let steps = 0; steps < 40; steps++) {
      const shop = openShop()
      let rendered = 0
      const handler = (): HandlerResponse => {
        pageContext()?.tag('menu')
        return html(`<p>${++rendered}`)
      }
      const before = shop.cache.handle(request('/a'), handler)
      for (let step = 0; step < steps; step++) await null
      const purged = shop.cache.purge({ tags: ['menu'] })
      const begun = rendered
      const after = await (await shop.cache.handle(request('/a'), handler)).text()
      expect(Number(after.slice(3)), `after ${steps} steps`).toBeGreaterThan(begun)
      await Promise.all([purged, before])
    }
  })

  test('a follower who came between two records passes on only if one that hits came before (V3)', async () => {
    const shop = openShop()
    const handler = tagged(shop, 'menu')
    const leader = shop.cache.handle(request('/a'), handler)
    await settled()
    await shop.cache.invalidate({ tags: ['something else'] })
    const between = shop.cache.handle(request('/a'), handler)
    await settled()
    await shop.cache.invalidate({ tags: ['menu'] })
    await shop.renders.at(0).answers('<p>old')
    expect(await (await leader).text()).toBe('<p>old')
    expect(await (await between).text()).toBe('<p>old')
    expect(shop.renders.count).toBe(1)
  })

  test.each<[string, readonly Tag[], string]>([
    ['known before: the old page goes too', ['menu'], '<p>new'],
    ['known only after: the old page, which it does not name, is served on', [], '<p>old'],
  ])(
    'by a tag of a page that a background refresh renders, %s; what it renders is never served (V4)',
    async (_, tags, served) => {
      const shop = await kept(tags)
      await shop.clock.advanceAsync(60_000)
      const handler = tagged(shop, 'menu')
      await shop.cache.handle(request('/a'), handler)
      await settled()
      await shop.cache.purge({ tags: ['menu'] })
      await shop.renders.at(0).answers('<p>outdated')
      const after = shop.cache.handle(request('/a'), handler)
      await settled()
      expect(shop.renders.count).toBe(2)
      await shop.renders.at(1).answers('<p>new')
      expect(await (await after).text()).toBe(served)
      expect(await shop.body('/a')).toBe('<p>new')
    },
  )

  test('a purge of its URL while a background refresh runs (V4)', async () => {
    const shop = await kept()
    await shop.clock.advanceAsync(60_000)
    await shop.get('/a')
    await settled()
    await shop.cache.purge({ urls: ['/a'] })
    const after = shop.get('/a')
    await settled()
    expect(shop.renders.count).toBe(2)
    await shop.renders.at(1).answers('<p>new')
    await shop.renders.at(0).answers('<p>outdated')
    expect(await (await after).text()).toBe('<p>new')
    expect(await shop.body('/a')).toBe('<p>new')
  })

  test('an older render that arrives last never overwrites a newer one (V6)', async () => {
    const shop = openShop()
    const renders = [shop.get('/a')]
    for (let i = 0; i < 2; i++) {
      await settled()
      await shop.cache.invalidate({ urls: ['/a'] })
      renders.push(shop.get('/a'))
    }
    await settled()
    expect(shop.renders.count).toBe(3)
    for (const i of [2, 0, 1]) await shop.renders.at(i).answers(`<p>${i}`)
    expect(await Promise.all(renders.map(async (page) => (await page).text()))).toEqual(['<p>0', '<p>1', '<p>2'])
    expect(await shop.body('/a')).toBe('<p>2')
  })

  test('of renders side by side under a mark, the first page for all stays (V6)', async () => {
    const shop = openShop()
    await shop.render('/a', html('<p>mine', { 'set-cookie': 'sid=1' }))
    const crowd = times(3, () => shop.get('/a'))
    await settled()
    await shop.renders.at(2).answers('<p>2')
    await shop.renders.at(0).answers('<p>0')
    await shop.renders.at(1).answers('<p>1')
    expect(await Promise.all(crowd.map(async (page) => (await page).text()))).toEqual(['<p>0', '<p>1', '<p>2'])
    expect(await shop.body('/a')).toBe('<p>2')
  })

  test('while it waits for a place: the render that has not begun is new enough for everybody', async () => {
    const shop = openShop({ admission: { concurrency: 1 } })
    const busy = shop.get('/busy')
    const before = shop.get('/a')
    await settled()
    await shop.cache.purge({ urls: ['/a'] })
    const after = shop.get('/a')
    await settled()
    await shop.renders.at(0).answers('<p>')
    await shop.renders.at(1).answers('<p>new')
    expect(await (await before).text()).toBe('<p>new')
    expect(await (await after).text()).toBe('<p>new')
    expect(shop.renders.count).toBe(2)
    expect(cacheStatus(await shop.get('/a'))).toMatchObject({ hit: true })
    await busy
  })
})

describe('order, not clocks (V7, I2)', () => {
  test('invalidated and rendered anew within one millisecond: the new page is valid (V7)', async () => {
    const shop = await kept(['menu'])
    for (let i = 0; i < 20; i++) {
      await shop.cache.purge({ tags: ['menu'] })
      await put(shop, '/a', `<p>${i}`, ['menu'])
      expect(cacheStatus(await shop.get('/a'))).toEqual({ hit: true, ttl: 60 })
      expect(await shop.body('/a')).toBe(`<p>${i}`)
    }
    expect(shop.clock.now()).toBe(Date.UTC(2026, 0, 1))
  })

  test.each([-3_600_000, 3_600_000])(
    'a clock that jumps by %d ms between render and invalidation changes nothing of who is hit (I2)',
    async (ms) => {
      const shop = await kept(['menu'], { maxAge: 86_400 })
      shop.clock.jump(ms)
      await shop.cache.invalidate({ tags: ['menu'] })
      expect(await stateOfPage(shop)).not.toBe('fresh')
      shop.clock.jump(-ms)
      expect(await stateOfPage(shop)).not.toBe('fresh')
    },
  )
})

describe('data that arrive late at replicas (settleMs)', () => {
  test('a page whose render began within it is kept and sent with only the grace; later ones live whole', async () => {
    const shop = await kept(['movie:42'])
    await shop.cache.invalidate({ tags: ['movie:42'], settleMs: 5_000 })
    shop.clock.advance(4_999)
    await shop.cache.handle(request('/b'), () => {
      pageContext()?.tag('movie:42')
      return html('<p>early')
    })
    expect(field(await shop.get('/b'), 'cache-control')).toBe('public, max-age=0, s-maxage=10')
    shop.clock.advance(9_999)
    expect(await stateOfPage(shop, '/b')).toBe('fresh')
    shop.clock.advance(1)
    expect(await stateOfPage(shop, '/b')).toBe('stale')
    await put(shop, '/c', '<p>late', ['movie:42'])
    expect(sharedMaxAge(await shop.get('/c'))).toBe(60)
  })

  test('a page that it does not name lives whole', async () => {
    const shop = openShop()
    await shop.cache.invalidate({ tags: ['movie:42'], settleMs: 5_000 })
    await put(shop, '/b', '<p>', ['movie:43'])
    expect(sharedMaxAge(await shop.get('/b'))).toBe(60)
  })

  test('the first answer of such a page has only the grace too', async () => {
    const shop = openShop()
    await shop.cache.invalidate({ urls: ['/a'], settleMs: 5_000 })
    const page = await shop.render('/a', '<p>')
    expect(field(page, 'cache-control')).toBe('public, max-age=0, s-maxage=10')
    expect(cacheStatus(page)).toMatchObject({ ttl: 10 })
  })
})

describe('what the caller hands in (V16)', () => {
  test('lists are not written to, and what becomes of them later changes nothing (V16)', async () => {
    const shop = await kept(['menu'])
    const tags = ['menu', { class: 'a', id: 1 }]
    const urls = ['/b']
    const what = { tags: [...tags], urls: [...urls] }
    const done = shop.cache.invalidate(what)
    expect(what).toEqual({ tags, urls })
    what.tags.length = 0
    what.urls[0] = '/another'
    await done
    const [, told] = shop.told.find(([name]) => name === 'invalidate') as unknown as [string, { targets: unknown[] }]
    expect(told.targets).toHaveLength(3)
    expect(told.targets).toContainEqual({ kind: 'url', url: '/b' })
  })

  test('an absolute URL without a path names the root of its host alone', async () => {
    const { cache, ...shop } = openShop()
    await shop.render('/', '<p>')
    await cache.handle({ url: 'https://other.example/' }, () => html('<p>'))
    await cache.purge({ urls: ['https://shop.example'] })
    expect((await cache.explain(request('/'))).page?.state).toBe('none')
    expect((await cache.explain({ url: 'https://other.example/' })).page?.state).toBe('fresh')
  })

  test('purge looks at what it is given as invalidate does', async () => {
    await expect(openShop().cache.purge(42 as never)).rejects.toThrow('"targets" must be an object, got 42')
  })

  test('the list that a route’s function gives is not written to (V16)', async () => {
    const tags = Object.freeze(['menu', Object.freeze({ class: 'a', id: 1 })])
    const shop = openShop({ routes: [{ match: '/a', tags: () => tags }] })
    await put(shop, '/a', '<p>', ['more'])
    expect(tags).toHaveLength(2)
    await shop.cache.purge({ tags: [{ class: 'a' }] })
    expect(await isGone(shop)).toBe(true)
  })

  test.each<[unknown, RegExp]>([
    [{}, /there must be something to hit, got no tags, urls, prefix or all\. Write { all: true } for everything/],
    [{ tags: [] }, /there must be something to hit/],
    [{ tag: 'a' }, /"tag" must be left out \(there is no such option\), got "a" \(string\)\. Write tags\./],
    [{ tags: 'menu' }, /"tags" must be a list, got "menu" \(string\)\. Write { tags: \['…'\] }/],
    [{ tags: [42] }, /a tag must be a string or/],
    [{ urls: '/a' }, /"urls" must be a list/],
    [{ urls: ['a'] }, /"urls" must be a path or an absolute URL, got "a" \(string\)\. Write '\/movies\/42'/],
    [{ urls: ['/%zz'] }, /"urls" must be a well-formed path/],
    [{ urls: ['ftp://shop.example/'] }, /"urls" must be a path or an absolute URL/],
    [{ urls: [42] }, /"urls" must be a path or an absolute URL, got 42/],
    [{ urls: ['see https://shop.example/a'] }, /"urls" must be a path or an absolute URL/],
    [{ urls: ['https://shop.example?x=1'] }, /"urls" must be a path or an absolute URL/],
    [{ urls: ['/%zz'] }, /got "\/%zz" \(string\)\. Write '\/movies\/42'\./],
    [{ prefix: '/g?x=1' }, /"prefix" must be a path without query, got .* Write '\/genres\/'\./],
    [{ prefix: 'g' }, /"prefix" must be a path or an absolute URL/],
    [{ all: false }, /there must be something to hit/],
    [{ urls: ['/a'], settleMs: '5s' }, /"settleMs" must be a whole number >= 0, got "5s"/],
    [undefined, /must be an object, got undefined/],
    [[], /must be an object/],
  ])('%j is refused with ERR_SSR_CACHE_OPTION, and nothing is hit', async (what, message) => {
    const shop = await kept()
    await expect(shop.cache.invalidate(what as never)).rejects.toMatchObject({ code: 'ERR_SSR_CACHE_OPTION' })
    await expect(shop.cache.invalidate(what as never)).rejects.toThrow(message)
    expect(await stateOfPage(shop)).toBe('fresh')
  })
})

describe('a tag that fifty thousand pages have (V10 in one process)', () => {
  let few: CountedShop
  let many: CountedShop
  beforeAll(async () => {
    few = await shopOf(1_000, ['menu'])
    many = await shopOf(50_000, ['menu'])
  }, 120_000)

  // In this order: each finds the pages as the one before has left them.
  test.each([
    ['invalidating', 'invalidate', 'stale'],
    ['purging', 'purge', 'expired'],
  ] as const)('%s it is one record, and the same steps as for a thousand', async (_, act, state) => {
    const take = (shop: CountedShop) => stepsTaken(shop, () => shop.cache[act]({ tags: ['menu'] }))
    const steps = await take(few)
    expect(await take(many)).toEqual(steps)
    expect(steps.store).toEqual({ append: 1 })
    expect([few.store.size, many.store.size]).toEqual([1_000, 50_000])
    // The newest, asked for again and again: its URL is remembered, and found in its place.
    const find = (shop: CountedShop, target: string) => {
      for (let i = 0; i < 2; i++) keyOf(shop, target)
      return stepsTaken(shop, () => shop.cache.lookup(keyOf(shop, target)))
    }
    const found = await find(few, '/999')
    expect(await find(many, '/49999'), 'finding out that a page has it').toEqual(found)
    expect(found.store).toMatchObject({ get: 1 })
    expect(await stateOfPage(many, '/49999')).toBe(state)
    expect(await stateOfPage(many, '/0')).toBe(state)
  })
})

interface CountedShop extends Shop {
  readonly calls: FaultyStore['calls']
  readonly store: MemoryStore
}

/** A shop that keeps this many pages, and counts what its store is asked. */
async function shopOf(pages: number, tags: readonly Tag[] = []): Promise<CountedShop> {
  const clock = fakeClock()
  const store = memoryStore({ clock })
  const counting = faultyStore(store)
  const shop = openShop({ clock, store: counting })
  for (let i = 0; i < pages; i++) await put(shop, `/${i}`, '<p>', tags)
  return { ...shop, calls: counting.calls, store }
}

/** What an act asks of the store, by method, and of the collections of the process. */
async function stepsTaken(
  { calls }: CountedShop,
  act: () => unknown,
): Promise<{ readonly store: object; readonly collections: number }> {
  const before = { ...calls }
  const collections = await stepsOfCollections(act)
  const asked = Object.entries(calls).map(([method, count]) => [method, count - before[method as keyof typeof calls]])
  return { store: Object.fromEntries(asked.filter(([, count]) => count !== 0)), collections }
}

function keyOf({ cache }: Shop, target: string): StoreKey {
  const key = cache.key(request(target))
  if (key === undefined) throw new Error(`${target} has no key`)
  return key
}
