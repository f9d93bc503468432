import { type FakeClock, fakeClock } from '@ssr-cache/core/testing'
import { describe, expect, test } from 'vitest'
import { Cap } from '../../../src/engine/admission/cap.ts'
import { type Applicant, type Application, Gate, type GateOptions } from '../../../src/engine/admission/gate.ts'
import { LANES, type Lane } from '../../../src/engine/admission/lane.ts'
import type { Place } from '../../../src/engine/admission/place.ts'
import { settled } from '../harness.ts'

/** A gate on a clock that stands still, with whom it has let in and turned away, in order. */
interface Scene {
  readonly gate: Gate
  readonly clock: FakeClock
  readonly told: string[]
  readonly places: Map<string, Place>
  apply(name: string, application?: Application): Applicant
  /** The work of this one ends, and whoever is next is let in. */
  ends(name: string): Promise<void>
}

function scene(options: Partial<GateOptions> = {}): Scene {
  const clock = fakeClock()
  const told: string[] = []
  const places = new Map<string, Place>()
  const onOverload = (lane: Lane, isBegun: boolean): void => {
    told.push(`${lane}s ${isBegun ? 'overloaded' : 'no more overloaded'}`)
  }
  const gate = new Gate({ concurrency: 1, queueLimit: 10, clock, onOverload, ...options })
  return {
    gate,
    clock,
    told,
    places,
    apply(name, application) {
      const applicant = gate.apply(application)
      void applicant.place.then((place) => {
        told.push(place === undefined ? `${name} away` : name)
        if (place !== undefined) places.set(name, place)
      })
      return applicant
    },
    async ends(name) {
      places.get(name)?.release()
      await settled()
    },
  }
}

describe('the cap of renders and the queue before it (I7, I8)', () => {
  test('lanes go in order, whoever came first: visitors, crawlers, refreshes, warm-ups (O3)', async () => {
    const { apply, ends, told } = scene()
    apply('busy')
    for (const lane of [...LANES].reverse()) apply(`first ${lane}`, { lane })
    for (const lane of [...LANES].reverse()) apply(`second ${lane}`, { lane })
    await settled()
    for (let i = 0; i < 8; i++) await ends(told.at(-1) as string)
    expect(told).toEqual(['busy', ...LANES.flatMap((lane) => [`first ${lane}`, `second ${lane}`])])
  })

  test('one who does not say so is a visitor', async () => {
    const { apply, ends, told } = scene()
    apply('busy')
    apply('crawler', { lane: 'crawler' })
    apply('not told')
    await settled()
    await ends('busy')
    expect(told).toEqual(['busy', 'not told'])
  })

  test('closed, it stays so: nobody enters, waits or is called', async () => {
    const { gate, clock, apply, ends, told } = scene()
    apply('busy')
    apply('waiting', { timeoutMs: 1_000 })
    await settled()
    gate.close()
    await ends('busy')
    expect(gate.tryEnter()).toBeUndefined()
    for (const lane of LANES) {
      expect(gate.room({ lane })).toBe('none')
      expect(await gate.apply({ lane }).place).toBeUndefined()
    }
    expect(told).toEqual(['busy', 'waiting away'])
    expect(gate.stats).toMatchObject({ running: 0, queued: 0 })
    expect(clock.pending).toBe(0)
  })

  test('a place is given back once, however often it is said (C4)', async () => {
    const { gate, apply, ends } = scene()
    for (const name of ['first', 'second', 'third']) apply(name)
    await settled()
    await ends('first')
    await ends('first')
    expect([gate.running, gate.queued]).toEqual([1, 1])
  })

  test('who is lifted goes behind those who are in that lane already, and is never put back', async () => {
    const { apply, ends, told } = scene()
    apply('busy')
    apply('refresh', { lane: 'refresh' })
    const lifted = apply('lifted', { lane: 'warm-up' })
    apply('crawler', { lane: 'crawler' })
    lifted.lift({ lane: 'crawler' })
    lifted.lift({ lane: 'refresh' })
    await settled()
    for (const name of ['busy', 'crawler', 'lifted']) await ends(name)
    expect(told).toEqual(['busy', 'crawler', 'lifted', 'refresh'])
  })

  test('to be lifted or to leave after a place was given changes nothing', async () => {
    const { gate, apply } = scene()
    const applicant = apply('first', { lane: 'refresh' })
    applicant.lift({ lane: 'visitor' })
    applicant.withdraw()
    expect(await applicant.place).toBeDefined()
    expect([gate.running, gate.queued]).toEqual([1, 0])
  })

  test('nobody waits for longer than they said, and who is lifted waits anew', async () => {
    const { clock, apply, told } = scene()
    apply('busy')
    apply('first', { timeoutMs: 1_000 })
    const lifted = apply('lifted', { lane: 'refresh', timeoutMs: 1_000 })
    await clock.advanceAsync(999)
    lifted.lift({ lane: 'visitor', timeoutMs: 500 })
    await clock.advanceAsync(1)
    expect(told).toEqual(['busy', 'first away'])
    await clock.advanceAsync(498)
    expect(told).toHaveLength(2)
    await clock.advanceAsync(1)
    expect(told).toEqual(['busy', 'first away', 'lifted away'])
    expect(clock.pending).toBe(0)
  })

  test('lowered, it lets those go on who run, and calls nobody until there are fewer; raised, it calls at once, and never past the cap', async () => {
    const { gate, apply, ends } = scene({ concurrency: 3 })
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) apply(name)
    await settled()
    gate.limit = 1
    expect([gate.limit, gate.running]).toEqual([1, 3])
    for (const name of ['a', 'b']) await ends(name)
    expect([gate.running, gate.queued]).toEqual([1, 4])
    await ends('c')
    expect([gate.running, gate.queued]).toEqual([1, 3])
    gate.limit = 100
    expect([gate.limit, gate.running, gate.queued]).toEqual([3, 3, 1])
  })

  test('tells of each place when it is taken and when it is given back, and whether what held it has failed', () => {
    const { gate } = scene()
    const told: string[] = []
    gate.entered = () => {
      told.push('taken')
      return (hasFailed) => told.push(hasFailed ? 'failed' : 'given back')
    }
    const place = gate.tryEnter()
    expect(gate.tryEnter()).toBeUndefined()
    place?.release()
    place?.release()
    expect(told).toEqual(['taken', 'given back'])
    const another = gate.tryEnter()
    another?.fail()
    another?.release()
    expect(told.slice(2)).toEqual(['taken', 'failed'])
  })
})

describe('a cap inside of the cap (O6)', () => {
  const own = (concurrency: number, queueLimit = 10): readonly Cap[] => [new Cap({ concurrency, queueLimit })]

  test('who waits for it holds no other place meanwhile, and those behind go first', async () => {
    const { gate, apply, ends, told } = scene({ concurrency: 2 })
    const within = own(1)
    apply('a1', { within })
    apply('a2', { within })
    expect(gate.running).toBe(1)
    apply('b')
    apply('c')
    await settled()
    expect(told).toEqual(['a1', 'b'])
    await ends('b')
    expect(told).toEqual(['a1', 'b', 'c'])
    await ends('a1')
    expect(told).toEqual(['a1', 'b', 'c', 'a2'])
    expect(gate.running).toBe(2)
  })

  test('has a queue of its own length in each lane, beyond which its own are turned away and nobody else', async () => {
    const { gate, apply, told } = scene({ concurrency: 2 })
    const within = own(1, 1)
    for (const name of ['a1', 'a2', 'a3']) apply(name, { within })
    apply('a4', { within, lane: 'crawler' })
    apply('b')
    apply('c')
    await settled()
    expect(told).toEqual(['a1', 'a3 away', 'b'])
    expect(gate.stats.lanes).toMatchObject({ visitor: 2, crawler: 1 })
    expect(gate.room({ within })).toBe('none')
    expect(gate.room()).toBe('queue')
  })
})

describe('overload, and the way back (O5)', () => {
  test('from a full queue on whoever comes is turned away, until it is half empty', async () => {
    const { gate, apply, ends, told } = scene({ queueLimit: 4 })
    for (const name of ['1', '2', '3', '4']) apply(name)
    await settled()
    expect(gate.room()).toBe('queue')
    apply('5')
    apply('6')
    await ends('1')
    apply('7')
    await settled()
    await ends('2')
    apply('8')
    await settled()
    expect(told).toEqual(['1', 'visitors overloaded', '6 away', '2', '7 away', 'visitors no more overloaded', '3'])
    expect(gate.stats).toMatchObject({ queued: 3, overloaded: [] })
  })

  test('each lane has its own: a crawler that fills its queue turns no visitor away', async () => {
    const { gate, apply, told } = scene({ queueLimit: 1 })
    apply('busy')
    for (const name of ['c1', 'c2']) apply(name, { lane: 'crawler' })
    apply('visitor')
    await settled()
    expect(told).toEqual(['crawlers overloaded', 'visitors overloaded', 'busy', 'c2 away'])
    expect(gate.stats).toMatchObject({ overloaded: ['visitor', 'crawler'], lanes: { visitor: 1, crawler: 1 } })
  })

  test('without a queue, it is over with the next free place', async () => {
    const { gate, apply, ends, told } = scene({ queueLimit: 0 })
    apply('1')
    apply('2')
    apply('3')
    await ends('1')
    expect(told).toEqual(['visitors overloaded', '1', '2 away', '3 away'])
    await ends('1')
    expect(gate.room()).toBe('place')
    expect([told.at(-1), gate.stats.overloaded]).toEqual(['visitors no more overloaded', []])
  })
})

describe('a render that goes on although it was told to stop (C4, I7)', () => {
  /** The one who has `name`'s place is told to stop and does not. */
  function outlived({ places, told }: Scene, name: string): () => Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    places.get(name)?.outlivedBy(promise, (isHeld) => told.push(`${name} ${isHeld ? 'held' : 'written off'}`))
    return async () => {
      resolve()
      await settled()
    }
  }

  test('one that ends within a second gives its place back then, and is not counted', async () => {
    const shop = scene({ writeOffLimit: 1 })
    const { gate, clock, apply, told } = shop
    apply('a')
    apply('b')
    await settled()
    const end = outlived(shop, 'a')
    await clock.advanceAsync(999)
    expect(told).toEqual(['a'])
    await end()
    expect(told).toEqual(['a', 'b'])
    expect(gate.stats).toMatchObject({ running: 1, writtenOff: 0 })
    expect(clock.pending).toBe(0)
  })

  test('one that does not is written off: another has its place, once, and it is counted until it ends', async () => {
    const shop = scene({ writeOffLimit: 1 })
    const { gate, clock, apply, told } = shop
    for (const name of ['a', 'b', 'c']) apply(name)
    await settled()
    const end = outlived(shop, 'a')
    await clock.advanceAsync(1_000)
    expect(told).toEqual(['a', 'a written off', 'b'])
    expect(gate.stats).toMatchObject({ running: 1, queued: 1, writtenOff: 1 })
    await end()
    expect(told).toHaveLength(3)
    expect(gate.stats).toMatchObject({ running: 1, queued: 1, writtenOff: 0 })
  })

  test('beyond the limit a place stays taken, until its own render ends or another that was written off', async () => {
    const shop = scene({ concurrency: 2, writeOffLimit: 1 })
    const { gate, clock, apply, told } = shop
    for (const name of ['a', 'b', 'c', 'd']) apply(name)
    await settled()
    const [endA, endB] = [outlived(shop, 'a'), outlived(shop, 'b')]
    await clock.advanceAsync(1_000)
    expect(told).toEqual(['a', 'b', 'a written off', 'c', 'b held'])
    expect(gate.stats).toMatchObject({ running: 2, writtenOff: 1 })
    await endA()
    expect(told.at(-1)).toBe('d')
    expect(gate.stats).toMatchObject({ running: 2, writtenOff: 1 })
    await endB()
    expect(gate.stats).toMatchObject({ running: 2, writtenOff: 0 })
  })

  test('a place that was held is given back by its own end', async () => {
    const shop = scene({ writeOffLimit: 0 })
    const { gate, clock, apply } = shop
    apply('a')
    apply('b')
    await settled()
    const end = outlived(shop, 'a')
    await clock.advanceAsync(60_000)
    expect(gate.stats).toMatchObject({ running: 1, queued: 1, writtenOff: 0 })
    await end()
    expect(gate.stats).toMatchObject({ running: 1, queued: 0, writtenOff: 0 })
  })

  test('closed, it waits for none of them, and leaves no timer (B8, I13)', async () => {
    const shop = scene({ concurrency: 2, writeOffLimit: 1 })
    const { gate, clock, apply } = shop
    apply('a')
    apply('b')
    await settled()
    outlived(shop, 'a')
    gate.close()
    outlived(shop, 'b')
    expect(clock.pending).toBe(0)
    expect(gate.running).toBe(1)
  })
})
