import { describe, expect, test } from 'vitest'
import { openShop, type Shop, settled } from './harness.ts'

/** A page of five minutes that is visited, and edited after `seconds`, `times` times. */
async function edited(shop: Shop, times: number, seconds: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    await shop.render('/stock', '<p>')
    await settled()
    await shop.clock.advanceAsync(seconds * 1000)
    await shop.cache.invalidate({ urls: ['/stock'] })
  }
}

function openStock(): { shop: Shop; told: unknown[] } {
  const shop = openShop({ maxAge: 300 })
  const told: unknown[] = []
  shop.cache.events.on('short-lives', (short) => told.push(short))
  return { shop, told }
}

describe('who invalidates all the time is told of a shorter lifetime (R34)', () => {
  test('once per route, with the seconds to write, as an event and a warning', async () => {
    const { shop, told } = openStock()
    await edited(shop, 110, 2)
    expect(told).toEqual([{ route: '*', livedMs: 2_000, meantMs: 300_000, maxAge: 2 }])
    const warnings = shop.logged.filter(([level]) => level === 'warn')
    expect(warnings.map(([, message]) => message)).toEqual([
      expect.stringMatching(/lived 2\.0 s on average .*, of the 300\.0 s .* With a maxAge of 2 /),
    ])
  })

  test('an edit now and then is what invalidation is for', async () => {
    const { shop, told } = openStock()
    await edited(shop, 110, 120)
    expect(told).toEqual([])
  })

  test('pages that end by themselves are told of to nobody', async () => {
    const { shop, told } = openStock()
    for (let i = 0; i < 110; i++) {
      await shop.render('/stock', '<p>')
      await settled()
      await shop.clock.advanceAsync(300_000)
    }
    expect(told).toEqual([])
  })
})
