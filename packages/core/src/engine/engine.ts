import type { Clock } from '../clock.ts'
import { type Forwarded, forwardedStatus, hitStatus } from '../rules/cache-status.ts'
import { decide, type Situation } from '../rules/decide.ts'
import type { Sendable } from '../rules/downstream.ts'
import { isEnding, isKept } from '../rules/freshness.ts'
import type { Reason } from '../rules/reason.ts'
import type { UnshareableReason } from '../rules/storable.ts'
import type { Entry, Generation } from '../store/entry.ts'
import type { Found, Now } from '../store/store.ts'
import { isWarming } from '../warm/warming.ts'
import { discard } from './collect.ts'
import type { Ask, Departure } from './departure.ts'
import type { Answered } from './events.ts'
import type { Finish, Flight, Flights, UnkeptResponse } from './flight.ts'
import type { GuardedStore } from './guarded-store.ts'
import { Hits, sendable } from './hits.ts'
import type { Keeper, Kept, View } from './kept.ts'
import type { Keyed } from './keyed.ts'
import { andThen, isLater } from './later.ts'
import type { News } from './news.ts'
import type { Rests } from './rests.ts'

const FRESH: Situation = Object.freeze({ kept: 'fresh', rendering: false, resting: false })

/** One visitor's wish for a page, or a render's for a value. */
export interface Visit<Key extends Keyed> extends Ask {
  readonly slot: Key
  /** When the visitor stops waiting. */
  readonly patientUntil: number
  /** What was invalidated is rendered again before it is served. @default false */
  readonly validOnly?: boolean
}

/** What comes out for those who asked: fields and bytes for a visitor, or what a value was kept as. */
export interface Serves<Key extends Keyed, Out> {
  /** What is kept, as `page` says that it may be kept downstream. But for a redirect, the same for all slots of one key. */
  kept(slot: Key, entry: Entry, page: Sendable, now: number, cacheStatus: string): Out
  /** What is shared with all who waited and kept by nobody. */
  unkept(slot: Key, entry: Entry, cacheStatus: string): Out
  /** One visitor's alone. */
  own(slot: Key, response: UnkeptResponse, reason: UnshareableReason): Out
  /** A failure as it came; `collapsed`: for one who only followed. */
  failed(response: UnkeptResponse, reason: Reason, collapsed: boolean): Out
  turnedAway(reason: Reason): Out
  declined(): Out
}

/** What the engine is put together from. */
export interface EngineParts<Key extends Keyed, Out> {
  readonly clock: Clock
  readonly store: GuardedStore
  readonly news: News
  readonly keeper: Keeper
  readonly rests: Rests
  readonly flights: Flights
  readonly departure: Departure
  readonly answers: Serves<Key, Out>
  readonly staleMaxAge: number
  readonly timeoutMs: number
  /** How long a warm-up waits: it has let visitors by. */
  readonly deadlineMs: number
  readonly told: (slot: Key, answered: Answered, reason?: string, culprit?: string) => void
}

/** Look up, decide, act: the only place with order and time. */
export class Engine<Key extends Keyed, Out> {
  readonly #o: EngineParts<Key, Out>
  readonly #hits: Hits<Key, Out>

  constructor(parts: EngineParts<Key, Out>) {
    this.#o = parts
    this.#hits = new Hits(parts)
  }

  /** At once where a kept page will do and the store is at hand. `now` is asked for once per hit: it takes as long as the rest of one. */
  answer(visit: Visit<Key>, now: number = this.#o.clock.now()): Now<Out> {
    const { slot } = visit
    const since = this.#o.news.index.head
    const found = this.#o.store.get(slot, since, now)
    if (isLater(found)) return found.then((late) => this.#decide(visit, late, since, this.#o.clock.now()))
    const hit = this.#hits.again(slot, found, now)
    if (hit === undefined || now >= hit.calmUntil) return this.#decide(visit, found, since, now)
    this.#o.told(slot, 'hit')
    return hit.answer as Out // made for this key
  }

  #decide(visit: Visit<Key>, found: Found, since: Generation, now: number): Now<Out> {
    return this.#act(visit, this.#look(visit.slot, found, since, now), now)
  }

  /** What is kept, without asking anybody to render: fresh or stale, or nothing. */
  lookup(slot: Key): Now<Out | undefined> {
    const now = this.#o.clock.now()
    const since = this.#o.news.index.head
    const found = this.#o.store.get(slot, since, now)
    if (isLater(found)) return found.then((late) => this.#peek(slot, late, since, this.#o.clock.now()))
    const hit = this.#hits.again(slot, found, now)
    if (hit === undefined) return this.#peek(slot, found, since, now)
    this.#o.told(slot, 'hit')
    return hit.answer as Out // made for this key
  }

  #peek(slot: Key, found: Found, since: Generation, now: number): Out | undefined {
    const kept = this.#look(slot, found, since, now)
    if (kept.state === 'fresh') return this.#hit(slot, kept, now)
    return kept.state === 'stale' ? this.#stale(slot, kept, 'stale') : undefined
  }

  /** What is kept, with the log's news that came along. */
  #read(slot: Key): Now<Kept> {
    const { store, news, clock } = this.#o
    const since = news.index.head
    return andThen(store.get(slot, since, clock.now()), (found) => this.#look(slot, found, since, clock.now()))
  }

  #look(slot: Key, found: Found, since: Generation, now: number): Kept {
    if (found.tail !== undefined) this.#o.news.take(found.tail, since)
    return this.#o.keeper.look(slot, found, now)
  }

  #act(visit: Visit<Key>, kept: Kept, now: number): Now<Out> {
    const { slot } = visit
    // A hit asks nothing else: the table's other columns cost look-ups.
    const situation = kept.state === 'fresh' && !isNearEnd(slot, kept, now) ? FRESH : this.#situation(visit, kept, now)
    const decision = decide(situation)
    switch (decision.kind) {
      case 'serve':
        return this.#hit(slot, kept, now)
      case 'refresh-ahead':
        // Nobody waits for the lease either: whoever has it, this page is still true.
        this.#o.departure.together(visit, kept, true)
        return this.#hit(slot, kept, now)
      case 'serve-stale':
        return this.#stale(
          slot,
          kept,
          situation.resting ? 'resting' : 'refreshing',
          this.#joinable(slot, kept)?.graceUntil,
        )
      case 'refresh':
        return this.#refresh(visit, kept)
      case 'render-alone':
        return this.#alone(visit, kept)
      case 'render':
      case 'follow':
        return this.#wait(visit, kept, this.#o.news.index.head.position)
    }
  }

  #situation({ slot, validOnly = false }: Visit<Key>, kept: Kept, now: number): Situation {
    const rendering = this.#joinable(slot, kept) !== undefined
    return { kept: asSituated(kept, validOnly), rendering, resting: this.#o.rests.until(slot.id, now) > 0 }
  }

  /** The flight that this key's visitors may join: not one that a record has made too old by what is known of the page. */
  #joinable(slot: Key, { view }: Kept): Flight | undefined {
    const flight = this.#o.flights.get(slot.id)
    if (flight?.generation === undefined) return flight
    const newest = this.#o.news.index.newestNaming(slot.url, view?.entry.tags ?? slot.route.tags)
    return newest.epoch === flight.generation.epoch && newest.position <= flight.generation.position
      ? flight
      : undefined
  }

  #hit(slot: Key, kept: Kept, now: number): Out {
    this.#o.told(slot, 'hit')
    return this.#hits.of(slot, kept.view as View, now).answer as Out // a fresh page is there, and its hit made for this key
  }

  /** The old page, with what remains of a grace that somebody has fixed, of the key's rest, or with a whole grace. */
  #stale(slot: Key, kept: Kept, detail: Reason, graceUntil?: number): Out {
    const { clock, rests, staleMaxAge, answers } = this.#o
    const now = clock.now()
    const { entry } = kept.view as View // a stale page is there
    this.#o.told(slot, 'stale', detail)
    const restUntil = rests.until(slot.id, now)
    const page: Sendable =
      graceUntil === undefined && restUntil > 0
        ? { kind: 'short', until: Math.min(restUntil, entry.deleteAt), most: Number.POSITIVE_INFINITY }
        : { kind: 'short', until: Math.min(graceUntil ?? now + staleMaxAge * 1000, entry.deleteAt), most: staleMaxAge }
    const ttl = Math.floor((entry.freshUntil - now) / 1000)
    return answers.kept(slot, entry, page, now, hitStatus(Math.min(ttl, 0), detail))
  }

  /** The old page now, and one render behind it. */
  #refresh(visit: Visit<Key>, kept: Kept): Now<Out> {
    const flight = this.#o.departure.together(visit, kept, true)
    const { claim } = flight
    // The grace is fixed by whoever takes the lease, or has it; nobody is told another.
    return andThen(claim as NonNullable<typeof claim>, (claimed) => {
      if (claimed.kind !== 'held' || claimed.restUntil === 0)
        return this.#stale(visit.slot, kept, 'refreshing', flight.graceUntil)
      this.#o.rests.adopt(visit.slot.id, claimed.restUntil, this.#o.clock.now())
      return this.#stale(visit.slot, kept, 'resting')
    })
  }

  /** `arrival` is where the log stood when the visitor came, by all that is known. */
  async #wait(visit: Visit<Key>, kept: Kept, arrival: number): Promise<Out> {
    const { departure } = this.#o
    const joined = this.#joinable(visit.slot, kept)
    const flight = joined ?? departure.together(visit, kept, false)
    const leads = joined === undefined
    const finish = await this.#within(flight, visit)
    if (finish === undefined) return this.#tooLate(visit, kept, leads ? flight : undefined)
    if (!leads && finish.kind === 'own') return this.#aside(visit)
    if (!leads && isMissed(finish, arrival)) return this.#next(visit, arrival)
    return this.#landed(visit, kept, finish, leads)
  }

  /** The page that a follower waited for was hit by a record that the follower came after: on to the one next flight. */
  #next(visit: Visit<Key>, arrival: number): Now<Out> {
    return andThen(this.#read(visit.slot), (kept) => {
      return kept.state === 'fresh'
        ? this.#hit(visit.slot, kept, this.#o.clock.now())
        : this.#wait(visit, kept, arrival)
    })
  }

  /** The page that a follower waited for was its leader's alone: a render of one's own, unless somebody has a page for all by now. */
  #aside(visit: Visit<Key>): Now<Out> {
    return andThen(this.#read(visit.slot), (kept) => {
      return kept.state === 'fresh' ? this.#hit(visit.slot, kept, this.#o.clock.now()) : this.#alone(visit, kept)
    })
  }

  async #alone(visit: Visit<Key>, kept: Kept): Promise<Out> {
    const flight = this.#o.departure.alone(visit, kept)
    const finish = await this.#within(flight, visit)
    return finish === undefined ? this.#tooLate(visit, kept, flight) : this.#landed(visit, kept, finish, true)
  }

  /** The visitor goes; what the render gives to nobody else must not wait for a reader. */
  #tooLate(visit: Visit<Key>, kept: Kept, led: Flight | undefined): Out {
    void led?.done.then((finish) => finish.kind === 'own' && discard(finish.response.body))
    return this.#standIn(visit, kept, 'timeout') ?? this.#turnAway(visit, 'timeout')
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

  #landed(visit: Visit<Key>, kept: Kept, finish: Finish, leads: boolean): Out {
    const { slot } = visit
    switch (finish.kind) {
      case 'page':
        return this.#rendered(slot, finish, leads, kept.view === undefined ? 'uri-miss' : 'stale')
      case 'own': {
        const { reason, culprit } = finish.verdict
        this.#o.told(slot, 'alone', reason, culprit)
        return this.#o.answers.own(slot, finish.response, reason)
      }
      case 'declined':
        this.#o.told(slot, 'declined')
        return this.#o.answers.declined()
      case 'failed': {
        const stale = this.#standIn(visit, kept, finish.reason)
        if (stale === undefined) this.#o.told(slot, 'failed', finish.reason)
        return stale ?? this.#o.answers.failed(finish.response, finish.reason, !leads)
      }
      case 'thrown': {
        const stale = this.#standIn(visit, kept, 'thrown')
        if (stale !== undefined) return stale
        this.#o.told(slot, 'failed', 'thrown')
        throw finish.error
      }
      case 'refused':
        this.#o.told(slot, 'failed', 'refused')
        throw finish.error
      case 'turned-away':
      case 'resting':
      case 'deadline':
        return this.#standIn(visit, kept, finish.kind) ?? this.#turnAway(visit, finish.kind)
    }
  }

  /** Those who waited are told the lifetime as of the end of the render: what has passed since is the answer's own way out. */
  #rendered(slot: Key, { entry, stored, hitAt }: Landed, leads: boolean, forwarded: Forwarded): Out {
    const { answers, clock, keeper, staleMaxAge } = this.#o
    const now = clock.now()
    const { storedAt } = entry
    this.#o.told(slot, leads ? 'miss' : 'follow')
    const ttl = Math.floor((entry.freshUntil - storedAt) / 1000)
    const cacheStatus = forwardedStatus(forwarded, { stored, collapsed: !leads, ttl })
    if (!isKept(storedAt, entry)) return answers.unkept(slot, entry, cacheStatus)
    const seen = keeper.view(slot, entry, now)
    const { state, view } = keeper.at(slot, seen, undefined, now)
    // A purge that came meanwhile would not reach what is kept downstream.
    if (seen.verdict.kind === 'absent') return answers.unkept(slot, entry, cacheStatus)
    const page: Sendable =
      hitAt === undefined && state === 'fresh' && view !== undefined
        ? sendable(view, staleMaxAge)
        : {
            kind: 'short',
            until: Math.min(storedAt + staleMaxAge * 1000, entry.deleteAt),
            most: mostOf(entry, staleMaxAge),
          }
    return answers.kept(slot, entry, page, storedAt, cacheStatus)
  }

  /** The kept page in place of a failure, if a window is still open and no purge has come meanwhile. */
  #standIn({ slot }: Visit<Key>, { view, revision }: Kept, reason: Reason): Out | undefined {
    if (view === undefined) return undefined
    const kept = this.#o.keeper.at(slot, view, revision, this.#o.clock.now())
    return kept.view === undefined
      ? undefined
      : this.#stale(slot, kept, reason, this.#o.flights.get(slot.id)?.graceUntil)
  }

  #turnAway({ slot }: Visit<Key>, reason: Reason): Out {
    this.#o.told(slot, 'turned-away', reason)
    return this.#o.answers.turnedAway(reason)
  }
}

/** Where only what is valid will do, an invalidated page is as good as one past its stale window: it stands in for a failure. */
function asSituated({ state, view }: Kept, validOnly: boolean): Situation['kept'] {
  if (state === 'fresh') return 'ending'
  return state === 'stale' && validOnly && view?.verdict.kind === 'stale' ? 'error' : state
}

function isNearEnd({ route }: Keyed, { view }: Kept, now: number): boolean {
  return route.refreshAhead > 0 && isEnding((view as View).entry, route.refreshAhead, now) // a fresh page is there
}

/** A page that nobody may serve stale is kept downstream no longer than it said itself. */
function mostOf({ storedAt, freshUntil, staleUntil }: Entry, staleMaxAge: number): number {
  return staleUntil > freshUntil
    ? staleMaxAge
    : Math.min(staleMaxAge, Math.max(1, Math.floor((freshUntil - storedAt) / 1000)))
}

type Landed = Extract<Finish, { kind: 'page' }>

function isMissed(finish: Finish, arrival: number): boolean {
  return finish.kind === 'page' && finish.hitAt !== undefined && arrival >= finish.hitAt
}
