import type { Clock } from '../clock.ts'

/** How long a call to the store may take: who waits longer does without its answer. */
export class TimeLimit {
  readonly #clock: Clock
  readonly #ms: number

  constructor(clock: Clock, ms: number) {
    this.#clock = clock
    this.#ms = ms
  }

  /** The answer, or a rejection once the time is over. */
  async of<T>(answer: Promise<T>): Promise<T> {
    const { promise: late, reject } = Promise.withResolvers<never>()
    const timer = this.#clock.schedule(this.#ms, () => reject(new Error(`no answer within ${this.#ms} ms`)))
    try {
      return await Promise.race([answer, late])
    } finally {
      this.#clock.cancel(timer)
    }
  }
}
