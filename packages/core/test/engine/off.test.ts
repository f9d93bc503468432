import { describe, expect, test } from 'vitest'
import { pageContext } from '../../src/context/index.ts'
import { cacheStatus, field, html, openShop, renderCount, request, times } from './harness.ts'

describe('a cache that is off renders each visitor’s page anew and keeps nothing', () => {
  test('every visit is rendered, none follows another, and nobody downstream keeps the answer', async () => {
    const shop = openShop({ enabled: false })
    const visits = times(3, () => shop.get('/a'))
    await Promise.resolve()
    for (const render of shop.renders.all) await render.answers('<p>')
    const pages = await Promise.all(visits)
    expect(shop.renders.count).toBe(3)
    for (const page of pages) {
      expect(field(page, 'cache-control')).toBe('private, no-store')
      expect(cacheStatus(page)).toEqual({ fwd: 'bypass', detail: 'off' })
    }
  })

  test('the render is given the same narrowed request as in production, and its page context (I3)', async () => {
    const { cache } = openShop({ enabled: false, key: { cookies: ['currency'] } })
    const visitor = request('/a?b=2&a=1', { headers: { cookie: 'theme=dark; currency=EUR', 'user-agent': 'x' } })
    await cache.handle(visitor, ({ request, shared }) => {
      expect(shared).toBe(true)
      expect(new URL(request.url).search).toBe('?a=1&b=2')
      expect(request.headers.get('cookie')).toBe('currency=EUR')
      expect(request.headers.get('user-agent')).toBeNull()
      expect(pageContext()?.variant).toEqual({ 'cookie currency': 'EUR' })
      return html('<p>')
    })
  })

  test('what is kept from before is not looked up, and explain says why', async () => {
    const { cache } = openShop({ enabled: false })
    const key = cache.key(request('/a'))
    expect(key && cache.lookup(key)).toBeUndefined()
    expect(await cache.explain(request('/a'))).toMatchObject({ decision: 'bypass', reason: 'off' })
  })

  test('what a render throws is thrown, and no key rests for it', async () => {
    const shop = openShop({ enabled: false })
    const visit = shop.get('/a')
    await Promise.resolve()
    await shop.renders.last.throws(new Error('down'))
    await expect(visit).rejects.toThrow('down')
    expect(shop.cache.stats().resting).toBe(0)
    expect(await (await shop.render('/a', '<p>')).text()).toBe('<p>')
  })

  test('a render that does not end is given up at the deadline', async () => {
    const shop = openShop({ enabled: false })
    const visit = shop.get('/a', { headers: { accept: 'text/html' } })
    await shop.clock.advanceAsync(60_000)
    const page = await visit
    expect([page.status, await page.text(), field(page, 'retry-after')]).toEqual([503, 'Service Unavailable\n', '5'])
    expect(cacheStatus(page)).toEqual({ fwd: 'miss', detail: 'deadline' })
  })

  test('each answer is told with its reason (I12)', async () => {
    const shop = openShop({ enabled: false, admission: { bypassConcurrency: 1, queueLimit: 0 } })
    const answers = () => shop.told.flatMap(([name, event]) => (name === 'answer' ? [event] : []))
    await shop.render('/a', '<p>')
    await expect(shop.cache.handle(request('/b'), () => Promise.reject(new Error('down')))).rejects.toThrow('down')
    void shop.get('/c')
    await shop.get('/d')
    await shop.clock.advanceAsync(60_000)
    expect(answers().map(({ answered, reason }) => [answered, reason])).toEqual([
      ['bypass', 'off'],
      ['failed', 'thrown'],
      ['turned-away', 'bypass-limit'],
      ['turned-away', 'deadline'],
    ])
  })

  test('a page that is too large to be kept goes through, and its place is free when it has ended', async () => {
    const shop = openShop({ enabled: false, maxPageBytes: 3, admission: { bypassConcurrency: 1 } })
    const page = await shop.render('/a', '<p>large')
    expect(shop.cache.stats().bypasses.running).toBe(1)
    expect(await page.text()).toBe('<p>large')
    expect(shop.cache.stats().bypasses.running).toBe(0)
    expect(renderCount(shop)).toBe(0)
  })

  test('beyond the cap of bypassing renders visitors wait, and are turned away in the end (I7, I11)', async () => {
    const shop = openShop({ enabled: false, admission: { bypassConcurrency: 1, queueLimit: 0 } })
    void shop.get('/a')
    expect((await shop.get('/a')).status).toBe(503)
  })
})
