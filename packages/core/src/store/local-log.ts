import type { Clock } from '../clock.ts'
import { systemClock } from '../clock.ts'
import { checkCount, refuseUnknown } from '../option-checks.ts'
import type { Generation } from './entry.ts'
import type { InvalidationLog, LogRecord, LogTail, Target } from './store.ts'
import { ownTarget } from './target.ts'

/** Options of {@link localLog}. */
export interface LocalLogOptions {
  /** Gives records their instant. @default the system's clock */
  readonly clock?: Clock
  /** Records that are kept; the oldest go first. @default 10_000 */
  readonly maxRecords?: number
  /** Targets that are kept, over all records. @default 100_000 */
  readonly maxTargets?: number
}

/** An {@link InvalidationLog} that answers at once. */
export interface LocalLog extends InvalidationLog {
  /** Where the log stands. The same object until something is appended. */
  readonly head: Generation
  append(targets: readonly Target[], o: { readonly hard: boolean; readonly settleMs: number }): Generation
  read(since: Generation): LogTail
}

/**
 * An invalidation log for one process. It begins an epoch of its own, with nothing lost, and lives as long as the process: right for a store that is lost
 * with it.
 *
 * @throws `ERR_SSR_CACHE_OPTION` for an option of the wrong kind.
 */
export function localLog(options: LocalLogOptions = {}): LocalLog {
  const { clock = systemClock, maxRecords = 10_000, maxTargets = 100_000 } = options
  refuseUnknown('localLog', options, ['clock', 'maxRecords', 'maxTargets'])
  checkCount('localLog.maxRecords', maxRecords, 1)
  checkCount('localLog.maxTargets', maxTargets, 1)
  return new ProcessLog(clock, { maxRecords, maxTargets })
}

/** The low-water mark of purges while none has been trimmed. */
const NONE_LOST = -1

class ProcessLog implements LocalLog {
  readonly #clock: Clock
  readonly #limits: { readonly maxRecords: number; readonly maxTargets: number }
  readonly #followers = new Set<(tail: LogTail) => void>()
  #records: LogRecord[] = []
  #targets = 0
  #lowWater = 0
  #purgeLowWater = NONE_LOST
  #newestPurge = NONE_LOST
  head: Generation = Object.freeze({ epoch: crypto.randomUUID(), position: 0 })

  constructor(clock: Clock, limits: { readonly maxRecords: number; readonly maxTargets: number }) {
    this.#clock = clock
    this.#limits = limits
  }

  append(targets: readonly Target[], o: { readonly hard: boolean; readonly settleMs: number }): Generation {
    const record: LogRecord = Object.freeze({
      position: this.head.position + 1,
      targets: Object.freeze(targets.map(ownTarget)),
      hard: o.hard,
      at: this.#clock.now(),
      settleMs: o.settleMs,
    })
    this.#records.push(record)
    this.#targets += record.targets.length
    this.head = Object.freeze({ epoch: this.head.epoch, position: record.position })
    if (record.hard) this.#newestPurge = record.position
    this.#trim()
    this.#tell(record)
    return this.head
  }

  read(since: Generation): LogTail {
    const { epoch, position } = this.head
    if (since.epoch === epoch && since.position < this.#lowWater) return this.#tooMany()
    // Another log's position, or one that this log never had, says nothing: everything that is kept is news.
    if (since.epoch !== epoch || since.position > position) return this.#tail(this.#records.slice())
    return this.#tail(this.#records.slice(since.position - this.#lowWater))
  }

  follow(on: (tail: LogTail) => void): () => void {
    // Of its own, so that the same function may follow twice.
    const follower = (tail: LogTail): void => on(tail)
    this.#followers.add(follower)
    return () => this.#followers.delete(follower)
  }

  #tail(records: readonly LogRecord[]): LogTail {
    return { head: this.head, records, lowWater: this.#lowWater, purgeLowWater: this.#purgeLowWater }
  }

  /** What was asked for is trimmed in part: the marks stand for all of it. */
  #tooMany(): LogTail {
    const { head } = this
    return { head, records: 'too-many', lowWater: head.position, purgeLowWater: this.#newestPurge }
  }

  #tell(record: LogRecord): void {
    if (this.#followers.size === 0) return
    const tail = this.#tail([record])
    for (const follower of this.#followers) follower(tail)
  }

  #trim(): void {
    while (this.#records.length > this.#limits.maxRecords || this.#targets > this.#limits.maxTargets) {
      const oldest = this.#records.shift() as LogRecord // over a limit, so at least one is kept
      this.#targets -= oldest.targets.length
      this.#lowWater = oldest.position
      if (oldest.hard) this.#purgeLowWater = oldest.position
    }
  }
}
