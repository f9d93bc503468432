import { memoryStore, type RenderCache } from '@ssr-cache/core'
import { fakeClock, faultyStore } from '@ssr-cache/core/testing'
import { describe, expect, test } from 'vitest'
import { cacheStatus, html, openShop, request, type Shop, settled, sharedMaxAge } from './harness.ts'

type Key = NonNullable<ReturnType<RenderCache['key']>>

async function keptPage(shop: Shop): Promise<Key> {
  await shop.render('/a', 'kept')
  return shop.cache.key(request('/a')) as Key // an ordinary page has one
}

describe('a look-up by a ready key', () => {
  test('counts as the hit that it is (I12)', async () => {
    const shop = openShop()
    const key = await keptPage(shop)
    await shop.cache.lookup(key)
    expect(shop.told).toContainEqual(['answer', expect.objectContaining({ answered: 'hit' })])
  })

  test('gives the page of a store that answers later, too', async () => {
    const clock = fakeClock()
    const store = faultyStore(memoryStore({ clock }), { clock, faults: { get: { kind: 'async' } } })
    const shop = openShop({ clock, store })
    const page = await shop.cache.lookup(await keptPage(shop))
    expect(page && (await page.text())).toBe('kept')
    expect(page && cacheStatus(page)).toMatchObject({ hit: true, ttl: 60 })
  })

  test('gives a stale page with the grace, and begins no render', async () => {
    const shop = openShop()
    const key = await keptPage(shop)
    shop.clock.advance(61_000)
    const page = await shop.cache.lookup(key)
    expect(page && [await page.text(), sharedMaxAge(page)]).toEqual(['kept', 10])
    expect(shop.renders.count).toBe(0)
  })

  test('gives a page whose key rests with what remains of the rest (S2)', async () => {
    const shop = openShop()
    const key = await keptPage(shop)
    shop.clock.advance(61_000)
    await shop.get('/a')
    await settled()
    await shop.renders.last.answers(html('down', {}, 503))
    shop.clock.advance(1_000)
    const page = await shop.cache.lookup(key)
    expect(page && sharedMaxAge(page)).toBe(2)
  })
})
