import { memoryStore } from '@ssr-cache/core'
import { fakeClock } from '@ssr-cache/core/testing'
import { describe, expect, test } from 'vitest'
import { cacheStatus, field, html, openShop, settled, times } from './harness.ts'

/** A page of `chunks` thousand bytes that counts how much of it was asked for. */
function longPage(chunks: number): { response: () => Response; readonly asked: number; readonly isLetGo: boolean } {
  const state = { asked: 0, isLetGo: false }
  const source = {
    pull(controller: ReadableStreamDefaultController<Uint8Array>): void {
      state.asked++
      if (state.asked > chunks) controller.close()
      else controller.enqueue(new Uint8Array(1_000).fill(0x61))
    },
    cancel(): void {
      state.isLetGo = true
    },
  }
  return {
    response: () =>
      new Response(new ReadableStream(source, { highWaterMark: 0 }), { headers: { 'content-type': 'text/html' } }),
    get asked() {
      return state.asked
    },
    get isLetGo() {
      return state.isLetGo
    },
  }
}

describe('a page that is too large to be kept (I4, I7, B2, B6)', () => {
  test('streams to its visitor, counts with those that bypass while it does, and gives its place back at the end', async () => {
    const shop = openShop({ maxPageBytes: 5_000 })
    const long = longPage(50)
    const page = await shop.cache.handle({ url: 'https://shop.example/a' }, long.response)
    expect(long.asked).toBeLessThan(10)
    expect(shop.cache.stats()).toMatchObject({ renders: { running: 0 }, bypasses: { running: 1 } })
    expect(await page.bytes()).toHaveLength(50_000)
    await settled()
    expect(shop.cache.stats().bypasses.running).toBe(0)
  })

  test('is not kept on its second visit either, however small the limit', async () => {
    const shop = openShop({ maxPageBytes: 5_000 })
    for (let visit = 0; visit < 3; visit++) {
      const page = await shop.cache.handle({ url: 'https://shop.example/a' }, longPage(10).response)
      expect(await page.bytes()).toHaveLength(10_000)
      expect(cacheStatus(page)['detail']).toBe('too-large')
    }
  })

  test('is turned away where those that bypass have no place left', async () => {
    const shop = openShop({ maxPageBytes: 5_000, admission: { bypassConcurrency: 1 } })
    await shop.cache.handle({ url: 'https://shop.example/a' }, longPage(50).response)
    const second = longPage(50)
    const page = await shop.cache.handle({ url: 'https://shop.example/b' }, second.response)
    expect(page.status).toBe(503)
    expect(second.isLetGo).toBe(true)
  })

  test('is let go where nobody waits for it, as in a refresh, and the old page stays (I5)', async () => {
    const shop = openShop({ maxPageBytes: 5_000 })
    await shop.render('/a', '<p>old')
    shop.clock.advance(61_000)
    const long = longPage(50)
    const page = await shop.cache.handle({ url: 'https://shop.example/a' }, long.response)
    await settled()
    expect([await page.text(), long.isLetGo]).toEqual(['<p>old', true])
    expect(long.asked).toBeLessThan(10)
  })

  test('is read a little way only while its key is marked', async () => {
    const shop = openShop({ maxPageBytes: 5_000_000 })
    const first = longPage(6_000)
    await shop.cache.handle({ url: 'https://shop.example/a' }, first.response)
    expect(first.asked).toBeGreaterThan(5_000)
    const second = longPage(6_000)
    await shop.cache.handle({ url: 'https://shop.example/a' }, second.response)
    expect(second.asked).toBeLessThan(100)
  })

  test('is not read in vain where it says its own length', async () => {
    const shop = openShop({ maxPageBytes: 5_000 })
    const long = longPage(50)
    const response = (): Response => {
      const { body, headers } = long.response()
      headers.set('content-length', '50000')
      return new Response(body, { headers })
    }
    await shop.cache.handle({ url: 'https://shop.example/a' }, response)
    expect(long.asked).toBe(1)
  })

  test.each([5_000, 5_001])('by its own word, in bytes: %d of 5000', async (length) => {
    const shop = openShop({ maxPageBytes: 5_000 })
    await shop.render('/a', html('x'.repeat(5_000), { 'content-length': String(length) }))
    expect(cacheStatus(await shop.render('/a', '<p>'))['hit']).toBe(length === 5_000 ? true : undefined)
  })

  test('ends with the cache, and never looks whole then (I13)', async () => {
    const shop = openShop({ maxPageBytes: 5_000 })
    const page = await shop.cache.handle({ url: 'https://shop.example/a' }, longPage(50).response)
    await shop.cache.close()
    await expect(page.bytes()).rejects.toMatchObject({ code: 'ERR_SSR_CACHE_CLOSED' })
  })

  test('is too large as well where the store says so: marked, told, and offered to nobody downstream', async () => {
    const clock = fakeClock()
    const shop = openShop({ clock, store: memoryStore({ clock, maxBytes: 100_000 }) })
    const pages = await Promise.all(times(3, () => shop.render('/a', html('x'.repeat(50_000)))))
    for (const page of pages) expect(field(page, 'cache-control')).toBe('private, no-store')
    expect(shop.told).toContainEqual(['unshareable', expect.objectContaining({ reason: 'too-large' })])
  })
})

describe('what is none of our business keeps its own fields, whichever rule stumbles over it', () => {
  test.each([
    ['a large file', { 'content-type': 'application/pdf' }, 'x'.repeat(20_000)],
    ['a compressed script', { 'content-type': 'text/javascript', 'content-encoding': 'gzip' }, 'x'],
    ['data that vary', { 'content-type': 'application/json', vary: 'accept-language' }, '{}'],
  ])('%s', async (_, headers, body) => {
    const shop = openShop({ maxPageBytes: 10_000 })
    const page = await shop.render('/a', { headers: { ...headers, 'cache-control': 'public, max-age=86400' }, body })
    expect(field(page, 'cache-control')).toBe('public, max-age=86400')
  })
})
