import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { type Life, shortLives } from '../../src/rules/short-life.ts'

const cut: Life = { livedMs: 1_200, meantMs: 300_000 }
const whole: Life = { livedMs: 300_000, meantMs: 300_000 }
const lives = (short: number, long: number): Life[] => [...Array(short).fill(cut), ...Array(long).fill(whole)]

describe('pages that change all the time are better off with a short lifetime (R34)', () => {
  test.each<[string, readonly Life[], number | undefined]>([
    ['all were cut short', lives(10, 0), 2],
    ['eight of ten', lives(8, 2), 2],
    ['seven of ten: some visitors have the use of them', lives(7, 3), undefined],
    ['none', lives(0, 10), undefined],
    ['no lives yet', [], undefined],
    ['at a tenth of their time', [{ livedMs: 30_000, meantMs: 300_000 }], 30],
    ['later than that', [{ livedMs: 30_001, meantMs: 300_000 }], undefined],
    ['at once: a second is the least', [{ livedMs: 0, meantMs: 300_000 }], 1],
  ])('%s', (_, ended, maxAge) => {
    expect(shortLives(ended)?.maxAge).toBe(maxAge)
  })

  property.prop([fc.array(fc.record({ livedMs: fc.nat(100_000), meantMs: fc.integer({ min: 1, max: 100_000 }) }))])(
    'what is advised is never shorter than what they lived',
    (ended) => {
      const short = shortLives(ended)
      if (short !== undefined) expect(short.maxAge * 1000).toBeGreaterThanOrEqual(short.livedMs)
    },
  )
})
