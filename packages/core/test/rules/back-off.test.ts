import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { restAfter } from '../../src/rules/back-off.ts'

describe('how long a key rests after failures in a row (S2)', () => {
  test.each([
    [1, 3_000],
    [2, 6_000],
    [3, 12_000],
    [4, 24_000],
    [5, 30_000],
    [6, 30_000],
  ])('after failure %d: %d ms', (failures, ms) => {
    expect(restAfter(failures)).toBe(ms)
  })

  property.prop([fc.integer({ min: 1, max: 1e9 })])('is 3 to 30 seconds, and never less than before', (failures) => {
    expect(restAfter(failures)).toBeGreaterThanOrEqual(3_000)
    expect(restAfter(failures)).toBeLessThanOrEqual(30_000)
    expect(restAfter(failures + 1)).toBeGreaterThanOrEqual(restAfter(failures))
  })
})
