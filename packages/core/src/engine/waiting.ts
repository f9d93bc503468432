import type { Clock } from '../clock.ts'
import type { Now } from '../store/store.ts'
import { isWarming } from '../warm/warming.ts'
import { type Arrivals, type Arrived, forwardedBy, type Landed } from './arrivals.ts'
import { discard } from './collect.ts'
import type { Joint } from './company.ts'
import type { Departure } from './departure.ts'
import type { Finish, Flight, Opening } from './flight.ts'
import type { Kept } from './kept.ts'
import type { Keyed } from './keyed.ts'
import { andThen } from './later.ts'
import type { News } from './news.ts'
import { soloAsk, soloOf } from './origin-ask.ts'
import { Patience } from './patience.ts'
import type { Receives } from './reception.ts'
import type { Visit } from './wish.ts'

/** What whoever has waited looks up anew. */
export interface Lookup<Key extends Keyed, Out> {
  /** The same visit by what is kept now. */
  seen(visit: Visit<Key>): Now<Visit<Key>>
  /** The answer with a fresh page. */
  hit(visit: Visit<Key>): Out
  /** What comes out, as the visitor wants it. */
  inForm(visit: Visit<Key>, out: Out): Now<Out>
  /** The flight that this key's visitors may join. */
  joinable(slot: Key, kept: Kept): Flight | undefined
}

/** What waiting needs from the rest of the engine. */
export interface WaitingParts<Key extends Keyed, Out> {
  readonly clock: Clock
  readonly departure: Departure
  readonly arrivals: Arrivals<Key, Out>
  readonly news: News
  readonly lookup: Lookup<Key, Out>
  readonly reception: Receives<Key>
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
    return this.#lead(this.#o.departure.together(this.#inLane(visit), visit.kept, false), visit)
  }

  /** For a render of the visitor's own. */
  alone(visit: Visit<Key>): Promise<Out> {
    if (soloOf(visit.origin, visit.kept) !== undefined) return this.#solo(visit)
    return this.#lead(this.#o.departure.alone(this.#inLane(visit), visit.kept), visit)
  }

  /** A crawler begins its render behind those that people wait for. */
  #inLane(visit: Visit<Key>): Visit<Key> {
    const lane = this.#o.reception.lane(visit)
    return lane === 'visitor' ? visit : { ...visit, lane }
  }

  /** For the app's answer to the request as it came. */
  #solo(visit: Visit<Key>): Promise<Out> {
    return this.#lead(this.#o.departure.alone(soloAsk(visit), visit.kept), visit)
  }

  async #lead(flight: Flight, visit: Visit<Key>): Promise<Out> {
    flight.isAwaited = true
    const finish = await this.#ledTo(flight, visit)
    if (finish === undefined) return this.#lost(flight, visit)
    // Whoever led has not rendered.
    const isForAll = finish.kind === 'superseded' || finish.kind === 'look-again' || isFound(finish)
    return isForAll ? this.#followed(visit, finish) : this.#arrived(visit, finish, true)
  }

  /** Whoever led has lost patience. */
  #lost(flight: Flight, visit: Visit<Key>): Now<Out> {
    flight.isAwaited = false
    // What the render gives to nobody else must not wait for a reader.
    void flight.done.then((late) => late.kind === 'own' && discard(late.response.body))
    return this.#timedOut(visit)
  }

  #ledTo(flight: Flight, visit: Visit<Key>): Promise<Finish | Opening | undefined> {
    if (isWarming()) return this.#patiently(flight)
    const patience = this.#patience(flight, visit)
    const end = patience.lead()
    visit.stay?.waitIn(patience)
    return end
  }

  /** No async function: of a crowd, each costs one promise. */
  #follow(flight: Flight, visit: Visit<Key>): Promise<Out> {
    const { readable } = flight
    if (readable !== undefined) return Promise.resolve(readable).then((opening) => this.#followed(visit, opening))
    if (isWarming()) return this.#patiently(flight).then((finish) => this.#followed(visit, finish))
    return this.#company(this.#patience(flight, visit), visit).then((joint) => {
      if (joint.kind === 'apart') return this.#followed(visit, joint.finish)
      const { arrivals, news } = this.#o
      arrivals.followed(visit.slot)
      return joint.version === news.index.version ? joint.out : this.#landed(visit, joint.page)
    })
  }

  /** Joins those to whom the end of the flight will be the same, if there are any. */
  #company(patience: Patience, visit: Visit<Key>): Promise<Joint<Out>> {
    const { slot, kept, wanted, stay } = visit
    const end = patience.join()
    stay?.waitIn(patience)
    const forwarded = forwardedBy(slot, kept)
    const known = patience.company
    if (known?.slot === slot && known.forwarded === forwarded && known.wanted === wanted)
      return known.joint as Promise<Joint<Out>> // made for this key
    const joint = end.then((finish) => this.#joint(visit, finish))
    patience.company = { slot, forwarded, wanted, joint }
    return joint
  }

  /** A page that is everybody's is worked out once; anything else is something else to each. */
  #joint(visit: Visit<Key>, finish: Finish | Opening | undefined): Now<Joint<Out>> {
    if (finish?.kind !== 'page' || finish.hitAt !== undefined || finish.slot.id !== visit.slot.id)
      return { kind: 'apart', finish }
    const { version } = this.#o.news.index
    return andThen(this.#landed(visit, finish), (out) => ({ kind: 'same', out, version, page: finish }))
  }

  #landed(visit: Visit<Key>, page: Landed): Now<Out> {
    const { slot, kept } = visit
    return this.#o.lookup.inForm(visit, this.#o.arrivals.joint(slot, page, forwardedBy(slot, kept)))
  }

  /** What the end of a flight is to one who did not lead it, or led it in vain: another process was at work. */
  #followed(visit: Visit<Key>, finish: Finish | Opening | undefined): Now<Out> {
    if (finish === undefined) return this.#timedOut(visit)
    if (finish.kind === 'own') return this.#aside(visit)
    if (finish.kind === 'superseded') return this.#again(visit)
    if (finish.kind === 'look-again') return this.#next(visit)
    if (isAnothers(finish, visit)) return this.#next({ ...visit, slot: selected(finish, visit) })
    return isMissed(finish, visit.arrival) ? this.#next(visit) : this.#arrived(visit, finish, false)
  }

  #arrived(visit: Visit<Key>, finish: Arrived, leads: boolean): Now<Out> {
    return andThen(this.#o.arrivals.of(visit, finish, leads), (out) => this.#o.lookup.inForm(visit, out))
  }

  #timedOut(visit: Visit<Key>): Now<Out> {
    return andThen(this.#o.arrivals.without('timeout', visit), (out) => this.#o.lookup.inForm(visit, out))
  }

  /** The page that a follower waited for was hit by a record that the follower came after: on to the one next flight. */
  #next(visit: Visit<Key>): Now<Out> {
    const { lookup } = this.#o
    return andThen(lookup.seen(visit), (now) => {
      const { slot, kept } = now
      if (kept.state === 'fresh') return lookup.hit(now)
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
      return now.kept.state === 'fresh' ? lookup.hit(now) : this.alone(now)
    })
  }

  /** A warm-up has let visitors by, and waits for itself. */
  #patiently(flight: Flight): Promise<Finish | Opening | undefined> {
    const { clock } = this.#o
    const { deadlineMs } = flight.slot.route.admission
    flight.join()
    return new Patience(flight, { clock, waitMs: deadlineMs, until: Number.POSITIVE_INFINITY }).join()
  }

  /** With those whose patience with this flight ends at the same instant. */
  #patience(flight: Flight, visit: Visit<Key>): Patience {
    const { reception } = this.#o
    flight.join()
    flight.lift(reception.lane(visit))
    const { patience } = flight
    const waitMs = reception.waitMs(visit)
    const until = visit.cameAt + waitMs
    flight.patience = patience?.until === until ? patience : this.#newPatience(flight, until, waitMs)
    return flight.patience
  }

  /** Whatever becomes of the clock meanwhile, nobody waits for longer than the time limit. */
  #newPatience(flight: Flight, until: number, mostMs: number): Patience {
    const { clock } = this.#o
    return new Patience(flight, { clock, waitMs: Math.min(mostMs, Math.max(0, until - clock.now())), until })
  }
}

/** Whether another process has rendered the page. */
function isFound(finish: Finish | Opening): boolean {
  return finish.kind === 'page' && finish.isFound
}

function isMissed(finish: Finish | Opening, arrival: number): boolean {
  return finish.kind === 'page' && finish.hitAt !== undefined && arrival >= finish.hitAt
}

/** Whether the page turned out to be for others: it varies by request fields in which this visitor's request differs from the leader's (RFC 9111 4.1). */
function isAnothers<Key extends Keyed>(finish: Finish | Opening, visit: Visit<Key>): finish is Landed {
  return finish.kind === 'page' && finish.slot.id !== visit.slot.id && selected(finish, visit).id !== finish.slot.id
}

function selected<Key extends Keyed>({ slot: { names = [] } }: Landed, { slot, origin }: Visit<Key>): Key {
  return origin?.selects(names) ?? slot
}
