/** The only source of time in the library. Inject one to run without waiting; `@ssr-cache/core/testing` has a fake. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number
  /** Calls `run` once after `ms`; gives back what `cancel` takes. A timer must not keep the process alive. */
  schedule(ms: number, run: () => void): Timer
  cancel(timer: Timer): void
}

/** What a clock gave for a scheduled call; opaque to everyone else. */
export type Timer = object

/** Date and timers of the platform, unref'd where it has that (Node). */
export const systemClock: Clock = {
  now: () => Date.now(),
  schedule(ms, run) {
    const timer = setTimeout(run, ms)
    timer.unref?.()
    return timer
  },
  cancel: (timer) => clearTimeout(timer as NodeJS.Timeout), // made by `schedule` above
}
