import { memoryStore, type RenderCacheOptions, tieredStore } from '@ssr-cache/core'
import { type FakeClock, type FaultyStore, fakeClock, faultyStore } from '@ssr-cache/core/testing'
import { describe, expect, test } from 'vitest'
import type { MemoryStore } from '../../src/store/memory-store.ts'
import { cacheStatus, html, openShop, type Shop, settled, sharedMaxAge, times } from './harness.ts'

/** Processes that each have memory before one shared store, and how the first one reaches it. */
interface Fleet {
  readonly clock: FakeClock
  readonly shared: MemoryStore
  readonly shops: readonly [Shop, Shop]
  readonly far: FaultyStore
  readonly memory: MemoryStore
}

function openFleet(options: RenderCacheOptions = {}): Fleet {
  const clock = fakeClock()
  const shared = memoryStore({ clock })
  const open = () => {
    const far = faultyStore(shared, { clock, faults: { get: { kind: 'async' }, set: { kind: 'async' } } })
    const memory = memoryStore({ clock })
    const shop = openShop({ clock, store: tieredStore(memory, far, { clock }), ...options })
    return { far, memory, shop }
  }
  const [one, other] = [open(), open()]
  return { clock, shared, shops: [one.shop, other.shop], far: one.far, memory: one.memory }
}

function breakOff({ far }: Fleet): void {
  for (const method of ['get', 'set', 'delete', 'take', 'renew', 'release', 'read', 'append'] as const) {
    far.faults[method] = { kind: 'reject' }
  }
}

describe('processes that each have memory before one shared store', () => {
  test('answer what is fresh near at once, and ask nobody (R39)', async () => {
    const { shops, far } = openFleet()
    await shops[1].render('/a', 'kept')
    await shops[0].body('/a')
    const calls = { ...far.calls }
    for (let visit = 0; visit < 3; visit++)
      expect(cacheStatus(await shops[0].get('/a'))).toEqual({ hit: true, ttl: 60 })
    expect(far.calls).toEqual(calls)
    const key = shops[0].cache.key({ url: 'https://shop.example/a' })
    expect(key && shops[0].cache.lookup(key)).not.toBeInstanceOf(Promise)
  })

  test('serve a stale page of another at once and with its true age, and render it once (S7, I1)', async () => {
    const { shops, clock } = openFleet()
    await shops[1].render('/a', 'old')
    clock.advance(65_000)
    const page = await shops[0].get('/a')
    expect(await page.text()).toBe('old')
    expect(cacheStatus(page)).toMatchObject({ ttl: -5, detail: 'refreshing' })
    await settled()
    expect(await shops[1].body('/a')).toBe('old')
    await settled()
    expect(shops.map(({ renders }) => renders.count)).toEqual([1, 0])
  })

  test('find what another has rendered since, however often they were given the page before', async () => {
    const { shops, clock } = openFleet()
    await shops[0].render('/a', 'old')
    await shops[0].body('/a')
    clock.advance(60_000)
    void shops[1].get('/a')
    await settled()
    await shops[1].renders.last.answers('new')
    expect(await shops[0].body('/a')).toBe('new')
    expect(cacheStatus(await shops[0].get('/a'))).toEqual({ hit: true, ttl: 60 })
    expect(shops[0].renders.count).toBe(0)
  })

  test('are given nothing any more that another has purged or invalidated (X5, I2, R41)', async () => {
    const { shops, memory } = openFleet()
    await shops[0].render('/a', 'old')
    await shops[0].render('/b', 'old')
    await shops[1].cache.purge({ urls: ['/a'] })
    await shops[1].cache.invalidate({ urls: ['/b'] })
    expect(memory.size).toBe(1)
    const purged = shops[0].get('/a')
    const invalidated = await shops[0].get('/b')
    expect(await invalidated.text()).toBe('old')
    expect([cacheStatus(invalidated)['detail'], sharedMaxAge(invalidated)]).toEqual(['refreshing', 10])
    await settled()
    for (const render of shops[0].renders.all) await render.answers('new')
    expect(await (await purged).text()).toBe('new')
    expect(await shops[1].body('/b')).toBe('new')
  })

  test('hear of what they have purged themselves as well, and nothing comes of it (X6)', async () => {
    const { shops } = openFleet()
    await shops[0].cache.purge({ all: true })
    await shops[0].render('/a', 'new')
    await settled()
    for (const shop of shops) expect(cacheStatus(await shop.get('/a'))).toMatchObject({ hit: true })
    expect(shops.map(({ renders }) => renders.count)).toEqual([0, 0])
  })

  test('share data: a cold page finds what another process has loaded (R74)', async () => {
    const { shops, far } = openFleet()
    let loads = 0
    const options = { maxAge: 600, tags: ['menu'] }
    const menu = (shop: Shop): Promise<unknown> =>
      shop.cache.value('menu', options, () => ({ items: ['Drama'], load: ++loads }))
    const page = async (shop: Shop, path: string): Promise<string> =>
      (
        await shop.cache.handle({ url: `https://shop.example${path}` }, async () =>
          html(JSON.stringify(await menu(shop))),
        )
      ).text()
    expect(await page(shops[1], '/a')).toBe('{"items":["Drama"],"load":1}')
    expect(await page(shops[0], '/b')).toBe('{"items":["Drama"],"load":1}')
    const { get } = far.calls
    expect(await menu(shops[0])).toEqual({ items: ['Drama'], load: 1 })
    expect([far.calls.get, loads]).toEqual([get, 1])
    await shops[1].cache.invalidate({ tags: ['menu'] })
    expect(cacheStatus(await shops[0].get('/b'))['detail']).toBe('refreshing')
    expect(await page(shops[0], '/c')).toBe('{"items":["Drama"],"load":2}')
    expect(await page(shops[1], '/d')).toBe('{"items":["Drama"],"load":2}')
  })

  test('load a value once where all ask for it at once (R74, I1)', async () => {
    const { shops } = openFleet()
    const { promise, resolve } = Promise.withResolvers<string>()
    let loads = 0
    const ask = (shop: Shop): Promise<string> =>
      shop.cache.value('menu', { maxAge: 600 }, () => {
        loads++
        return promise
      })
    const asked = [...times(5, () => ask(shops[0])), ...times(5, () => ask(shops[1]))]
    await settled()
    resolve('loaded')
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['loaded']))
    expect(loads).toBe(1)
  })
})

describe('a process whose shared store is gone', () => {
  test('goes on with what lies near, and keeps there what it renders (R39, X4, I6)', async () => {
    const fleet = openFleet()
    const { shops, clock, far } = fleet
    await shops[0].render('/a', 'kept')
    breakOff(fleet)
    expect(cacheStatus(await shops[0].get('/a'))).toEqual({ hit: true, ttl: 60 })
    await shops[0].render('/b', 'rendered meanwhile')
    await settled()
    const { get } = far.calls
    expect(cacheStatus(await shops[0].get('/b'))).toEqual({ hit: true, ttl: 60 })
    expect(far.calls.get).toBe(get)
    clock.advance(60_000)
    expect(await shops[0].body('/a')).toBe('kept')
    await settled()
    expect(shops[0].renders.count).toBe(1)
  })

  test('renders a page once for all of its own visitors (X4)', async () => {
    const fleet = openFleet()
    breakOff(fleet)
    const [shop] = fleet.shops
    const visits = times(10, () => shop.body('/a'))
    await settled()
    await shop.renders.last.answers('one')
    expect(new Set(await Promise.all(visits))).toEqual(new Set(['one']))
    expect(shop.renders.count).toBe(1)
  })

  test('is told of it by name', async () => {
    const fleet = openFleet()
    breakOff(fleet)
    const [shop] = fleet.shops
    await shop.render('/a', 'page')
    await settled()
    expect(shop.told).toContainEqual(['store-error', expect.objectContaining({ operation: 'get' })])
    await expect(shop.cache.invalidate({ urls: ['/a'] })).rejects.toMatchObject({ code: 'ERR_SSR_CACHE_STORE' })
  })
})
