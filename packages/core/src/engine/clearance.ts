import type { Clock, Timer } from '../clock.ts'
import type { Now } from '../store/store.ts'
import type { Claim, Flight } from './flight.ts'
import type { GuardedLease } from './guarded-lease.ts'
import type { Keyed } from './keyed.ts'
import { andThen } from './later.ts'
import type { News } from './news.ts'

/** What of a flight's way to its lease the rest of the engine decides. */
export interface ClearanceOptions {
  readonly lease: GuardedLease
  readonly news: News
  readonly clock: Clock
  readonly graceMs: number
}

// Of a grace: so soon is a renewal tried again that was not answered. Four of them fit into what is left of the lease.
const RETRY_SHARE = 1 / 4

/** Leases for flights: taken before a render, renewed with the grace while it runs, released after the write. */
export class Clearance {
  readonly #o: ClearanceOptions

  constructor(options: ClearanceOptions) {
    this.#o = options
  }

  /** Asks for the lease and fixes the grace with it, in one step. `tags` are those known before the render. */
  claim(flight: Flight, tags: readonly string[], evenIfResting: boolean): Now<Claim> {
    const { lease, news, clock, graceMs } = this.#o
    if (flight.graceUntil === 0) flight.graceUntil = clock.now() + graceMs
    const { head } = news.index
    const noOlderThan = news.index.newestNaming(flight.slot.url, tags)
    const o = { generation: head, noOlderThan, leaseMs: 2 * graceMs, graceMs, evenIfResting }
    return andThen(lease.take(flight.slot, o, flight.budget), (answer): Claim => {
      if (answer === undefined) return { kind: 'unleased' }
      flight.graceUntil = answer.graceUntil
      if (answer.held) return { kind: 'leased', token: answer.token }
      return { kind: 'held', restUntil: answer.restUntil, endsAt: answer.endsAt, generation: head }
    })
  }

  /** Whether the lease service tells of releases. */
  get tellsReleases(): boolean {
    return this.#o.lease.tells
  }

  /** Resolves when the key's lease is free, or perhaps is; never where nobody tells. */
  released(slot: Keyed, signal: AbortSignal): Promise<void> {
    return this.#o.lease.released(slot, signal)
  }

  /** Renews lease and grace each time the grace ends, until called off; sooner where that was not answered. Without a lease, the grace is this process's own. */
  keep(flight: Flight, claim: Claim): () => void {
    if (claim.kind === 'alone') return () => {}
    const { clock, graceMs } = this.#o
    let timer: Timer
    const renewAfter = (ms: number): void => {
      timer = clock.schedule(ms, () => {
        // Before the store is asked: a lease of two graces outlives one renewal that fails.
        renewAfter(graceMs)
        void andThen(this.#renew(flight, claim), (isAnswered) => {
          if (isAnswered || isOver) return
          clock.cancel(timer)
          renewAfter(graceMs * RETRY_SHARE)
        })
      })
    }
    let isOver = false
    // A clock that is set back must not put the first renewal off beyond the lease.
    renewAfter(Math.max(1, Math.min(flight.graceUntil - clock.now(), graceMs)))
    return () => {
      isOver = true
      clock.cancel(timer)
    }
  }

  /** Whether the lease service has answered. */
  #renew(flight: Flight, claim: Claim): Now<boolean> {
    const { lease, graceMs, clock } = this.#o
    if (claim.kind !== 'leased') {
      flight.graceUntil = clock.now() + graceMs
      return true
    }
    return andThen(lease.renew(flight.slot, claim.token, { leaseMs: 2 * graceMs, graceMs }), (answer) => {
      // A lease that was lost is not taken back: the write will be refused by its token.
      if (answer !== undefined && answer !== false) flight.graceUntil = answer.graceUntil
      return answer !== undefined
    })
  }

  /** After the write, so that whoever is woken finds the page. */
  release(flight: Flight, claim: Claim, restMs?: number): void {
    if (claim.kind !== 'leased') return
    void this.#o.lease.release(flight.slot, claim.token, restMs === undefined ? undefined : { restMs })
  }

  /** A render beside others went well: a rest from before says nothing any more, and only a lease can end it. */
  endRest(flight: Flight): void {
    const { lease, news, graceMs } = this.#o
    const generation = news.index.head
    const o = { generation, leaseMs: graceMs, graceMs, evenIfResting: true }
    void andThen(lease.take(flight.slot, o, 'ample'), (answer) =>
      answer?.held === true ? lease.release(flight.slot, answer.token) : undefined,
    )
  }
}
