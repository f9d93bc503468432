import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { cacheStatus, html, openShop, renderCount, type Shop, settled, times } from './harness.ts'

/** A cache whose page `/a` was rendered `seconds` ago, and is refreshed in the last fifth of its minute. */
async function aged(seconds: number): Promise<Shop> {
  const shop = openShop({ refreshAhead: 0.2 })
  await shop.render('/a', '<p>old')
  await shop.clock.advanceAsync(seconds * 1000)
  return shop
}

describe('refresh ahead: a new render is asked for before the old page ends (R3, S12)', () => {
  test('a visit before the last part starts nothing', async () => {
    const shop = await aged(47.999)
    await shop.get('/a')
    expect(shop.renders.count).toBe(0)
  })

  test('the last part begins at its instant, also for visitors who are told the same as those just before', async () => {
    const shop = await aged(47.5)
    await shop.get('/a')
    await shop.clock.advanceAsync(500)
    expect(cacheStatus(await shop.get('/a'))).toEqual({ hit: true, ttl: 12 })
    expect(shop.renders.count).toBe(1)
  })

  test('a visit in the last part is served the fresh page at once, and one render starts behind it (R4)', async () => {
    const shop = await aged(48)
    const pages = await Promise.all(times(20, () => shop.get('/a')))
    expect(pages.map(cacheStatus)).toEqual(times(20, () => ({ hit: true, ttl: 12 })))
    expect(shop.renders.count).toBe(1)
    await shop.renders.last.answers('<p>new')
    const page = await shop.get('/a')
    expect(cacheStatus(page)).toEqual({ hit: true, ttl: 60 })
    expect(await page.text()).toBe('<p>new')
  })

  test('without visits nothing is rendered (S12)', async () => {
    const shop = await aged(600)
    expect(renderCount(shop)).toBe(1)
  })

  test('a render that runs past the end is the refresh that visitors of the stale page wait for: there is no second one (I1)', async () => {
    const shop = await aged(50)
    await shop.get('/a')
    await shop.clock.advanceAsync(15_000)
    expect(cacheStatus(await shop.get('/a'))).toMatchObject({ hit: true, detail: 'refreshing' })
    expect(shop.renders.count).toBe(1)
  })

  test('a failure leaves the fresh page and lets the key rest, so that the next visits start nothing (I5)', async () => {
    const shop = await aged(48)
    await shop.get('/a')
    await shop.renders.last.answers(html('down', {}, 503))
    expect(cacheStatus(await shop.get('/a'))).toEqual({ hit: true, ttl: 12 })
    expect(shop.renders.count).toBe(1)
    await shop.clock.advanceAsync(3_000)
    await shop.get('/a')
    expect(shop.renders.count).toBe(2)
  })

  test('a page that the app no longer has below is not asked for again by every visit', async () => {
    const shop = await aged(48)
    const plan = () =>
      shop.cache.plan({
        method: 'GET',
        scheme: 'https',
        host: 'shop.example',
        target: '/a',
        headers: { accept: 'text/html' },
      })
    let renders = 0
    for (let i = 0; i < 5; i++) {
      const planned = plan()
      if (planned.kind === 'shared')
        await planned.answer(() => {
          renders++
          return { kind: 'declined' }
        })
      await settled()
    }
    expect(renders).toBe(1)
  })

  test('a route says it for its own pages, and 0 turns it off', async () => {
    const shop = openShop({ refreshAhead: 0.5, routes: [{ match: '/a', refreshAhead: 0 }, { match: '/b' }] })
    for (const path of ['/a', '/b']) await shop.render(path, '<p>')
    await shop.clock.advanceAsync(45_000)
    for (const path of ['/a', '/b']) await shop.get(path)
    expect(shop.renders.paths).toEqual(['/b'])
  })

  property.prop([fc.array(fc.integer({ min: 1, max: 11_000 }), { minLength: 20, maxLength: 60 })], { numRuns: 50 })(
    'whoever comes in a stream of visits is served fresh, at the price of at most one render per 48 seconds (S12)',
    async (gaps) => {
      const shop = openShop({ refreshAhead: 0.2 })
      await shop.render('/a', '<p>0')
      const start = shop.clock.now()
      for (const gap of gaps) {
        await shop.clock.advanceAsync(gap)
        const page = await shop.get('/a')
        expect(cacheStatus(page)).toMatchObject({ hit: true })
        expect(cacheStatus(page)['ttl']).toBeGreaterThanOrEqual(0)
        expect(cacheStatus(page)['detail']).toBeUndefined()
        if (shop.renders.count > 0) await shop.renders.last.answers('<p>again')
        await settled()
      }
      expect(shop.renders.count).toBeLessThanOrEqual((shop.clock.now() - start) / 48_000)
    },
  )
})
