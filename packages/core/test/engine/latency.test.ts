import { memoryStore } from '@ssr-cache/core'
import { fakeClock, faultyStore } from '@ssr-cache/core/testing'
import { describe, expect, test } from 'vitest'
import { html, openShop, type Shop, settled } from './harness.ts'

/** How far away the shared store is, and how long a first render takes: what serverless set-ups measure. */
const STORE_MS = 200
const RENDER_MS = 4_000

/** A cache before a store that others share: each call to it takes its time, by the clock alone. */
function farShop(): Shop {
  const clock = fakeClock()
  const far = { kind: 'delay', ms: STORE_MS } as const
  const inner = memoryStore({ clock })
  const store = faultyStore(
    { ...faultyStore(inner), capabilities: { ...inner.capabilities, shared: true } },
    { clock, faults: { get: far, set: far, delete: far, take: far, release: far, read: far, append: far } },
  )
  return openShop({ clock, store, storeTimeoutMs: 1_000, admission: { timeoutMs: 10_000 } })
}

/** Milliseconds until a visitor is answered. */
async function msOf(shop: Shop, path: string): Promise<number> {
  const cameAt = shop.clock.now()
  let ms: number | undefined
  const handler = (): Promise<ReturnType<typeof html>> =>
    new Promise((resolve) => shop.clock.schedule(RENDER_MS, () => resolve(html('<p>page'))))
  void shop.cache.handle(new Request(`https://shop.example${path}`), handler).then(() => {
    ms = shop.clock.now() - cameAt
  })
  await settled()
  while (ms === undefined) await shop.clock.advanceAsync(50)
  return ms
}

describe('what an answer waits for, and nothing else does (R38)', () => {
  test('a hit in memory is answered in no time, fresh or stale', async () => {
    const shop = openShop()
    await shop.render('/', '<p>page')
    expect(await msOf(shop, '/')).toBe(0)
    shop.clock.advance(60_000)
    expect(await msOf(shop, '/')).toBe(0)
  })

  test('a hit in a store 200 ms away takes these 200 ms: one call, fresh or stale', async () => {
    const shop = farShop()
    await msOf(shop, '/')
    await shop.clock.advanceAsync(5_000)
    expect(await msOf(shop, '/')).toBe(STORE_MS)
    await shop.clock.advanceAsync(60_000)
    const stale = msOf(shop, '/')
    expect(await stale).toBeLessThanOrEqual(2 * STORE_MS)
  })

  test('a first render of four seconds takes these, and no more than the calls that keep it to one render', async () => {
    const near = openShop({ admission: { timeoutMs: 10_000 } })
    expect(await msOf(near, '/')).toBe(RENDER_MS)
    const ms = await msOf(farShop(), '/')
    expect(ms).toBeGreaterThanOrEqual(RENDER_MS + STORE_MS)
    expect(ms).toBeLessThanOrEqual(RENDER_MS + 4 * STORE_MS)
  })
})
