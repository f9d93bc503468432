import type { LogRecord } from './store.ts'

/** Instants that are kept apart per target. A page that slept through more invalidations of one target gets the earlier instant of two. */
const MAX_INSTANTS = 8

interface Instant {
  readonly position: number
  readonly at: number
}

/** When one target was named: its newest record, its newest purge, and since when pages of any age are stale. Bounded, however often it is named. */
export class TargetHistory {
  /** Of the newest record. */
  position = -1
  /** Of the newest purge; -1 where there was none. */
  purgePosition = -1
  /** A render that started before this may have read what a record had just changed. */
  settleUntil: number = Number.NEGATIVE_INFINITY
  readonly #instants: Instant[] = []

  add({ position, hard, at, settleMs }: LogRecord): void {
    this.position = position
    if (settleMs > 0) this.settleUntil = Math.max(this.settleUntil, at + settleMs)
    if (hard) this.purgePosition = position
    else this.#addInstant({ position, at })
  }

  purgedAfter(position: number): boolean {
    return this.purgePosition > position
  }

  /** The earliest instant of the soft records after `position`, infinity where there is none. */
  staleSince(position: number): number {
    let since = Number.POSITIVE_INFINITY
    for (const instant of this.#instants) if (instant.position > position) since = Math.min(since, instant.at)
    return since
  }

  #addInstant(instant: Instant): void {
    const [first, second] = this.#instants
    if (this.#instants.length === MAX_INSTANTS && first !== undefined && second !== undefined) {
      // An instant may be told too early, never too late: invalidating must not lengthen a life.
      this.#instants.splice(0, 2, { position: second.position, at: Math.min(first.at, second.at) })
    }
    this.#instants.push(instant)
  }
}
