import type { Clock } from '../clock.ts'
import { type Forwarded, forwardedStatus, hitStatus } from '../rules/cache-status.ts'
import { decide, type Situation } from '../rules/decide.ts'
import { remainingSeconds, type Sendable } from '../rules/downstream.ts'
import { isEnding, isKept } from '../rules/freshness.ts'
import type { Entry, Generation } from '../store/entry.ts'
import type { Found, Now } from '../store/store.ts'
import { type Answers, failedAnswer, ownAnswer, type PageAnswer, plainAnswer, RETRY_AFTER } from './answers.ts'
import { discard } from './collect.ts'
import type { Ask, Departure } from './departure.ts'
import type { Answered } from './events.ts'
import type { Finish, Flight, Flights } from './flight.ts'
import type { GuardedStore } from './guarded-store.ts'
import type { Keeper, Kept, View } from './kept.ts'
import { andThen } from './later.ts'
import type { News } from './news.ts'
import type { Answer } from './plan.ts'
import type { Rests } from './rests.ts'
import type { Slot } from './slots.ts'

const FRESH: Situation = Object.freeze({ kept: 'fresh', rendering: false, resting: false })

/** One visitor's wish for a page. */
export interface Visit extends Ask {
  /** When the visitor stops waiting. */
  readonly patientUntil: number
}

/** What the engine is put together from. */
export interface EngineParts {
  readonly clock: Clock
  readonly store: GuardedStore
  readonly news: News
  readonly keeper: Keeper
  readonly rests: Rests
  readonly flights: Flights
  readonly departure: Departure
  readonly answers: Answers
  readonly staleMaxAge: number
  readonly timeoutMs: number
  readonly told: (slot: Slot, answered: Answered, reason?: string, culprit?: string) => void
}

/** Look up, decide, act: the only place with order and time. */
export class Engine {
  readonly #o: EngineParts

  constructor(parts: EngineParts) {
    this.#o = parts
  }

  /** At once where a kept page will do and the store is at hand. */
  answer(visit: Visit): Now<Answer> {
    return andThen(this.#read(visit.slot), (kept) => this.#act(visit, kept, this.#o.clock.now()))
  }

  /** What is kept, without asking anybody to render: fresh or stale, or nothing. */
  lookup(slot: Slot): Now<PageAnswer | undefined> {
    return andThen(this.#read(slot), (kept) => {
      if (kept.state === 'fresh') return this.#hit(slot, kept, this.#o.clock.now())
      return kept.state === 'stale' ? this.#stale(slot, kept, 'stale') : undefined
    })
  }

  /** What is kept, with the log's news that came along. */
  #read(slot: Slot): Now<Kept> {
    const { store, news } = this.#o
    const since = news.index.head
    return andThen(store.get(slot, since), (found) => this.#look(slot, found, since))
  }

  #look(slot: Slot, found: Found, since: Generation): Kept {
    const { news, keeper, clock } = this.#o
    if (found.tail !== undefined) news.take(found.tail, since)
    return keeper.look(slot, found, clock.now())
  }

  #act(visit: Visit, kept: Kept, now: number): Now<Answer> {
    const { slot } = visit
    // A hit asks nothing else: the table's other columns cost look-ups.
    const situation = kept.state === 'fresh' && !isNearEnd(slot, kept, now) ? FRESH : this.#situation(slot, kept, now)
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

  #situation(slot: Slot, kept: Kept, now: number): Situation {
    const rendering = this.#joinable(slot, kept) !== undefined
    return {
      kept: kept.state === 'fresh' ? 'ending' : kept.state,
      rendering,
      resting: this.#o.rests.until(slot.id, now) > 0,
    }
  }

  /** The flight that this key's visitors may join: not one that a record has made too old by what is known of the page. */
  #joinable(slot: Slot, { view }: Kept): Flight | undefined {
    const flight = this.#o.flights.get(slot.id)
    if (flight?.generation === undefined) return flight
    const newest = this.#o.news.index.newestNaming(slot.url, view?.entry.tags ?? slot.route.tags)
    return newest.epoch === flight.generation.epoch && newest.position <= flight.generation.position
      ? flight
      : undefined
  }

  #hit(slot: Slot, kept: Kept, now: number): PageAnswer {
    const view = kept.view as View // a fresh page is there
    this.#o.told(slot, 'hit')
    const { hit } = view
    if (hit !== undefined && hit.slot === slot && hit.version === view.version && now >= hit.from && now <= hit.until) {
      return hit.answer
    }
    return this.#makeHit(slot, view, now)
  }

  /** All hits in which the same whole seconds remain are one answer. */
  #makeHit(slot: Slot, view: View, now: number): PageAnswer {
    const { entry, version } = view
    const ttl = remainingSeconds(entry.freshUntil, now, Number.POSITIVE_INFINITY)
    const answer = this.#o.answers.kept(slot, entry, this.#fresh(view), now, hitStatus(ttl))
    view.hit = { slot, version, from: now, until: Math.max(now, entry.freshUntil - ttl * 1000), answer }
    return answer
  }

  #fresh({ entry, verdict }: View): Sendable {
    if (verdict.kind === 'valid' && verdict.settling)
      return { kind: 'short', until: entry.freshUntil, most: this.#o.staleMaxAge }
    const { freshUntil, staleUntil, errorUntil, storedAt } = entry
    return {
      kind: 'fresh',
      until: freshUntil,
      maxAge: Math.floor((freshUntil - storedAt) / 1000),
      staleWhileRevalidate: Math.floor((staleUntil - freshUntil) / 1000),
      staleIfError: Math.floor((errorUntil - freshUntil) / 1000),
    }
  }

  /** The old page, with what remains of a grace that somebody has fixed, of the key's rest, or with a whole grace. */
  #stale(slot: Slot, kept: Kept, detail: string, graceUntil?: number): PageAnswer {
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
  #refresh(visit: Visit, kept: Kept): Now<Answer> {
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
  async #wait(visit: Visit, kept: Kept, arrival: number): Promise<Answer> {
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
  #next(visit: Visit, arrival: number): Now<Answer> {
    return andThen(this.#read(visit.slot), (kept) => {
      return kept.state === 'fresh'
        ? this.#hit(visit.slot, kept, this.#o.clock.now())
        : this.#wait(visit, kept, arrival)
    })
  }

  /** The page that a follower waited for was its leader's alone: a render of one's own, unless somebody has a page for all by now. */
  #aside(visit: Visit): Now<Answer> {
    return andThen(this.#read(visit.slot), (kept) => {
      return kept.state === 'fresh' ? this.#hit(visit.slot, kept, this.#o.clock.now()) : this.#alone(visit, kept)
    })
  }

  async #alone(visit: Visit, kept: Kept): Promise<Answer> {
    const flight = this.#o.departure.alone(visit, kept)
    const finish = await this.#within(flight, visit)
    return finish === undefined ? this.#tooLate(visit, kept, flight) : this.#landed(visit, kept, finish, true)
  }

  /** The visitor goes; what the render gives to nobody else must not wait for a reader. */
  #tooLate(visit: Visit, kept: Kept, led: Flight | undefined): PageAnswer {
    void led?.done.then((finish) => finish.kind === 'own' && discard(finish.response.body))
    return this.#standIn(visit, kept, 'timeout') ?? this.#turnAway(visit, 'timeout')
  }

  /** The end of a flight, or `undefined` when the visitor's patience ran out first. */
  #within(flight: Flight, { patientUntil }: Visit): Promise<Finish | undefined> {
    const { clock } = this.#o
    flight.join()
    const { promise, resolve } = Promise.withResolvers<Finish | undefined>()
    // Whatever becomes of the clock meanwhile, nobody waits for longer than that.
    const waitMs = Math.min(this.#o.timeoutMs, Math.max(0, patientUntil - clock.now()))
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

  #landed(visit: Visit, kept: Kept, finish: Finish, leads: boolean): Answer {
    const { slot } = visit
    switch (finish.kind) {
      case 'page':
        return this.#rendered(slot, finish, leads, kept.view === undefined ? 'uri-miss' : 'stale')
      case 'own': {
        const { reason, culprit } = finish.verdict
        this.#o.told(slot, 'alone', reason, culprit)
        return ownAnswer(slot, finish.response, reason)
      }
      case 'declined':
        this.#o.told(slot, 'declined')
        return finish
      case 'failed': {
        const stale = this.#standIn(visit, kept, finish.reason)
        if (stale === undefined) this.#o.told(slot, 'failed', finish.reason)
        return stale ?? failedAnswer(finish.response, finish.reason, !leads)
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
  #rendered(slot: Slot, { entry, stored, hitAt }: Landed, leads: boolean, forwarded: Forwarded): PageAnswer {
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
        ? this.#fresh(view)
        : {
            kind: 'short',
            until: Math.min(storedAt + staleMaxAge * 1000, entry.deleteAt),
            most: mostOf(entry, staleMaxAge),
          }
    return answers.kept(slot, entry, page, storedAt, cacheStatus)
  }

  /** The kept page in place of a failure, if a window is still open and no purge has come meanwhile. */
  #standIn({ slot }: Visit, { view, revision }: Kept, reason: string): PageAnswer | undefined {
    if (view === undefined) return undefined
    const kept = this.#o.keeper.at(slot, view, revision, this.#o.clock.now())
    return kept.view === undefined
      ? undefined
      : this.#stale(slot, kept, reason, this.#o.flights.get(slot.id)?.graceUntil)
  }

  #turnAway({ slot }: Visit, reason: string): PageAnswer {
    this.#o.told(slot, 'turned-away', reason)
    return plainAnswer(503, 'Service Unavailable', reason, RETRY_AFTER)
  }
}

function isNearEnd({ route }: Slot, { view }: Kept, now: number): boolean {
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
