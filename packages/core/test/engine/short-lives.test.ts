import { describe, expect, test } from 'vitest'
import type { View } from '../../src/engine/kept.ts'
import { Lives } from '../../src/engine/lives.ts'
import { openShop, type Shop, settled, times } from './harness.ts'

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

describe('fifty lives of pages of one route are looked at together', () => {
  /** A page of `meant` seconds that was invalidated after `lived` seconds, or ended by itself. */
  const life = (meant: number, lived?: number): View => {
    const verdict = lived === undefined ? { kind: 'valid' } : { kind: 'stale', at: lived * 1000 }
    return { entry: { storedAt: 0, freshUntil: meant * 1000 }, verdict } as View // all that lives look at
  }

  function toldOf(...ended: readonly View[]): readonly unknown[] {
    const told: unknown[] = []
    const lives = new Lives((_, { livedMs }) => told.push(livedMs))
    for (const view of ended) lives.ended('/stock', view)
    return told
  }

  test('one fewer says nothing yet, whatever lived no time at all', () => {
    const short = times(49, () => life(300, 2))
    expect(toldOf(life(0), ...short)).toEqual([])
    expect(toldOf(life(0), ...short, life(300, 2))).toEqual([2_000])
  })

  test('fifty that were left alone are forgotten before the next fifty', () => {
    const calm = times(50, () => life(300))
    expect(toldOf(...calm, ...times(49, () => life(300, 2)))).toEqual([])
    expect(toldOf(...calm, ...times(50, () => life(300, 2)))).toEqual([2_000])
  })
})
