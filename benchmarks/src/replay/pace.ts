import { setTimeout } from 'node:timers/promises'
import type { Visit } from './visit.ts'

/** Gives visits at the instants that the log has for them. */
export class Pace {
  readonly #speed: number
  /** How late a visit was given at most, in milliseconds: whoever takes them could not keep up. */
  mostLateMs = 0

  /** `speed`: how many seconds of the log go into one. */
  constructor(speed: number) {
    this.#speed = speed
  }

  /** In the order of the log. Servers write a line when an answer ends, so an instant may lie before the last one: it is due at once. */
  async *of(visits: AsyncIterable<Visit>, signal: AbortSignal): AsyncGenerator<Visit> {
    let start: { readonly at: number; readonly logged: number } | undefined
    let latest = 0
    for await (const visit of visits) {
      start ??= { at: performance.now(), logged: visit.at }
      latest = Math.max(latest, (visit.at - start.logged) / this.#speed)
      const waitMs = start.at + latest - performance.now()
      this.mostLateMs = Math.max(this.mostLateMs, -waitMs)
      if (waitMs > 0 && !(await slept(waitMs, signal))) return
      yield visit
    }
  }
}

// Timers of the platform overflow beyond this.
const LONGEST_SLEEP_MS = 2 ** 31 - 1

/** False where it was woken before its time. */
async function slept(ms: number, signal: AbortSignal): Promise<boolean> {
  for (let left = ms; left > 0; left -= LONGEST_SLEEP_MS) {
    await setTimeout(Math.min(left, LONGEST_SLEEP_MS), undefined, { signal }).catch(() => {})
    if (signal.aborted) return false
  }
  return true
}
