import type { Clock, Timer } from '@ssr-cache/core'
import { type FakeClock, fakeClock } from '@ssr-cache/core/testing'

/** A clock that stands still, and stops on its way at every instant at which something falls due until that has had all its consequences. */
export class SteppedClock implements Clock {
  readonly #fake: FakeClock = fakeClock()
  readonly #due = new Map<Timer, number>()

  /** Calls that wait for time to pass. */
  get pending(): number {
    return this.#due.size
  }

  now(): number {
    return this.#fake.now()
  }

  schedule(ms: number, run: () => void): Timer {
    const timer = this.#fake.schedule(ms, () => {
      this.#due.delete(timer)
      run()
    })
    this.#due.set(timer, this.now() + Math.max(0, ms))
    return timer
  }

  cancel(timer: Timer): void {
    this.#due.delete(timer)
    this.#fake.cancel(timer)
  }

  /** Moves time on by `ms`; `settled` resolves when nothing is left that could happen without time passing. */
  async advance(ms: number, settled: () => Promise<void>): Promise<void> {
    const end = this.now() + ms
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#fake.advance(Math.max(0, next - this.now()))
      await settled()
    }
    this.#fake.advance(end - this.now())
  }

  #next(end: number): number | undefined {
    const next = Math.min(...this.#due.values())
    return next <= end ? next : undefined
  }
}
