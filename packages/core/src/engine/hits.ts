import { ageSeconds } from '../origin/age.ts'
import { hitStatus } from '../rules/cache-status.ts'
import type { Sendable } from '../rules/downstream.ts'
import { endingAt } from '../rules/freshness.ts'
import type { Entry } from '../store/entry.ts'
import type { Found, Now } from '../store/store.ts'
import type { Hit, Keeper, View } from './kept.ts'
import type { Keyed } from './keyed.ts'
import type { News } from './news.ts'
import type { Serves } from './serves.ts'

/** What hits are made from. */
export interface HitParts<Key extends Keyed, Out> {
  readonly answers: Serves<Key, Out>
  readonly keeper: Keeper
  readonly news: News
  readonly staleMaxAge: number
}

/** Makes the answers of hits, and knows when the one before will do. */
export class Hits<Key extends Keyed, Out> {
  readonly #o: HitParts<Key, Out>
  /** Of pages that are read anew each time, by what stands for their writes: each without the page's bytes. */
  readonly #reread = new WeakMap<object, Hit>()

  constructor(parts: HitParts<Key, Out>) {
    this.#o = parts
  }

  /** The hit before, where this one is the same: then nothing else of the page is looked at, which takes half of the time. */
  again(slot: Key, found: Now<Found>, now: number): Hit | undefined {
    if (!('margin' in found) || found.tail !== undefined) return undefined
    return this.#same(slot, this.#o.keeper.seen(found)?.hit, now)
  }

  /** The hit before of the same write, whose bytes the store has read anew. No news have come with it, and what was heard before is in the version. */
  reread(slot: Key, { write, tail }: Found, now: number): Hit | undefined {
    if (write === undefined || tail !== undefined) return undefined
    return this.#same(slot, this.#reread.get(write), now)
  }

  /** The hit of a page that is fresh: all of those in which the same whole seconds remain are one. */
  of(slot: Key, view: View, now: number): Hit {
    view.hit = this.#same(slot, view.hit, now) ?? this.#made(slot, view, now)
    if (view.write !== undefined) this.#remember(view.write, view.hit)
    return view.hit
  }

  #remember(write: object, hit: Hit): void {
    const { answers } = this.#o
    this.#reread.set(write, { ...hit, answer: answers.withoutBytes(hit.answer as Out) }) // made by `#made`
  }

  #same(slot: Key, hit: Hit | undefined, now: number): Hit | undefined {
    if (hit === undefined || now < hit.from || now > hit.until) return undefined
    if (hit.slot !== undefined && hit.slot !== slot) return undefined
    return hit.version === this.#o.news.index.version ? hit : undefined
  }

  #made(slot: Key, view: View, now: number): Hit {
    const { answers, staleMaxAge } = this.#o
    const { entry, version } = view
    const page = sendable(view, staleMaxAge)
    const ttl = Math.max(1, ttlSeconds(entry, now, page))
    return {
      // A redirect is given back what its visitor's URL lost.
      slot: entry.status >= 300 && entry.status <= 399 ? slot : undefined,
      version,
      from: now,
      until: Math.max(now, Math.min(entry.freshUntil - ttl * 1000, sameAgeUntil(entry, now))),
      calmUntil: endingAt(entry, slot.route.refreshAhead),
      answer: answers.kept(slot, entry, page, now, hitStatus(ttl)),
    }
  }
}

/** Age, which goes out where the app's own fields decide, grows when whole seconds have passed since the response was made. */
function sameAgeUntil({ origin }: Entry, now: number): number {
  if (origin === undefined) return Number.POSITIVE_INFINITY
  return origin.bornAt + (ageSeconds(origin.bornAt, now) + 1) * 1000 - 1
}

/**
 * Seconds of freshness that a page has left by this cache's own reckoning (RFC 9211 2.4), which is not what those downstream are told: of one that goes out for the
 * grace though it is fresh, no more than that; of one that is not fresh, `page` being `undefined`, none, or less.
 */
export function ttlSeconds({ freshUntil }: Entry, now: number, page: Sendable | undefined): number {
  const most = page === undefined ? 0 : page.kind === 'short' ? page.most : Number.POSITIVE_INFINITY
  return Math.min(most, Math.floor((freshUntil - now) / 1000))
}

/** What a fresh page is downstream. */
export function sendable({ entry, verdict }: View, staleMaxAge: number): Sendable {
  if (verdict.kind === 'valid' && verdict.settling) return { kind: 'short', until: entry.freshUntil, most: staleMaxAge }
  const { freshUntil, staleUntil, errorUntil, storedAt } = entry
  return {
    kind: 'fresh',
    until: freshUntil,
    maxAge: Math.floor((freshUntil - storedAt) / 1000),
    staleWhileRevalidate: Math.floor((staleUntil - freshUntil) / 1000),
    staleIfError: Math.floor((errorUntil - freshUntil) / 1000),
  }
}
