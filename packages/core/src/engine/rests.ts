import { LRUCache } from 'lru-cache'
import { restAfter } from '../rules/back-off.ts'

/** What a key's failures in a row add up to. */
interface Rest {
  readonly failures: number
  readonly until: number
}

// Keys that failed lately; a flood of failing URLs forgets the oldest of them.
const MOST_RESTS = 10_000

/** Which keys rest after a failure, and for how long. Bounded. */
export class Rests {
  readonly #rests = new LRUCache<string, Rest>({ max: MOST_RESTS })

  get size(): number {
    return this.#rests.size
  }

  /** Until when a key rests; 0 where it does not. */
  until(id: string, now: number): number {
    const rest = this.#rests.get(id)
    return rest !== undefined && now < rest.until ? rest.until : 0
  }

  /** Counts a failure; gives back how long the key rests now, in milliseconds. */
  fail(id: string, now: number): number {
    const failures = (this.#rests.get(id)?.failures ?? 0) + 1
    const restMs = restAfter(failures)
    this.#rests.set(id, { failures, until: now + restMs })
    return restMs
  }

  /** Another process's failure: the same rest, its count unknown. */
  adopt(id: string, until: number): void {
    this.#rests.set(id, { failures: this.#rests.get(id)?.failures ?? 1, until })
  }

  /** A success ends the row. */
  forget(id: string): void {
    this.#rests.delete(id)
  }
}
