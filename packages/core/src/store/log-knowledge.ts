import type { Generation } from './entry.ts'
import { InvalidationIndex } from './invalidation-index.ts'
import type { Found, InvalidationLog, LogTail } from './store.ts'

/** What one process knows of an invalidation log: what it is told, what comes with reads, and what it asks for where something is missing. */
export class LogKnowledge {
  readonly index: InvalidationIndex = new InvalidationIndex()
  readonly #log: Pick<InvalidationLog, 'read'>
  readonly #failed: (error: unknown) => void
  #isFollowing = true
  /** Where the log is being read from. */
  #readingFrom: Generation | undefined

  constructor(log: Pick<InvalidationLog, 'read'>, failed: (error: unknown) => void) {
    this.#log = log
    this.#failed = failed
  }

  /** Whether whoever follows the log hears of its records: false from `'cut'` until a tail is told. */
  get isFollowing(): boolean {
    return this.#isFollowing
  }

  /** Takes in news that were told. */
  told(news: LogTail | 'cut'): void {
    this.#isFollowing = news !== 'cut'
    if (!this.index.apply(news)) this.catchUp()
  }

  /** Takes in what a read brought along that asked from `since`, the very object that `index.head` gave: none, where there are none. */
  heard(tail: Found['tail'], since: Generation): void {
    if (tail === 'unread') return
    if (tail === undefined) this.index.confirm(since)
    else if (!this.index.apply(tail, since)) this.catchUp()
  }

  /** Reads what is missing. Until it is there, nothing is proven. */
  catchUp(): void {
    const since = this.index.head
    // The answer to the same question is on its way; after a cut it is another question.
    if (this.#readingFrom === since) return
    this.#readingFrom = since
    try {
      const tail = this.#log.read(since)
      if (tail instanceof Promise)
        tail.then((late) => this.#read(late, since)).catch((error) => this.#gaveUp(error, since))
      else this.#read(tail, since)
    } catch (error) {
      this.#gaveUp(error, since)
    }
  }

  #read(tail: LogTail, since: Generation): void {
    this.#end(since)
    const isOvertaken = since !== this.index.head
    // What was told since the question may have come before what is missing, so that the answer closes no gap.
    if (!this.index.apply(tail, since) && isOvertaken) this.catchUp()
  }

  #gaveUp(error: unknown, since: Generation): void {
    this.#end(since)
    this.#failed(error)
  }

  #end(since: Generation): void {
    if (this.#readingFrom === since) this.#readingFrom = undefined
  }
}
