import type { Entry } from '../store/entry.ts'
import { bytesOf } from '../store/own-value.ts'
import type { Now, Precondition } from '../store/store.ts'
import type { GuardedStore, Written } from './guarded-store.ts'
import type { Keyed } from './keyed.ts'
import { isLater } from './later.ts'

/** Pages on their way to the store, and those that were not sent. */
export interface WriteCounts {
  readonly running: number
  readonly bytes: number
  /** Since too many were on their way, or the store did not answer. Their keys are rendered again. */
  readonly dropped: number
}

// A store that takes pages more slowly than they are rendered must not fill the memory with them.
const MOST_RUNNING = 256
const MOST_BYTES = 64 * 1024 ** 2

/** Writes pages, so many and so much at a time. */
export class Writes {
  readonly #store: GuardedStore
  #running = 0
  #bytes = 0
  #dropped = 0

  constructor(store: GuardedStore) {
    this.#store = store
  }

  get counts(): WriteCounts {
    return { running: this.#running, bytes: this.#bytes, dropped: this.#dropped }
  }

  begin(slot: Keyed, entry: Entry, precondition: Precondition): Now<Written> {
    const bytes = bytesOf(slot, entry)
    const isFull = this.#running >= MOST_RUNNING || (this.#running > 0 && this.#bytes + bytes > MOST_BYTES)
    const written = isFull ? 'dropped' : this.#store.set(slot, entry, precondition)
    if (isLater(written)) return this.#tracked(written, bytes)
    if (written === 'dropped') this.#dropped++
    return written
  }

  async #tracked(written: Promise<Written>, bytes: number): Promise<Written> {
    this.#running++
    this.#bytes += bytes
    try {
      return await written
    } finally {
      this.#running--
      this.#bytes -= bytes
    }
  }
}
