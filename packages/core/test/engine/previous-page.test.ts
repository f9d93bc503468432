import {
  type Entry,
  type Handler,
  memoryStore,
  pageContext,
  type RenderCacheOptions,
  type Store,
  type StoreKey,
} from '@ssr-cache/core'
import { fakeClock, faultyStore } from '@ssr-cache/core/testing'
import { describe, expect, test } from 'vitest'
import { cacheStatus, field, html, openShop, request, type Shop, settled, sharedMaxAge } from './harness.ts'

const NOT_MODIFIED = new Response(null, { status: 304 })
const notModified = (headers: Record<string, string> = {}) => ({ status: 304, headers, body: '' })

/** A shop with a page that says which it is, a minute old: stale, and to be refreshed by whoever asks. */
async function staleShop(options: RenderCacheOptions = {}, headers: Record<string, string> = {}): Promise<Shop> {
  const shop = openShop({ maxAge: 60, staleWhileRevalidate: 600, staleIfError: 3_600, ...options })
  await shop.render('/a', html('one', { etag: '"v1"', ...headers }))
  shop.clock.advance(60_000)
  return shop
}

const outcomes = ({ told }: Shop) => told.flatMap(([name, event]) => (name === 'render' ? [event.outcome] : []))

describe('a render that races a purge and answers 304 (V1, V4, V12, I2)', () => {
  const PURGES = {
    'by its URL': { urls: ['/a'] },
    'by a tag that it had': { tags: ['known'] },
    'by a tag that was said with the 304': { tags: ['said-now'] },
    'of all': { all: true },
  } as const

  /** Purges while the refresh of a stale page runs, and lets it answer 304. */
  async function purgedMeanwhile(what: (typeof PURGES)[keyof typeof PURGES]): Promise<Shop> {
    const shop = openShop({ maxAge: 60 })
    await shop.cache.handle(request('/a'), () => {
      pageContext()?.tag('known')
      return html('one')
    })
    shop.clock.advance(60_000)
    const { promise: ended, resolve: end } = Promise.withResolvers<void>()
    const stale = await shop.cache.handle(request('/a'), async ({ previous }) => {
      expect(previous).toBeDefined()
      await ended
      pageContext()?.tag('said-now')
      return NOT_MODIFIED
    })
    expect(await stale.text()).toBe('one')
    await shop.cache.purge(what)
    end()
    await settled()
    return shop
  }

  test.each(Object.entries(PURGES))('never brings the page back: purged %s', async (_, what) => {
    const shop = await purgedMeanwhile(what)
    const { page } = await shop.cache.explain(request('/a'))
    expect(page).toMatchObject({ state: expect.stringMatching(/^(none|expired)$/), rendering: false, restUntil: 0 })
    expect(outcomes(shop)).toEqual(['stored', 'superseded'])
    const visit = shop.get('/a')
    await settled()
    expect(shop.renders.last.input.previous).toBeUndefined()
    await shop.renders.last.answers('two')
    expect(await (await visit).text()).toBe('two')
    expect(await shop.body('/a')).toBe('two')
  })

  test('gives nobody who waited what was purged: one render anew is for all of them (I1)', async () => {
    const shop = openShop({ maxAge: 60, staleWhileRevalidate: 0, staleIfError: 3_600 })
    await shop.render('/a', 'one')
    shop.clock.advance(60_000)
    const visits = [shop.get('/a'), shop.get('/a'), shop.get('/a')]
    await settled()
    expect(shop.renders.count).toBe(1)
    await shop.cache.purge({ urls: ['/a'] })
    await shop.renders.last.answers(NOT_MODIFIED)
    expect(shop.renders.count).toBe(2)
    expect(shop.renders.last.input.previous).toBeUndefined()
    await shop.renders.last.answers('two')
    expect(await Promise.all(visits.map(async (visit) => (await visit).text()))).toEqual(['two', 'two', 'two'])
    expect(shop.renders.count).toBe(2)
  })

  test('gives it to nobody, not even as one visitor’s own', async () => {
    const shop = await staleShop({ staleWhileRevalidate: 0 })
    const visit = shop.get('/a')
    await settled()
    await shop.cache.purge({ urls: ['/a'] })
    await shop.renders.last.answers(notModified({ 'set-cookie': 'sid=1' }))
    await shop.renders.last.answers('two')
    expect(await (await visit).text()).toBe('two')
  })

  test('is not told of a page that was purged while the render waited for its place (V1)', async () => {
    const shop = await staleShop({ admission: { concurrency: 1 } })
    void shop.get('/b')
    await settled()
    expect(await shop.body('/a')).toBe('one')
    await shop.cache.purge({ urls: ['/a'] })
    await shop.renders.at(0).answers('b')
    expect(shop.renders.count).toBe(2)
    expect(shop.renders.last.input.previous).toBeUndefined()
    await shop.renders.last.answers(NOT_MODIFIED)
    expect((await shop.cache.explain(request('/a'))).page?.state).toBe('none')
  })

  test('a purge while the page is written takes it, too', async () => {
    const clock = fakeClock()
    const memory = memoryStore({ clock })
    const store = faultyStore(memory, { clock })
    const shop = await staleShop({ clock, store, storeTimeoutMs: 10_000 })
    await shop.get('/a')
    await settled()
    store.faults.set = { kind: 'delay', ms: 1_000 }
    await shop.renders.last.answers(NOT_MODIFIED)
    await shop.cache.purge({ urls: ['/a'] })
    await clock.advanceAsync(1_000)
    expect(outcomes(shop)).toEqual(['stored', 'superseded'])
    expect((await shop.cache.explain(request('/a'))).page?.state).toBe('none')
  })
})

describe('a render that races another and answers 304 (V6, X3)', () => {
  test('leaves a newer page alone, and whoever waited is given that one', async () => {
    const clock = fakeClock()
    const store = memoryStore({ clock })
    const shop = await staleShop({ clock, store, staleWhileRevalidate: 0 })
    const other = openShop({ clock, store, maxAge: 60 })
    const visit = shop.get('/a')
    await settled()
    // Only a record lets a second render begin while the first has the lease.
    await other.cache.invalidate({ urls: ['/a'] })
    await other.render('/a', 'two')
    await shop.renders.last.answers(NOT_MODIFIED)
    expect(await (await visit).text()).toBe('two')
    expect(await other.body('/a')).toBe('two')
    expect(outcomes(shop)).toEqual(['stored', 'superseded'])
  })

  test('without the lease service writes only over the very page that it vouched for', async () => {
    const clock = fakeClock()
    const faults = { take: { kind: 'reject' }, renew: { kind: 'reject' }, release: { kind: 'reject' } } as const
    const store = faultyStore(memoryStore({ clock }), { clock, faults })
    const shop = await staleShop({ clock, store, staleWhileRevalidate: 0 })
    const other = openShop({ clock, store, maxAge: 60, staleWhileRevalidate: 0 })
    const visit = shop.get('/a')
    await settled()
    expect(shop.renders.last.input.previous?.etag).toBe('"v1"')
    await other.render('/a', 'two')
    await shop.renders.last.answers(NOT_MODIFIED)
    expect(await (await visit).text()).toBe('two')
    expect(await other.body('/a')).toBe('two')
    // And over that page it does.
    clock.advance(60_000)
    const again = shop.get('/a')
    await settled()
    await shop.renders.last.answers(NOT_MODIFIED)
    expect(await (await again).text()).toBe('two')
    expect(cacheStatus(await shop.get('/a'))).toMatchObject({ hit: true, ttl: 60 })
  })

  test('comes to an end where its write is never taken, nor the page deleted: the next render has nothing to vouch for', async () => {
    const clock = fakeClock()
    const memory = memoryStore({ clock })
    let isTaken = true
    const store: Store = {
      ...{ capabilities: memory.capabilities, lease: memory.lease, log: memory.log },
      get: (key, o) => memory.get(key, o),
      set: (key, value, o) => (isTaken ? memory.set(key, value, o) : 'superseded'),
      delete: () => false,
    }
    const shop = await staleShop({ clock, store, staleWhileRevalidate: 0 })
    isTaken = false
    const visit = shop.get('/a')
    await settled()
    await shop.renders.at(0).answers(NOT_MODIFIED)
    expect(shop.renders.count).toBe(2)
    expect(shop.renders.at(1).input.previous).toBeUndefined()
    await shop.renders.at(1).answers('two')
    expect(await (await visit).text()).toBe('two')
    expect(shop.renders.count).toBe(2)
  })
})

describe('a render that answers 304 keeps the page', () => {
  test('with a lifetime that begins when the render ended, and the bytes that were there (S1)', async () => {
    const shop = await staleShop()
    const before = await shop.get('/a')
    expect(await before.text()).toBe('one')
    await settled()
    shop.clock.advance(7_000)
    await shop.renders.last.answers(NOT_MODIFIED)
    const hit = await shop.get('/a')
    expect([await hit.text(), sharedMaxAge(hit), field(hit, 'etag')]).toEqual(['one', 60, field(before, 'etag')])
    expect(cacheStatus(hit)).toEqual({ hit: true, ttl: 60 })
    expect(outcomes(shop)).toEqual(['stored', 'stored'])
    const { page } = await shop.cache.explain(request('/a'))
    expect(page).toMatchObject({
      state: 'fresh',
      storedAt: shop.clock.now(),
      renderStartedAt: shop.clock.now() - 7_000,
    })
    expect(shop.cache.stats()).toMatchObject({ flights: 0, resting: 0 })
  })

  test('and copies none of them (I7)', async () => {
    const clock = fakeClock()
    const store = memoryStore({ clock })
    const shop = await staleShop({ clock, store })
    const [key, bytes] = [shop.cache.key(request('/a')) as StoreKey, store.bytes]
    const bodyNow = () => (store.get(key, { since: store.log.head }).value as Entry).body
    const body = bodyNow()
    await shop.get('/a')
    await settled()
    await shop.renders.last.answers(NOT_MODIFIED)
    expect(bodyNow()).toBe(body)
    expect(store.bytes).toBe(bytes)
  })

  test('for all who waited for it, in the window for errors, too (C1)', async () => {
    const shop = await staleShop({ staleWhileRevalidate: 0 })
    const visits = [shop.get('/a'), shop.get('/a'), shop.get('/a')]
    await settled()
    expect(shop.renders.count).toBe(1)
    await shop.renders.last.answers(NOT_MODIFIED)
    const pages = await Promise.all(visits)
    expect(await Promise.all(pages.map((page) => page.text()))).toEqual(['one', 'one', 'one'])
    expect(pages.map(sharedMaxAge)).toEqual([60, 60, 60])
    expect(pages.map(cacheStatus)).toEqual([
      { fwd: 'stale', stored: true, ttl: 60 },
      { fwd: 'stale', stored: true, collapsed: true, ttl: 60 },
      { fwd: 'stale', stored: true, collapsed: true, ttl: 60 },
    ])
  })

  test('ends a row of failures, and stands in for those that follow (S2, I5)', async () => {
    const shop = await staleShop()
    await shop.get('/a')
    await settled()
    await shop.renders.last.answers(html('down', {}, 503))
    expect(shop.cache.stats().resting).toBe(1)
    shop.clock.advance(3_000)
    await shop.get('/a')
    await settled()
    await shop.renders.last.answers(NOT_MODIFIED)
    expect(shop.cache.stats().resting).toBe(0)
    shop.clock.advance(60_000)
    await shop.get('/a')
    await settled()
    await shop.renders.last.throws(new Error('down'))
    expect(await shop.body('/a')).toBe('one')
  })

  test('under the generation of its own beginning: what was invalidated meanwhile is stale (V2, V7, I2)', async () => {
    const shop = await staleShop()
    await shop.get('/a')
    await settled()
    await shop.cache.invalidate({ urls: ['/a'] })
    await shop.renders.last.answers(NOT_MODIFIED)
    expect((await shop.cache.explain(request('/a'))).page?.state).toBe('stale')
    await shop.get('/a')
    await settled()
    expect(shop.renders.count).toBe(2)
    await shop.renders.last.answers(NOT_MODIFIED)
    expect((await shop.cache.explain(request('/a'))).page?.state).toBe('fresh')
  })

  test('also one that was refreshed ahead, while it was fresh (S12)', async () => {
    const shop = openShop({ maxAge: 60, refreshAhead: 0.5 })
    await shop.render('/a', 'one')
    shop.clock.advance(40_000)
    expect(await shop.body('/a')).toBe('one')
    await settled()
    await shop.renders.last.answers(NOT_MODIFIED)
    expect(sharedMaxAge(await shop.get('/a'))).toBe(60)
  })
})

describe('what is said with a 304', () => {
  /** A page whose first render and whose 304 each say something. */
  async function said(first: Handler, second: Handler, options: RenderCacheOptions = {}): Promise<Shop> {
    const shop = openShop({ maxAge: 60, staleWhileRevalidate: 600, ...options })
    await shop.cache.handle(request('/a'), first)
    const { page } = await shop.cache.explain(request('/a'))
    shop.clock.advance((page?.freshUntil ?? 0) - shop.clock.now())
    await shop.cache.handle(request('/a'), second)
    await settled()
    return shop
  }
  const pageOf = async (shop: Shop) => (await shop.cache.explain(request('/a'))).page

  test('counts as the page’s: a tag said now finds it, and so does one said before (V3, V17)', async () => {
    const shop = await said(
      () => {
        pageContext()?.tag('before', 'both')
        return html('one')
      },
      () => {
        pageContext()?.tag('now', 'both')
        return NOT_MODIFIED
      },
      { routes: [{ match: '/*rest', tags: ['route'] }] },
    )
    expect((await pageOf(shop))?.tags).toEqual(['route', 'before', 'both', 'now'])
    for (const tag of ['before', 'now']) {
      await shop.cache.invalidate({ tags: [tag] })
      expect((await pageOf(shop))?.state).toBe('stale')
      await shop.cache.handle(request('/a'), () => NOT_MODIFIED)
      await settled()
      expect((await pageOf(shop))?.state).toBe('fresh')
    }
  })

  test('replaces what was said before, and what it leaves out still stands', async () => {
    const shop = await said(
      () => {
        pageContext()?.maxAge(100).staleWhileRevalidate(200).staleIfError(300)
        return html('one')
      },
      () => {
        pageContext()?.staleWhileRevalidate(20)
        return NOT_MODIFIED
      },
    )
    const now = shop.clock.now()
    const lives = { freshUntil: now + 100_000, staleUntil: now + 120_000, errorUntil: now + 400_000 }
    expect(await pageOf(shop)).toMatchObject({ storedAt: now, ...lives })
  })

  test('a page does not outlive the date that it once named, though it is vouched for again and again', async () => {
    const shop = openShop({ maxAge: 30 })
    const end = shop.clock.now() + 100_000
    await shop.cache.handle(request('/a'), () => {
      pageContext()?.expiresAt(end)
      return html('one')
    })
    for (const freshUntil of [end - 40_000, end - 10_000, end]) {
      shop.clock.advance(30_000)
      await shop.cache.handle(request('/a'), () => NOT_MODIFIED)
      await settled()
      expect(await pageOf(shop)).toMatchObject({ state: 'fresh', freshUntil, staleUntil: end, errorUntil: end })
    }
    shop.clock.advance(10_000)
    expect((await pageOf(shop))?.state).toBe('none')
  })

  test('fields replace the page’s of the same name, all lines at once; those of the bytes do not (RFC 9111 3.2)', async () => {
    const link = ['</a.css>', '</b.css>']
    const shop = await said(
      () => html('one', { link, 'x-kept': '1', 'content-language': 'de' }),
      () =>
        notModified({
          link: '</c.css>',
          'x-new': '1',
          'content-language': 'en',
          'content-length': '999999999',
          'content-encoding': 'gzip',
          'content-range': 'bytes 0-1/2',
          'cache-control': 'max-age=1',
          date: 'Sun, 06 Nov 1994 08:49:37 GMT',
        }),
    )
    const hit = await shop.get('/a')
    const shown = ['link', 'x-kept', 'x-new', 'content-language', 'content-type', 'content-encoding', 'content-range']
    expect(shown.map((name) => field(hit, name))).toEqual([
      '</c.css>',
      '1',
      '1',
      'en',
      'text/html; charset=utf-8',
      undefined,
      undefined,
    ])
    expect([await hit.text(), field(hit, 'content-length'), sharedMaxAge(hit)]).toEqual(['one', undefined, 60])
  })

  test.each<[string, Handler, string]>([
    ['a cookie', () => notModified({ 'set-cookie': 'sid=1' }), 'set-cookie'],
    ['private()', () => (pageContext()?.private() ? NOT_MODIFIED : html('')), 'private'],
    ['Cache-Control: no-store', () => notModified({ 'cache-control': 'no-store' }), 'no-store'],
    ['Vary on what the key does not hold', () => notModified({ vary: 'user-agent' }), 'vary'],
  ])('makes it one visitor’s: %s (C8, I4)', async (_, handler, reason) => {
    const shop = await staleShop({ staleWhileRevalidate: 0 })
    const page = await shop.cache.handle(request('/a'), handler)
    expect([await page.text(), page.status, cacheStatus(page)['detail']]).toEqual(['one', 200, reason])
    expect(field(page, 'cache-control')).toBe('private, no-store')
    expect((await shop.cache.explain(request('/a'))).page?.state).toBe('marked')
  })

  test('a cached value inside limits the page that is vouched for now, not the one before (V17)', async () => {
    const shop = openShop({ maxAge: 100 })
    const value = (key: string, maxAge: number) => shop.cache.value(key, { maxAge, tags: [key] }, () => key)
    await shop.cache.handle(request('/a'), async () => html(await value('menu', 10)))
    shop.clock.advance(10_000)
    await shop.cache.handle(request('/a'), async () => {
      await value('price', 50)
      return NOT_MODIFIED
    })
    await settled()
    const { page } = await shop.cache.explain(request('/a'))
    expect([(page?.freshUntil ?? 0) - shop.clock.now(), page?.tags]).toEqual([50_000, ['menu', 'price']])
  })
})

describe('what a render is told of the page that is kept', () => {
  test('is its validators, and when it was made and ends', async () => {
    const shop = await staleShop({}, { 'last-modified': 'Sun, 06 Nov 1994 08:49:37 GMT' })
    const storedAt = shop.clock.now() - 60_000
    await shop.get('/a')
    await settled()
    const { previous } = shop.renders.last.input
    expect(previous).toEqual({
      etag: '"v1"',
      lastModified: 'Sun, 06 Nov 1994 08:49:37 GMT',
      renderStartedAt: storedAt,
      storedAt,
      freshUntil: storedAt + 60_000,
      staleUntil: storedAt + 660_000,
      errorUntil: storedAt + 3_660_000,
    })
    expect(Object.isFrozen(previous)).toBe(true)
  })

  test('is the same in the page’s context, for whatever is below the render', async () => {
    const shop = await staleShop()
    const { promise: seen, resolve } = Promise.withResolvers<unknown>()
    await shop.cache.handle(request('/a'), ({ previous }) => {
      resolve([previous, pageContext()?.previous])
      return NOT_MODIFIED
    })
    const [given, inContext] = (await seen) as unknown[]
    expect(given).toMatchObject({ etag: '"v1"' })
    expect(inContext).toBe(given)
  })

  test('reaches an app behind cache.fetch, whose 304 keeps the page, while a visitor’s own condition is answered by the cache (A3)', async () => {
    const { cache, clock } = openShop({ maxAge: 60, staleWhileRevalidate: 0 })
    const renders: unknown[] = []
    const site = cache.fetch(({ headers }) => {
      const { previous } = pageContext() ?? {}
      renders.push([previous?.etag, headers.get('if-none-match')])
      if (previous?.etag === '"v1"') return NOT_MODIFIED
      return new Response('one', { headers: { 'content-type': 'text/html', etag: '"v1"' } })
    })
    const first = await site(request('/a'))
    clock.advance(60_000)
    const again = await site(request('/a', { headers: { 'if-none-match': '"v1"' } }))
    expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([
      200,
      'one',
      first.headers.get('etag'),
    ])
    const known = await site(request('/a', { headers: { 'if-none-match': first.headers.get('etag') ?? '' } }))
    expect(known.status).toBe(304)
    expect(renders).toEqual([
      [undefined, null],
      ['"v1"', null],
    ])
  })

  test('is the ETag of the last render or 304 that had one', async () => {
    const shop = await staleShop()
    const etags: unknown[] = []
    for (const headers of [{}, { etag: 'W/"v1"' }, {}, {}]) {
      await shop.cache.handle(request('/a'), ({ previous }) => {
        etags.push(previous?.etag)
        return notModified(headers)
      })
      await settled()
      shop.clock.advance(60_000)
    }
    expect(etags).toEqual(['"v1"', '"v1"', 'W/"v1"', 'W/"v1"'])
  })

  test('is that of a 203 as well, which a proxy has changed on its way', async () => {
    const shop = openShop({ maxAge: 60, staleWhileRevalidate: 600 })
    await shop.render('/a', html('one', { etag: '"v1"' }, 203))
    shop.clock.advance(60_000)
    await shop.get('/a')
    await settled()
    expect(shop.renders.last.input.previous?.etag).toBe('"v1"')
  })

  test('is nothing for a first render, in a bypass, and of a page that is no success', async () => {
    const shop = openShop({ refreshAhead: 0.5, statusMaxAge: { 404: 60 } })
    const told: unknown[] = []
    const handler: Handler = ({ previous, shared }) => {
      told.push([shared, previous])
      return html('none', {}, 404)
    }
    await shop.cache.handle(request('/a'), handler)
    await shop.cache.handle(request('/a?preview=1'), handler)
    shop.clock.advance(40_000)
    await shop.cache.handle(request('/a'), handler)
    expect(told).toEqual([
      [true, undefined],
      [false, undefined],
      [true, undefined],
    ])
  })

  test.each(['nothing', 'a record that names it again'])(
    'is nothing where its data had perhaps not arrived when it was made, whatever has come since: %s',
    async (since) => {
      const shop = openShop({ maxAge: 60, staleWhileRevalidate: 600 })
      await shop.cache.invalidate({ urls: ['/a'], settleMs: 5_000 })
      shop.clock.advance(1_000)
      await shop.render('/a', 'one')
      if (since !== 'nothing') await shop.cache.invalidate({ urls: ['/a'] })
      shop.clock.advance(20_000)
      expect(await shop.body('/a')).toBe('one')
      await settled()
      expect(shop.renders.last.input.previous).toBeUndefined()
      await shop.renders.last.answers('two')
      shop.clock.advance(60_000)
      await shop.get('/a')
      await settled()
      expect(shop.renders.last.input.previous).toBeDefined()
    },
  )

  test('is nothing to the load of a value, whose 304 would be nobody’s', async () => {
    const shop = openShop()
    const inputs: unknown[] = []
    const load = (input: object) => {
      inputs.push([Object.keys(input), pageContext()?.previous])
      return 1
    }
    for (let visit = 0; visit < 2; visit++) {
      await shop.cache.value('v', { maxAge: 1, staleWhileRevalidate: 0 }, load)
      shop.clock.advance(1_000)
    }
    expect(inputs).toEqual([
      [['signal'], undefined],
      [['signal'], undefined],
    ])
  })
})

describe('a 304 that is about nothing that was told', () => {
  const refused = {
    code: 'ERR_SSR_CACHE_RENDER',
    message: expect.stringContaining('may answer 304 only for the previous page'),
  }

  test('is a failure where nothing is kept: nobody is given it (P7, I4)', async () => {
    const shop = openShop()
    await expect(shop.render('/a', NOT_MODIFIED)).rejects.toMatchObject(refused)
    expect((await shop.cache.explain(request('/a'))).page?.state).toBe('none')
    const own = await shop.cache.handle(request('/a?preview=1'), () => NOT_MODIFIED)
    expect(own.status).toBe(304)
  })

  test('is a failure where it names another page by its ETag, and the old page stands in (I5)', async () => {
    const shop = await staleShop({ staleWhileRevalidate: 0 })
    const page = await shop.render('/a', notModified({ etag: '"v2"' }))
    expect([await page.text(), cacheStatus(page)['detail']]).toEqual(['one', 'thrown'])
    expect(shop.told).toContainEqual(['failure', expect.objectContaining({ error: expect.objectContaining(refused) })])
    shop.clock.advance(3_000)
    const vouched = await shop.render('/a', notModified({ etag: 'W/"v1"' }))
    expect(cacheStatus(vouched)).toMatchObject({ stored: true })
  })

  test('but one that names an ETag is about a page that had none, and gives it that (RFC 9111 4.3.4)', async () => {
    const shop = openShop({ staleWhileRevalidate: 0 })
    await shop.render('/a', 'one')
    shop.clock.advance(60_000)
    const page = await shop.render('/a', notModified({ etag: '"v1"' }))
    expect([await page.text(), cacheStatus(page)['stored']]).toEqual(['one', true])
    shop.clock.advance(60_000)
    void shop.get('/a')
    await settled()
    expect(shop.renders.last.input.previous?.etag).toBe('"v1"')
  })

  test('is a failure while the cache is off', async () => {
    const shop = openShop({ enabled: false })
    await expect(shop.render('/a', NOT_MODIFIED)).rejects.toMatchObject(refused)
  })

  test('what is written to one is left out, however much it is (RFC 9110 15.4.5)', async () => {
    for (const body of ['much', 'x'.repeat(2_000)]) {
      const shop = await staleShop({ staleWhileRevalidate: 0, maxPageBytes: 1_000 })
      const page = await shop.render('/a', { status: 304, body })
      expect([await page.text(), cacheStatus(page)['stored']]).toEqual(['one', true])
    }
  })

  test('a body that breaks off is no word for any page (I5)', async () => {
    const shop = await staleShop({ staleWhileRevalidate: 0 })
    const page = await shop.cache.handle(request('/a'), () => {
      const body = new ReadableStream({ pull: (controller) => controller.error(new Error('gone')) })
      return Object.defineProperty(new Response(body), 'status', { value: 304 })
    })
    expect(cacheStatus(page)).toMatchObject({ hit: true, detail: 'thrown' })
  })
})
