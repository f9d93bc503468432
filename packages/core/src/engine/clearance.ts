import type { Clock, Timer } from '../clock.ts'
import type { Lease, Now } from '../store/store.ts'
import type { Claim, Flight } from './flight.ts'
import { andThen, isLater } from './later.ts'
import type { News } from './news.ts'

/** What of a flight's way to its lease the rest of the engine decides. */
export interface ClearanceOptions {
  readonly lease: Lease
  readonly news: News
  readonly clock: Clock
  readonly graceMs: number
  readonly failed: (error: unknown) => void
}

/** Without a lease service everyone holds what they ask for: one render per process is what is left. */
const UNLEASED = 0n

/** Leases for flights: taken before a render, renewed with the grace while it runs, released after the write. */
export class Clearance {
  readonly #o: ClearanceOptions

  constructor(options: ClearanceOptions) {
    this.#o = options
  }

  /** Asks for the lease and fixes the grace with it, in one step. `tags` are those known before the render. */
  claim(flight: Flight, tags: readonly string[], evenIfResting: boolean): Now<Claim> {
    const { lease, news, clock, graceMs } = this.#o
    flight.graceUntil = clock.now() + graceMs
    const generation = news.index.newestNaming(flight.slot.url, tags)
    const without = (error: unknown): Claim => this.#withoutLease(error)
    try {
      const taken = lease.take(flight.slot, { generation, leaseMs: 2 * graceMs, graceMs, evenIfResting })
      const claim = andThen(taken, (answer): Claim => {
        flight.graceUntil = answer.graceUntil
        return answer.held
          ? { held: true, token: answer.token, restUntil: 0 }
          : { held: false, token: UNLEASED, restUntil: answer.restUntil }
      })
      return isLater(claim) ? claim.catch(without) : claim
    } catch (error) {
      return without(error)
    }
  }

  #withoutLease(error: unknown): Claim {
    this.#o.failed(error)
    return { held: true, token: UNLEASED, restUntil: 0 }
  }

  /** Renews lease and grace each time the grace ends, until called off. */
  keep(flight: Flight, { token }: Claim): () => void {
    if (token === UNLEASED) return () => {}
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
  release(flight: Flight, { token }: Claim, restMs?: number): void {
    if (token === UNLEASED) return
    this.#try(() => this.#o.lease.release(flight.slot, token, restMs === undefined ? undefined : { restMs }))
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
