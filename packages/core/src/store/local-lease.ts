import { LRUCache } from 'lru-cache'
import type { Clock } from '../clock.ts'
import { systemClock } from '../clock.ts'
import { checkCount, refuseUnknown } from '../option-checks.ts'
import { Deadline } from './deadline.ts'
import type { Generation } from './entry.ts'
import type { Held, HeldByAnother, Lease, StoreKey } from './store.ts'
import { Waiters } from './waiters.ts'

/** Options of {@link localLease}. */
export interface LocalLeaseOptions {
  /** @default the system's clock */
  readonly clock?: Clock
  /** Keys whose rest is remembered; the longest unasked go first. @default 10_000 */
  readonly maxRests?: number
}

type TakeOptions = Parameters<Lease['take']>[1]
type RenewOptions = Parameters<Lease['renew']>[2]

/** A {@link Lease} that answers at once. */
export interface LocalLease extends Lease {
  /** Leases that are held, and those that ran out and were not taken over yet. */
  readonly size: number
  take(key: StoreKey, o: TakeOptions): Held | HeldByAnother
  renew(key: StoreKey, token: bigint, o: RenewOptions): { readonly graceUntil: number } | false
  release(key: StoreKey, token: bigint, o?: { readonly restMs: number }): void
  released(key: StoreKey, o: { readonly signal: AbortSignal }): Promise<void>
}

/**
 * Render leases for one process. A lease that is held is never dropped, however many there are; one that ran out is taken over by the next asker.
 *
 * @throws `ERR_SSR_CACHE_OPTION` for an option of the wrong kind.
 */
export function localLease(options: LocalLeaseOptions = {}): LocalLease {
  const { clock = systemClock, maxRests = 10_000 } = options
  refuseUnknown('localLease', options, ['clock', 'maxRests'])
  checkCount('localLease.maxRests', maxRests, 1)
  return new ProcessLease(clock, maxRests)
}

interface HeldLease {
  readonly token: bigint
  readonly generation: Generation
  readonly end: Deadline
  readonly grace: Deadline
}

/** Leases are looked through for abandoned ones when there are twice as many as last time, and not below this. */
const LEAST_SWEEP = 1_024

class ProcessLease implements LocalLease {
  readonly #clock: Clock
  /** By key id. Not a cache: an eviction here would start a second render. */
  readonly #held = new Map<string, HeldLease>()
  /** By key id. */
  readonly #rests: LRUCache<string, Deadline>
  readonly #waiters = new Waiters()
  #lastToken = 0n
  #sweepAt = LEAST_SWEEP

  constructor(clock: Clock, maxRests: number) {
    this.#clock = clock
    // Bounded by size: for `max`, room for all of them would be set aside at once, a millisecond and a half of each store's making.
    this.#rests = new LRUCache({ maxSize: maxRests, sizeCalculation: () => 1 })
  }

  get size(): number {
    return this.#held.size
  }

  take({ id }: StoreKey, o: TakeOptions): Held | HeldByAnother {
    const now = this.#clock.now()
    const restUntil = this.#restUntil(id, now)
    const other = this.#held.get(id)
    if (
      other !== undefined &&
      now < other.end.seenAt(now) &&
      isGoodEnough(other.generation, o.noOlderThan ?? o.generation)
    ) {
      return { held: false, graceUntil: other.grace.seenAt(now), restUntil, endsAt: other.end.seenAt(now) }
    }
    if (restUntil > 0 && o.evenIfResting !== true) return { held: false, graceUntil: restUntil, restUntil, endsAt: 0 }
    return this.#hold(id, now, o)
  }

  renew({ id }: StoreKey, token: bigint, o: RenewOptions): { readonly graceUntil: number } | false {
    const lease = this.#held.get(id)
    if (lease?.token !== token) return false
    return { graceUntil: this.#set(id, token, { ...o, generation: lease.generation }) }
  }

  release({ id }: StoreKey, token: bigint, o?: { readonly restMs: number }): void {
    if (this.#held.get(id)?.token !== token) return
    this.#held.delete(id)
    if (o === undefined) this.#rests.delete(id)
    else this.#rests.set(id, new Deadline(this.#clock.now(), o.restMs))
    this.#waiters.wake(id)
  }

  async released({ id }: StoreKey, { signal }: { readonly signal: AbortSignal }): Promise<void> {
    const now = this.#clock.now()
    const lease = this.#held.get(id)
    if (lease !== undefined && now < lease.end.seenAt(now)) await this.#waiters.wait(id, signal)
  }

  #hold(id: string, now: number, o: TakeOptions): Held {
    if (this.#held.size >= this.#sweepAt) this.#dropAbandoned(now)
    const token = ++this.#lastToken
    return { held: true, token, graceUntil: this.#set(id, token, o) }
  }

  /** Gives back until when the grace is. */
  #set(id: string, token: bigint, { generation, leaseMs, graceMs }: TakeOptions): number {
    const now = this.#clock.now()
    this.#held.set(id, { token, generation, end: new Deadline(now, leaseMs), grace: new Deadline(now, graceMs) })
    return now + graceMs
  }

  /** 0 where the key does not rest. */
  #restUntil(id: string, now: number): number {
    const until = this.#rests.get(id)?.seenAt(now) ?? 0
    if (now < until) return until
    this.#rests.delete(id)
    return 0
  }

  /** Leases that ran out: whoever held them has died or was given up. Seldom, so that it costs nothing per lease. */
  #dropAbandoned(now: number): void {
    for (const [id, lease] of this.#held) if (now >= lease.end.seenAt(now)) this.#held.delete(id)
    this.#sweepAt = Math.max(LEAST_SWEEP, this.#held.size * 2)
  }
}

/** Whether a page that is rendered under `held` would be new enough for `asked`; where nothing names the key, any is. */
function isGoodEnough(held: Generation, asked: Generation): boolean {
  if (asked.position < 0) return true
  return held.epoch === asked.epoch && held.position >= asked.position
}
