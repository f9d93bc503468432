import type { Clock, Timer } from '../clock.ts'

/** A clock that stands still until it is told to move. */
export interface FakeClock extends Clock {
  /** How many scheduled calls have neither run nor been cancelled. */
  readonly pending: number
  /**
   * Moves time on by `ms` and runs what falls due on the way, in the order of time, then of scheduling; each call sees the instant that it was due
   * at. What they throw ends the advance and is thrown.
   */
  advance(ms: number): void
  /** Like `advance`, but lets promises settle before the first call, after each, and at the end. Waits for no real time. */
  advanceAsync(ms: number): Promise<void>
  /** Sets the wall clock forth or back by `ms`, as an administrator does; scheduled calls still run after the span that they were given. */
  jump(ms: number): void
}

interface FakeTimer {
  readonly dueIn: number
  readonly run: () => void
}

/**
 * A clock for tests: nothing moves but by `advance`.
 * @param start - epoch milliseconds. @default 2026-01-01T00:00:00Z
 * @example
 * ```ts
 * const clock = fakeClock()
 * const store = memoryStore({ clock })
 * clock.advance(60_000) // a minute later; whatever was to happen meanwhile has happened
 * ```
 */
export function fakeClock(start: number = Date.UTC(2026, 0, 1)): FakeClock {
  return new ManualClock(start)
}

class ManualClock implements FakeClock {
  /** The wall clock, less what has been advanced: moved only by `jump`. */
  #base: number
  /** What timers are measured on; it never goes back. */
  #elapsed = 0
  readonly #timers = new Set<FakeTimer>()

  constructor(start: number) {
    this.#base = start
  }

  get pending(): number {
    return this.#timers.size
  }

  now(): number {
    return this.#base + this.#elapsed
  }

  schedule(ms: number, run: () => void): Timer {
    const timer: FakeTimer = { dueIn: this.#elapsed + Math.max(0, ms), run }
    this.#timers.add(timer)
    return timer
  }

  cancel(timer: Timer): void {
    this.#timers.delete(timer as FakeTimer) // made by `schedule` above
  }

  advance(ms: number): void {
    const end = this.#endOf(ms)
    while (this.#runNext(end));
    this.#elapsed = Math.max(this.#elapsed, end)
  }

  async advanceAsync(ms: number): Promise<void> {
    const end = this.#endOf(ms)
    await promisesSettled()
    while (this.#runNext(end)) await promisesSettled()
    this.#elapsed = Math.max(this.#elapsed, end)
    await promisesSettled()
  }

  jump(ms: number): void {
    this.#base += ms
  }

  #endOf(ms: number): number {
    if (ms >= 0) return this.#elapsed + ms
    throw new RangeError(`"ms" must be >= 0, got ${ms}. To set the clock back, use jump().`)
  }

  /** Runs the earliest call that is due by `end`; whether there was one. */
  #runNext(end: number): boolean {
    let next: FakeTimer | undefined
    for (const timer of this.#timers) {
      if (timer.dueIn <= end && (next === undefined || timer.dueIn < next.dueIn)) next = timer
    }
    if (next === undefined) return false
    this.#timers.delete(next)
    this.#elapsed = Math.max(this.#elapsed, next.dueIn)
    next.run()
    return true
  }
}

/** One turn of the event loop: every promise that can settle without time passing has settled. */
function promisesSettled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
