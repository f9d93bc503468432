import { memoryStore, type RenderCacheOptions, type Store } from '@ssr-cache/core'
import { fakeClock } from '@ssr-cache/core/testing'
import { describe, expect, test } from 'vitest'
import { readAnew } from '../read-anew.ts'
import { cacheStatus, field, openShop, request, type Shop, settled, sharedMaxAge } from './harness.ts'

/** A cache on a store that reads each page anew; `store` is what lies behind. */
function openRereading(options: RenderCacheOptions = {}): Shop & { readonly store: Store; unread: boolean } {
  const clock = fakeClock()
  const store = memoryStore({ clock })
  const o = { unread: false }
  const rereading: Store = {
    capabilities: store.capabilities,
    lease: store.lease,
    log: store.log,
    get: async (key, { since }) => {
      const found = readAnew(store.get(key, { since }))
      return o.unread ? { ...found, tail: 'unread' } : found
    },
    set: async (key, value, condition) => store.set(key, value, condition),
    delete: async (key, condition) => store.delete(key, condition),
  }
  return Object.assign(o, openShop({ clock, store: rereading, ...options }), { store })
}

/** Hits of `target` until the hit before is the answer of the next. */
async function known(shop: Shop, target: string): Promise<void> {
  for (let visit = 0; visit < 3; visit++) await shop.get(target)
}

describe('a page that the store reads anew for each visitor', () => {
  test('goes out with the bytes of its own reading: nobody is handed what another holds (I10)', async () => {
    const shop = openRereading()
    await shop.render('/a', '<p>kept')
    await known(shop, '/a')
    const sent = await Promise.all([1, 2].map(async () => (await shop.get('/a')).toResponse().arrayBuffer()))
    new Uint8Array(sent[0] as ArrayBuffer).fill(0)
    expect(await shop.body('/a')).toBe('<p>kept')
    expect(shop.renders.count).toBe(0)
  })

  test('says what remains at each moment, and is stale in time (I12)', async () => {
    const shop = openRereading()
    await shop.render('/a', '<p>')
    await known(shop, '/a')
    const remaining: unknown[] = []
    for (const _ of [1, 2, 3]) {
      shop.clock.advance(19_500)
      remaining.push(sharedMaxAge(await shop.get('/a')))
    }
    expect(remaining).toEqual([40, 21, 1])
    shop.clock.advance(1_500)
    expect(cacheStatus(await shop.get('/a'))).toMatchObject({ hit: true, detail: 'refreshing' })
  })

  test('each counts as the hit that it is, by request and by key (I12)', async () => {
    const shop = openRereading()
    await shop.render('/a', '<p>')
    const key = shop.cache.key(request('/a'))
    for (let visit = 0; visit < 3; visit++) {
      await shop.get('/a')
      expect(key && (await shop.cache.lookup(key))?.status).toBe(200)
    }
    const hits = shop.told.filter(([name, event]) => name === 'answer' && event.answered === 'hit')
    expect(hits).toHaveLength(6)
  })

  test.each([false, true])('is not fresh once it was invalidated or purged (%o) elsewhere (I2, V5)', async (hard) => {
    const shop = openRereading()
    await shop.render('/a', '<p>old')
    await known(shop, '/a')
    await shop.store.log?.append([{ kind: 'url', url: '/a' }], { hard, settleMs: 0 })
    const page = shop.get('/a')
    await settled()
    expect(shop.renders.count).toBe(1)
    await shop.renders.last.answers('<p>new')
    expect(await (await page).text()).toBe(hard ? '<p>new' : '<p>old')
    expect(await shop.body('/a')).toBe('<p>new')
  })

  test('is stale where the log’s word did not come with it, and fresh again where it does (I2)', async () => {
    const shop = openRereading()
    await shop.render('/a', '<p>')
    await known(shop, '/a')
    const details: unknown[] = []
    for (const unread of [true, false]) {
      shop.unread = unread
      details.push(cacheStatus(await shop.get('/a'))['detail'])
    }
    expect([details, shop.renders.count]).toEqual([['stale', undefined], 0])
  })

  test('is told as another where another render was kept (V6)', async () => {
    const shop = openRereading()
    await shop.render('/a', { status: 200, headers: { 'content-type': 'text/html', 'x-of': 'one' }, body: '<p>1' })
    await known(shop, '/a')
    await shop.cache.purge({ urls: ['/a'] })
    await shop.render('/a', { status: 200, headers: { 'content-type': 'text/html', 'x-of': 'two' }, body: '<p>2' })
    const page = await shop.get('/a')
    expect([field(page, 'x-of'), await page.text()]).toEqual(['two', '<p>2'])
  })

  test('begins its refresh ahead all the same (S12)', async () => {
    const shop = openRereading({ maxAge: 60, refreshAhead: 0.5 })
    await shop.render('/a', '<p>')
    shop.clock.advance(29_500)
    await known(shop, '/a')
    await settled()
    expect(shop.renders.count).toBe(0)
    // In the same second by what it says of its life.
    shop.clock.advance(500)
    await shop.get('/a')
    await settled()
    expect(shop.renders.count).toBe(1)
  })

  test('each visitor of a redirect is given back what their own URL lost', async () => {
    const shop = openRereading()
    await shop.render('/a', { status: 301, headers: { 'content-type': 'text/html', location: '/b' }, body: '' })
    for (const id of ['1', '2', '1']) {
      const page = await shop.get(`/a?gclid=${id}`)
      expect(field(page, 'location')).toBe(`/b?gclid=${id}`)
    }
  })
})
