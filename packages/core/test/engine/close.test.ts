import { createRenderCache, memoryStore, systemClock } from '@ssr-cache/core'
import { fakeClock, faultyStore } from '@ssr-cache/core/testing'
import { describe, expect, test } from 'vitest'
import { html, openShop, request, settled, stateOf, times } from './harness.ts'

const CLOSED = { code: 'ERR_SSR_CACHE_CLOSED' }

describe('close() leaves nothing running (B8, I13)', () => {
  test('it waits for renders that visitors wait for, and for those that run behind (B8)', async () => {
    const shop = openShop()
    await shop.render('/old', '<p>old')
    await shop.clock.advanceAsync(60_000)
    await shop.get('/old')
    const visit = shop.get('/a')
    await settled()
    const closing = shop.cache.close()
    expect(await stateOf(closing)).toBe('pending')
    for (const render of shop.renders.all) await render.answers('<p>')
    await closing
    expect((await visit).status).toBe(200)
    expect(shop.cache.stats()).toMatchObject({ flights: 0, background: 0, renders: { running: 0, queued: 0 } })
    expect(shop.clock.pending).toBe(0)
  })

  test('after 10 seconds, or the limit that it is given, it aborts what still runs', async () => {
    const shop = openShop({ admission: { timeoutMs: 30_000 } })
    const visit = shop.get('/a')
    await settled()
    const closing = shop.cache.close()
    await shop.clock.advanceAsync(9_999)
    expect(await stateOf(closing)).toBe('pending')
    await shop.clock.advanceAsync(1)
    await closing
    expect(shop.renders.last.input.signal.aborted).toBe(true)
    await expect(visit).rejects.toMatchObject(CLOSED)
    expect(shop.clock.pending).toBe(0)
  })

  test('a render that has ended is let go: nothing tells it of the end', async () => {
    const shop = openShop()
    const visit = shop.get('/a')
    await settled()
    await shop.renders.last.answers('<p>')
    await visit
    await shop.cache.close()
    expect(shop.renders.last.input.signal.aborted).toBe(false)
  })

  test('what waits for a place is not begun after all', async () => {
    const shop = openShop({ admission: { concurrency: 1, timeoutMs: 30_000 } })
    const visitors = times(3, (i) => shop.get(`/${i}`))
    await settled()
    const closing = shop.cache.close({ limitMs: 100 })
    await shop.clock.advanceAsync(100)
    await closing
    await settled()
    expect(shop.renders.count).toBe(1)
    expect(await Promise.all(visitors.map(stateOf))).toEqual(['rejected', 'resolved', 'resolved'])
    expect((await visitors[1])?.status).toBe(503)
    expect(shop.cache.stats()).toMatchObject({ flights: 0, renders: { running: 0, queued: 0 } })
    expect(shop.clock.pending).toBe(0)
  })

  test('later calls are refused; closing twice is closing once', async () => {
    const shop = openShop()
    const key = shop.cache.key(request('/a'))
    const visit = shop.get('/a')
    await settled()
    const [first, second] = [shop.cache.close(), shop.cache.close()]
    expect(await stateOf(second)).toBe('pending')
    await shop.renders.last.answers('<p>')
    await Promise.all([first, second, visit])
    await shop.cache.close()
    await expect(shop.get('/a')).rejects.toMatchObject(CLOSED)
    await expect(shop.cache.invalidate({ all: true })).rejects.toMatchObject(CLOSED)
    await expect(shop.cache.purge({ all: true })).rejects.toMatchObject(CLOSED)
    expect(() => shop.cache.lookup(key as NonNullable<typeof key>)).toThrow(
      /ERR_SSR_CACHE_CLOSED: .* must come before close\(\)/,
    )
  })

  test('a store that fails to close is said to have, and nothing is left over', async () => {
    const clock = fakeClock()
    const store = faultyStore(memoryStore({ clock }), { clock })
    const error = new Error('stuck')
    const cache = createRenderCache({ clock, store: { ...store, close: () => Promise.reject(error) } })
    await cache.handle(request('/a'), () => html('<p>'))
    await expect(cache.close()).rejects.toBe(error)
  })

  test('what a late render gives is written nowhere', async () => {
    const clock = fakeClock()
    const store = memoryStore({ clock })
    const shop = openShop({ clock, store })
    const visit = shop.get('/a')
    await settled()
    const closing = shop.cache.close({ limitMs: 0 })
    await clock.advanceAsync(0)
    await closing
    await expect(visit).rejects.toMatchObject(CLOSED)
    await shop.renders.last.answers('<p>late')
    expect(store.size).toBe(0)
    expect(clock.pending).toBe(0)
  })

  test('timers of the platform keep no process alive', () => {
    const timer = systemClock.schedule(60_000, () => expect.unreachable()) as NodeJS.Timeout // Node's own
    expect(timer.hasRef()).toBe(false)
    systemClock.cancel(timer)
  })

  test('a cache that was never used closes at once, without a timer', async () => {
    const clock = fakeClock()
    await createRenderCache({ clock }).close()
    expect(clock.pending).toBe(0)
  })
})
