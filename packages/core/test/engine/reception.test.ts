import {
  createRenderCache,
  memoryStore,
  type NarrowedRequest,
  type RenderCacheOptions,
  type StrategyFunction,
} from '@ssr-cache/core'
import { fakeClock } from '@ssr-cache/core/testing'
import { describe, expect, test, vi } from 'vitest'
import { cacheStatus, field, openShop, type Shop, settled, stateOf, times } from './harness.ts'

const SHELL = '<!doctype html><div id="root"></div>'
const fallback = (): string => SHELL
const PEOPLE = {
  headers: {
    accept: 'text/html',
    'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  },
}
const CRAWLER = {
  headers: {
    accept: 'text/html',
    'user-agent': 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
  },
}

type Admission = NonNullable<RenderCacheOptions['admission']>

const open = (admission: Admission = {}, more: RenderCacheOptions = {}): Shop =>
  openShop({ ...more, admission: { fallback, ...admission } })

describe('crawlers (R37)', () => {
  test('wait longer than people for the same render, and get the page', async () => {
    const shop = open({ timeoutMs: 1_000, crawlerTimeoutMs: 5_000 })
    const person = shop.get('/a', PEOPLE)
    const crawler = shop.get('/a', CRAWLER)
    await settled()
    await shop.clock.advanceAsync(1_000)
    expect((await person).status).toBe(503)
    expect(await stateOf(crawler)).toBe('pending')
    await shop.renders.last.answers('<p>page')
    expect(await (await crawler).text()).toBe('<p>page')
    expect(shop.renders.count).toBe(1)
  })

  test('are turned away in their time as people are, with a status that takes nothing out of an index (R43)', async () => {
    const shop = open({ timeoutMs: 1_000, crawlerTimeoutMs: 5_000 })
    const crawler = shop.get('/a', CRAWLER)
    await settled()
    await shop.clock.advanceAsync(5_000)
    const page = await crawler
    expect([page.status, field(page, 'retry-after'), field(page, 'cache-control')]).toEqual([503, '5', 'no-store'])
  })

  test('queue behind people who came later', async () => {
    const shop = open({ concurrency: 1 })
    const visits = [shop.get('/busy', PEOPLE), shop.get('/crawled', CRAWLER), shop.get('/asked', PEOPLE)]
    for (let turn = 0; turn < 3; turn++) {
      await settled()
      await shop.renders.last.answers('<p>')
    }
    await Promise.all(visits)
    expect(shop.renders.paths).toEqual(['/busy', '/asked', '/crawled'])
  })

  test('lift what they wait for out of the refreshes, and people out of the crawlers’ lane', async () => {
    const shop = open({ concurrency: 1 })
    const visits = [shop.get('/busy', PEOPLE), shop.get('/a', CRAWLER), shop.get('/b', CRAWLER), shop.get('/b', PEOPLE)]
    for (let turn = 0; turn < 3; turn++) {
      await settled()
      await shop.renders.last.answers('<p>')
    }
    await Promise.all(visits)
    expect(shop.renders.paths).toEqual(['/busy', '/b', '/a'])
  })

  test('what they are called reaches no render, and splits no key (I3)', async () => {
    const shop = open()
    await shop.render('/a', '<p>page', CRAWLER)
    const page = await shop.get('/a', PEOPLE)
    expect([await page.text(), cacheStatus(page)['hit']]).toEqual(['<p>page', true])
    void shop.get('/b', CRAWLER)
    await settled()
    expect(shop.renders.last.input.request.headers.get('user-agent')).toBeNull()
  })

  test('a name of any length takes no time, and is no crawler’s because of its end', async () => {
    const shop = open({ timeoutMs: 1_000, crawlerTimeoutMs: 5_000 })
    const agent = `${PEOPLE.headers['user-agent']}${' '.repeat(2_000)} Googlebot/2.1`
    const visit = shop.get('/a', { headers: { accept: 'text/html', 'user-agent': agent } })
    await settled()
    await shop.clock.advanceAsync(1_000)
    expect((await visit).status).toBe(503)
  })
})

describe('timeoutMs: 0 (O7)', () => {
  test('answers with the shell at once, and renders behind it: the next visit is a hit', async () => {
    const shop = open({ timeoutMs: 0 })
    const page = await shop.get('/a', PEOPLE)
    expect([page.status, await page.text()]).toEqual([503, SHELL])
    await settled()
    expect(shop.renders.count).toBe(1)
    for (const again of await Promise.all(times(5, () => shop.get('/a', PEOPLE)))) expect(again.status).toBe(503)
    expect(shop.renders.count).toBe(1)
    await shop.renders.last.answers('<p>page')
    expect(await (await shop.get('/a', PEOPLE)).text()).toBe('<p>page')
    expect(shop.renders.count).toBe(1)
  })

  test('what is rendered behind waits for its place, though nobody waits for it', async () => {
    const shop = open({ timeoutMs: 0, concurrency: 1 })
    await shop.get('/a', PEOPLE)
    await shop.get('/b', PEOPLE)
    await settled()
    await shop.renders.last.answers('<p>a')
    await shop.renders.last.answers('<p>b')
    expect(await shop.body('/b', PEOPLE)).toBe('<p>b')
  })

  test('crawlers wait for the render all the same (R37)', async () => {
    const shop = open({ timeoutMs: 0, crawlerTimeoutMs: 5_000 })
    await shop.get('/a', PEOPLE)
    const crawler = shop.get('/a', CRAWLER)
    await settled()
    await shop.renders.last.answers('<p>page')
    expect(await (await crawler).text()).toBe('<p>page')
  })

  test('an app that fails is not asked with every visit', async () => {
    const shop = open({ timeoutMs: 0 })
    await shop.get('/a', PEOPLE)
    await settled()
    await shop.renders.last.throws(new Error('down'))
    await shop.get('/a', PEOPLE)
    await settled()
    expect(shop.renders.count).toBe(1)
    await shop.clock.advanceAsync(3_000)
    await shop.get('/a', PEOPLE)
    await settled()
    expect(shop.renders.count).toBe(2)
  })

  test('an old page comes before the shell, and is refreshed behind (I8)', async () => {
    const shop = open({}, { routes: [{ match: '/a', admission: { timeoutMs: 0 } }], staleWhileRevalidate: 0 })
    const first = shop.get('/a', CRAWLER)
    await settled()
    await shop.renders.last.answers('<p>old')
    await first
    shop.clock.advance(61_000)
    expect(await (await shop.get('/a', PEOPLE)).text()).toBe('<p>old')
    await settled()
    expect(shop.renders.count).toBe(2)
  })
})

describe('timeoutMs shorter than the store takes to give the lease (I8, I6)', () => {
  const LEASE_MS = 20

  function slow(admission: Admission = {}): Shop {
    const clock = fakeClock()
    const store = memoryStore({ clock })
    const take = store.lease.take.bind(store.lease)
    const later = async (...asked: Parameters<typeof take>): Promise<ReturnType<typeof take>> => {
      await new Promise<void>((resolve) => clock.schedule(LEASE_MS, resolve))
      return take(...asked)
    }
    vi.spyOn(store.lease, 'take').mockImplementation(later as never) // this store's own answers at once
    return open({ timeoutMs: 5, ...admission }, { clock, store })
  }

  /** One who comes, waits for as long as they may, and is followed by others 300 ms later. */
  async function visited(shop: Shop, path = '/a'): Promise<number> {
    const visit = shop.get(path, PEOPLE)
    await shop.clock.advanceAsync(300)
    return (await visit).status
  }

  test('the page is rendered once, behind those who left with the shell, and kept for all who come next (C5, O7)', async () => {
    const shop = slow()
    expect([await visited(shop), await visited(shop)]).toEqual([503, 503])
    expect(shop.renders.count).toBe(1)
    await shop.renders.last.answers('<p>page')
    expect(await shop.body('/a', PEOPLE)).toBe('<p>page')
    expect(shop.renders.count).toBe(1)
    expect(shop.cache.stats()).toMatchObject({ flights: 0, renders: { running: 0, queued: 0 } })
  })

  test('behind them it waits for no place: nothing piles up, and the next visit tries again', async () => {
    const shop = slow({ concurrency: 2 })
    for (const path of times(6, (i) => `/${i}`)) expect(await visited(shop, path)).toBe(503)
    expect(shop.renders.count).toBe(2)
    expect(shop.cache.stats()).toMatchObject({ flights: 2, renders: { running: 2, queued: 0 } })
    await shop.renders.last.answers('<p>')
    await visited(shop, '/5')
    expect(new URL(shop.renders.last.input.request.url).pathname).toBe('/5')
  })

  test('an app that fails is not asked with every visit', async () => {
    const shop = slow()
    await visited(shop)
    await shop.renders.last.throws(new Error('down'))
    await visited(shop)
    expect(shop.renders.count).toBe(1)
    await shop.clock.advanceAsync(3_000)
    await visited(shop)
    expect(shop.renders.count).toBe(2)
  })

  test('whoever comes before the lease waits for the same render, though all before them have left', async () => {
    const shop = slow({ crawlerTimeoutMs: 5_000, concurrency: 1 })
    void shop.get('/busy', CRAWLER)
    await shop.clock.advanceAsync(LEASE_MS)
    const person = shop.get('/a', PEOPLE)
    await shop.clock.advanceAsync(10)
    expect((await person).status).toBe(503)
    const crawler = shop.get('/a', CRAWLER)
    await shop.clock.advanceAsync(LEASE_MS)
    expect(shop.cache.stats().renders).toMatchObject({ running: 1, queued: 1 })
    await shop.renders.last.answers('<p>busy')
    await shop.renders.last.answers('<p>page')
    expect(await (await crawler).text()).toBe('<p>page')
    expect(shop.renders.count).toBe(2)
  })

  test('what turns out to be its visitor’s own is let go, and nobody is given it', async () => {
    const shop = slow()
    await visited(shop)
    const cancel = vi.fn()
    const piece = new TextEncoder().encode('<p>own'.padEnd(65_536))
    const body = new ReadableStream({ cancel, pull: (stream) => stream.enqueue(piece) })
    await shop.renders.last.answers(
      new Response(body, { headers: { 'content-type': 'text/html', 'set-cookie': 'a=1' } }),
    )
    await settled()
    expect(cancel).toHaveBeenCalledTimes(1)
    expect(shop.cache.stats()).toMatchObject({ flights: 0, background: 0, renders: { running: 0 } })
  })
})

describe('strategy: never', () => {
  const never = (more: RenderCacheOptions = {}): Shop =>
    open({}, { ...more, routes: [{ match: '/checkout/*rest', strategy: 'never' }] })

  test('the shell is the page: 200, for nobody to keep or index, and no render', async () => {
    const shop = never()
    const page = await shop.get('/checkout/pay', PEOPLE)
    expect([page.status, await page.text()]).toEqual([200, SHELL])
    expect(['cache-control', 'x-robots-tag', 'retry-after', 'etag'].map((name) => field(page, name))).toEqual([
      'private, no-store',
      'noindex',
      undefined,
      undefined,
    ])
    expect(cacheStatus(page)).toEqual({ fwd: 'bypass', detail: 'strategy' })
    expect(shop.renders.count).toBe(0)
    expect(shop.cache.stats().routes['/checkout/*rest']).toMatchObject({ answers: { 'turned-away': 1 } })
    const told = { route: '/checkout/*rest', answered: 'turned-away', reason: 'strategy' }
    expect(shop.told).toEqual([['answer', expect.objectContaining(told)]])
  })

  test.each([
    ['a session', { cookie: 'sid=1' }],
    ['a password', { authorization: 'Basic eA==' }],
  ])('for visitors with %s, too', async (_, headers) => {
    const shop = never()
    const page = await shop.get('/checkout/pay', { headers: { ...PEOPLE.headers, ...headers } })
    expect([page.status, await page.text()]).toEqual([200, SHELL])
    expect(shop.renders.count).toBe(0)
  })

  test('while the cache is off, too', async () => {
    const page = await never({ enabled: false }).get('/checkout/pay', PEOPLE)
    expect([page.status, await page.text()]).toEqual([200, SHELL])
  })

  test.each([[{}], [{ cookie: 'sid=1' }]])('is what the explanation says, with %o (I12)', async (headers) => {
    const { cache } = never()
    const explained = (path: string) => cache.explain({ url: `https://shop.example${path}`, headers })
    expect(await explained('/checkout/pay')).toMatchObject({ decision: 'shared', reason: 'strategy' })
    expect((await explained('/other')).reason).toBe('cookie' in headers ? 'cookie' : undefined)
  })

  test('what asks for data, or sends it, goes to the app', async () => {
    const shop = never()
    for (const init of [{ method: 'POST' }, { headers: { accept: 'application/json' } }]) {
      const visit = shop.get('/checkout/pay', init)
      await settled()
      await shop.renders.last.answers('{}')
      expect((await visit).status).toBe(200)
    }
    expect(shop.renders.count).toBe(2)
  })

  test.each(['*/*', '', 'application/json, text/html;q=0.1'])(
    'who takes HTML is given it: Accept “%s”',
    async (accept) => {
      const page = await never().get('/checkout/pay', { headers: { accept } })
      expect([page.status, field(page, 'content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    },
  )

  test('a shell function that fails is a 503', async () => {
    const shop = openShop({
      admission: { fallback: () => '' },
      routes: [{ match: '/checkout/*rest', strategy: 'never' }],
    })
    expect((await shop.get('/checkout/pay', PEOPLE)).status).toBe(503)
  })
})

describe('strategy: always (O6)', () => {
  test('visitors wait up to the deadline', async () => {
    const shop = open({ timeoutMs: 1_000, deadlineMs: 20_000 }, { routes: [{ match: '/landing', strategy: 'always' }] })
    const visit = shop.get('/landing', PEOPLE)
    await settled()
    await shop.clock.advanceAsync(15_000)
    expect(await stateOf(visit)).toBe('pending')
    await shop.renders.last.answers('<p>page')
    expect(await (await visit).text()).toBe('<p>page')
  })

  test('or as long as alwaysTimeoutMs says, of the cache or of the route', async () => {
    const routes = [
      { match: '/landing', strategy: 'always' },
      { match: '/sale', strategy: 'always', admission: { alwaysTimeoutMs: 2_000 } },
      { match: '/report', strategy: 'always', admission: { deadlineMs: 3_000 } },
    ] as const
    const shop = open({ alwaysTimeoutMs: 10_000, deadlineMs: 20_000 }, { routes })
    const states = async (visits: readonly Promise<unknown>[]) => Promise.all(visits.map(stateOf))
    const visits = ['/landing', '/sale', '/report'].map((path) => shop.get(path, PEOPLE))
    await settled()
    await shop.clock.advanceAsync(2_000)
    expect(await states(visits)).toEqual(['pending', 'resolved', 'pending'])
    await shop.clock.advanceAsync(1_000)
    expect(await states(visits)).toEqual(['pending', 'resolved', 'resolved'])
    await shop.clock.advanceAsync(7_000)
    expect(await states(visits)).toEqual(['resolved', 'resolved', 'resolved'])
  })

  test('and to the deadline of a route that has a longer one', async () => {
    const routes = [{ match: '/report', strategy: 'always', admission: { deadlineMs: 40_000 } }] as const
    const shop = open({ deadlineMs: 20_000 }, { routes })
    const visit = shop.get('/report', PEOPLE)
    await settled()
    await shop.clock.advanceAsync(30_000)
    expect(await stateOf(visit)).toBe('pending')
  })

  test.each<[string, Admission]>([
    ['is left out', {}],
    ['is set to less', { queueTimeoutMs: 3_000 }],
  ])('and as long in the queue, where queueTimeoutMs %s', async (_, admission) => {
    const shop = open({ concurrency: 1, ...admission }, { routes: [{ match: '/landing', strategy: 'always' }] })
    void shop.get('/busy', PEOPLE)
    const [always, other] = [shop.get('/landing', PEOPLE), shop.get('/other', CRAWLER)]
    await settled()
    await shop.clock.advanceAsync(11_000)
    expect([(await other).status, await stateOf(always)]).toEqual([503, 'pending'])
    await shop.renders.last.answers('<p>busy')
    await shop.renders.last.answers('<p>page')
    expect(await (await always).text()).toBe('<p>page')
  })

  test('in the queue no longer than alwaysTimeoutMs, where the queue’s limit is shorter', async () => {
    const shop = open(
      { concurrency: 1, queueTimeoutMs: 3_000, alwaysTimeoutMs: 8_000 },
      { routes: [{ match: '/landing', strategy: 'always' }] },
    )
    void shop.get('/busy', PEOPLE)
    const visit = shop.get('/landing', PEOPLE)
    await settled()
    await shop.clock.advanceAsync(7_999)
    expect(await stateOf(visit)).toBe('pending')
    await shop.clock.advanceAsync(1)
    expect((await visit).status).toBe(503)
    expect(shop.cache.stats()).toMatchObject({ flights: 1, renders: { running: 1, queued: 0 } })
  })

  test('their renders have a cap of their own, so that others find a place', async () => {
    const shop = open(
      { concurrency: 2, alwaysConcurrency: 1 },
      { routes: [{ match: '/landing/:id', strategy: 'always' }] },
    )
    for (const id of [1, 2, 3]) void shop.get(`/landing/${id}`, PEOPLE)
    void shop.get('/other', PEOPLE)
    await settled()
    expect(shop.renders.paths).toEqual(['/landing/1', '/other'])
  })
})

describe('strategy: a function', () => {
  test('is given the narrowed request, and asked only where there is no hit (I3)', async () => {
    const asked: NarrowedRequest[] = []
    const strategy: StrategyFunction = (request) => {
      asked.push(request)
      return request.query === 'csr=1' ? 'never' : 'default'
    }
    const shop = open({ strategy })
    const headers = { ...PEOPLE.headers, cookie: 'a=1' }
    expect((await shop.get('/a?csr=1&utm_source=x', { headers })).status).toBe(200)
    expect(asked.map(({ url, headers: given }) => [url, given['cookie']])).toEqual([
      ['https://shop.example/a?csr=1', undefined],
    ])
    await shop.render('/a', '<p>', PEOPLE)
    expect(asked).toHaveLength(2)
    await shop.get('/a', PEOPLE)
    expect(asked).toHaveLength(2)
  })

  test('a route’s own comes before the cache’s', async () => {
    const shop = open({ strategy: 'never' }, { routes: [{ match: '/a', strategy: 'default' }] })
    expect(await (await shop.render('/a', '<p>page', PEOPLE)).text()).toBe('<p>page')
    expect(await (await shop.get('/b', PEOPLE)).text()).toBe(SHELL)
  })

  test('that says never of a page that is kept lets the old page go out, unrefreshed', async () => {
    let says: 'never' | 'default' = 'default'
    const shop = open({ strategy: () => says }, { refreshAhead: 0.5 })
    await shop.render('/a', '<p>old', PEOPLE)
    says = 'never'
    const details: unknown[] = []
    for (const ms of [50_000, 20_000, 3_600_000]) {
      shop.clock.advance(ms)
      const page = await shop.get('/a', PEOPLE)
      details.push(cacheStatus(page)['detail'])
      expect(await page.text()).toBe('<p>old')
      await settled()
    }
    expect([details, shop.renders.count]).toEqual([[undefined, 'strategy', 'strategy'], 0])
  })

  test.each<[string, StrategyFunction, string]>([
    [
      'throws',
      () => {
        throw new Error('no flags')
      },
      'Error: no flags',
    ],
    [
      'says something else',
      () => 'sometimes' as never,
      'TypeError: a strategy must be "always", "never" or "default", got sometimes',
    ],
  ])('one that %s is told to the log, and the page is rendered as ever', async (_, strategy, error) => {
    const shop = open({ strategy })
    expect(await (await shop.render('/a', '<p>page', PEOPLE)).text()).toBe('<p>page')
    const errors = shop.logged.filter(([level]) => level === 'error').map(([, , details]) => details)
    expect(errors).toMatchObject([{ route: '*', url: 'https://shop.example/a' }])
    expect(errors.map((details) => ('error' in details ? String(details.error) : ''))).toEqual([error])
  })
})

describe('bad options are told at the start', () => {
  test.each<[string, RenderCacheOptions, RegExp]>([
    [
      'never, without a shell',
      { admission: { strategy: 'never' } },
      /"admission.fallback" must be beside admission.strategy, got undefined\. Write the file/,
    ],
    [
      'never on a route, without a shell',
      { routes: [{ match: '/a' }, { match: '/b', strategy: 'never' }] },
      /"admission.fallback" must be beside routes\[1\]\.strategy/,
    ],
    ['a function, without a shell', { admission: { strategy: () => 'default' } }, /"admission.fallback" must be/],
    [
      'an async function',
      { admission: { fallback, strategy: (async () => 'never') as never } },
      /"admission.strategy" must be 'always', 'never', 'default', or a function/,
    ],
    [
      'another word',
      { routes: [{ match: '/a', strategy: 'csr' as never }] },
      /"routes\[0\]\.strategy" must be .*got "csr" \(string\)/,
    ],
    [
      'beside cache: false',
      { admission: { fallback }, routes: [{ match: '/a', cache: false, strategy: 'never' }] },
      /"routes\[0\]\.strategy" must be left out where cache is false.*Leave out cache: false/,
    ],
    [
      'where the app’s own fields decide',
      { freshness: 'origin', routes: [{ match: '/a', strategy: 'always' }] },
      /"routes\[0\]\.strategy" must be left out where freshness is 'origin'/,
    ],
    [
      'crawlers that wait less than people',
      { admission: { timeoutMs: 5_000, crawlerTimeoutMs: 4_000 } },
      /"admission.crawlerTimeoutMs" must be at least timeoutMs \(5000\) and at most deadlineMs \(60000\), got 4000/,
    ],
    [
      'crawlers that wait beyond the deadline',
      { routes: [{ match: '/a', admission: { deadlineMs: 5_000, crawlerTimeoutMs: 6_000 } }] },
      /"routes\[0\]\.admission\.crawlerTimeoutMs" must be/,
    ],
  ])('%s', (_, options, message) => {
    expect(() => createRenderCache(options)).toThrow(message)
  })

  test('always needs no shell', () => {
    expect(() => createRenderCache({ admission: { strategy: 'always' } })).not.toThrow()
  })
})
