import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { createRenderCache, memoryStore } from '@ssr-cache/core'
import { fakeClock } from '@ssr-cache/core/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
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
  times,
} from './harness.ts'

const CRAWLER = { headers: { 'user-agent': 'Googlebot/2.1 (+http://www.google.com/bot.html)' } }

describe('500 cold pages at once (O1)', () => {
  test('on a real server: eight are rendered at a time, so many wait, the others are told to come back, and no hit is lost', async () => {
    const cache = createRenderCache({ admission: { concurrency: 8, queueLimit: 100, timeoutMs: 30_000 } })
    let [live, most, renders] = [0, 0, 0]
    const app = cache.node(async (request, response) => {
      most = Math.max(most, ++live)
      renders++
      await sleep(20)
      live--
      response.setHeader('content-type', 'text/html').end(`<p>${request.url}`)
    })
    const server = createServer(app)
    await new Promise<void>((resolve) => server.listen(0, resolve))
    onTestFinished(async () => {
      server.close()
      server.closeAllConnections()
      await cache.close()
    })
    const { port } = server.address() as AddressInfo // it listens on a port
    const ask = (path: string): Promise<Response> =>
      fetch(`http://localhost:${port}${path}`, { headers: { accept: 'text/html' } })
    await ask('/hot')
    const answers = await Promise.all(times(500, (i) => (i % 10 === 0 ? ask('/hot') : ask(`/cold/${i}`))))

    expect(most).toBe(8)
    const hits = answers.filter(({ url }) => url.endsWith('/hot'))
    expect(hits.every(({ status, headers }) => status === 200 && headers.get('cache-status')?.includes('hit'))).toBe(
      true,
    )
    const turnedAway = answers.filter(({ status }) => status !== 200)
    for (const { status, headers } of turnedAway) {
      expect([status, headers.get('cache-control')]).toEqual([503, 'no-store'])
      expect(headers.get('retry-after')).toMatch(/^[1-9]\d*$/)
    }
    const rendered = answers.length - hits.length - turnedAway.length
    expect(rendered).toBeGreaterThanOrEqual(108)
    expect(renders).toBe(rendered + 1)
    expect(cache.stats().renders).toMatchObject({ running: 0, queued: 0, overloaded: [] })
    expect((await ask('/cold/after')).status).toBe(200)
  })
})

describe('who is rendered for first (O3)', () => {
  test('visitors, then crawlers, then refreshes, then warm-ups', async () => {
    const shop = openShop({ admission: { concurrency: 1 } })
    await shop.render('/old', '<p>old')
    shop.clock.advance(60_000)
    void shop.get('/busy')
    await settled()
    const through = { fetch: (request: Request) => shop.get(new URL(request.url).pathname).then(() => new Response()) }
    void shop.cache.warm(['/warm'], { origin: ORIGIN, through: (request) => through.fetch(request) })
    await settled()
    expect(await shop.body('/old')).toBe('<p>old')
    void shop.get('/crawled', CRAWLER)
    void shop.get('/visited')
    await settled()
    expect(shop.cache.stats().renders.lanes).toEqual({ visitor: 1, crawler: 1, refresh: 1, 'warm-up': 1 })
    for (let i = 0; i < 5; i++) await shop.renders.at(i).answers('<p>')
    expect(shop.renders.paths).toEqual(['/busy', '/visited', '/crawled', '/old', '/warm'])
  })

  test('where nothing is shared, too: a crawler’s own render begins behind that of a visitor', async () => {
    const shop = openShop({ admission: { concurrency: 1 } })
    await shop.render('/mine', html('<p>', { 'set-cookie': 'a=1' }))
    void shop.get('/busy')
    void shop.get('/mine', CRAWLER)
    await settled()
    void shop.get('/visited')
    await settled()
    for (let i = 0; i < 3; i++) await shop.renders.at(i).answers('<p>')
    expect(shop.renders.paths).toEqual(['/busy', '/visited', '/mine'])
  })

  test('a visitor who joins a crawler’s render takes it along', async () => {
    const shop = openShop({ admission: { concurrency: 1 } })
    void shop.get('/busy')
    void shop.get('/crawled', CRAWLER)
    await settled()
    void shop.get('/visited')
    await settled()
    void shop.get('/crawled')
    await settled()
    expect(shop.cache.stats().renders.lanes).toMatchObject({ visitor: 2, crawler: 0 })
    for (let i = 0; i < 3; i++) await shop.renders.at(i).answers('<p>')
  })
})

describe('caps of routes (O6)', () => {
  test('a route has its own cap inside of the cache’s, and its visitors hold nothing else while they wait', async () => {
    const routes = [{ match: '/search/*rest', admission: { concurrency: 1 } }]
    const shop = openShop({ routes, admission: { concurrency: 2 } })
    for (const path of ['/search/a', '/search/b', '/c']) void shop.get(path)
    await settled()
    expect(shop.renders.paths).toEqual(['/search/a', '/c'])
    await shop.renders.at(1).answers('<p>')
    expect(shop.cache.stats().renders).toMatchObject({ running: 1, queued: 1 })
    await shop.renders.at(0).answers('<p>')
    expect(shop.renders.paths).toEqual(['/search/a', '/c', '/search/b'])
  })

  test('its queue is its share, so that a flood of its pages turns no other visitor away', async () => {
    const routes = [{ match: '/search/*rest', admission: { concurrency: 1 } }]
    const shop = openShop({ routes, admission: { concurrency: 2, queueLimit: 10 } })
    const searches = times(20, (i) => shop.get(`/search/${i}`))
    await settled()
    expect(shop.cache.stats().renders).toMatchObject({ running: 1, queued: 5, overloaded: [] })
    expect((await searches[19])?.status).toBe(503)
    for (const path of ['/a', '/b']) void shop.get(path)
    await settled()
    expect(shop.cache.stats().renders).toMatchObject({ running: 2, queued: 6 })
  })

  test('pages that are always rendered wait under a cap of their own, and leave room for others', async () => {
    const routes = [{ match: '/always/*rest', strategy: 'always' as const }]
    const shop = openShop({ routes, admission: { concurrency: 3, alwaysConcurrency: 1, timeoutMs: 1_000 } })
    const visits = times(3, (i) => shop.get(`/always/${i}`))
    await settled()
    void shop.get('/a')
    await settled()
    expect(shop.renders.paths).toEqual(['/always/0', '/a'])
    await shop.clock.advanceAsync(5_000)
    await shop.renders.at(0).answers('<p>always')
    expect((await visits[0])?.status).toBe(200)
    expect(shop.renders.paths).toEqual(['/always/0', '/a', '/always/1'])
  })

  test('nobody who shares waits for who asks the app alone, nor the other way round (origin mode)', async () => {
    const routes = [{ match: '/heavy/*rest', admission: { concurrency: 1 } }]
    const shop = openShop({ freshness: 'origin', routes })
    const alone = { headers: { authorization: 'Bearer of one' } }
    void shop.get('/heavy/a', alone)
    void shop.get('/heavy/b')
    void shop.get('/heavy/c', alone)
    void shop.get('/heavy/d')
    await settled()
    expect(shop.renders.paths).toEqual(['/heavy/a', '/heavy/b', '/heavy/c'])
    await shop.renders.at(1).answers('<p>b')
    expect(shop.renders.paths).toEqual(['/heavy/a', '/heavy/b', '/heavy/c', '/heavy/d'])
  })

  test('refreshes of pages that are always rendered wait under that cap, too: of many stale ones at once, so many are rendered as of new ones', async () => {
    const routes = [{ match: '/always/*rest', strategy: 'always' as const }]
    const shop = openShop({ routes, admission: { concurrency: 3, alwaysConcurrency: 1 }, refreshAhead: 0.5 })
    const render = (i: number): Promise<unknown> => shop.render(`/always/${i}`, '<p>old')
    for (const i of [0, 1]) await render(i)
    shop.clock.advance(30_000)
    for (const i of [2, 3]) await render(i)
    shop.clock.advance(30_000)
    // Two are stale, and two are refreshed ahead.
    for (let i = 0; i < 4; i++) expect(await shop.body(`/always/${i}`)).toBe('<p>old')
    expect(shop.renders.paths).toEqual(['/always/0'])
    for (let i = 0; i < 4; i++) await shop.renders.at(i).answers('<p>new')
    expect(shop.renders.paths).toHaveLength(4)
  })
})

describe('how long a route’s visitors wait (S14, C5)', () => {
  test('an old page stands in at the route’s own limit, and does not wait for the cache’s (S14)', async () => {
    const routes = [{ match: '/quick', admission: { timeoutMs: 200 } }]
    const shop = openShop({ routes, staleWhileRevalidate: 0, admission: { timeoutMs: 5_000 } })
    await shop.render('/quick', '<p>old')
    shop.clock.advance(60_000)
    const visit = shop.get('/quick')
    await shop.clock.advanceAsync(200)
    const page = await visit
    expect(await page.text()).toBe('<p>old')
    expect(cacheStatus(page)).toMatchObject({ hit: true, detail: 'timeout' })
    expect(sharedMaxAge(page)).toBeDefined()
  })

  test('five ask one after another, each for less time than the render takes: one render, which is kept (C5)', async () => {
    const routes = [{ match: '/slow', admission: { timeoutMs: 100 } }]
    const shop = openShop({ routes })
    for (let i = 0; i < 5; i++) {
      const visit = shop.get('/slow')
      await shop.clock.advanceAsync(100)
      expect((await visit).status).toBe(503)
    }
    expect(shop.renders.count).toBe(1)
    await shop.renders.last.answers('<p>slow')
    expect(await shop.body('/slow')).toBe('<p>slow')
  })

  test('a render is told to stop at its route’s own deadline (C4)', async () => {
    const routes = [{ match: '/short', admission: { deadlineMs: 4_000 } }]
    const shop = openShop({ routes })
    for (const path of ['/short', '/long']) void shop.get(path)
    await settled()
    await shop.clock.advanceAsync(4_000)
    expect(shop.renders.all.map(({ input }) => input.signal.aborted)).toEqual([true, false])
  })

  test('past queueTimeoutMs whoever waits for a place is turned away, though they would wait for the page (I8)', async () => {
    const shop = openShop({ admission: { concurrency: 1, timeoutMs: 3_000, queueTimeoutMs: 500 } })
    void shop.get('/busy')
    const visit = shop.get('/a')
    await settled()
    await shop.clock.advanceAsync(500)
    expect(cacheStatus(await visit)).toMatchObject({ detail: 'turned-away' })
    expect(shop.cache.stats().renders.queued).toBe(0)
  })
})

describe('renders that ignore their signal (C4, I7)', () => {
  const admission = { concurrency: 1, deadlineMs: 3_000, writeOffLimit: 1 }

  test('the first loses its place, and is told of once; the next keeps it until it ends', async () => {
    const shop = openShop({ admission })
    const told: unknown[] = []
    shop.cache.events.on('written-off', (event) => told.push(event))
    void shop.get('/1')
    await settled()
    await shop.clock.advanceAsync(4_000)
    expect(told).toEqual([{ route: '*', url: `${ORIGIN}/1`, isHeld: false }])
    expect(shop.cache.stats().renders).toMatchObject({ running: 0, writtenOff: 1 })
    void shop.get('/2')
    await settled()
    await shop.clock.advanceAsync(4_000)
    expect(told).toEqual([expect.anything(), { route: '*', url: `${ORIGIN}/2`, isHeld: true }])
    expect(shop.cache.stats().renders).toMatchObject({ running: 1, writtenOff: 1 })
    expect(shop.logged.map(([level, message]) => `${level}: ${message}`)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^warn: a render goes on although its signal was aborted/),
        expect.stringMatching(/^error: .*writeOffLimit/),
      ]),
    )
    await shop.renders.at(1).throws(new Error('at last'))
    expect(shop.cache.stats().renders).toMatchObject({ running: 0, writtenOff: 1 })
  })

  test('so does a render for one visitor, where the cache is off', async () => {
    const shop = openShop({ admission: { ...admission, bypassConcurrency: 1 }, enabled: false })
    void shop.get('/1')
    await settled()
    await shop.clock.advanceAsync(3_999)
    expect(shop.cache.stats().bypasses.running).toBe(1)
    await shop.clock.advanceAsync(1)
    expect(shop.cache.stats().bypasses.running).toBe(0)
  })

  test.each(['handle', 'fetch'] as const)(
    'so does what the app answers one visitor, from when they have hung up: by cache.%s',
    async (how) => {
      const shop = openShop({ admission: { ...admission, bypassConcurrency: 1 } })
      const told: unknown[] = []
      shop.cache.events.on('written-off', (event) => told.push(event))
      const handler = (): Promise<Response> => new Promise(() => {})
      const ask = how === 'fetch' ? shop.cache.fetch(handler) : (asked: Request) => shop.cache.handle(asked, handler)
      const visit = new AbortController()
      const headers = { authorization: 'Bearer of one', accept: 'text/html' }
      void ask(request('/own?token=1', { headers, signal: visit.signal }))
      await settled()
      await shop.clock.advanceAsync(60_000)
      expect(shop.cache.stats().bypasses.running).toBe(1)
      visit.abort()
      await shop.clock.advanceAsync(999)
      expect(shop.cache.stats().bypasses.running).toBe(1)
      await shop.clock.advanceAsync(1)
      expect(shop.cache.stats().bypasses.running).toBe(0)
      expect(shop.cache.stats().bypasses).toEqual({ running: 0, queued: 0, writtenOff: 1 })
      expect(told).toEqual([{ route: '*', url: `${ORIGIN}/own`, isHeld: false }])
    },
  )

  test('what ends in time is told of to nobody, though its visitor has hung up', async () => {
    const shop = openShop({ admission: { ...admission, bypassConcurrency: 1 } })
    const told: unknown[] = []
    shop.cache.events.on('written-off', (event) => told.push(event))
    const visit = new AbortController()
    void shop.get('/own', { headers: { authorization: 'Bearer of one' }, signal: visit.signal })
    await settled()
    visit.abort()
    await shop.renders.at(0).answers('<p>own')
    expect(shop.cache.stats().bypasses.running).toBe(0)
    await shop.clock.advanceAsync(2_000)
    expect([told, shop.clock.pending]).toEqual([[], 0])
  })

  test('one that heeds it frees its place at the deadline', async () => {
    const shop = openShop({ admission })
    const visit = shop.cache.handle(
      new Request(`${ORIGIN}/1`),
      ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason))
        }),
    )
    await settled()
    await shop.clock.advanceAsync(3_000)
    expect((await visit).status).toBe(503)
    expect(shop.cache.stats().renders).toMatchObject({ running: 0, writtenOff: 0 })
    expect(shop.clock.pending).toBe(0)
  })
})

describe('the way into overload and back (O5, B7)', () => {
  test('five hundred who are turned away take no place from those who are not, and the log has one line for it', async () => {
    const shop = openShop({ admission: { concurrency: 2, queueLimit: 4, timeoutMs: 60_000, queueTimeoutMs: 60_000 } })
    const first = times(6, (i) => shop.get(`/${i}`))
    await settled()
    const states: unknown[] = []
    shop.cache.events.on('overload', (event) => states.push(event))
    for (const page of await Promise.all(times(500, (i) => shop.get(`/more/${i}`)))) expect(page.status).toBe(503)
    for (let i = 0; i < 6; i++) await shop.renders.at(i).answers(`<p>${i}`)
    expect((await Promise.all(first)).map(({ status }) => status)).toEqual(times(6, () => 200))
    expect(shop.renders.count).toBe(6)
    expect(states).toEqual([{ lane: 'visitor', state: 'over' }])
    const lines = (): string[] => shop.logged.flatMap(([, message]) => (message.startsWith('overload') ? message : []))
    expect(lines()).toHaveLength(1)
    await shop.clock.advanceAsync(5_000)
    expect(lines()).toEqual([expect.stringContaining('is full'), expect.stringContaining('is over')])
  })

  test('to and fro within five seconds is one line', async () => {
    const shop = openShop({ admission: { concurrency: 1, queueLimit: 0 } })
    for (let i = 0; i < 3; i++) {
      void shop.get(`/${i}`)
      await settled()
      expect((await shop.get('/more')).status).toBe(503)
      await shop.renders.last.answers('<p>')
      await shop.clock.advanceAsync(1_000)
    }
    expect(shop.logged.filter(([, message]) => message.startsWith('overload'))).toHaveLength(1)
    expect(shop.told.filter(([name]) => name === 'answer').length).toBeGreaterThan(3)
  })

  test('a flood of made-up paths stays under the cap and the queue, and every page that is kept is served meanwhile (B7)', async () => {
    const shop = openShop({ admission: { concurrency: 2, queueLimit: 10 } })
    await shop.render('/old', '<p>old')
    shop.clock.advance(60_000)
    await shop.render('/kept', '<p>kept')
    const flood = times(1_000, (i) => shop.get(`/made-up/${i}`))
    await settled()
    expect(shop.cache.stats().renders).toMatchObject({ running: 2, queued: 10 })
    expect(await shop.body('/kept')).toBe('<p>kept')
    expect(await shop.body('/old')).toBe('<p>old')
    expect((await Promise.all(flood.slice(12))).every(({ status }) => status === 503)).toBe(true)
    for (let i = 0; i < 12; i++) await shop.renders.at(i).answers(html('<p>none', {}, 404))
    expect((await flood[0])?.status).toBe(404)
    expect(field((await flood[999]) as never, 'cache-control')).toBe('no-store')
    expect(shop.cache.stats()).toMatchObject({ flights: 1, renders: { overloaded: [] } })
  })
})

/** A visitor who can hang up. */
function visitor(
  { get }: Shop,
  path: string,
  headers: Record<string, string> = {},
): { readonly hangUp: () => Promise<void> } {
  const connection = new AbortController()
  void get(path, { headers, signal: connection.signal })
  return {
    hangUp: async () => {
      connection.abort()
      await settled()
    },
  }
}

describe('visitors who hang up (I9, O1)', () => {
  const admission = { concurrency: 1, bypassConcurrency: 1, queueLimit: 2 }

  test.each(['policy', 'origin'] as const)('leave the queue, and are in nobody’s way (%s mode)', async (freshness) => {
    const shop = openShop({ freshness, admission })
    void shop.get('/busy')
    await settled()
    const left = ['/a', '/b'].map((path) => visitor(shop, path))
    await settled()
    expect(shop.cache.stats().renders).toMatchObject({ queued: 2, overloaded: ['visitor'] })
    for (const { hangUp } of left) await hangUp()
    expect(shop.cache.stats().renders).toMatchObject({ queued: 0, overloaded: [] })
    void shop.get('/alive')
    await settled()
    for (let i = 0; i < 2; i++) await shop.renders.at(i).answers('<p>')
    expect(shop.renders.paths).toEqual(['/busy', '/alive'])
  })

  test.each([
    ['of those who bypass', true, 'connect.sid=1'],
    ['of a cache that is off', false, ''],
  ])('leave the queue %s', async (_, enabled, cookie) => {
    const shop = openShop({ enabled, admission })
    void shop.get('/busy', { headers: { cookie } })
    await settled()
    const personal = visitor(shop, '/a', { cookie })
    await settled()
    expect(shop.cache.stats().bypasses).toMatchObject({ running: 1, queued: 1 })
    await personal.hangUp()
    expect(shop.cache.stats().bypasses).toMatchObject({ running: 1, queued: 0 })
    await shop.renders.at(0).answers('<p>')
    expect(shop.renders.paths).toEqual(['/busy'])
  })

  test('do not take a render along that another waits for, nor one that has begun', async () => {
    const shop = openShop({ admission })
    const busy = visitor(shop, '/busy')
    await settled()
    const leader = visitor(shop, '/a')
    const follower = shop.get('/a')
    await settled()
    for (const { hangUp } of [busy, leader]) await hangUp()
    expect(shop.cache.stats().renders).toMatchObject({ running: 1, queued: 1 })
    for (let i = 0; i < 2; i++) await shop.renders.at(i).answers(`<p>${i}`)
    expect(await (await follower).text()).toBe('<p>1')
    expect(await shop.body('/busy')).toBe('<p>0')
    expect(shop.renders.paths).toEqual(['/busy', '/a'])
  })

  test('do not take the others’ patience along: one of two leaves, and the other is turned away when it is over', async () => {
    const shop = openShop({ admission: { ...admission, timeoutMs: 1_000 } })
    void shop.get('/busy')
    await settled()
    const one = visitor(shop, '/a')
    const other = shop.get('/a')
    await settled()
    await one.hangUp()
    expect(shop.cache.stats().renders.queued).toBe(1)
    await shop.clock.advanceAsync(1_000)
    expect((await other).status).toBe(503)
    expect(shop.cache.stats().renders.queued).toBe(0)
  })

  test('are counted once, though they hang up while they are given the shell: who follows still waits', async () => {
    const shell = Promise.withResolvers<string>()
    const shop = openShop({ admission: { ...admission, timeoutMs: 1_000, fallback: () => shell.promise } })
    void shop.get('/busy')
    await settled()
    const impatient = visitor(shop, '/a', { accept: 'text/html' })
    await shop.clock.advanceAsync(500)
    const follower = shop.get('/a')
    await shop.clock.advanceAsync(500)
    await impatient.hangUp()
    shell.resolve('<p>shell')
    for (let i = 0; i < 2; i++) await shop.renders.at(i).answers(`<p>${i}`)
    expect(await (await follower).text()).toBe('<p>1')
  })

  test('before they have asked wait for nothing', async () => {
    const shop = openShop({ admission })
    void shop.get('/busy')
    await settled()
    void shop.get('/a', { signal: AbortSignal.abort() })
    await settled()
    expect(shop.cache.stats().renders.queued).toBe(0)
  })

  test('while the lease is on its way leave it to whoever comes then, and to what no place for that one means', async () => {
    const clock = fakeClock()
    const store = memoryStore({ clock })
    const { get, set, lease, log, capabilities } = store
    let leave: () => unknown = () => {}
    const slow = {
      capabilities,
      log,
      get: get.bind(store),
      set: set.bind(store),
      delete: store.delete.bind(store),
      lease: {
        release: lease.release.bind(lease),
        renew: lease.renew.bind(lease),
        take: (...asked: Parameters<typeof lease.take>) =>
          asked[0].url.endsWith('/old')
            ? new Promise<ReturnType<typeof lease.take>>((resolve) => {
                leave = () => resolve(lease.take(...asked))
              })
            : lease.take(...asked),
      },
    }
    const shop = openShop({ clock, store: slow, admission: { ...admission, queueLimit: 0 } })
    void shop.render('/old', '<p>old')
    await settled()
    leave()
    await settled()
    await clock.advanceAsync(3_600_000)
    const gone = visitor(shop, '/old')
    await settled()
    await gone.hangUp()
    const next = shop.get('/old')
    await settled()
    void shop.get('/busy')
    await settled()
    leave()
    expect(await (await next).text()).toBe('<p>old')
    expect(shop.cache.stats().resting).toBe(1)
  })

  test('and come again at the same instant do not find their own way out: they queue anew', async () => {
    const shop = openShop({ admission })
    void shop.get('/busy')
    await settled()
    const connection = new AbortController()
    void shop.get('/a', { signal: connection.signal })
    await settled()
    connection.abort()
    const again = shop.get('/a')
    await settled()
    for (let i = 0; i < 2; i++) await shop.renders.at(i).answers(`<p>${i}`)
    expect(await (await again).text()).toBe('<p>1')
  })

  test('say nothing against the next render of a page that is kept for trouble', async () => {
    const shop = openShop({ admission })
    await shop.render('/old', '<p>old')
    shop.clock.advance(3_600_000)
    void shop.get('/busy')
    await settled()
    const gone = visitor(shop, '/old')
    await settled()
    await gone.hangUp()
    const next = shop.get('/old')
    await settled()
    for (let i = 0; i < 2; i++) await shop.renders.at(i).answers('<p>new')
    expect(await (await next).text()).toBe('<p>new')
  })
})
