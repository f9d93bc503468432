import { type Clock, systemClock } from '../clock.ts'

// Asked this often in one millisecond, the platform is not asked again for the next so many times, or until the millisecond is over.
const OFTEN = 16
const SPARED = 1_000

/**
 * What a clock said a moment ago, for those who ask very often: never ahead of it, and behind by no more than a millisecond, or by what this turn of the
 * event loop takes. Whoever is served in a turn had asked before it began, so what was fresh then was fresh when they asked.
 */
export class RecentTime {
  readonly #clock: Clock
  #read = 0
  #again = 0
  #spared = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** The platform takes 60 to 90 ns a read on a virtual machine, longer than all the rest of a hit; a timer takes a microsecond, once for a thousand of them. */
  now(): number {
    if (this.#spared === 0) return this.#readAnew()
    this.#spared--
    return this.#read
  }

  #readAnew(): number {
    const now = this.#clock.now()
    this.#again = now === this.#read ? this.#again + 1 : 0
    this.#read = now
    // A clock of the caller's own may jump, or stand still until it is told to move: it is asked each time.
    if (this.#again >= OFTEN && this.#clock === systemClock) this.#spare()
    return now
  }

  #spare(): void {
    this.#again = 0
    this.#spared = SPARED
    this.#clock.schedule(1, () => {
      this.#spared = 0
    })
  }
}
