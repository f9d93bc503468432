import type { Clock } from '../clock.ts'
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

/**
 * How long a key is held up when the process that renders it dies: less than visitors wait unless set otherwise. A process whose event loop stands still for as
 * long loses the lease: another may render too, and of the two pages the other's is kept.
 */
const LEASE_MS = 2_000
/** Three renewals may go unanswered. */
const RENEW_MS = LEASE_MS / 4

/** Leases for flights: taken before a render, renewed with the grace until the page is written, and then released. */
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
    const o = { generation: head, noOlderThan, leaseMs: LEASE_MS, graceMs, evenIfResting }
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

  /**
   * Renews the lease until it is released, with what is left of the grace: everybody has been told of that. Once it is over it begins anew. Spans are counted here,
   * and not read from a clock, which may jump. Without a lease, the grace is this process's own.
   */
  keep(flight: Flight, claim: Claim): void {
    if (claim.kind === 'alone') return
    const { clock, graceMs } = this.#o
    const most = claim.kind === 'leased' ? RENEW_MS : graceMs
    const renewLater = (graceLeft: number): void => {
      const ms = Math.min(most, graceLeft)
      const timer = clock.schedule(ms, () => {
        const left = graceLeft > ms ? graceLeft - ms : graceMs
        this.#renew(flight, claim, left)
        renewLater(left)
      })
      flight.callOff = () => clock.cancel(timer)
    }
    renewLater(Math.max(1, Math.min(flight.graceUntil - clock.now(), graceMs)))
  }

  #renew(flight: Flight, claim: Claim, graceLeft: number): void {
    flight.graceUntil = this.#o.clock.now() + graceLeft
    // Not taken back if it was lost: where another has it, the write is refused by its token. Not answered, it is asked for again soon enough.
    if (claim.kind === 'leased')
      void this.#o.lease.renew(flight.slot, claim.token, { leaseMs: LEASE_MS, graceMs: graceLeft })
  }

  /** After the write, so that whoever is woken finds the page. */
  release(flight: Flight, claim: Claim, restMs?: number): void {
    flight.callOff()
    if (claim.kind !== 'leased') return
    void this.#o.lease.release(flight.slot, claim.token, restMs === undefined ? undefined : { restMs })
  }

  /** A render beside others went well: a rest from before says nothing any more, and only a lease can end it. */
  endRest(flight: Flight): void {
    const { lease, news, graceMs } = this.#o
    const generation = news.index.head
    const o = { generation, leaseMs: LEASE_MS, graceMs, evenIfResting: true }
    void andThen(lease.take(flight.slot, o, 'ample'), (answer) =>
      answer?.held === true ? lease.release(flight.slot, answer.token) : undefined,
    )
  }
}
