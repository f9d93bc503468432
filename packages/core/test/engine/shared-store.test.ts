import { memoryStore } from '@ssr-cache/core'
import { fakeClock } from '@ssr-cache/core/testing'
import { describe, expect, test } from 'vitest'
import { cacheStatus, field, html, openShop, type Shop, settled, sharedMaxAge } from './harness.ts'

/** Two caches of one process on one store, with a page that has just become stale. */
async function twoShops(): Promise<readonly [Shop, Shop]> {
  const clock = fakeClock()
  const store = memoryStore({ clock })
  const shops = [openShop({ clock, store }), openShop({ clock, store })] as const
  await shops[0].render('/a', 'old')
  clock.advance(60_000)
  return shops
}

test('two caches on one store each answer hits in their own words (I10)', async () => {
  const clock = fakeClock()
  const store = memoryStore({ clock })
  const shops = [openShop({ clock, store }), openShop({ clock, store, downstream: { cdn: 'fastly' } })] as const
  await shops[0].render('/a', '<p>')
  for (let visit = 0; visit < 3; visit++) {
    const hits = [await shops[0].get('/a'), await shops[1].get('/a')] as const
    expect(hits.map((hit) => cacheStatus(hit))).toEqual([
      { hit: true, ttl: 60 },
      { hit: true, ttl: 60 },
    ])
    expect(hits.map((hit) => field(hit, 'surrogate-control') !== undefined)).toEqual([false, true])
  }
})

describe('two caches on one store render a stale page once (C1)', () => {
  test('the other serves the old page meanwhile, and the new one afterwards', async () => {
    const [one, other] = await twoShops()
    expect(await one.body('/a')).toBe('old')
    await settled()
    expect(await other.body('/a')).toBe('old')
    await settled()
    expect([one.renders.count, other.renders.count]).toEqual([1, 0])
    await one.renders.last.answers('new')
    expect(await other.body('/a')).toBe('new')
    expect(cacheStatus(await other.get('/a'))).toMatchObject({ hit: true })
  })

  test('a failure lets the key rest for both, and for as long (S2)', async () => {
    const [one, other] = await twoShops()
    await one.get('/a')
    await settled()
    await one.renders.last.answers(html('down', {}, 503))
    one.clock.advance(1_000)
    const resting = await other.get('/a')
    expect(await resting.text()).toBe('old')
    expect([cacheStatus(resting)['detail'], sharedMaxAge(resting)]).toEqual(['resting', 2])
    await settled()
    expect([other.renders.count, other.cache.stats().resting]).toEqual([0, 1])
    one.clock.advance(1_999)
    await other.get('/a')
    await settled()
    expect(other.renders.count).toBe(0)
    one.clock.advance(1)
    await other.get('/a')
    await settled()
    expect(other.renders.count).toBe(1)
  })

  test('the key does not rest where the other is only at work', async () => {
    const [one, other] = await twoShops()
    await one.get('/a')
    await settled()
    await other.get('/a')
    await settled()
    expect(other.cache.stats().resting).toBe(0)
  })
})
