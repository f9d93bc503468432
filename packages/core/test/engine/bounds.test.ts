import { createRenderCache, memoryStore, pageContext, type Tag } from '@ssr-cache/core'
import type { StoreKey } from '@ssr-cache/core/store'
import { fakeClock } from '@ssr-cache/core/testing'
import { describe, expect, test } from 'vitest'
import { collectGarbage } from '../../../../test-utils/collect-garbage.ts'
import { Rests } from '../../src/engine/rests.ts'
import { cacheStatus, field, html, openShop, request, settled, times } from './harness.ts'

const PLAIN = { method: 'GET', scheme: 'https', host: 'shop.example', headers: {} } as const

describe('everything is bounded (I7)', () => {
  test('hosts, where the app names none: the one that is asked for least makes room, and loses its pages', async () => {
    const shop = openShop()
    const visit = (host: string) => shop.cache.handle({ url: `https://${host}/a` }, () => html('<p>'))
    for (let i = 0; i < 5; i++) await visit('busy.example')
    for (let i = 0; i < 15; i++) await visit(`h${i}.example`)
    expect(shop.cache.stats().memo.hosts).toBe(16)
    for (let i = 0; i < 100; i++) await visit(`flood${i}.example`)
    expect(shop.cache.stats().memo.hosts).toBe(16)
    expect(cacheStatus(await visit('busy.example'))).toMatchObject({ hit: true })
    expect(cacheStatus(await visit('h3.example'))).toMatchObject({ fwd: 'uri-miss' })
  })

  test('a host that comes back finds nothing of what it had', async () => {
    const shop = openShop()
    const visit = (host: string) => shop.cache.handle({ url: `https://${host}/a` }, () => html(`<p>${host}`))
    await visit('first.example')
    for (let i = 0; i < 16; i++) for (let j = 0; j < 3; j++) await visit(`h${i}.example`)
    const back = await visit('first.example')
    expect(cacheStatus(back)).toMatchObject({ fwd: 'uri-miss' })
    expect(await back.text()).toBe('<p>first.example')
  })

  test('nor of what it had for a variant', async () => {
    const shop = openShop({ key: { cookies: ['currency'] } })
    const headers = { cookie: 'currency=EUR' }
    const visit = (host: string) => shop.cache.handle({ url: `https://${host}/a`, headers }, () => html(`<p>${host}`))
    await visit('first.example')
    for (let i = 0; i < 16; i++) for (let j = 0; j < 3; j++) await visit(`h${i}.example`)
    expect(cacheStatus(await visit('first.example'))).toMatchObject({ fwd: 'uri-miss' })
  })

  test('variants that are remembered, by bytes, and nothing of a header but what is keyed (B1)', {
    timeout: 120_000,
  }, async () => {
    const cache = createRenderCache({ key: { cookies: ['currency'] } })
    const padding = 'x'.repeat(8_000)
    collectGarbage()
    const before = process.memoryUsage().heapUsed
    for (let i = 0; i < 30_000; i++) {
      const cookie = `currency=a-currency-of-its-own-${i}; padding=${padding}${i}`
      const plan = cache.plan({ ...PLAIN, target: '/a', headers: { cookie } })
      expect(plan.kind).toBe('shared')
    }
    collectGarbage()
    const { memo } = cache.stats()
    expect(memo.variants).toBeGreaterThan(1_000)
    expect(memo.variants).toBeLessThan(20_000)
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(64 * 1024 ** 2)
  })

  test('links that were marked for one reader, however long they are (B5)', async () => {
    const cache = createRenderCache()
    cache.plan({ ...PLAIN, target: '/a' })
    collectGarbage()
    const before = process.memoryUsage().heapUsed
    for (let i = 0; i < 8_000; i++) cache.plan({ ...PLAIN, target: `/a?gclid=${i}${'x'.repeat(8_000)}` })
    collectGarbage()
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(8 * 1024 ** 2)
    expect(cache.stats().memo.urls).toBe(1)
  })

  test('hosts that are named need no bound', async () => {
    const shop = openShop({ hosts: ['*.shop.example'] })
    const visit = (i: number) => shop.cache.handle({ url: `https://h${i}.shop.example/a` }, () => html('<p>'))
    for (let i = 0; i < 40; i++) await visit(i)
    expect(cacheStatus(await visit(0))).toMatchObject({ hit: true })
  })

  test('tags per page: one over the limit makes it nobody else’s', async () => {
    const shop = openShop({ maxTags: 10, routes: [{ match: '/*rest', tags: ['route'] }] })
    const render = (target: string, tags: readonly Tag[]) =>
      shop.cache.handle(request(target), () => {
        pageContext()?.tag(...tags)
        return html('<p>')
      })
    await render(
      '/a',
      times(9, (i) => `t${i}`),
    )
    expect(cacheStatus(await shop.get('/a'))).toMatchObject({ hit: true })
    const page = await render(
      '/b',
      times(10, (i) => `t${i}`),
    )
    expect(cacheStatus(page)).toEqual({ fwd: 'miss', detail: 'too-many-tags' })
    expect(field(page, 'cache-control')).toBe('private, no-store')
  })

  test('keys that rest, of a flood of failing URLs: the longest unasked are forgotten (B1)', () => {
    const rests = new Rests()
    for (let i = 0; i < 20_000; i++) rests.fail(`key${i}`, 0)
    expect(rests.size).toBe(10_000)
    expect(rests.until('key19999', 0)).toBe(3_000)
    expect(rests.until('key0', 0)).toBe(0)
  })

  test('marks: they are kept like pages, and count as little ones (B1)', async () => {
    const clock = fakeClock()
    const store = memoryStore({ clock, maxBytes: 100_000 })
    const shop = openShop({ clock, store })
    const kindKept = (target: string) => {
      const key = shop.cache.key(request(target)) as StoreKey // it does not bypass
      return store.get(key, { since: store.log.head }).value?.kind
    }
    for (let i = 0; i < 500; i++) await shop.render(`/${i}`, html('<p>', { 'set-cookie': 'a=1' }))
    expect(store.bytes).toBeLessThanOrEqual(100_000)
    expect([kindKept('/499'), kindKept('/0')]).toEqual(['mark', undefined])
    expect(shop.cache.stats()).toMatchObject({ flights: 0, resting: 0, background: 0 })
  })

  test('unique URLs without end: what is kept stays bounded, and a page that is asked for stays (B1)', async () => {
    const clock = fakeClock()
    const store = memoryStore({ clock, maxBytes: 250_000 })
    const shop = openShop({ clock, store })
    await shop.render('/hot', '<p>hot')
    for (let i = 0; i < 1_000; i++) {
      await shop.cache.handle({ url: `https://shop.example/${i}` }, () => html('<p>', {}, i % 2 === 0 ? 200 : 404))
      if (i % 20 === 0) expect(cacheStatus(await shop.get('/hot'))).toMatchObject({ hit: true })
    }
    expect(store.bytes).toBeLessThanOrEqual(250_000)
    const { flights, resting, background, targets } = shop.cache.stats()
    expect({ flights, resting, background, targets }).toEqual({ flights: 0, resting: 0, background: 0, targets: 0 })
    expect(shop.renders.count).toBe(0)
  })

  test('the memo of URLs forgets those that were asked for least lately (B1)', () => {
    const shop = openShop()
    for (let i = 0; i < 40_000; i++) shop.cache.key({ url: `https://shop.example/${i}` })
    expect(shop.cache.stats().memo.urls).toBeLessThan(20_000)
    expect(shop.cache.stats().memo.urls).toBeGreaterThan(1_000)
  })

  test('failing URLs: each has one flight, none is left, and each key rests (B1)', async () => {
    const shop = openShop()
    for (let i = 0; i < 300; i++) await shop.render(`/${i}`, html('down', {}, 500))
    await settled()
    expect(shop.cache.stats()).toMatchObject({ flights: 0, resting: 300, background: 0 })
  })
})
