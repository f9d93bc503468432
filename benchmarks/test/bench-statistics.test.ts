import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { judge } from '../src/bench/bar.ts'
import { lowerBound, median, quantile } from '../src/bench/statistics.ts'
import { seededRandom } from '../src/seeded-random.ts'

const ratio = fc.double({ min: 0.1, max: 100, noNaN: true })
const ratios = fc.array(ratio, { minLength: 1, maxLength: 40 })

describe('a median', () => {
  it.each([
    [[3], 3],
    [[4, 1, 2], 2],
    [[1, 10, 2, 3], 2.5],
  ])('of %j is %d', (values, expected) => expect(median(values)).toBe(expected))

  it('of nothing is an error', () => expect(() => median([])).toThrow('at least one value'))
})

it.each([
  [0, 10],
  [0.05, 12],
  [0.25, 20],
  [1, 50],
])('the quantile at %d of 10, 20, 30, 40, 50 is %d', (share, expected) => {
  expect(quantile([50, 30, 10, 20, 40], share)).toBeCloseTo(expected, 10)
})

describe('the lower bound of paired ratios', () => {
  test.prop([ratios])('lies between the least of them and their median', (values) => {
    const low = lowerBound(values)
    expect(low).toBeGreaterThanOrEqual(Math.min(...values))
    expect(low).toBeLessThanOrEqual(median(values))
  })

  test.prop([ratios])('is the same for the same ratios, whatever their order', (values) => {
    expect(lowerBound(values.toReversed())).toBe(lowerBound(values))
  })

  it('is the ratio itself where all rounds agree', () => expect(lowerBound(Array(20).fill(1.25))).toBe(1.25))

  // Critical values of the one-sided sign test at 5 %, as tables print them, and one more: ranks count from 1 here.
  it.each([
    [4, 1],
    [5, 1],
    [8, 2],
    [10, 2],
    [20, 6],
    [25, 8],
    [60, 24],
  ])('is, of %d rounds, the one at rank %d', (rounds, rank) => {
    expect(lowerBound(Array.from({ length: rounds }, (_, i) => i + 1))).toBe(rank)
  })

  it('comes nearer to the median the more rounds there are', () => {
    const random = seededRandom(7)
    const gap = (rounds: number) => {
      const values = Array.from({ length: rounds }, () => 1 + random())
      return median(values) - lowerBound(values)
    }
    expect(gap(400)).toBeLessThan(gap(10) / 2)
  })

  it('lies below the true median in about nineteen of twenty runs', () => {
    const random = seededRandom(11)
    const runs = Array.from({ length: 1_000 }, () => lowerBound(Array.from({ length: 20 }, () => 1 + random())))
    const below = runs.filter((low) => low <= 1.5).length / runs.length
    expect(below).toBeGreaterThan(0.9)
    expect(below).toBeLessThan(1)
  })
})

describe('a bar', () => {
  const rule = { name: 'a bar', most: 1.5 }

  it('holds while the lower bound is at most the bar, even if the ratio is above it', () => {
    const bar = judge(rule, [1.2, 1.4, 1.5, 1.6, 1.7, 1.9])
    expect(bar.ratio).toBeGreaterThan(1.5)
    expect(bar).toMatchObject({ bar: 1.5, holds: true })
  })

  it.each([
    ['holds at the bar itself', 1.5, true],
    ['does not hold above it', 1.51, false],
  ])('%s', (_, value, holds) => expect(judge(rule, [value, value, value])).toMatchObject({ low: value, holds }))

  it('is { name, ratio, low, bar, holds }, and no more', () => {
    expect(Object.keys(judge(rule, [1]))).toEqual(['name', 'ratio', 'low', 'bar', 'holds'])
  })
})

test.prop([fc.integer()])('seeded numbers are the same for the same seed, and in [0, 1)', (seed) => {
  const draw = () => Array.from({ length: 20 }, seededRandom(seed))
  expect(draw()).toEqual(draw())
  expect(draw().every((value) => value >= 0 && value < 1)).toBe(true)
})
