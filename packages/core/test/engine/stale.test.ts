import type { HandlerResponse, RenderCacheOptions } from '@ssr-cache/core'
import { memoryStore, pageContext } from '@ssr-cache/core'
import { fakeClock, faultyStore } from '@ssr-cache/core/testing'
import { describe, expect, test } from 'vitest'
import { cacheStatus, field, html, openShop, request, type Shop, settled, sharedMaxAge, times } from './harness.ts'

/** A cache whose page `/a` was rendered `seconds` ago. */
async function aged(seconds: number, options: RenderCacheOptions = {}): Promise<Shop> {
  const shop = openShop(options)
  await shop.render('/a', '<p>old')
  await shop.clock.advanceAsync(seconds * 1000)
  return shop
}

const single: RenderCacheOptions = { downstream: { preset: 'single' } }

describe('a page lives for its lifetime (R2, R10, R11, R12)', () => {
  test('it is served without a render until then, and no longer as fresh (R2)', async () => {
    const shop = await aged(59.999)
    expect(cacheStatus(await shop.get('/a'))).toEqual({ hit: true, ttl: 1 })
    shop.clock.advance(1)
    expect(cacheStatus(await shop.get('/a'))).toMatchObject({ hit: true, detail: 'refreshing' })
    await settled()
    expect(shop.renders.count).toBe(1)
  })

  test('the first answer says public, max-age=60 (R10, R11)', async () => {
    const shop = openShop(single)
    expect(field(await shop.render('/a', '<p>'), 'cache-control')).toBe('public, max-age=60')
  })

  test('the first answer says 60 however long its render took: its life counts from the end (R11, R14)', async () => {
    const shop = openShop({ ...single, admission: { timeoutMs: 10_000 } })
    const visit = shop.get('/a')
    await shop.clock.advanceAsync(7_300)
    await shop.renders.last.answers('<p>')
    expect(field(await visit, 'cache-control')).toBe('public, max-age=60')
  })

  test.each([
    [0.5, 59],
    [1, 59],
    [30, 30],
    [58.9, 1],
    [59.999, 1],
  ])('%d seconds later a hit says what remains, down to 1: %d (R12, S11)', async (after, remains) => {
    const shop = await aged(after, single)
    expect(field(await shop.get('/a'), 'cache-control')).toBe(`public, max-age=${remains}`)
  })

  test('hits say so in every second of a page’s life, whoever asked before (R12)', async () => {
    const shop = openShop(single)
    await shop.render('/a', '<p>')
    const said: (string | undefined)[] = []
    for (let i = 0; i < 120; i++) {
      said.push(field(await shop.get('/a'), 'cache-control'))
      shop.clock.advance(500)
    }
    expect(said).toEqual(times(120, (i) => `public, max-age=${Math.max(1, Math.floor(60 - i / 2))}`))
  })

  test('a page of a month says so, and its grace is still 10 when it has expired (R18)', async () => {
    const month = 2_592_000
    const shop = await aged(0, { ...single, maxAge: month })
    expect(field(await shop.get('/a'), 'cache-control')).toBe(`public, max-age=${month}`)
    shop.clock.advance(month * 1000)
    expect(field(await shop.get('/a'), 'cache-control')).toBe('public, max-age=10')
  })

  test('browsers keep nothing of it; shared caches keep what remains (R60)', async () => {
    const shop = await aged(18, { maxAge: 86_400 })
    expect(field(await shop.get('/a'), 'cache-control')).toBe('public, max-age=0, s-maxage=86382, stale-if-error=86400')
  })

  test('no Age goes out, and no Expires or Date of the app: downstream, its life begins now (S11)', async () => {
    const shop = openShop()
    await shop.render('/a', html('<p>', { age: '7', expires: '0', date: 'Mon, 01 Jan 2024 00:00:00 GMT' }))
    const page = await shop.get('/a')
    for (const name of ['age', 'expires', 'date']) expect(field(page, name)).toBeUndefined()
  })
})

describe('an expired page is served while one render replaces it (R4, R13, R14, R15, S1, S9, S10)', () => {
  test('50 visitors: all are served at once, one refresh (S1, R4)', async () => {
    const shop = await aged(60)
    const pages = await Promise.all(times(50, () => shop.get('/a')))
    expect(new Set(await Promise.all(pages.map((page) => page.text())))).toEqual(new Set(['<p>old']))
    await settled()
    expect(shop.renders.count).toBe(1)
    await shop.renders.last.answers('<p>new')
    expect(await shop.body('/a')).toBe('<p>new')
  })

  test('the visitor does not wait, is told max-age=10, and the render runs behind (R13)', async () => {
    const shop = await aged(60, single)
    const page = await shop.get('/a')
    expect(await page.text()).toBe('<p>old')
    expect(field(page, 'cache-control')).toBe('public, max-age=10')
    await settled()
    expect(shop.renders.count).toBe(1)
  })

  test('1 000 requests on an expired page: one render; 10 remains of the grace, and 4 six seconds later; refreshed at 7 s, the next lifetime at 10 s is 57 (S9, R13, R14)', async () => {
    const shop = await aged(60)
    const first = await Promise.all(times(1_000, () => shop.get('/a')))
    expect(new Set(first.map(sharedMaxAge))).toEqual(new Set([10]))
    await shop.clock.advanceAsync(6_000)
    const later = await Promise.all(times(1_000, () => shop.get('/a')))
    expect(new Set(later.map(sharedMaxAge))).toEqual(new Set([4]))
    expect(new Set(await Promise.all(later.map((page) => page.text())))).toEqual(new Set(['<p>old']))
    await shop.clock.advanceAsync(1_000)
    await shop.renders.last.answers('<p>new')
    await shop.clock.advanceAsync(3_000)
    const next = await shop.get('/a')
    expect(await next.text()).toBe('<p>new')
    expect(sharedMaxAge(next)).toBe(57)
    expect(shop.renders.count).toBe(1)
  })

  test.each([
    [0.2, 10],
    [3, 57],
    [9.9, 50],
  ])(
    'a refresh of %d seconds: when the grace is over, a fresh page of between 0 and 60 seconds is there (R15)',
    async (took) => {
      const shop = await aged(60, single)
      await shop.get('/a')
      await shop.clock.advanceAsync(took * 1000)
      await shop.renders.last.answers('<p>new')
      await shop.clock.advanceAsync((10 - took) * 1000)
      const page = await shop.get('/a')
      expect(await page.text()).toBe('<p>new')
      const seconds = Number(/max-age=(\d+)/.exec(field(page, 'cache-control') ?? '')?.[1])
      expect(seconds).toBe(Math.max(1, Math.floor(60 - (10 - took))))
    },
  )

  test('when nobody comes for longer than a lifetime, the cycle begins anew (R15)', async () => {
    const shop = await aged(60)
    await shop.get('/a')
    await settled()
    await shop.renders.last.answers('<p>new')
    await shop.clock.advanceAsync(61_000)
    const page = await shop.get('/a')
    expect(await page.text()).toBe('<p>new')
    expect(sharedMaxAge(page)).toBe(10)
    await settled()
    expect(shop.renders.count).toBe(2)
  })

  test('a refresh that outlasts the grace is still the only one, and the grace begins anew each time it ends (S10)', async () => {
    const shop = await aged(60)
    const said: (number | undefined)[] = []
    for (let second = 0; second < 35; second++) {
      said.push(sharedMaxAge(await shop.get('/a')))
      await shop.clock.advanceAsync(1_000)
    }
    expect(said).toEqual(times(35, (second) => 10 - (second % 10)))
    expect(shop.renders.count).toBe(1)
    await shop.renders.last.answers('<p>new')
    expect(await shop.body('/a')).toBe('<p>new')
    expect(shop.clock.pending).toBe(1)
  })

  test('the render leaves the grace as it is: it is fixed once, for all (R13)', async () => {
    const shop = await aged(60, { downstream: { staleMaxAge: 30 } })
    expect(sharedMaxAge(await shop.get('/a'))).toBe(30)
    await shop.clock.advanceAsync(12_500)
    expect(sharedMaxAge(await shop.get('/a'))).toBe(17)
  })

  test('a page with only a grace says nothing of stale windows (S11)', async () => {
    const shop = await aged(60)
    expect(field(await shop.get('/a'), 'cache-control')).toBe('public, max-age=0, s-maxage=10')
  })

  test('while it renders, its place in the cap is one (R4)', async () => {
    const shop = await aged(60)
    await Promise.all(times(20, () => shop.get('/a')))
    expect(shop.cache.stats()).toMatchObject({ flights: 1, background: 1, renders: { running: 1, queued: 0 } })
    await shop.renders.last.answers('<p>new')
  })
})

describe('a refresh that fails leaves the good page (I5, S2, S4)', () => {
  const failures: [string, (shop: Shop) => Promise<void>][] = [
    ['throws', (shop) => shop.renders.last.throws(new Error('down'))],
    ...[500, 502, 503, 504, 429].map((status): [string, (shop: Shop) => Promise<void>] => [
      `answers ${status}`,
      (shop) => shop.renders.last.answers(html('<h1>error', {}, status)),
    ]),
    ['times out', (shop) => shop.clock.advanceAsync(60_000)],
    ['answers an empty body (S4)', (shop) => shop.renders.last.answers(html(''))],
    ['is cut off (S4)', (shop) => shop.renders.last.answers(html('<p>half', { 'content-length': '4000' }))],
    ['answers no-store (S4)', (shop) => shop.renders.last.answers(html('<p>mine', { 'cache-control': 'no-store' }))],
    ['sets a cookie', (shop) => shop.renders.last.answers(html('<p>mine', { 'set-cookie': 'a=1' }))],
    ['redirects for now', (shop) => shop.renders.last.answers(html('', { location: '/login' }, 302))],
    ['forbids', (shop) => shop.renders.last.answers(html('<p>no', {}, 403))],
    [
      'answers in JSON (P9)',
      (shop) => shop.renders.last.answers({ headers: { 'content-type': 'application/json' }, body: '{}' }),
    ],
  ]

  test.each(failures)('it %s: the old page stays, and its key rests for 3 seconds (S2)', async (_, fail) => {
    const shop = await aged(60)
    await shop.get('/a')
    await settled()
    await fail(shop)
    const page = await shop.get('/a')
    expect(await page.text()).toBe('<p>old')
    expect(cacheStatus(page)).toMatchObject({ hit: true, detail: 'resting' })
    expect(sharedMaxAge(page)).toBe(3)
    await shop.clock.advanceAsync(2_999)
    await shop.get('/a')
    await settled()
    expect(shop.renders.count).toBe(1)
    await shop.clock.advanceAsync(1)
    expect(cacheStatus(await shop.get('/a'))).toMatchObject({ detail: 'refreshing' })
    await settled()
    expect(shop.renders.count).toBe(2)
    await shop.renders.last.answers('<p>new')
    expect(await shop.body('/a')).toBe('<p>new')
  })

  test('tries back off from 3 to 30 seconds, and a success ends the row (S2)', async () => {
    const shop = await aged(60)
    const rests: number[] = []
    for (let i = 0; i < 6; i++) {
      await shop.get('/a')
      await settled()
      await shop.renders.last.answers(html('down', {}, 503))
      const { restUntil = 0 } = (await shop.cache.explain(request('/a'))).page ?? {}
      rests.push(restUntil - shop.clock.now())
      await shop.clock.advanceAsync(restUntil - shop.clock.now())
    }
    expect(rests).toEqual([3_000, 6_000, 12_000, 24_000, 30_000, 30_000])
    await shop.get('/a')
    await settled()
    await shop.renders.last.answers('<p>new')
    await shop.clock.advanceAsync(60_000)
    await shop.get('/a')
    await settled()
    await shop.renders.last.answers(html('down', {}, 503))
    expect(sharedMaxAge(await shop.get('/a'))).toBe(3)
  })

  test('a failure in the background is told, and logged (I12)', async () => {
    const shop = await aged(60)
    await shop.get('/a')
    await settled()
    const error = new Error('down')
    await shop.renders.last.throws(error)
    expect(shop.told).toContainEqual([
      'failure',
      { route: '*', url: 'https://shop.example/a', error, background: true, streamed: false },
    ])
    expect(shop.logged).toContainEqual([
      'error',
      'a refresh failed; what is kept stays',
      expect.objectContaining({ error }),
    ])
  })

  test.each([
    [404, 10],
    [410, 3_600],
    [301, 3_600],
    [308, 3_600],
  ])(
    'it answers %d: that replaces the page at once, for a short life without stale windows (S3, R64)',
    async (status, cap) => {
      const shop = await aged(60, { maxAge: 86_400 * 30, staleWhileRevalidate: 86_400 })
      await shop.clock.advanceAsync(86_400 * 30 * 1000)
      await shop.get('/a')
      await settled()
      await shop.renders.last.answers(html('<p>gone', { location: '/b' }, status))
      const page = await shop.get('/a')
      expect(page.status).toBe(status)
      expect(field(page, 'cache-control')).toBe(`public, max-age=0, s-maxage=${cap}`)
      await shop.clock.advanceAsync(cap * 1000)
      expect((await shop.cache.explain(request('/a'))).page?.state).toBe('none')
    },
  )

  test('what is one visitor’s alone takes the old page’s place once it may not be served any more (DESIGN §5)', async () => {
    const shop = await aged(60 + 600)
    const visit = shop.get('/a')
    await settled()
    await shop.renders.last.answers(html('<p>mine', { 'set-cookie': 'a=1' }))
    expect(await (await visit).text()).toBe('<p>mine')
    expect((await shop.cache.explain(request('/a'))).page?.state).toBe('marked')
  })
})

describe('the stale windows (S6)', () => {
  test('the stale window is over and the app is down: the old page stands in, with the grace (S6)', async () => {
    const shop = await aged(60 + 600)
    const visit = shop.get('/a')
    await settled()
    await shop.renders.last.answers(html('<h1>down', {}, 503))
    const page = await visit
    expect(page.status).toBe(200)
    expect(await page.text()).toBe('<p>old')
    expect(cacheStatus(page)).toMatchObject({ hit: true, ttl: -600, detail: 'status-503' })
  })

  test('… and a render that answers is waited for (S6)', async () => {
    const shop = await aged(60 + 600)
    const visit = shop.get('/a')
    await settled()
    await shop.renders.last.answers('<p>new')
    const page = await visit
    expect(await page.text()).toBe('<p>new')
    expect(cacheStatus(page)).toEqual({ fwd: 'stale', stored: true, ttl: 60 })
  })

  test('… and while the key rests the old page is served without a try (S2, S6)', async () => {
    const shop = await aged(60 + 600)
    const visit = shop.get('/a')
    await settled()
    await shop.renders.last.throws(new Error('down'))
    await visit
    const page = await shop.get('/a')
    expect(await page.text()).toBe('<p>old')
    expect(shop.renders.count).toBe(1)
  })

  test('… and followers get it too (S6)', async () => {
    const shop = await aged(60 + 600)
    const visitors = times(5, () => shop.get('/a'))
    await settled()
    expect(shop.renders.count).toBe(1)
    await shop.renders.last.throws(new Error('down'))
    expect(await Promise.all(visitors.map(async (page) => (await page).text()))).toEqual(times(5, () => '<p>old'))
  })

  test('both windows are over: the error, shared by all who wait (S6)', async () => {
    const shop = await aged(60 + 86_400)
    const visitors = times(5, () => shop.get('/a'))
    await settled()
    await shop.renders.last.throws(new Error('down'))
    for (const visit of visitors) await expect(visit).rejects.toThrow('down')
    expect(shop.renders.count).toBe(1)
  })

  test('the error window ends while the render runs: the error (S6)', async () => {
    const shop = await aged(60 + 86_400 - 1)
    const visit = shop.get('/a')
    await shop.clock.advanceAsync(1_000)
    await shop.renders.last.throws(new Error('down'))
    await expect(visit).rejects.toThrow('down')
  })

  test('no window is open and the key rests: one render is tried for everybody, and its failure is shared (DESIGN §5)', async () => {
    const shop = openShop()
    const first = shop.get('/a')
    await settled()
    await shop.renders.last.throws(new Error('down'))
    await first.catch(() => {})
    const visitors = times(5, () => shop.get('/a'))
    await settled()
    expect(shop.renders.count).toBe(2)
    await shop.renders.last.throws(new Error('down'))
    for (const visit of visitors) await expect(visit).rejects.toThrow('down')
  })

  test('a page that has a stale window and no lifetime is served stale at once (R13)', async () => {
    const shop = openShop({ maxAge: 0 })
    expect(sharedMaxAge(await shop.render('/a', '<p>old'))).toBe(10)
    expect(await shop.body('/a')).toBe('<p>old')
    await settled()
    expect(shop.renders.count).toBe(1)
  })
})

describe('a page that ends by date (R75)', () => {
  test('ends at that instant, fresh or stale, and nothing brings it back', async () => {
    const shop = openShop()
    const end = shop.clock.now() + 30_000
    await shop.cache.handle(request('/a'), () => {
      pageContext()?.expiresAt(end)
      return html('<p>offer')
    })
    shop.clock.advance(29_999)
    expect(await shop.body('/a')).toBe('<p>offer')
    shop.clock.advance(1)
    const visit = shop.get('/a')
    await settled()
    expect(shop.renders.count).toBe(1)
    await shop.renders.last.answers(html('down', {}, 500))
    expect((await visit).status).toBe(500)
  })

  test('its answers say no more than what remains until then, and no window', async () => {
    const shop = openShop()
    const page = await shop.cache.handle(request('/a'), () => {
      pageContext()
        ?.maxAge(3_600)
        .expiresAt(shop.clock.now() + 30_000)
      return html('<p>offer')
    })
    expect(field(page, 'cache-control')).toBe('public, max-age=0, s-maxage=30')
  })

  test('an end that is past is not kept at all, and nobody downstream keeps it either', async () => {
    const shop = openShop()
    const page = await shop.cache.handle(request('/a'), () => {
      pageContext()?.expiresAt(shop.clock.now())
      return html('<p>offer')
    })
    expect(field(page, 'cache-control')).toBe('private, no-store')
    expect((await shop.cache.explain(request('/a'))).page?.state).toBe('none')
  })
})

describe('a store that loses writes (S5)', () => {
  test.each(['reject', 'throw'] as const)(
    'the refresh succeeds and the write fails (%s): no refresh storm, and the old page goes on (S5)',
    async (kind) => {
      const clock = fakeClock()
      const store = faultyStore(memoryStore({ clock }), { clock })
      const shop = openShop({ clock, store })
      await shop.render('/a', '<p>old')
      await clock.advanceAsync(60_000)
      store.faults.set = { kind }
      await shop.get('/a')
      await settled()
      await shop.renders.last.answers('<p>new')
      for (let i = 0; i < 20; i++) {
        expect(await shop.body('/a')).toBe('<p>old')
        await clock.advanceAsync(100)
      }
      expect(shop.renders.count).toBe(1)
      expect(shop.told).toContainEqual(['store-error', expect.objectContaining({ operation: 'set' })])
      store.faults.set = undefined
      await clock.advanceAsync(1_000)
      await shop.get('/a')
      await settled()
      await shop.renders.last.answers('<p>newer')
      expect(await shop.body('/a')).toBe('<p>newer')
    },
  )

  test('a visitor whose page could not be written gets it (S5)', async () => {
    const clock = fakeClock()
    const store = faultyStore(memoryStore({ clock }), { clock, faults: { set: { kind: 'reject' } } })
    const shop = openShop({ clock, store })
    const page = await shop.render('/a', '<p>good')
    expect(page.status).toBe(200)
    expect(await page.text()).toBe('<p>good')
    expect(cacheStatus(page)).toEqual({ fwd: 'uri-miss', ttl: 60 })
  })
})

describe('a clock that jumps (S8)', () => {
  test('over the end of the grace: it begins anew, though nobody has come to renewing it (S10)', async () => {
    const shop = openShop()
    await shop.render('/a', '<p>')
    shop.clock.advance(60_000)
    await shop.get('/a')
    shop.clock.jump(30_000)
    expect(sharedMaxAge(await shop.get('/a'))).toBe(10)
  })

  test('an hour forth: the page is as old as it says, and nothing lives beyond its windows', async () => {
    const shop = await aged(0)
    shop.clock.jump(3_600_000)
    expect((await shop.cache.explain(request('/a'))).page?.state).toBe('error')
  })

  test('an hour back: the page lives its lifetime from now on, no longer, and its answers never say more', async () => {
    const shop = await aged(0)
    shop.clock.jump(-3_600_000)
    const page = await shop.get('/a')
    expect(sharedMaxAge(page)).toBe(60)
    expect(cacheStatus(page)).toEqual({ hit: true, ttl: 60 })
    await shop.clock.advanceAsync(59_999)
    expect(cacheStatus(await shop.get('/a'))).toEqual({ hit: true, ttl: 1 })
    await shop.clock.advanceAsync(1)
    expect((await shop.cache.explain(request('/a'))).page?.state).toBe('stale')
  })

  test('back by less than the page’s age: its answers say what remains by the clock as it is', async () => {
    const shop = await aged(40)
    expect(sharedMaxAge(await shop.get('/a'))).toBe(20)
    shop.clock.jump(-30_000)
    expect(sharedMaxAge(await shop.get('/a'))).toBe(50)
  })

  test('back, and forth again: it does not come to life again', async () => {
    const shop = await aged(0)
    shop.clock.jump(-3_600_000)
    await shop.get('/a')
    shop.clock.jump(3_600_000)
    expect((await shop.cache.explain(request('/a'))).page?.state).not.toBe('fresh')
  })

  const alwaysStale: RenderCacheOptions = { maxAge: 0, staleWhileRevalidate: 86_400 }

  test('back while a key rests: the rest counts from when it is first looked at, and ends; what is sent is no more either', async () => {
    const shop = await aged(0, alwaysStale)
    await shop.get('/a')
    await settled()
    await shop.renders.last.throws(new Error('down'))
    shop.clock.jump(-3_600_000)
    expect(sharedMaxAge(await shop.get('/a'))).toBe(3)
    await shop.clock.advanceAsync(3_000)
    expect(sharedMaxAge(await shop.get('/a'))).toBeLessThanOrEqual(3) // now the lease looks
    await shop.clock.advanceAsync(3_000)
    expect(cacheStatus(await shop.get('/a'))).toMatchObject({ detail: 'refreshing' })
    await settled()
    expect(shop.renders.count).toBe(2)
  })

  test.each([-3_600_000, 3_600_000])(
    'by %d ms while a page is refreshed: the grace is renewed all the same, and never more is sent (S10)',
    async (ms) => {
      const shop = await aged(0, alwaysStale)
      await shop.get('/a')
      await shop.clock.advanceAsync(4_000)
      shop.clock.jump(ms)
      expect(sharedMaxAge(await shop.get('/a'))).toBeLessThanOrEqual(10)
      await shop.clock.advanceAsync(7_000)
      expect(sharedMaxAge(await shop.get('/a'))).toBe(9)
      await shop.clock.advanceAsync(10_000)
      expect(sharedMaxAge(await shop.get('/a'))).toBe(9)
      expect(shop.renders.count).toBe(1)
    },
  )
})

describe('a refresh whose page nobody may keep takes the old page’s place all the same (S3, V12)', () => {
  test.each<[string, RenderCacheOptions, () => HandlerResponse]>([
    [
      'it says no lifetime and no window',
      {},
      () => {
        pageContext()?.maxAge(0).staleWhileRevalidate(0).staleIfError(0)
        return html('<p>new')
      },
    ],
    [
      'it ended before it came',
      {},
      () => {
        pageContext()?.expiresAt(0)
        return html('<p>new')
      },
    ],
    ['it is a 404 that is not to be kept', { statusMaxAge: { 404: 0 } }, () => html('<p>new', {}, 404)],
  ])('%s: the old page is served once more, and never again', async (_, options, response) => {
    const shop = await aged(60, options)
    const visit = async () => (await shop.cache.handle(request('/a'), response)).text()
    expect(await visit()).toBe('<p>old')
    await settled()
    expect(await visit()).toBe('<p>new')
  })
})
