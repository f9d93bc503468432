import { LRUCache } from 'lru-cache'
import { restAfter } from '../rules/back-off.ts'
import { Deadline } from '../store/deadline.ts'

/** What a key's failures in a row add up to. */
interface Rest {
  readonly failures: number
  readonly end: Deadline
}

// Keys that failed lately; a flood of failing URLs forgets the oldest of them.
const MOST_RESTS = 10_000

/** Which keys rest after a failure, and for how long. Bounded. */
export class Rests {
  // Bounded by size: for `max`, room for all of them would be set aside at once, a millisecond and a half of each cache's making.
  readonly #rests = new LRUCache<string, Rest>({ maxSize: MOST_RESTS, sizeCalculation: () => 1 })

  get size(): number {
    return this.#rests.size
  }

  /** Until when a key rests; 0 where it does not. */
  until(id: string, now: number): number {
    const until = this.#rests.get(id)?.end.seenAt(now) ?? 0
    return now < until ? until : 0
  }

  /** Counts a failure; gives back how long the key rests now, in milliseconds. */
  fail(id: string, now: number): number {
    const failures = (this.#rests.get(id)?.failures ?? 0) + 1
    const restMs = restAfter(failures)
    this.#rests.set(id, { failures, end: new Deadline(now, restMs) })
    return restMs
  }

  /** Another process's failure: the same rest, its count unknown. */
  adopt(id: string, until: number, now: number): void {
    this.#rests.set(id, { failures: this.#rests.get(id)?.failures ?? 1, end: new Deadline(now, until - now) })
  }

  /** A success ends the row. */
  forget(id: string): void {
    this.#rests.delete(id)
  }
}
