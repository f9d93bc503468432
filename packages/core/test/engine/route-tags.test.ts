import type { RouteOptions } from '@ssr-cache/core'
import { describe, expect, test } from 'vitest'
import { cacheStatus, field, html, openShop, request } from './harness.ts'

/** A rule that reads numbers, as a rule for numbers does; `down` makes it fail for those too. */
function numbered(state: { down: boolean }): RouteOptions {
  const tags = ({ id }: Readonly<Record<string, string | readonly string[] | undefined>>): readonly string[] => [
    `movie:${BigInt(state.down ? 'down' : String(id))}`,
  ]
  return { match: '/movies/:id', tags }
}

describe('a route whose tags cannot be named (R21, I11)', () => {
  test('has the app answer its visitor, whom nobody shares the answer with', async () => {
    const shop = openShop({ routes: [numbered({ down: false })] })
    const page = await shop.render('/movies/odd', html('mine', { 'cache-control': 'public, max-age=60' }))
    expect([page.status, await page.text()]).toEqual([200, 'mine'])
    expect(field(page, 'cache-control')).toBe('private, no-store')
    expect(cacheStatus(page)).toMatchObject({ fwd: 'bypass', detail: 'route-tags' })
    expect(await (await shop.render('/movies/odd', 'another')).text()).toBe('another')
    expect(shop.cache.key(request('/movies/odd'))).toBeUndefined()
  })

  test('is counted, told with its error, and explained (I12)', async () => {
    const shop = openShop({ routes: [numbered({ down: false })] })
    await shop.render('/movies/odd', 'mine')
    expect(shop.cache.stats().routes['/movies/:id']).toMatchObject({ reasons: { 'route-tags': { count: 1 } } })
    expect(shop.told).toContainEqual([
      'failure',
      {
        route: '/movies/:id',
        url: 'https://shop.example/movies/odd',
        error: expect.any(SyntaxError),
        background: false,
        streamed: false,
      },
    ])
    expect(await shop.cache.explain(request('/movies/odd'))).toMatchObject({ decision: 'bypass', reason: 'route-tags' })
  })

  test('is shared again as soon as they can be', async () => {
    const state = { down: true }
    const shop = openShop({ routes: [numbered(state)] })
    await shop.render('/movies/42', 'mine')
    state.down = false
    await shop.render('/movies/42', 'everybody’s')
    expect(await shop.body('/movies/42')).toBe('everybody’s')
    expect(shop.renders.count).toBe(0)
  })
})
