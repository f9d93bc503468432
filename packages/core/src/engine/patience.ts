import type { Clock } from '../clock.ts'
import type { Company } from './company.ts'
import type { Finish, Flight, Opening } from './flight.ts'

/** How long is waited, and until when that is by the clock. */
export interface Span {
  readonly clock: Clock
  readonly waitMs: number
  readonly until: number
}

type Arrival = Finish | Opening | undefined

/** The wait of all whose patience with a flight ends at the same instant: one promise and one timer, however many they are. */
export class Patience {
  readonly until: number
  /** The end of the flight, or what everybody may read of it before; `undefined` where patience runs out first. */
  readonly end: Promise<Arrival>
  /** Whoever joined last, with those who are given the same. */
  company: Company<unknown> | undefined
  readonly #flight: Flight
  readonly #resolve: (arrival: Arrival) => void
  /** Of whoever led, who may be given what nobody else is. */
  #resolveLeader: ((arrival: Arrival) => void) | undefined
  #waiting = 0

  constructor(flight: Flight, { clock, waitMs, until }: Span) {
    this.until = until
    this.#flight = flight
    const { promise, resolve } = Promise.withResolvers<Arrival>()
    this.end = promise
    this.#resolve = resolve
    const timer = clock.schedule(waitMs, () => {
      this.#arrive(undefined)
      // Who comes now has a wait of their own, or is not counted.
      if (flight.patience === this) flight.patience = undefined
      const left = this.#waiting
      this.#waiting = 0
      if (left > 0) flight.leave(left)
    })
    const arrive = (at: Finish | Opening): void => {
      clock.cancel(timer)
      this.#arrive(at)
    }
    void flight.done.then(arrive)
    void flight.opened?.promise.then((at) => at.isShared && arrive(at))
  }

  /** One more waits. */
  join(): Promise<Arrival> {
    this.#waiting++
    return this.end
  }

  /** Whoever led the flight waits. */
  lead(): Promise<Arrival> {
    const { opened } = this.#flight
    if (opened === undefined) return this.join()
    this.#waiting++
    const { promise, resolve } = Promise.withResolvers<Arrival>()
    this.#resolveLeader = resolve
    void opened.promise.then(resolve)
    return promise
  }

  /** One of them has hung up. */
  leave(): void {
    if (this.#waiting === 0) return
    this.#waiting--
    this.#flight.hangUp()
  }

  #arrive(at: Arrival): void {
    this.#resolveLeader?.(at)
    this.#resolve(at)
  }
}
