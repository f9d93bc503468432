import type { Clock } from '../clock.ts'
import type { Finish, Flight } from './flight.ts'

/** How long is waited, and until when that is by the clock. */
export interface Span {
  readonly clock: Clock
  readonly waitMs: number
  readonly until: number
}

/** The wait of all whose patience with a flight ends at the same instant: one promise and one timer, however many they are. */
export class Patience {
  readonly until: number
  /** The end of the flight, or `undefined` where patience runs out first. */
  readonly end: Promise<Finish | undefined>
  #waiting = 0

  constructor(flight: Flight, { clock, waitMs, until }: Span) {
    this.until = until
    const { promise, resolve } = Promise.withResolvers<Finish | undefined>()
    this.end = promise
    const timer = clock.schedule(waitMs, () => {
      resolve(undefined)
      // Who comes now has a wait of their own, or is not counted.
      if (flight.patience === this) flight.patience = undefined
      flight.leave(this.#waiting)
    })
    void flight.done.then((finish) => {
      clock.cancel(timer)
      resolve(finish)
    })
  }

  /** One more waits. */
  join(): Promise<Finish | undefined> {
    this.#waiting++
    return this.end
  }
}
