import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import {
  type AdaptiveBounds,
  type AdaptiveLimit,
  initialLimit,
  type MeasuredLoad,
  nextLimit,
  placesNeeded,
} from '../../src/rules/adaptive-limit.ts'

const BOUNDS: AdaptiveBounds = { least: 1, most: 16, maxLoopDelayMs: 50 }
const CALM: MeasuredLoad = { loopDelayMs: 2, throughput: undefined, bestRenderMs: 100, isQueued: true }
const LATE: MeasuredLoad = { ...CALM, loopDelayMs: 51 }

/** Where a limit stands that is known to be good. */
const at = (limit: number, more: Partial<AdaptiveLimit> = {}): AdaptiveLimit => ({
  ...initialLimit({ ...BOUNDS, most: limit }),
  ...more,
})

/** The limits that follow each other, one for each look. */
function limitsUnder(loads: readonly MeasuredLoad[], start = initialLimit(BOUNDS), bounds = BOUNDS): readonly number[] {
  let now = start
  return loads.map((load) => {
    now = nextLimit(now, load, bounds)
    return now.limit
  })
}

const times = (count: number, load: MeasuredLoad): readonly MeasuredLoad[] => Array(count).fill(load)

/** What is measured where renders wait for a back end, then need the thread that all of them share. */
interface Machine {
  readonly waitMs: number
  readonly cpuMs: number
}

function loadOf({ waitMs, cpuMs }: Machine, limit: number): MeasuredLoad {
  const renderMs = waitMs + cpuMs
  const throughput = Math.min(limit / renderMs, 1 / cpuMs)
  // Renders beyond those whose turns fit side by side are ready at once, and the loop goes through all of them.
  const ready = Math.max(1, limit - waitMs / cpuMs)
  return { loopDelayMs: throughput * cpuMs * ready * cpuMs, throughput, bestRenderMs: renderMs, isQueued: true }
}

describe('a limit that follows the event loop and the time of renders', () => {
  test.each<[string, AdaptiveLimit, Partial<MeasuredLoad>, number]>([
    ['calm, and somebody waits: one more', at(4), {}, 5],
    ['calm, and nobody waits: nothing is known of more', at(4), { isQueued: false }, 4],
    ['neither calm nor late', at(4), { loopDelayMs: 26 }, 4],
    ['just calm', at(4), { loopDelayMs: 25 }, 5],
    ['as late as it may be', at(4), { loopDelayMs: 50 }, 4],
    ['late: a quarter less', at(16), { loopDelayMs: 51 }, 12],
    ['late, whether or not somebody waits', at(16), { loopDelayMs: 51, isQueued: false }, 12],
    ['late, at two: one', at(2), { loopDelayMs: 51 }, 1],
    ['late, at the least', at(1), { loopDelayMs: 5_000 }, 1],
    ['late, and few are needed: those, by half at most', at(16), { loopDelayMs: 51, throughput: 0.05 }, 10],
    ['late, and next to none is needed', at(16), { loopDelayMs: 51, throughput: 0.001 }, 8],
    ['calm, at the cap', at(16), {}, 16],
    ['late, and no best time is known', at(16), { loopDelayMs: 51, throughput: 0.05, bestRenderMs: Infinity }, 12],
    ['calm, and so many seem enough: one more all the same', at(10), { throughput: 0.05 }, 11],
    ['calm, and next to nothing ends: a hung back end lowers nothing', at(8), { throughput: 0.001 }, 9],
    ['calm, below where it was late last: it is not tried at once', at(4, { lateAt: 5 }), {}, 4],
    ['calm, and patient for long enough', at(4, { lateAt: 5, calmLooks: 3 }), {}, 5],
    ['late again where it was tried again: one step back', at(16, { lateAt: 16 }), { loopDelayMs: 51 }, 15],
    ['calm where it was late last', at(5, { lateAt: 5 }), {}, 6],
  ])('%s', (_, now, load, next) => {
    expect(nextLimit(now, { ...CALM, ...load }, BOUNDS).limit).toBe(next)
  })

  test.each<[number | undefined, number, number]>([
    [0.05, 100, 10],
    [0.0501, 100, 11],
    [0, 100, 1],
    [undefined, 100, Number.POSITIVE_INFINITY],
  ])(
    'at %d renders a millisecond of %d ms, %d places are needed: by Little’s law, twice',
    (throughput, bestRenderMs, places) => {
      expect(placesNeeded({ ...CALM, throughput, bestRenderMs })).toBe(places)
    },
  )

  test('after a spike it comes back to all of its places', () => {
    const limits = limitsUnder([...times(4, LATE), ...times(30, CALM)])
    expect(limits.slice(0, 4)).toEqual([12, 9, 6, 4])
    expect(limits.at(-1)).toBe(16)
  })

  test('that the loop is late at the least says nothing of renders: it comes back as fast as if it had not been', () => {
    expect(limitsUnder([...times(9, LATE), ...times(3, CALM)], at(1)).slice(9)).toEqual([2, 3, 4])
  })

  test('each try in vain makes it wait twice as long for the next', () => {
    let now = at(4, { lateAt: 5 })
    const tries: number[] = []
    for (let look = 0; look < 300; look++) {
      now = nextLimit(now, now.limit > 4 ? LATE : CALM, BOUNDS)
      if (now.limit === 5) tries.push(look)
    }
    const pauses = tries.slice(1).map((look, i) => look - (tries[i] as number))
    expect(pauses).toEqual([9, 17, 33, 65, 65, 65])
  })

  const someBounds = fc
    .record({
      least: fc.integer({ min: 1, max: 20 }),
      more: fc.nat(40),
      maxLoopDelayMs: fc.integer({ min: 1, max: 200 }),
    })
    .map(({ least, more, maxLoopDelayMs }) => ({ least, most: least + more, maxLoopDelayMs }))
  const someLoad = fc.record({
    loopDelayMs: fc.double({ min: 0, max: 1_000, noNaN: true }),
    throughput: fc.option(fc.double({ min: 0, max: 10, noNaN: true }), { nil: undefined }),
    bestRenderMs: fc.double({ min: 0, max: 60_000, noNaN: true }),
    isQueued: fc.boolean(),
  })

  property.prop([someBounds, fc.array(someLoad, { maxLength: 100 })])(
    'whatever is measured, it is a whole number from the least to the cap, and rises by one at most',
    (bounds, loads) => {
      let before = bounds.most
      for (const limit of limitsUnder(loads, initialLimit(bounds), bounds)) {
        expect(Number.isInteger(limit)).toBe(true)
        expect(limit).toBeGreaterThanOrEqual(bounds.least)
        expect(limit).toBeLessThanOrEqual(Math.min(bounds.most, before + 1))
        expect(limit).toBeGreaterThanOrEqual(Math.min(before, Math.ceil(before / 2)))
        before = limit
      }
    },
  )

  property.prop([someBounds, fc.array(someLoad, { maxLength: 20 }), someLoad])(
    'under what does not change it moves one way, and then stands',
    (bounds, past, load) => {
      let now = past.reduce((limit, seen) => nextLimit(limit, seen, bounds), initialLimit(bounds))
      const limits = [now.limit]
      for (let look = 0; look < 200; look++) {
        now = nextLimit(now, load, bounds)
        limits.push(now.limit)
      }
      const sorted = [...limits].sort((a, b) => a - b)
      expect([sorted, sorted.toReversed()]).toContainEqual(limits)
      expect(new Set(limits.slice(-50)).size).toBe(1)
    },
  )

  property.prop([someBounds, fc.array(someLoad, { maxLength: 60 }), fc.array(someLoad, { minLength: 110 })])(
    'calm with a queue, it is back at the cap after one wait at most and one look for each place, whatever else is measured or was',
    (bounds, past, measured) => {
      const start = past.reduce((limit, seen) => nextLimit(limit, seen, bounds), initialLimit(bounds))
      const calm = measured.map((load) => ({ ...load, loopDelayMs: bounds.maxLoopDelayMs / 2, isQueued: true }))
      const looks = start.patience + (bounds.most - start.limit)
      expect(limitsUnder(calm.slice(0, looks), start, bounds).at(-1) ?? start.limit).toBe(bounds.most)
    },
  )

  property.prop([
    someBounds,
    fc.record({ waitMs: fc.integer({ min: 0, max: 500 }), cpuMs: fc.integer({ min: 1, max: 100 }) }),
    fc.array(someLoad, { maxLength: 20 }),
  ])('under a steady load it settles, and the loop is late next to never', (bounds, machine, past) => {
    let now = past.reduce((limit, seen) => nextLimit(limit, seen, bounds), initialLimit(bounds))
    const limits: number[] = []
    for (let look = 0; look < 600; look++) {
      now = nextLimit(now, loadOf(machine, now.limit), bounds)
      limits.push(now.limit)
    }
    const settled = limits.slice(-200)
    expect(Math.max(...settled) - Math.min(...settled)).toBeLessThanOrEqual(1)
    const late = settled.filter(
      (limit) => limit > bounds.least && loadOf(machine, limit).loopDelayMs > bounds.maxLoopDelayMs,
    )
    expect(late.length).toBeLessThanOrEqual(200 / 64 + 1)
  })

  property.prop([fc.record({ waitMs: fc.integer({ min: 0, max: 500 }), cpuMs: fc.integer({ min: 1, max: 10 }) })])(
    'where it settles, no throughput is lost to it',
    (machine) => {
      let now = initialLimit({ ...BOUNDS, most: 64 })
      for (let look = 0; look < 600; look++) now = nextLimit(now, loadOf(machine, now.limit), { ...BOUNDS, most: 64 })
      const { throughput = 0 } = loadOf(machine, now.limit)
      const best = loadOf(machine, 64).throughput ?? 0
      expect(throughput).toBeGreaterThanOrEqual(best * 0.7)
    },
  )
})
