import { fc, test } from '@fast-check/vitest'
import { fakeClock } from '@ssr-cache/core/testing'
import { describe, expect } from 'vitest'
import { Cap } from '../../../src/engine/admission/cap.ts'
import { type Applicant, Gate } from '../../../src/engine/admission/gate.ts'
import { LANES, type Lane } from '../../../src/engine/admission/lane.ts'
import type { Place } from '../../../src/engine/admission/place.ts'

// The model: everybody who ever came, in a list, looked through from its beginning whenever a place may be free.

type State = 'waiting' | 'in' | 'overdue' | 'written off' | 'held' | 'away' | 'ended'

interface Guest {
  readonly name: number
  readonly route: number
  lane: Lane
  /** In the order in which they joined the lane that they wait in. */
  turn: number
  dueAt: number
  state: State
}

const CONCURRENCY = 4
const QUEUE_LIMIT = 6
const WRITE_OFF_LIMIT = 1
const GRACE_MS = 1_000
/** The first has no cap of its own. */
const ROUTE_CAPS = [CONCURRENCY, 2, 1] as const

const HOLDING: ReadonlySet<State> = new Set<State>(['in', 'overdue', 'held'])

/** The same rules, without a clock, a promise or an index. */
class Model {
  readonly guests: Guest[] = []
  /** Names in the order in which they were let in. */
  readonly let: number[] = []
  limit = CONCURRENCY
  #turns = 0

  of(state: State): Guest[] {
    return this.guests.filter((guest) => guest.state === state)
  }

  holding(route?: number): number {
    return this.guests.filter((guest) => HOLDING.has(guest.state) && (route === undefined || guest.route === route))
      .length
  }

  waiting(lane: Lane): number {
    return this.of('waiting').filter((guest) => guest.lane === lane).length
  }

  join(guest: Guest, lane: Lane, dueAt: number): void {
    Object.assign(guest, { lane, dueAt, turn: this.#turns++ })
  }

  /** Lets in whoever is first of those for whom there is room, until there is none. */
  fill(): void {
    for (;;) {
      const next = this.of('waiting')
        .filter((guest) => this.hasRoom(guest.route))
        .sort((a, b) => LANES.indexOf(a.lane) - LANES.indexOf(b.lane) || a.turn - b.turn)[0]
      if (next === undefined) return
      next.state = 'in'
      this.let.push(next.name)
    }
  }

  hasRoom(route: number): boolean {
    return this.holding() < this.limit && this.holding(route) < (ROUTE_CAPS[route] ?? 0)
  }

  writeOff(guest: Guest): void {
    guest.state = this.of('written off').length < WRITE_OFF_LIMIT ? 'written off' : 'held'
  }

  end(guest: Guest): void {
    const wasWrittenOff = guest.state === 'written off'
    guest.state = 'ended'
    const next = this.of('held').sort((a, b) => a.dueAt - b.dueAt || a.turn - b.turn)[0]
    if (wasWrittenOff && next !== undefined) next.state = 'written off'
  }
}

/** The gate beside its model: whatever is done to the one is done to the other. */
class Scene {
  readonly model = new Model()
  readonly clock = fakeClock()
  readonly gate = new Gate({
    concurrency: CONCURRENCY,
    queueLimit: QUEUE_LIMIT,
    writeOffLimit: WRITE_OFF_LIMIT,
    clock: this.clock,
  })
  readonly #caps = ROUTE_CAPS.map((concurrency, route) =>
    route === 0 ? [] : [new Cap({ concurrency, queueLimit: 4 })],
  )
  readonly #applicants: Applicant[] = []
  readonly #places = new Map<number, Place>()
  readonly #endings = new Map<number, () => void>()
  readonly let: number[] = []
  readonly away = new Set<number>()

  apply({ lane, route, timeoutMs }: { lane: Lane; route: number; timeoutMs: number }): void {
    const { model, gate } = this
    const name = model.guests.length
    const within = this.#caps[route] ?? []
    const room = gate.room({ lane, within })
    const isFull = model.waiting(lane) >= QUEUE_LIMIT || gate.stats.overloaded.includes(lane)
    const ownQueue = model.of('waiting').filter((guest) => guest.lane === lane && guest.route === route).length
    const applicant = gate.apply({ lane, within, timeoutMs })
    this.#applicants.push(applicant)
    void applicant.place.then((place) => this.#told(name, place))
    const guest: Guest = { name, route, lane, turn: 0, dueAt: 0, state: 'waiting' }
    model.join(guest, lane, this.clock.now() + timeoutMs)
    model.guests.push(guest)
    // Only a full queue turns anybody away, and only where there is no place.
    if (room === 'none') {
      expect(model.hasRoom(route)).toBe(false)
      expect(isFull || (route > 0 && ownQueue >= 4)).toBe(true)
      guest.state = 'away'
    }
    model.fill()
  }

  #told(name: number, place: Place | undefined): void {
    if (place === undefined) {
      this.away.add(name)
      return
    }
    this.let.push(name)
    this.#places.set(name, place)
  }

  withdraw(which: number): void {
    const guest = pick(this.model.of('waiting'), which)
    if (guest === undefined) return
    this.#applicants[guest.name]?.withdraw()
    guest.state = 'away'
  }

  lift(which: number, lane: Lane, timeoutMs: number): void {
    const guest = pick(this.model.of('waiting'), which)
    if (guest === undefined) return
    this.#applicants[guest.name]?.lift({ lane, timeoutMs })
    if (LANES.indexOf(lane) < LANES.indexOf(guest.lane)) this.model.join(guest, lane, this.clock.now() + timeoutMs)
  }

  end(which: number): void {
    const guest = pick(this.model.of('in'), which)
    if (guest === undefined) return
    this.#places.get(guest.name)?.release()
    this.model.end(guest)
    this.model.fill()
  }

  /** A render is told to stop and does not. */
  giveUp(which: number): void {
    const guest = pick(this.model.of('in'), which)
    if (guest === undefined) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#endings.set(guest.name, resolve)
    this.#places.get(guest.name)?.outlivedBy(promise, () => {})
    guest.state = 'overdue'
    this.model.join(guest, guest.lane, this.clock.now() + GRACE_MS)
  }

  /** One that went on ends after all. */
  endLate(which: number): void {
    const late = this.model.guests.filter(({ state }) => ['overdue', 'written off', 'held'].includes(state))
    const guest = pick(late, which)
    if (guest === undefined) return
    this.#endings.get(guest.name)?.()
    this.model.end(guest)
    this.model.fill()
  }

  setLimit(limit: number): void {
    this.gate.limit = limit
    this.model.limit = limit
    this.model.fill()
  }

  pass(ms: number): void {
    const until = this.clock.now() + ms
    for (;;) {
      const due = this.model.guests
        .filter(({ state, dueAt }) => (state === 'waiting' || state === 'overdue') && dueAt <= until)
        .sort((a, b) => a.dueAt - b.dueAt || a.turn - b.turn)[0]
      if (due === undefined) break
      this.clock.advance(Math.max(0, due.dueAt - this.clock.now()))
      if (due.state === 'waiting') due.state = 'away'
      else this.model.writeOff(due)
      this.model.fill()
      // All that fell due at this instant has run in the gate: the model catches up before the two are compared.
    }
    this.clock.advance(until - this.clock.now())
  }

  async check(): Promise<void> {
    for (let turn = 0; turn < 3; turn++) await Promise.resolve()
    const { model, gate } = this
    expect(this.let).toEqual(model.let)
    expect([...this.away].sort()).toEqual(
      model
        .of('away')
        .map(({ name }) => name)
        .sort(),
    )
    expect(gate.running).toBe(model.holding())
    expect(gate.running).toBeLessThanOrEqual(CONCURRENCY)
    for (const [route, most] of ROUTE_CAPS.entries()) expect(model.holding(route)).toBeLessThanOrEqual(most)
    expect(gate.stats.writtenOff).toBe(model.of('written off').length)
    expect(gate.stats.writtenOff).toBeLessThanOrEqual(WRITE_OFF_LIMIT)
    for (const lane of LANES) expect(gate.stats.lanes[lane]).toBe(model.waiting(lane))
    expect(gate.queued).toBeLessThanOrEqual(LANES.length * QUEUE_LIMIT)
    this.#checkOverload()
  }

  /** In the middle it is as it was; at the ends there is no question. */
  #checkOverload(): void {
    const { overloaded } = this.gate.stats
    for (const lane of LANES) {
      if (this.model.waiting(lane) <= QUEUE_LIMIT / 2) expect(overloaded).not.toContain(lane)
    }
  }

  /** Everything comes to its end: whoever still waits is let in, and nothing is left. */
  async finish(): Promise<void> {
    this.setLimit(CONCURRENCY)
    await this.check()
    while (this.model.holding() > 0 || this.model.of('written off').length > 0) {
      this.end(0)
      await this.check()
      this.endLate(0)
      await this.check()
    }
    expect(this.let.length + this.away.size).toBe(this.model.guests.length)
    expect(this.gate.stats).toMatchObject({ running: 0, queued: 0, writtenOff: 0, overloaded: [] })
    expect(this.clock.pending).toBe(0)
  }
}

function pick<T>(all: readonly T[], which: number): T | undefined {
  return all[which % Math.max(1, all.length)]
}

const lane = fc.constantFrom(...LANES)
const which = fc.nat(20)
const timeoutMs = fc.integer({ min: 1, max: 40 }).map((steps) => steps * 100)

type Step = (scene: Scene) => unknown

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({ lane, route: fc.nat(ROUTE_CAPS.length - 1), timeoutMs }).map(
      (application): Step =>
        (scene) =>
          scene.apply(application),
    ),
  },
  {
    weight: 5,
    arbitrary: which.map(
      (n): Step =>
        (scene) =>
          scene.end(n),
    ),
  },
  {
    weight: 2,
    arbitrary: which.map(
      (n): Step =>
        (scene) =>
          scene.withdraw(n),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(which, lane, timeoutMs).map(
      ([n, to, ms]): Step =>
        (scene) =>
          scene.lift(n, to, ms),
    ),
  },
  {
    weight: 2,
    arbitrary: which.map(
      (n): Step =>
        (scene) =>
          scene.giveUp(n),
    ),
  },
  {
    weight: 1,
    arbitrary: which.map(
      (n): Step =>
        (scene) =>
          scene.endLate(n),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.integer({ min: 1, max: 30 }).map(
      (n): Step =>
        (scene) =>
          scene.pass(n * 100),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 1, max: CONCURRENCY }).map(
      (n): Step =>
        (scene) =>
          scene.setLimit(n),
    ),
  },
)

const RUNS = Number(process.env['GATE_RUNS'] ?? 60)

describe('the gate of renders against a list that is looked through (O1, O3, O5, O6, C4, I7, I8)', () => {
  test.prop([fc.array(step, { minLength: 1, maxLength: 60, size: 'max' })], { numRuns: RUNS })(
    'whoever comes, waits, is lifted, leaves, ends, or goes on though it was told to stop: never above a cap, nobody lost, lane by lane',
    async (steps) => {
      const scene = new Scene()
      for (const act of steps) {
        await act(scene)
        await scene.check()
      }
      await scene.finish()
    },
  )
})
