import type { Clock, Timer } from '../clock.ts'
import type { Lease, Now } from '../store/store.ts'
import type { Claim, Flight } from './flight.ts'
import type { Keyed } from './keyed.ts'
import { andThen, isLater } from './later.ts'
import type { News } from './news.ts'
import type { TimeLimit } from './time-limit.ts'

/** What of a flight's way to its lease the rest of the engine decides. */
export interface ClearanceOptions {
  readonly lease: Lease
  readonly news: News
  readonly clock: Clock
  readonly limit: TimeLimit
  readonly graceMs: number
  readonly failed: (error: unknown) => void
}

/** Leases for flights: taken before a render, renewed with the grace while it runs, released after the write. */
export class Clearance {
  readonly #o: ClearanceOptions

  constructor(options: ClearanceOptions) {
    this.#o = options
  }

  /** Asks for the lease and fixes the grace with it, in one step. `tags` are those known before the render. */
  claim(flight: Flight, tags: readonly string[], evenIfResting: boolean): Now<Claim> {
    const { lease, news, clock, limit, graceMs } = this.#o
    if (flight.graceUntil === 0) flight.graceUntil = clock.now() + graceMs
    const { head } = news.index
    const noOlderThan = news.index.newestNaming(flight.slot.url, tags)
    const without = (error: unknown): Claim => this.#withoutLease(error)
    try {
      const taken = lease.take(flight.slot, {
        generation: head,
        noOlderThan,
        leaseMs: 2 * graceMs,
        graceMs,
        evenIfResting,
      })
      const claim = andThen(taken, (answer): Claim => {
        flight.graceUntil = answer.graceUntil
        if (answer.held) return { kind: 'leased', token: answer.token }
        return { kind: 'held', restUntil: answer.restUntil, endsAt: answer.endsAt, generation: head }
      })
      return isLater(claim) ? limit.of(claim).catch(without) : claim
    } catch (error) {
      return without(error)
    }
  }

  #withoutLease(error: unknown): Claim {
    this.#o.failed(error)
    return { kind: 'unleased' }
  }

  /** Whether the lease service tells of releases. */
  get tellsReleases(): boolean {
    return this.#o.lease.released !== undefined
  }

  /** Resolves when the key's lease is free, or perhaps is; never where nobody tells. */
  async released(slot: Keyed, signal: AbortSignal): Promise<void> {
    try {
      await (this.#o.lease.released?.(slot, { signal }) ?? new Promise(() => {}))
    } catch (error) {
      this.#o.failed(error)
    }
  }

  /** Renews lease and grace each time the grace ends, until called off. */
  keep(flight: Flight, claim: Claim): () => void {
    if (claim.kind !== 'leased') return () => {}
    const { token } = claim
    const { clock, graceMs } = this.#o
    let timer: Timer
    const renewAfter = (ms: number): void => {
      timer = clock.schedule(ms, () => {
        // Before the store is asked: a lease of two graces outlives one renewal that fails.
        renewAfter(graceMs)
        this.#renew(flight, token)
      })
    }
    // A clock that is set back must not put the first renewal off beyond the lease.
    renewAfter(Math.max(1, Math.min(flight.graceUntil - clock.now(), graceMs)))
    return () => clock.cancel(timer)
  }

  #renew(flight: Flight, token: bigint): void {
    const { lease, graceMs } = this.#o
    this.#try(() => {
      const renewed = lease.renew(flight.slot, token, { leaseMs: 2 * graceMs, graceMs })
      return andThen(renewed, (answer) => {
        // A lease that was lost is not taken back: the write will be refused by its token.
        if (answer !== false) flight.graceUntil = answer.graceUntil
      })
    })
  }

  /** After the write, so that whoever is woken finds the page. */
  release(flight: Flight, claim: Claim, restMs?: number): void {
    if (claim.kind !== 'leased') return
    this.#try(() => this.#o.lease.release(flight.slot, claim.token, restMs === undefined ? undefined : { restMs }))
  }

  /** A render beside others went well: a rest from before says nothing any more, and only a lease can end it. */
  endRest(flight: Flight): void {
    const { lease, news, graceMs } = this.#o
    const generation = news.index.head
    this.#try(() =>
      andThen(lease.take(flight.slot, { generation, leaseMs: graceMs, graceMs, evenIfResting: true }), (answer) =>
        answer.held ? lease.release(flight.slot, answer.token) : undefined,
      ),
    )
  }

  #try(call: () => Now<void>): void {
    try {
      const later = call()
      if (isLater(later)) later.catch((error: unknown) => this.#o.failed(error))
    } catch (error) {
      this.#o.failed(error)
    }
  }
}
