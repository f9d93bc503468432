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
    this.#trim()
    this.#tell(record)
    return this.head
  }

  read(since: Generation): LogTail {
    return this.#tail(this.#since(since))
  }

  follow(on: (tail: LogTail) => void): () => void {
    // Of its own, so that the same function may follow twice.
    const follower = (tail: LogTail): void => on(tail)
    this.#followers.add(follower)
    return () => this.#followers.delete(follower)
  }

  /** Records newer than `since`. Everything that is kept where `since` is another log's, or a position that this one never had. */
  #since({ epoch, position }: Generation): readonly LogRecord[] {
    if (epoch !== this.head.epoch || position > this.head.position) return this.#records.slice()
    const older = position - this.#lowWater
    return this.#records.slice(Math.max(0, older))
  }

  #tail(records: readonly LogRecord[]): LogTail {
    return { head: this.head, records, lowWater: this.#lowWater, purgeLowWater: this.#purgeLowWater }
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
