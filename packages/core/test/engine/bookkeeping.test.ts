import { fakeClock } from '@ssr-cache/core/testing'
import { describe, expect, test, vi } from 'vitest'
import { Background } from '../../src/engine/background.ts'
import { Flight, Flights } from '../../src/engine/flight.ts'
import { GuardedStore } from '../../src/engine/guarded-store.ts'
import type { Keyed } from '../../src/engine/keyed.ts'
import { Patience } from '../../src/engine/patience.ts'
import { Rests } from '../../src/engine/rests.ts'
import { StoreHealth } from '../../src/engine/store-health.ts'
import { TimeLimit } from '../../src/engine/time-limit.ts'
import { Waits } from '../../src/engine/waits.ts'
import type { Mark } from '../../src/store/entry.ts'
import type { Store } from '../../src/store/store.ts'
import { asWarming } from '../../src/warm/warming.ts'
import { settled, stateOf } from './harness.ts'

const slotOf = (id: string) => ({ id }) as Keyed // all that flights are found by

describe('which loads wait for which', () => {
  const circle = expect.objectContaining({
    code: 'ERR_SSR_CACHE_VALUE',
    message: expect.stringContaining(
      'the load of "key" must not wait for itself, and it does, by way of another value',
    ),
  })

  test('a circle is an error, by however many steps', () => {
    const waits = new Waits()
    waits.begin('a', 'b', 'key')
    waits.begin('a', 'x', 'key')
    waits.begin('b', 'c', 'key')
    expect(() => waits.begin('c', 'a', 'key')).toThrow(circle)
    expect(() => waits.begin('d', 'd', 'key')).toThrow(circle)
    waits.begin('c', 'd', 'key')
  })

  test('what has ended is waited for no longer, and what has not still is', () => {
    const waits = new Waits()
    const [first, second] = [waits.begin('a', 'b', 'key'), waits.begin('a', 'c', 'key')]
    first()
    waits.begin('b', 'a', 'key')
    expect(() => waits.begin('c', 'a', 'key')).toThrow(circle)
    second()
    waits.begin('c', 'a', 'key')
  })
})

describe('work that nobody waits for (I13)', () => {
  test('is counted until it ends, and tells its error', async () => {
    const failed = vi.fn()
    const background = new Background(failed)
    const work = Promise.withResolvers<void>()
    background.track(work.promise)
    expect(background.size).toBe(1)
    work.reject(new Error('down'))
    await settled()
    expect(background.size).toBe(0)
    expect(failed).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ message: 'down' }))
  })

  test('is drained with what it begins itself, or left after the limit', async () => {
    const clock = fakeClock()
    const background = new Background(() => {})
    const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    background.track(first.promise.then(() => background.track(second.promise)))
    const drained = background.drain(1_000, clock)
    first.resolve()
    expect(await stateOf(drained)).toBe('pending')
    second.resolve()
    expect(await drained).toBe(true)
    expect(clock.pending).toBe(0)

    background.track(new Promise(() => {}))
    const late = background.drain(1_000, clock)
    await clock.advanceAsync(999)
    expect(await stateOf(late)).toBe('pending')
    await clock.advanceAsync(1)
    expect(await late).toBe(false)
  })
})

describe('how long a call to the store may take (I6)', () => {
  test('an answer in time is the answer; a late one is an error that says how long it took', async () => {
    const clock = fakeClock()
    const limit = new TimeLimit(clock, 50)
    expect(await limit.of(Promise.resolve(1))).toBe(1)
    expect(clock.pending).toBe(0)
    const late = limit.of(new Promise(() => {}))
    late.catch(() => {})
    await clock.advanceAsync(49)
    expect(await stateOf(late)).toBe('pending')
    await clock.advanceAsync(1)
    await expect(late).rejects.toThrow('no answer within 50 ms')
  })
})

describe('a store that fails (I6)', () => {
  const key = slotOf('a')
  const mark = { kind: 'mark' } as Mark // handed on as it is

  test.each<[string, () => never | Promise<never>]>([
    [
      'throws',
      () => {
        throw new Error('down')
      },
    ],
    ['rejects', () => Promise.reject(new Error('down'))],
    ['never answers', () => new Promise(() => {})],
  ])('and %s has nothing, writes nothing and deletes nothing; each is told', async (_, fail) => {
    const clock = fakeClock()
    const failed = vi.fn()
    const store = { get: fail, set: fail, delete: fail } as unknown as Store // a guarded store asks for nothing else
    const guarded = new GuardedStore(store, new StoreHealth({ clock, timeoutMs: 50, failed, changed: () => {} }))
    const answers = [
      guarded.get(key, { epoch: '', position: 0 }, 0),
      guarded.set(key, mark, { absent: true }, 'one'),
      guarded.delete(key, { absent: true }, 'one'),
    ]
    await clock.advanceAsync(50)
    const [found, ...changed] = await Promise.all(answers)
    expect(found).not.toHaveProperty('value')
    expect(changed).toEqual(['failed', false])
    expect(failed.mock.calls.map(([operation]) => operation)).toEqual(['get', 'set', 'delete'])
  })
})

describe('how long those wait who come at the same instant (C1, C4)', () => {
  test('is one wait, and when it ends the next have one of their own', async () => {
    const clock = fakeClock()
    const flight = new Flight(slotOf('a'), false)
    flight.done = new Promise(() => {})
    const span = () => ({ clock, waitMs: 100, until: clock.now() + 100 })
    const first = new Patience(flight, span())
    flight.patience = first
    for (const _ of [1, 2]) {
      flight.join()
      void first.join()
    }
    expect(clock.pending).toBe(1)
    await clock.advanceAsync(100)
    expect(await first.end).toBeUndefined()
    expect(flight.patience).toBeUndefined()
    expect(flight.isAbandoned).toBe(true)
  })

  test('a later wait is not forgotten with an earlier one', async () => {
    const clock = fakeClock()
    const flight = new Flight(slotOf('a'), false)
    flight.done = new Promise(() => {})
    const spanOf = (waitMs: number) => ({ clock, waitMs, until: clock.now() + waitMs })
    const [earlier, later] = [new Patience(flight, spanOf(50)), new Patience(flight, spanOf(100))]
    flight.patience = later
    await clock.advanceAsync(50)
    expect(await earlier.end).toBeUndefined()
    expect(flight.patience).toBe(later)
  })
})

describe('how long a key rests (§5)', () => {
  test('longer with each failure in a row, until one goes well', () => {
    const rests = new Rests()
    const first = rests.fail('a', 0)
    expect(rests.until('a', first - 1)).toBe(first)
    expect(rests.until('a', first)).toBe(0)
    expect(rests.fail('a', 0)).toBeGreaterThan(first)
    rests.forget('a')
    expect([rests.until('a', 0), rests.size, rests.fail('a', 0)]).toEqual([0, 0, first])
  })

  test('as another process says, whose failure counts as one', () => {
    const [rests, own] = [new Rests(), new Rests()]
    rests.adopt('a', 500, 100)
    expect([rests.until('a', 100), rests.until('a', 499), rests.until('a', 500)]).toEqual([500, 500, 0])
    own.fail('a', 0)
    expect(rests.fail('a', 0)).toBe(own.fail('a', 0))
    for (const each of [rests, own]) each.adopt('a', 9_000, 0)
    expect(rests.fail('a', 0)).toBe(own.fail('a', 0))
  })
})

describe('a flight and those who wait for it (C1, C4)', () => {
  test('the last who leaves takes it out of the queue, unless it runs behind and nobody ever waited', () => {
    const flight = new Flight(slotOf('a'), false)
    for (let i = 0; i < 3; i++) flight.join()
    flight.leave(2)
    expect(flight.isAbandoned).toBe(false)
    flight.leave(1)
    expect(flight.isAbandoned).toBe(true)
    flight.join()
    expect(flight.isAbandoned).toBe(false)

    const behind = new Flight(slotOf('a'), true)
    behind.join()
    behind.leave(1)
    expect(behind.isAbandoned).toBe(false)
    behind.lift('visitor')
    behind.join()
    behind.leave(1)
    expect(behind.isAbandoned).toBe(true)
  })

  test('one that takes off behind those who left is nobody’s to wait for, until a visitor comes', () => {
    const flight = new Flight(slotOf('a'), false)
    expect(flight.isUnawaited).toBe(false)
    flight.goBehind()
    expect(flight.isUnawaited).toBe(true)
    flight.lift('visitor')
    expect(flight.isUnawaited).toBe(false)
  })

  test('a background flight and a warm-up’s are patient, until a visitor waits', async () => {
    const [visited, behind] = [new Flight(slotOf('a'), false), new Flight(slotOf('a'), true)]
    const warming = await asWarming(async () => new Flight(slotOf('a'), false))
    expect([visited, behind, warming].map(({ isPatient }) => isPatient)).toEqual([false, true, true])
    const advance = vi.spyOn(behind, 'advance')
    behind.lift('crawler')
    behind.lift('refresh')
    expect([behind.lane, behind.isPatient]).toEqual(['crawler', false])
    expect(advance).toHaveBeenCalledOnce()
  })

  test('only our own flight is taken off the list: an invalidation may have started a newer one', () => {
    const flights = new Flights()
    const [older, newer] = [new Flight(slotOf('a'), false), new Flight(slotOf('a'), false)]
    flights.add(older)
    flights.add(newer)
    flights.remove(older)
    expect([flights.get('a'), flights.size]).toEqual([newer, 1])
    expect([...flights]).toEqual([newer])
    flights.remove(newer)
    expect(flights.size).toBe(0)
  })
})
