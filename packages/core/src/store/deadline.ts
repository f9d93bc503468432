/** An instant that lies `ms` after it was set, and never further away than that: a clock that is set back moves it along. */
export class Deadline {
  readonly #ms: number
  #until: number

  constructor(now: number, ms: number) {
    this.#ms = ms
    this.#until = now + ms
  }

  /** Epoch milliseconds, as seen at `now`. */
  seenAt(now: number): number {
    this.#until = Math.min(this.#until, now + this.#ms)
    return this.#until
  }
}
