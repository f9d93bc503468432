import type { Clock, Timer } from '../../clock.ts'

/** A place whose render has been given up and goes on. */
export interface Overdue {
  /** Lets another have the place, while its own render still runs. */
  pass(): void
}

// A render that heeds its signal ends within a turn or two; whatever it has to tidy up is done by then, too.
const GRACE_MS = 1_000

/** Renders that go on although they were given up: so many lose their place to others, and beyond that none does. */
export class WriteOffs {
  readonly #clock: Clock
  readonly #limit: number
  readonly #graces = new Map<Overdue, Timer>()
  readonly #writtenOff = new Set<Overdue>()
  /** In their places until another that was written off has ended; the first to come is the first to go. */
  readonly #held = new Set<Overdue>()
  #isClosed = false

  constructor(clock: Clock, limit: number) {
    this.#clock = clock
    this.#limit = limit
  }

  get size(): number {
    return this.#writtenOff.size
  }

  /** From now on it has a grace to end. `told`: what has become of its place, where it has not ended by then. */
  add(place: Overdue, told: (isHeld: boolean) => void): void {
    if (this.#isClosed) {
      place.pass()
      return
    }
    const over = (): void => {
      this.#graces.delete(place)
      told(!this.#writeOff(place))
    }
    this.#graces.set(place, this.#clock.schedule(GRACE_MS, over))
  }

  /** Its render has ended. */
  remove(place: Overdue): void {
    const grace = this.#graces.get(place)
    if (grace !== undefined) this.#clock.cancel(grace)
    this.#graces.delete(place)
    this.#held.delete(place)
    if (this.#writtenOff.delete(place)) this.#writeOffNext()
  }

  /** From now on nothing is waited for: no timer is left behind, and none is set. */
  close(): void {
    this.#isClosed = true
    for (const grace of this.#graces.values()) this.#clock.cancel(grace)
    this.#graces.clear()
  }

  #writeOff(place: Overdue): boolean {
    const isDone = this.#writtenOff.size < this.#limit
    if (isDone) {
      this.#writtenOff.add(place)
      place.pass()
    } else {
      this.#held.add(place)
    }
    return isDone
  }

  #writeOffNext(): void {
    const [next] = this.#held
    if (next === undefined) return
    this.#held.delete(next)
    this.#writeOff(next)
  }
}
