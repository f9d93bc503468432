import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { isOverloaded, type Pressure, type Rung, rungOf } from '../../src/rules/overload.ts'

const CALM: Pressure = { kept: 'none', rendering: false, room: 'place', strategy: 'default', patient: true }

const anyPressure: fc.Arbitrary<Pressure> = fc.record({
  kept: fc.constantFrom('fresh', 'stale', 'error', 'none'),
  rendering: fc.boolean(),
  room: fc.constantFrom('place', 'queue', 'none'),
  strategy: fc.constantFrom('always', 'never', 'default'),
  patient: fc.boolean(),
})

describe('the order of overload (I8, S14)', () => {
  test.each<[string, Partial<Pressure>, Rung]>([
    ['a fresh page is served, whatever else there is', { kept: 'fresh', rendering: true, room: 'none' }, 'fresh'],
    ['so is a stale one', { kept: 'stale', rendering: true, room: 'none' }, 'stale'],
    ['a render under way is followed, though the queue is full (O2)', { rendering: true, room: 'none' }, 'follow'],
    ['a free place is taken', {}, 'render'],
    ['where none is free, a place in the queue', { room: 'queue' }, 'queue'],
    ['an old page waits for its render, too', { kept: 'error' }, 'render'],
    ['with the queue full, the old page stands in (S6)', { kept: 'error', room: 'none' }, 'stale-if-error'],
    ['and where there is none, the fallback does', { room: 'none' }, 'fallback'],
    [
      'who has lost patience is given the old page (S14)',
      { kept: 'error', rendering: true, patient: false },
      'stale-if-error',
    ],
    ['or the fallback', { rendering: true, patient: false }, 'fallback'],
    ['what is never rendered is neither followed', { strategy: 'never', rendering: true }, 'fallback'],
    ['nor begun', { strategy: 'never', kept: 'error' }, 'stale-if-error'],
    ['but served while it is kept', { strategy: 'never', kept: 'stale' }, 'stale'],
    ['what is always rendered waits its turn like all others (O6)', { strategy: 'always', room: 'queue' }, 'queue'],
  ])('%s', (_, pressure, rung) => {
    expect(rungOf({ ...CALM, ...pressure })).toBe(rung)
  })

  property.prop([anyPressure])('nobody is turned away while anything is kept that may be served', (pressure) => {
    expect(rungOf(pressure) === 'fallback').toBe(
      pressure.kept === 'none' && (!pressure.patient || pressure.strategy === 'never' || isShut(pressure)),
    )
  })

  const isShut = ({ rendering, room }: Pressure): boolean => !rendering && room === 'none'

  property.prop([anyPressure])('more room never gives anybody less', (pressure) => {
    const rungs = (['none', 'queue', 'place'] as const).map((room) => HEIGHT[rungOf({ ...pressure, room })])
    expect(rungs).toEqual([...rungs].sort((a, b) => a - b))
  })

  const HEIGHT: Readonly<Record<Rung, number>> = {
    fallback: 0,
    'stale-if-error': 1,
    queue: 2,
    render: 3,
    follow: 4,
    stale: 5,
    fresh: 6,
  }
})

describe('overload begins with a full queue and ends with half of one (O5)', () => {
  test.each([
    [false, 3, false],
    [false, 4, true],
    [false, 5, true],
    [true, 4, true],
    [true, 3, true],
    [true, 2, false],
    [true, 0, false],
  ])('overloaded before: %s, %i of 4 wait: %s', (was, waiting, is) => {
    expect(isOverloaded(was, { waiting, limit: 4, busy: true })).toBe(is)
  })

  test('without a queue it is overloaded while every place is taken', () => {
    expect(isOverloaded(false, { waiting: 0, limit: 0, busy: true })).toBe(true)
    expect(isOverloaded(true, { waiting: 0, limit: 0, busy: false })).toBe(false)
  })

  property.prop([fc.integer({ min: 2, max: 200 }), fc.array(fc.boolean(), { maxLength: 400 })])(
    'between two times of overload at least half a queue has come',
    (limit, comings) => {
      let [waiting, is, since] = [0, false, 0]
      for (const comes of comings) {
        const was = is
        // Who finds it overloaded does not join.
        if (comes && !is) waiting++
        if (!comes) waiting = Math.max(0, waiting - 1)
        if (comes && !was) since++
        is = isOverloaded(was, { waiting, limit, busy: true })
        if (is && !was) expect(since).toBeGreaterThanOrEqual(Math.floor(limit / 2))
        if (is && !was) since = 0
      }
    },
  )
})
