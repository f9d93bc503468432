import type { Clock } from '../clock.ts'
import type { Now } from '../store/store.ts'
import { isWarming } from '../warm/warming.ts'
import type { Arrivals } from './arrivals.ts'
import { discard } from './collect.ts'
import type { Departure } from './departure.ts'
import type { Visit } from './engine.ts'
import type { Finish, Flight, Opening } from './flight.ts'
import type { Kept } from './kept.ts'
import type { Keyed } from './keyed.ts'
import { andThen } from './later.ts'
import { soloAsk, soloOf } from './origin-ask.ts'
import { Patience } from './patience.ts'

/** What whoever has waited looks up anew. */
export interface Lookup<Key extends Keyed, Out> {
  /** The same visit by what is kept now. */
  seen(visit: Visit<Key>): Now<Visit<Key>>
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

  /** For the flight that this visitor may join, or for one that is started. */
  together(flight: Flight | undefined, visit: Visit<Key>): Promise<Out> {
    if (soloOf(visit.origin, visit.kept) !== undefined) return this.#solo(visit)
    if (flight !== undefined) return this.#follow(flight, visit)
    return this.#lead(this.#o.departure.together(visit, visit.kept, false), visit)
  }

  /** For a render of the visitor's own. */
  alone(visit: Visit<Key>): Promise<Out> {
    if (soloOf(visit.origin, visit.kept) !== undefined) return this.#solo(visit)
    return this.#lead(this.#o.departure.alone(visit, visit.kept), visit)
  }

  /** For the app's answer to the request as it came. */
  #solo(visit: Visit<Key>): Promise<Out> {
    return this.#lead(this.#o.departure.alone(soloAsk(visit), visit.kept), visit)
  }

  async #lead(flight: Flight, visit: Visit<Key>): Promise<Out> {
    const { slot, kept } = visit
    flight.isAwaited = true
    const finish = await this.#end(flight, visit.cameAt, true)
    if (finish === undefined) return this.#lost(flight, visit)
    // Whoever led has not rendered.
    const isForAll = finish.kind === 'superseded' || finish.kind === 'look-again' || isFound(finish)
    return isForAll ? this.#arrived(finish, visit) : this.#o.arrivals.of(slot, kept, finish, true)
  }

  /** Whoever led has lost patience. */
  #lost(flight: Flight, { slot, kept }: Visit<Key>): Out {
    flight.isAwaited = false
    // What the render gives to nobody else must not wait for a reader.
    void flight.done.then((late) => late.kind === 'own' && discard(late.response.body))
    return this.#o.arrivals.without('timeout', slot, kept)
  }

  /** No async function: of a crowd, each costs one promise. */
  #follow(flight: Flight, visit: Visit<Key>): Promise<Out> {
    const { readable } = flight
    const end = readable === undefined ? this.#end(flight, visit.cameAt) : Promise.resolve(readable)
    return end.then((finish) => this.#arrived(finish, visit))
  }

  /** What the end of a flight is to one who did not lead it, or led it in vain: another process was at work. */
  #arrived(finish: Finish | Opening | undefined, visit: Visit<Key>): Now<Out> {
    const { slot, kept, arrival } = visit
    const { arrivals } = this.#o
    if (finish === undefined) return arrivals.without('timeout', slot, kept)
    if (finish.kind === 'own') return this.#aside(visit)
    if (finish.kind === 'superseded') return this.#again(visit)
    if (finish.kind === 'look-again') return this.#next(visit)
    if (isAnothers(finish, visit)) return this.#next({ ...visit, slot: selected(finish, visit) })
    return isMissed(finish, arrival) ? this.#next(visit) : arrivals.of(slot, kept, finish, false)
  }

  /** The page that a follower waited for was hit by a record that the follower came after: on to the one next flight. */
  #next(visit: Visit<Key>): Now<Out> {
    const { lookup } = this.#o
    return andThen(lookup.seen(visit), (now) => {
      const { slot, kept } = now
      if (kept.state === 'fresh') return lookup.hit(slot, kept)
      return kept.state === 'marked' ? this.alone(now) : this.together(lookup.joinable(slot, kept), now)
    })
  }

  /** There was no page at the end: a look at what is kept now, or a render that has nothing to vouch for, so that this comes to an end. */
  #again(visit: Visit<Key>): Now<Out> {
    return this.#next({ ...visit, anew: true })
  }

  /** The page that a follower waited for was its leader's alone: a render of one's own, unless somebody has a page for all by now. */
  #aside(visit: Visit<Key>): Now<Out> {
    const { lookup } = this.#o
    return andThen(lookup.seen(visit), (now) => {
      return now.kept.state === 'fresh' ? lookup.hit(now.slot, now.kept) : this.alone(now)
    })
  }

  /** The end of a flight, or what may be read of it before; `undefined` when the visitor's patience runs out first. */
  #end(flight: Flight, cameAt: number, leads = false): Promise<Finish | Opening | undefined> {
    const { clock, timeoutMs, deadlineMs } = this.#o
    flight.join()
    if (isWarming()) return new Patience(flight, { clock, waitMs: deadlineMs, until: Number.POSITIVE_INFINITY }).join()
    if (flight.isPatient) flight.hurry()
    const { patience } = flight
    const until = cameAt + timeoutMs
    flight.patience = patience?.until === until ? patience : this.#patience(flight, until)
    return leads ? flight.patience.lead() : flight.patience.join()
  }

  /** Whatever becomes of the clock meanwhile, nobody waits for longer than the time limit. */
  #patience(flight: Flight, until: number): Patience {
    const { clock, timeoutMs } = this.#o
    return new Patience(flight, { clock, waitMs: Math.min(timeoutMs, Math.max(0, until - clock.now())), until })
  }
}

/** Whether another process has rendered the page. */
function isFound(finish: Finish | Opening): boolean {
  return finish.kind === 'page' && finish.isFound
}

function isMissed(finish: Finish | Opening, arrival: number): boolean {
  return finish.kind === 'page' && finish.hitAt !== undefined && arrival >= finish.hitAt
}

type Landed = Extract<Finish, { kind: 'page' }>

/** Whether the page turned out to be for others: it varies by request fields in which this visitor's request differs from the leader's (RFC 9111 4.1). */
function isAnothers<Key extends Keyed>(finish: Finish | Opening, visit: Visit<Key>): finish is Landed {
  return finish.kind === 'page' && finish.slot.id !== visit.slot.id && selected(finish, visit).id !== finish.slot.id
}

function selected<Key extends Keyed>({ slot: { names = [] } }: Landed, { slot, origin }: Visit<Key>): Key {
  return origin?.selects(names) ?? slot
}
