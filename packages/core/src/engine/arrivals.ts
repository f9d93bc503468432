import type { Clock } from '../clock.ts'
import { type Forwarded, forwardedStatus } from '../rules/cache-status.ts'
import type { Sendable } from '../rules/downstream.ts'
import { isKept } from '../rules/freshness.ts'
import type { Reason } from '../rules/reason.ts'
import type { Entry } from '../store/entry.ts'
import type { Now } from '../store/store.ts'
import type { Finish, Opening, UnkeptResponse } from './flight.ts'
import { sendable, ttlSeconds } from './hits.ts'
import type { Keeper, Kept } from './kept.ts'
import type { Keyed } from './keyed.ts'
import type { News } from './news.ts'
import type { OldPages } from './old-pages.ts'
import type { Serves, Told } from './serves.ts'
import type { Visit } from './wish.ts'

/** What arrivals are served by. */
export interface ArrivalParts<Key extends Keyed, Out> {
  readonly clock: Clock
  readonly news: News
  readonly keeper: Keeper
  readonly answers: Serves<Key, Out>
  readonly staleMaxAge: number
  readonly told: Told<Key>
}

/** A page for all who waited. */
export type Landed = Extract<Finish, { kind: 'page' }>

/** An end at which there is something for those who waited: a page, a failure, or the reason why there is none. */
export type Arrived = Exclude<Finish, { kind: 'superseded' | 'look-again' }> | Opening

/** What the end of a flight is to each of those who waited for it. */
export class Arrivals<Key extends Keyed, Out> {
  readonly #o: ArrivalParts<Key, Out>
  readonly #oldPages: OldPages<Key, Out>

  constructor(parts: ArrivalParts<Key, Out>, oldPages: OldPages<Key, Out>) {
    this.#o = parts
    this.#oldPages = oldPages
  }

  /** What whoever waited is given. */
  of(visit: Visit<Key>, finish: Arrived, leads: boolean): Now<Out> {
    const { slot, kept, request: visitor } = visit
    const collapsed = !leads
    switch (finish.kind) {
      case 'opened':
        return this.#streamed(slot, finish, leads, forwardedBy(slot, kept))
      case 'page':
        this.#o.told(slot, leads ? 'miss' : 'follow')
        return this.#rendered(slot, finish, leads, forwardedBy(slot, kept))
      case 'own': {
        const { reason, culprit } = finish.verdict
        this.#o.told(slot, 'alone', reason, culprit)
        return this.#o.answers.own(slot, finish.response, reason)
      }
      case 'declined':
        this.#o.told(slot, 'declined')
        return this.#o.answers.declined()
      case 'failed': {
        const stale = this.#oldPages.inPlaceOf(finish.reason, slot, kept)
        if (stale === undefined) this.#o.told(slot, 'failed', finish.reason)
        return stale ?? this.#o.answers.failed(slot, finish.response, { reason: finish.reason, collapsed, visitor })
      }
      case 'thrown': {
        const stale = this.#oldPages.inPlaceOf('thrown', slot, kept)
        if (stale !== undefined) return stale
        this.#o.told(slot, 'failed', 'thrown')
        const answered = this.#o.answers.thrown(slot, finish.error, { collapsed, visitor })
        if (answered !== undefined) return answered
        throw finish.error
      }
      case 'refused':
        this.#o.told(slot, 'failed', 'refused')
        throw finish.error
      case 'turned-away':
      case 'resting':
      case 'deadline':
        return this.without(finish.kind, visit)
    }
  }

  /** No page came: the one before it, or what stands in for one. */
  without(reason: Reason, { slot, kept, request }: Visit<Key>): Now<Out> {
    const stale = this.#oldPages.inPlaceOf(reason, slot, kept)
    if (stale !== undefined) return stale
    this.#o.told(slot, 'turned-away', reason)
    return this.#o.answers.turnedAway(slot, reason, request)
  }

  /** Nobody is to render it. */
  unrendered({ slot, kept, request }: Visit<Key>): Now<Out> {
    const stale = this.#oldPages.inPlaceOf('strategy', slot, kept)
    if (stale !== undefined) return stale
    this.#o.told(slot, 'turned-away', 'strategy')
    return this.#o.answers.unrendered(slot, request)
  }

  /** A page whose end nobody has seen: as its leader's, or for the grace. */
  #streamed(slot: Key, { head, entry, isShared, body }: Opening, leads: boolean, forwarded: Forwarded): Out {
    const { answers, clock, told } = this.#o
    told(slot, leads ? 'miss' : 'follow')
    const now = clock.now()
    const page = isShared && isKept(entry.storedAt, entry) ? this.#short(entry, now) : undefined
    const status = entry.origin === undefined ? undefined : head.status
    const cacheStatus = forwardedStatus(forwarded, { collapsed: !leads, status, detail: 'streamed' })
    return answers.streamed(slot, { response: { ...head, body: body.reader() }, entry, page }, now, cacheStatus)
  }

  /** Downstream, a page that may soon be another is kept for the grace. */
  #short(entry: Entry, from: number): Sendable {
    const { staleMaxAge } = this.#o
    return {
      kind: 'short',
      until: Math.min(from + staleMaxAge * 1000, entry.deleteAt),
      most: mostOf(entry, staleMaxAge),
    }
  }

  /** The page that a company followed, for all of them. Each of them is told of by `followed`. */
  joint(slot: Key, page: Landed, forwarded: Forwarded): Out {
    return this.#rendered(slot, page, false, forwarded)
  }

  followed(slot: Key): void {
    this.#o.told(slot, 'follow')
  }

  /** Those who waited are told the lifetime as of the end of the render: what has passed since is the answer's own way out. */
  #rendered(slot: Key, { entry, stored, hitAt, asCame, isFound }: Landed, leads: boolean, forwarded: Forwarded): Out {
    const { answers, clock, keeper, staleMaxAge } = this.#o
    const now = clock.now()
    // What another process has rendered may have waited to be found.
    const storedAt = isFound ? Math.max(now, entry.storedAt) : entry.storedAt
    const seen = keeper.viewOnce(slot, entry, now)
    const { state, view } = keeper.at(slot, seen, undefined, now)
    const fresh =
      hitAt === undefined && state === 'fresh' && view !== undefined ? sendable(view, staleMaxAge) : undefined
    const ttl = ttlSeconds(entry, storedAt, fresh)
    const status = entry.origin === undefined ? undefined : (asCame ?? NOT_MODIFIED).status
    const cacheStatus = forwardedStatus(forwarded, { stored, collapsed: !leads, ttl, status })
    if (leads && asCame !== undefined) return answers.asCame(slot, asCame, cacheStatus)
    // A purge that came meanwhile would not reach what is kept downstream.
    const isKeepable = isKept(entry.storedAt, entry) && seen.verdict.kind !== 'absent'
    if (!isKeepable) return answers.unkept(slot, entry, cacheStatus)
    return answers.rendered(slot, entry, fresh ?? this.#short(entry, storedAt), storedAt, cacheStatus)
  }
}

/** What the app said where the page is given as it is kept. */
const NOT_MODIFIED: Pick<UnkeptResponse, 'status'> = Object.freeze({ status: 304 })

/** Why the app was asked (RFC 9211 2.2). */
export function forwardedBy({ base }: Keyed, { state, view, past }: Kept): Forwarded {
  // By directives of the visitor's own: nothing else asks for what is fresh.
  if (state === 'fresh') return 'request'
  if ((view ?? past) !== undefined) return 'stale'
  return base === undefined ? 'uri-miss' : 'vary-miss'
}

/** A page that nobody may serve stale is kept downstream no longer than it said itself. */
function mostOf({ storedAt, freshUntil, staleUntil }: Entry, staleMaxAge: number): number {
  return staleUntil > freshUntil
    ? staleMaxAge
    : Math.min(staleMaxAge, Math.max(1, Math.floor((freshUntil - storedAt) / 1000)))
}
