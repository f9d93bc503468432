import type { Clock } from '../clock.ts'
import { decide, type Situation } from '../rules/decide.ts'
import { isEnding } from '../rules/freshness.ts'
import type { Reason } from '../rules/reason.ts'
import type { Entry, Generation } from '../store/entry.ts'
import type { Found, Now } from '../store/store.ts'
import { Arrivals } from './arrivals.ts'
import type { Departure } from './departure.ts'
import type { Flight, Flights } from './flight.ts'
import type { FoundInTime, GuardedStore } from './guarded-store.ts'
import { Hits } from './hits.ts'
import type { Hit, Keeper, Kept, View } from './kept.ts'
import type { Keyed } from './keyed.ts'
import { Ladder, ofStrategy } from './ladder.ts'
import { andThen, isLater } from './later.ts'
import type { Looks } from './looks.ts'
import type { News } from './news.ts'
import { OldPages } from './old-pages.ts'
import { asksForEverybody, type OriginAsk, soloAsk } from './origin-ask.ts'
import { reuseAsked } from './origin-landing.ts'
import type { RecentTime } from './recent-time.ts'
import type { Receives } from './reception.ts'
import type { Rests } from './rests.ts'
import type { Serves, Told } from './serves.ts'
import { Budget } from './time-limit.ts'
import { Waiting } from './waiting.ts'
import type { Visit, Wish } from './wish.ts'

/** Before the store is asked. */
const NOTHING_KEPT: Kept = Object.freeze({ state: 'none', view: undefined, revision: undefined })

const FRESH: Situation = Object.freeze({ kept: 'fresh', rendering: false, resting: false })

/** What the engine is put together from. */
export interface EngineParts<Key extends Keyed, Out> {
  readonly clock: Clock
  readonly recent: RecentTime
  readonly store: GuardedStore
  readonly news: News
  readonly keeper: Keeper
  readonly looks: Looks
  readonly rests: Rests
  readonly flights: Flights
  readonly departure: Departure
  readonly answers: Serves<Key, Out>
  readonly reception: Receives<Key>
  readonly staleMaxAge: number
  readonly told: Told<Key>
}

/** Look up, decide, act: the only place with order and time. */
export class Engine<Key extends Keyed, Out> {
  readonly #o: EngineParts<Key, Out>
  readonly #hits: Hits<Key, Out>
  readonly #oldPages: OldPages<Key, Out>
  readonly #waiting: Waiting<Key, Out>
  readonly #ladder: Ladder<Key, Out>

  constructor(parts: EngineParts<Key, Out>) {
    this.#o = parts
    this.#hits = new Hits(parts)
    this.#oldPages = new OldPages(parts)
    const { clock, news, departure, reception } = parts
    const arrivals = new Arrivals(parts, this.#oldPages)
    const lookup = {
      seen: (visit: Visit<Key>) => this.#seen(visit),
      hit: ({ slot, kept }: Visit<Key>) => this.#hit(slot, kept, clock.now()),
      inForm: (visit: Visit<Key>, out: Out) => this.#inForm(visit, out),
      joinable: (slot: Key, kept: Kept) => this.#joinable(slot, kept),
    }
    this.#waiting = new Waiting({ clock, news, departure, arrivals, lookup, reception })
    this.#ladder = new Ladder({ ...parts, waiting: this.#waiting, arrivals, lookup })
  }

  /** At once where a kept page will do and the store is at hand. */
  answer(wish: Wish<Key>): Now<Out> {
    const { slot } = wish
    const { recent, news, store } = this.#o
    const cameAt = recent.now()
    const since = news.index.head
    const found = store.get(slot, since, cameAt)
    const hit = this.#hits.again(slot, found, cameAt)
    if (hit !== undefined && cameAt < hit.calmUntil) {
      this.#o.told(slot, 'hit')
      return this.#inForm(wish, hit.answer as Out) // made for this key
    }
    return isLater(found) ? this.#later(wish, found, since) : this.#decide(wish, cameAt, found, since)
  }

  #inForm({ slot, wanted }: Wish<Key>, out: Out): Now<Out> {
    return this.#o.answers.inForm(slot, out, wanted)
  }

  /** For a visitor whose directives are heeded (RFC 9111 5.2.1): the hit before is not asked for, and what is fresh may not be fresh enough. */
  answerAsked({ slot, render, request, origin, wanted, stay }: Wish<Key>): Now<Out> {
    const { clock, news } = this.#o
    const came = { cameAt: clock.now(), isTimed: true, arrival: news.index.head.position, budget: new Budget() }
    const visit = { slot, render, request, origin, wanted, stay, ...came }
    return andThen(this.#seen({ ...visit, kept: NOTHING_KEPT }), (seen) => this.#heed(seen))
  }

  #heed(visit: Visit<Key>): Now<Out> {
    const { slot, kept, origin } = visit
    const now = this.#o.clock.now()
    const view = kept.view ?? kept.past
    switch (reuseAsked(view, origin?.directives, now)) {
      case 'serve':
      case 'refresh':
        return this.#act(visit, now)
      case 'serve-stale':
        return this.#inForm(visit, this.#oldPages.serve(slot, { ...kept, view }, 'stale'))
      case 'validate':
        return this.#waiting.together(this.#joinable(slot, kept), visit)
      case 'unavailable':
        this.#o.told(slot, 'turned-away', 'only-if-cached')
        return this.#o.answers.turnedAway(slot, 'only-if-cached', visit.request)
    }
  }

  /** What the store takes is part of the visitor's patience, which is counted from here. */
  #later(wish: Wish<Key>, found: Promise<FoundInTime>, since: Generation): Promise<Out> {
    const { clock } = this.#o
    const cameAt = clock.now()
    const budget = new Budget()
    return found.then((late) => {
      const now = clock.now()
      const hit = this.#hits.reread(wish.slot, late, now)
      if (hit !== undefined && now < hit.calmUntil) return this.#inForm(wish, this.#again(wish.slot, hit, late))
      budget.spend(Math.max(0, now - cameAt))
      if (late.isUnanswered === true) budget.exhaust()
      return this.#decide({ ...wish, isTimed: true, budget }, cameAt, late, since)
    })
  }

  #again(slot: Key, hit: Hit, { value }: Found): Out {
    this.#o.told(slot, 'hit')
    return this.#o.answers.again(hit.answer as Out, value as Entry) // made for this key; only pages have hits
  }

  #decide(wish: Wish<Key> & Pick<Visit<Key>, 'isTimed'>, cameAt: number, found: Found, since: Generation): Now<Out> {
    const selected = selectedBy(wish.slot, found, wish.origin?.selects)
    if (selected !== undefined) return this.#answerAt(this.#heard(selected, found, since), wish, cameAt)
    const { slot, render, validOnly = false, isTimed = false, request, origin, wanted, budget, stay } = wish
    // What is not there has no age: a crowd before a cold page need not ask for the time.
    const now = found.value === undefined ? cameAt : this.#o.clock.now()
    const kept = this.#o.looks.of(slot, found, since, now)
    const arrival = this.#o.news.index.head.position
    const visit = { slot, render, validOnly, request, origin, wanted, budget, stay, cameAt, isTimed, kept, arrival }
    return this.#act(visit, now)
  }

  /** Where the names of a URL's variants have led to. */
  #answerAt(slot: Key, wish: Wish<Key> & Pick<Visit<Key>, 'isTimed'>, cameAt: number): Now<Out> {
    const { store, news, clock } = this.#o
    if (wish.budget === undefined) return this.answer({ ...wish, slot })
    const since = news.index.head
    return andThen(store.get(slot, since, clock.now(), wish.budget), (found) =>
      this.#decide({ ...wish, slot }, cameAt, found, since),
    )
  }

  /** What is kept, without asking anybody to render: fresh or stale, or nothing. */
  lookup(slot: Key, selects?: OriginAsk<Key>['selects']): Now<Out | undefined> {
    const { recent, news, store } = this.#o
    const cameAt = recent.now()
    const since = news.index.head
    const found = store.get(slot, since, cameAt)
    const hit = this.#hits.again(slot, found, cameAt)
    if (hit !== undefined) {
      this.#o.told(slot, 'hit')
      return hit.answer as Out // made for this key
    }
    return andThen(found, (late) => this.#peek(slot, late, { since, selects }))
  }

  #peek(
    slot: Key,
    found: Found,
    { since, selects }: { readonly since: Generation; readonly selects: OriginAsk<Key>['selects'] | undefined },
  ): Now<Out | undefined> {
    const now = this.#o.clock.now()
    const hit = this.#hits.reread(slot, found, now)
    if (hit !== undefined) return this.#again(slot, hit, found)
    const selected = selectedBy(slot, found, selects)
    if (selected !== undefined) return this.lookup(this.#heard(selected, found, since))
    const kept = this.#o.looks.of(slot, found, since, now)
    if (kept.state === 'fresh') return this.#hit(slot, kept, now)
    return kept.state === 'stale' ? this.#oldPages.serve(slot, kept, 'stale') : undefined
  }

  /** The same visit by what is kept now. */
  #seen(visit: Visit<Key>): Now<Visit<Key>> {
    const { store, news, clock } = this.#o
    const { slot } = visit
    const since = news.index.head
    return andThen(store.get(slot, since, clock.now(), visit.budget), (found): Now<Visit<Key>> => {
      const selected = selectedBy(slot, found, visit.origin?.selects)
      if (selected !== undefined) return this.#seen({ ...visit, slot: this.#heard(selected, found, since) })
      return { ...visit, kept: this.#o.looks.of(slot, found, since, clock.now()) }
    })
  }

  /** The log's news come along with names as they do with pages. */
  #heard(selected: Key, found: Found, since: Generation): Key {
    this.#o.looks.hear(found, since)
    return selected
  }

  #act(visit: Visit<Key>, now: number): Now<Out> {
    const { slot, kept } = visit
    // A hit asks nothing else: the table's other columns cost look-ups.
    const isCalm = kept.state === 'fresh' && !isNearEnd(slot, kept, now)
    const flight = isCalm ? undefined : this.#joinable(slot, kept)
    const situation = isCalm ? FRESH : this.#situation(visit, flight, now)
    switch (decide(situation).kind) {
      case 'serve':
        return this.#inForm(visit, this.#hit(slot, kept, now))
      case 'refresh-ahead': {
        const asked = this.#toRender(visit)
        // Nobody waits for the lease either: whoever has it, this page is still true.
        if (asked !== undefined) this.#o.departure.together(asked, kept, true)
        return this.#inForm(visit, this.#hit(slot, kept, now))
      }
      case 'serve-stale':
        return this.#besides(visit, flight, detailOf(situation, kept))
      case 'refresh': {
        const asked = this.#toRender(visit)
        return asked === undefined ? this.#old(visit, 'strategy') : this.#refresh(asked)
      }
      default:
        return this.#ladder.climb(visit, flight)
    }
  }

  /** The visit with its strategy; `undefined` where its page is not to be rendered. */
  #toRender(visit: Visit<Key>): Visit<Key> | undefined {
    const strategy = this.#o.reception.strategy(visit)
    return strategy === 'never' ? undefined : ofStrategy(visit, strategy)
  }

  #situation({ slot, kept, validOnly = false }: Visit<Key>, flight: Flight | undefined, now: number): Situation {
    // Where nothing is kept, nothing could be served instead of a render. That the log's word is not there yet is no reason for one.
    const resting = kept.doubt === 'unread' || (kept.state !== 'none' && this.#o.rests.until(slot.id, now) > 0)
    return { kept: asSituated(kept, validOnly), rendering: flight !== undefined, resting }
  }

  /** The flight that this key's visitors may join: not one that a record has made too old by what is known of the page. */
  #joinable(slot: Key, { view }: Kept): Flight | undefined {
    const flight = this.#o.flights.get(slot.id)
    if (flight?.generation === undefined) return flight
    const tags = flight.tags ?? view?.entry.tags ?? slot.route.tags
    const newest = this.#o.news.index.newestNaming(slot.url, tags)
    return newest.epoch === flight.generation.epoch && newest.position <= flight.generation.position
      ? flight
      : undefined
  }

  #hit(slot: Key, kept: Kept, now: number): Out {
    this.#o.told(slot, 'hit')
    return this.#hits.of(slot, kept.view as View, now).answer as Out // a fresh page is there, and its hit made for this key
  }

  #old(visit: Visit<Key>, detail: Reason, graceUntil?: number): Now<Out> {
    return this.#inForm(visit, this.#oldPages.serve(visit.slot, visit.kept, detail, graceUntil))
  }

  /** The old page now, and one render behind it. */
  #refresh(visit: Visit<Key>): Now<Out> {
    const { kept } = visit
    const ask = asksForEverybody(visit.origin) ? visit : soloAsk(visit)
    return this.#besides(visit, this.#o.departure.together(ask, kept, true), 'refreshing')
  }

  /** The old page beside a render, if there is one. The grace is fixed by whoever takes the lease, or has it; nobody is told another. */
  #besides(visit: Visit<Key>, flight: Flight | undefined, detail: OldPageReason): Now<Out> {
    return andThen(flight?.claim, (claim) => {
      if (claim?.kind !== 'held' || claim.restUntil === 0) return this.#old(visit, detail, flight?.graceUntil)
      this.#o.rests.adopt(visit.slot.id, claim.restUntil, this.#o.clock.now())
      return this.#old(visit, 'resting')
    })
  }
}

/** Where the page of this visitor lies, if what was found says only by which request fields that is to be told (RFC 9111 4.1). */
function selectedBy<Key extends Keyed>(
  slot: Key,
  { value }: Found,
  selects: OriginAsk<Key>['selects'] | undefined,
): Key | undefined {
  if (value === undefined || value.kind !== 'names' || slot.base !== undefined) return undefined
  return selects?.(value.names)
}

/** Where only what is valid will do, an invalidated page is as good as one past its stale window: it stands in for a failure. So is one older than a cut. */
function asSituated({ state, view, doubt }: Kept, validOnly: boolean): Situation['kept'] {
  if (state === 'fresh') return 'ending'
  return state === 'stale' && validOnly && (view?.verdict.kind === 'stale' || doubt === 'cut') ? 'error' : state
}

/** What is said of an old page that goes out at once. */
type OldPageReason = 'resting' | 'refreshing' | 'stale'

function detailOf({ resting }: Situation, { doubt }: Kept): OldPageReason {
  if (doubt === 'unread') return 'stale'
  return resting ? 'resting' : 'refreshing'
}

function isNearEnd({ route }: Keyed, { view }: Kept, now: number): boolean {
  return route.refreshAhead > 0 && isEnding((view as View).entry, route.refreshAhead, now) // a fresh page is there
}
