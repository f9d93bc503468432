import type { Clock } from '../clock.ts'
import { hitStatus } from '../rules/cache-status.ts'
import type { Sendable } from '../rules/downstream.ts'
import type { Reason } from '../rules/reason.ts'
import type { Flights } from './flight.ts'
import { ttlSeconds } from './hits.ts'
import type { Keeper, Kept, View } from './kept.ts'
import type { Keyed } from './keyed.ts'
import { isOriginView, mayStandIn } from './origin-landing.ts'
import type { Rests } from './rests.ts'
import type { Serves, Told } from './serves.ts'

/** What old pages are served by. */
export interface OldPageParts<Key extends Keyed, Out> {
  readonly clock: Clock
  readonly keeper: Keeper
  readonly rests: Rests
  readonly flights: Flights
  readonly answers: Serves<Key, Out>
  readonly staleMaxAge: number
  readonly told: Told<Key>
}

/** Serves kept pages that are no longer fresh. */
export class OldPages<Key extends Keyed, Out> {
  readonly #o: OldPageParts<Key, Out>

  constructor(parts: OldPageParts<Key, Out>) {
    this.#o = parts
  }

  /** The old page, with what remains of a grace that somebody has fixed, of the key's rest, or with a whole grace. */
  serve(slot: Key, kept: Kept, detail: Reason, graceUntil?: number): Out {
    const { clock, rests, staleMaxAge, answers } = this.#o
    const now = clock.now()
    const { entry } = kept.view as View // a stale page is there
    this.#o.told(slot, 'stale', detail)
    const restUntil = rests.until(slot.id, now)
    // One that is over begins anew, though whoever renews it has not come to that yet.
    const graceEnd = graceUntil !== undefined && graceUntil > now ? graceUntil : now + staleMaxAge * 1000
    const page: Sendable =
      graceUntil === undefined && restUntil > 0
        ? { kind: 'short', until: Math.min(restUntil, entry.deleteAt), most: Number.POSITIVE_INFINITY }
        : { kind: 'short', until: Math.min(graceEnd, entry.deleteAt), most: staleMaxAge }
    return answers.kept(slot, entry, page, now, hitStatus(ttlSeconds(entry, now, undefined), detail))
  }

  /** The kept page in place of a failure, if a window is still open and no purge has come meanwhile. */
  inPlaceOf(reason: Reason, slot: Key, { view, past, revision }: Kept): Out | undefined {
    const known = view ?? past
    if (known === undefined) return undefined
    const now = this.#o.clock.now()
    const kept = this.#o.keeper.at(slot, known, revision, now)
    const mayServe = isOriginView(known) ? mayStandIn(known, reason, now) : kept.view !== undefined
    if (!mayServe) return undefined
    return this.serve(slot, { ...kept, view: known }, reason, this.#o.flights.get(slot.id)?.graceUntil)
  }
}
