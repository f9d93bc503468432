import {
  type HandlerInput,
  type HandlerResponse,
  memoryStore,
  pageContext,
  type RenderCacheOptions,
} from '@ssr-cache/core'
import { type Faults, type FaultyStore, fakeClock, faultyStore } from '@ssr-cache/core/testing'
import { describe, expect, test } from 'vitest'
import { cacheStatus, html, openShop, request, type Shop, settled, sharedMaxAge, stateOf, times } from './harness.ts'

interface FaultyShop extends Shop {
  readonly store: FaultyStore
}

function openFaulty(faults: Faults = {}, options: RenderCacheOptions = {}): FaultyShop {
  const clock = fakeClock()
  const store = faultyStore(memoryStore({ clock }), { clock, faults })
  return { ...openShop({ clock, store, ...options }), store }
}

const BROKEN = [{ kind: 'reject' }, { kind: 'throw' }, { kind: 'hang' }] as const
const ASYNC: Faults = Object.fromEntries(
  ['get', 'set', 'delete', 'take', 'renew', 'release', 'append', 'read'].map((method) => [method, { kind: 'async' }]),
)

describe('a store that fails costs a page nothing but time (I6)', () => {
  test.each(BROKEN)('reads that $kind: a miss, after storeTimeoutMs at most', async (fault) => {
    const shop = openFaulty({ get: fault })
    const visit = shop.get('/a')
    await shop.clock.advanceAsync(50)
    await shop.renders.last.answers('<p>hello')
    expect(await (await visit).text()).toBe('<p>hello')
    expect(shop.told).toContainEqual(['store-error', expect.objectContaining({ operation: 'get' })])
  })

  test('what the store takes to answer counts as waiting: who asked a slow one waits no longer than timeoutMs in all (I6, I8, C9)', async () => {
    const shop = openFaulty({ get: { kind: 'late', ms: 40 } }, { admission: { timeoutMs: 1_000 } })
    const leader = shop.get('/a')
    await shop.clock.advanceAsync(40)
    expect(shop.renders.count).toBe(1)
    await shop.clock.advanceAsync(959)
    expect(await stateOf(leader)).toBe('pending')
    await shop.clock.advanceAsync(1)
    expect(await stateOf(leader)).toBe('resolved')
    expect((await leader).status).toBe(503)
  })

  test('what one call has taken the next has no more: all that a visitor waits for the store is storeTimeoutMs (I6)', async () => {
    const shop = openFaulty({ get: { kind: 'late', ms: 20 }, take: { kind: 'hang' } })
    void shop.get('/a')
    await shop.clock.advanceAsync(49)
    expect(shop.renders.count).toBe(0)
    await shop.clock.advanceAsync(1)
    expect(shop.renders.count).toBe(1)
  })

  test('so it is for a variant, which is found by a second look (I6, RFC 9111 4.1)', async () => {
    const shop = openFaulty({}, { freshness: 'origin' })
    const german = { headers: { 'accept-language': 'de' } }
    await shop.render('/a', html('<p>', { 'cache-control': 'max-age=60', vary: 'accept-language' }), german)
    shop.store.faults.get = { kind: 'late', ms: 30 }
    void shop.get('/a', german)
    await shop.clock.advanceAsync(49)
    expect(shop.renders.count).toBe(0)
    await shop.clock.advanceAsync(1)
    expect(shop.renders.count).toBe(1)
  })

  test.each(BROKEN)('writes that $kind: the visitor has the page, and does not wait for the store', async (fault) => {
    const shop = openFaulty({ set: fault })
    const visit = shop.get('/a')
    await settled()
    await shop.renders.last.answers('<p>hello')
    const page = await visit
    expect(await page.text()).toBe('<p>hello')
    expect(cacheStatus(page)).toEqual({ fwd: 'uri-miss', ttl: 60 })
    await shop.clock.advanceAsync(1_000)
    expect(shop.told).toContainEqual(['store-error', expect.objectContaining({ operation: 'set' })])
  })

  test.each(BROKEN)(
    'leases that $kind: still one render for all who ask in this process, and its page is kept (I1)',
    async (fault) => {
      const shop = openFaulty({ take: fault, renew: fault, release: fault })
      const visitors = times(10, () => shop.get('/a'))
      await shop.clock.advanceAsync(50)
      expect(shop.renders.count).toBe(1)
      await shop.renders.last.answers('<p>hello')
      await Promise.all(visitors)
      expect(await shop.body('/a')).toBe('<p>hello')
    },
  )

  test.each(BROKEN)(
    'leases that $kind when a page is stale: it is served, and one refresh replaces it (S1)',
    async (fault) => {
      const shop = openFaulty()
      await shop.render('/a', '<p>old')
      await shop.clock.advanceAsync(60_000)
      Object.assign(shop.store.faults, { take: fault, renew: fault, release: fault })
      const visitors = times(10, () => shop.get('/a'))
      await shop.clock.advanceAsync(50)
      expect(await Promise.all(visitors.map(async (page) => (await page).text()))).toEqual(times(10, () => '<p>old'))
      expect(shop.renders.count).toBe(1)
      await shop.renders.last.answers('<p>new')
      expect(await shop.body('/a')).toBe('<p>new')
      expect(shop.renders.count).toBe(1)
    },
  )

  test.each(BROKEN)('leases that $kind to be renewed or released: the render goes on (S10)', async (fault) => {
    const shop = openFaulty({ renew: fault, release: fault })
    await shop.render('/a', '<p>old')
    await shop.clock.advanceAsync(60_000)
    await shop.get('/a')
    await shop.clock.advanceAsync(25_000)
    await shop.renders.last.answers('<p>new')
    expect(await shop.body('/a')).toBe('<p>new')
  })

  test.each(BROKEN)('leases that $kind are told, whatever was asked of them (I12)', async (fault) => {
    for (const method of ['take', 'renew', 'release'] as const) {
      const shop = openFaulty({ [method]: fault })
      const visit = shop.get('/a')
      await shop.clock.advanceAsync(fault.kind === 'hang' ? 2_950 : 0)
      if (method === 'renew') await shop.clock.advanceAsync(500)
      const failures = () => shop.told.filter(([name, event]) => name === 'store-error' && event.operation === 'lease')
      if (method === 'release') await shop.renders.last.answers('<p>')
      await shop.clock.advanceAsync(50)
      if (fault.kind !== 'hang' || method === 'take') expect([method, failures().length]).toEqual([method, 1])
      if (method !== 'release') await shop.renders.last.answers('<p>')
      await visit
    }
  })

  test('the grace is what the lease fixed, when it did (R13)', async () => {
    const shop = openFaulty()
    await shop.render('/a', '<p>old')
    await shop.clock.advanceAsync(60_000)
    shop.store.faults.take = { kind: 'delay', ms: 40 }
    const visit = shop.get('/a')
    await shop.clock.advanceAsync(40)
    expect(sharedMaxAge(await visit)).toBe(10)
  })

  test('neither reads nor leases answer, and writes do: the page is there when they are back', async () => {
    const shop = openFaulty()
    await shop.render('/a', '<p>old')
    Object.assign(shop.store.faults, { get: { kind: 'reject' }, take: { kind: 'reject' } })
    await shop.render('/a', '<p>new')
    Object.assign(shop.store.faults, { get: undefined, take: undefined })
    expect(await shop.body('/a')).toBe('<p>new')
  })

  test('one mishap of many is logged once, and told each time', async () => {
    const shop = openFaulty({ get: { kind: 'reject', error: new Error('down') } })
    await shop.render('/a', '<p>')
    await shop.render('/a', '<p>')
    expect(shop.told.filter(([name]) => name === 'store-error')).toHaveLength(2)
    expect(shop.logged.filter(([, message]) => message.startsWith('the store failed'))).toHaveLength(1)
  })

  test('an answer that comes after its time is dropped, and its failure troubles nobody', async () => {
    const shop = openFaulty({ get: { kind: 'late', ms: 1_000 } })
    const visit = shop.get('/a')
    await shop.clock.advanceAsync(50)
    await shop.renders.last.answers('<p>hello')
    await visit
    await shop.clock.advanceAsync(1_000)
    expect(shop.cache.stats().flights).toBe(0)
  })

  test('when it is back, pages are kept again without a restart (I6)', async () => {
    const shop = openFaulty({ get: { kind: 'reject' }, set: { kind: 'reject' }, take: { kind: 'reject' } })
    await shop.render('/a', '<p>')
    Object.assign(shop.store.faults, { get: undefined, set: undefined, take: undefined })
    await shop.render('/a', '<p>again')
    expect(cacheStatus(await shop.get('/a'))).toMatchObject({ hit: true })
  })

  test('lookup gives nothing, and explain says what it can', async () => {
    const shop = openFaulty({ get: { kind: 'reject' } })
    const key = shop.cache.key(request('/a'))
    expect(await shop.cache.lookup(key as NonNullable<typeof key>)).toBeUndefined()
    expect((await shop.cache.explain(request('/a'))).page).toMatchObject({ state: 'none' })
  })
})

describe('invalidate and purge fail loudly (I6)', () => {
  test.each(['invalidate', 'purge'] as const)(
    '%s rejects when the log cannot be written, and nothing has changed',
    async (call) => {
      const shop = openFaulty()
      await shop.render('/a', '<p>old')
      const cause = new Error('down')
      shop.store.faults.append = { kind: 'reject', error: cause }
      await expect(shop.cache[call]({ urls: ['/a'] })).rejects.toMatchObject({ code: 'ERR_SSR_CACHE_STORE', cause })
      expect(cacheStatus(await shop.get('/a'))).toMatchObject({ hit: true, ttl: 60 })
    },
  )
})

describe('news that cannot be read counts as bad news (V8, I2)', () => {
  test.each(BROKEN)(
    'a purge hits a page while it renders, and whom it concerns cannot be read ($kind): the leader is answered, a follower goes on',
    async (fault) => {
      const shop = openFaulty()
      const handler = (input: HandlerInput): HandlerResponse | Promise<HandlerResponse> => {
        pageContext()?.tag('late')
        return shop.renders.handler(input)
      }
      const leader = shop.cache.handle(request('/a'), handler)
      const follower = shop.cache.handle(request('/a'), handler)
      await settled()
      await shop.cache.purge({ tags: ['late'] })
      shop.store.faults.read = fault
      await shop.renders.last.answers('<p>old')
      await shop.clock.advanceAsync(50)
      expect(await (await leader).text()).toBe('<p>old')
      expect(shop.renders.count).toBe(2)
      await shop.renders.last.answers('<p>new')
      await shop.clock.advanceAsync(50)
      expect(await (await follower).text()).toBe('<p>new')
      expect(shop.told).toContainEqual(['store-error', expect.objectContaining({ operation: 'log' })])
    },
  )
})

describe('a store that answers later answers the same (I1, I2)', () => {
  test('50 at once on a cold page: one render (C1)', async () => {
    const shop = openFaulty(ASYNC)
    const visitors = times(50, () => shop.get('/a'))
    await settled()
    expect(shop.renders.count).toBe(1)
    await shop.renders.last.answers('<p>hello')
    expect(new Set(await Promise.all(visitors.map(async (page) => (await page).text())))).toEqual(new Set(['<p>hello']))
    expect(cacheStatus(await shop.get('/a'))).toEqual({ hit: true, ttl: 60 })
  })

  test('50 on a stale page: one refresh, one grace (S1)', async () => {
    const shop = openFaulty(ASYNC)
    await shop.render('/a', '<p>old')
    await shop.clock.advanceAsync(60_000)
    await Promise.all(times(50, () => shop.get('/a')))
    expect(shop.renders.count).toBe(1)
    await shop.renders.last.answers('<p>new')
    expect(await shop.body('/a')).toBe('<p>new')
  })

  test('an invalidation that has resolved holds (V7)', async () => {
    const shop = openFaulty(ASYNC)
    await shop.render('/a', '<p>old')
    await shop.cache.purge({ urls: ['/a'] })
    const visit = shop.get('/a')
    await settled()
    expect(shop.renders.count).toBe(1)
    await shop.renders.last.answers('<p>new')
    expect(await (await visit).text()).toBe('<p>new')
    expect(cacheStatus(await shop.get('/a'))).toEqual({ hit: true, ttl: 60 })
  })

  test('an invalidation that comes while the page is being written: whoever came after it gets the next page (V3, V6)', async () => {
    const written = Promise.withResolvers<void>()
    const shop = openFaulty()
    shop.store.faults.set = { kind: 'wait', until: written.promise }
    let rendered = 0
    const handler = () => {
      pageContext()?.tag('menu')
      return html(`<p>${++rendered}`)
    }
    const before = shop.cache.handle(request('/a'), handler)
    await settled()
    await shop.cache.invalidate({ tags: ['menu'] })
    const after = shop.cache.handle(request('/a'), handler)
    await settled()
    written.resolve()
    shop.store.faults.set = undefined
    await settled()
    expect(await (await before).text()).toBe('<p>1')
    expect(await (await after).text()).toBe('<p>2')
  })
})

test('a page that is kept at last ends the rest that the store’s failure began, also for the lease (F3, S5)', async () => {
  const clock = fakeClock()
  const store = faultyStore(memoryStore({ clock }))
  const shop = openShop({ clock, store })
  await shop.render('/a', html(''))
  Object.assign(store.faults, { get: { kind: 'reject' }, set: { kind: 'reject' }, delete: { kind: 'reject' } })
  await shop.render('/a', 'while the store is down')
  Object.assign(store.faults, { get: undefined, set: undefined, delete: undefined })
  await shop.render('/a', 'kept, for all, in place of the mark')
  await shop.cache.invalidate({ all: true })
  const stale = await shop.get('/a')
  expect(cacheStatus(stale)).toMatchObject({ hit: true, detail: 'refreshing' })
  await settled()
  expect(shop.renders.count).toBe(1)
})
