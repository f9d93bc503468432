import type { Clock } from '../clock.ts'
import type { Now } from '../store/store.ts'
import { isWarming } from '../warm/warming.ts'
import type { Arrivals } from './arrivals.ts'
import { discard } from './collect.ts'
import type { Departure } from './departure.ts'
import type { Visit } from './engine.ts'
import type { Finish, Flight } from './flight.ts'
import type { Kept } from './kept.ts'
import type { Keyed } from './keyed.ts'
import { andThen } from './later.ts'

/** What whoever has waited looks up anew. */
export interface Lookup<Key extends Keyed, Out> {
  /** What is kept now. */
  read(slot: Key): Now<Kept>
  /** The answer with a fresh page. */
  hit(slot: Key, kept: Kept): Out
  /** The flight that this key's visitors may join. */
  joinable(slot: Key, kept: Kept): Flight | undefined
}

/** What waiting needs from the rest of the engine. */
export interface WaitingParts<Key extends Keyed, Out> {
  readonly clock: Clock
  readonly departure: Departure
  readonly arrivals: Arrivals<Key, Out>
  readonly lookup: Lookup<Key, Out>
  readonly timeoutMs: number
  /** How long a warm-up waits: it has let visitors by. */
  readonly deadlineMs: number
}

/** Waits for flights: to their end, or to the end of the visitor's patience. */
export class Waiting<Key extends Keyed, Out> {
  readonly #o: WaitingParts<Key, Out>

  constructor(parts: WaitingParts<Key, Out>) {
    this.#o = parts
  }

  /** For the key's flight, or for one that is started; `cameAt` is where the log stood when the visitor came, by all that is known. */
  async together(visit: Visit<Key>, kept: Kept, cameAt: number): Promise<Out> {
    const { departure, lookup, arrivals } = this.#o
    const joined = lookup.joinable(visit.slot, kept)
    const flight = joined ?? departure.together(visit, kept, false)
    const leads = joined === undefined
    const finish = await this.#within(flight, visit)
    if (finish === undefined) return this.#tooLate(visit, kept, leads ? flight : undefined)
    if (!leads && finish.kind === 'own') return this.#aside(visit)
    if (!leads && isMissed(finish, cameAt)) return this.#next(visit, cameAt)
    return arrivals.of(visit.slot, kept, finish, leads)
  }

  /** For a render of the visitor's own. */
  async alone(visit: Visit<Key>, kept: Kept): Promise<Out> {
    const { departure, arrivals } = this.#o
    const flight = departure.alone(visit, kept)
    const finish = await this.#within(flight, visit)
    return finish === undefined ? this.#tooLate(visit, kept, flight) : arrivals.of(visit.slot, kept, finish, true)
  }

  /** The page that a follower waited for was hit by a record that the follower came after: on to the one next flight. */
  #next(visit: Visit<Key>, cameAt: number): Now<Out> {
    const { lookup } = this.#o
    return andThen(lookup.read(visit.slot), (kept) => {
      return kept.state === 'fresh' ? lookup.hit(visit.slot, kept) : this.together(visit, kept, cameAt)
    })
  }

  /** The page that a follower waited for was its leader's alone: a render of one's own, unless somebody has a page for all by now. */
  #aside(visit: Visit<Key>): Now<Out> {
    const { lookup } = this.#o
    return andThen(lookup.read(visit.slot), (kept) => {
      return kept.state === 'fresh' ? lookup.hit(visit.slot, kept) : this.alone(visit, kept)
    })
  }

  /** The visitor goes; what the render gives to nobody else must not wait for a reader. */
  #tooLate(visit: Visit<Key>, kept: Kept, led: Flight | undefined): Out {
    void led?.done.then((finish) => finish.kind === 'own' && discard(finish.response.body))
    return this.#o.arrivals.without('timeout', visit.slot, kept)
  }

  /** The end of a flight, or `undefined` when the visitor's patience ran out first. */
  #within(flight: Flight, { patientUntil }: Visit<Key>): Promise<Finish | undefined> {
    const { clock, timeoutMs, deadlineMs } = this.#o
    flight.join()
    const warms = isWarming()
    if (flight.isPatient && !warms) flight.hurry()
    const { promise, resolve } = Promise.withResolvers<Finish | undefined>()
    // Whatever becomes of the clock meanwhile, nobody waits for longer than that.
    const waitMs = warms ? deadlineMs : Math.min(timeoutMs, Math.max(0, patientUntil - clock.now()))
    const timer = clock.schedule(waitMs, () => {
      resolve(undefined)
      flight.leave()
    })
    void flight.done.then((finish) => {
      clock.cancel(timer)
      resolve(finish)
    })
    return promise
  }
}

function isMissed(finish: Finish, cameAt: number): boolean {
  return finish.kind === 'page' && finish.hitAt !== undefined && cameAt >= finish.hitAt
}
