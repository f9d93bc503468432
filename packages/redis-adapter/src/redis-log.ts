import { randomBytes } from 'node:crypto'
import {
  type Clock,
  type Generation,
  type InvalidationLog,
  type LogTail,
  SsrCacheError,
  systemClock,
  type Target,
} from '@ssr-cache/core/store'
import type { Connection } from './connection.ts'
import { LogFeed } from './log-feed.ts'
import { type Check, LogReader } from './log-reader.ts'
import { encodeTargets } from './log-record.ts'
import { APPEND, OUTLIVE } from './log-scripts.ts'

/** Records, and bytes of records, that are kept; what is older counts as hit. */
const MAX_RECORDS = 10_000
const MAX_BYTES = 16 * 1024 * 1024
/** Records live so long at least, and longer than any entry that the log was told of. */
const MIN_LIFE_MS = 3_600_000
/** An append without an answer for so long is given up: whoever invalidates is told that it may not have happened. */
const APPEND_MS = 5_000

/** Options of {@link RedisLog}. */
export interface RedisLogOptions {
  /** Of all names of the store. */
  readonly keyPrefix: string
  /** How long followers may go without proof that they know everything, in milliseconds. */
  readonly syncTimeoutMs: number
  readonly clock?: Clock
  /** For tests: smaller limits. */
  readonly maxRecords?: number
  readonly maxBytes?: number
}

/** The invalidation log of a fleet. It lies in one hash of Redis, which orders it; no clock of a process counts. */
export class RedisLog implements InvalidationLog {
  readonly #connection: Connection
  readonly #key: string
  readonly #channel: string
  readonly #limits: readonly [records: number, bytes: number]
  /** Names a log that this process begins. */
  readonly #name = randomBytes(9).toString('base64url')
  readonly #reader: LogReader
  readonly #feed: LogFeed
  #epoch = ''
  #outlived = 0

  constructor(connection: Connection, o: RedisLogOptions) {
    this.#connection = connection
    this.#key = `${o.keyPrefix}log`
    this.#channel = this.#key
    this.#limits = [o.maxRecords ?? MAX_RECORDS, o.maxBytes ?? MAX_BYTES]
    this.#reader = new LogReader(connection, { key: this.#key, name: this.#name, behind: () => this.#feed.catchUp() })
    const { syncTimeoutMs, clock = systemClock } = o
    this.#feed = new LogFeed(connection, { channel: this.#channel, reader: this.#reader, syncTimeoutMs, clock })
  }

  /** @throws `ERR_SSR_CACHE_STORE` where Redis does not say that it has the record: it may have it all the same, and twice does no harm. */
  async append(
    targets: readonly Target[],
    { hard, settleMs }: { readonly hard: boolean; readonly settleMs: number },
  ): Promise<Generation> {
    const json = encodeTargets(targets)
    const args = [this.#name, hard ? 1 : 0, settleMs, json, this.#channel, ...this.#limits, MIN_LIFE_MS]
    const [epoch, head, low, purged, at] = await this.#appended(args)
    // Followers know it before the caller does, without another round trip, and whether or not the message arrives.
    this.#feed.hear(`${epoch} ${head} ${low} ${purged} ${at} ${hard ? 1 : 0} ${settleMs} ${json}`)
    this.#noticed(epoch)
    return { epoch, position: Number(head) }
  }

  async #appended(args: readonly (string | number)[]): Promise<readonly [epoch: string, ...marks: unknown[]]> {
    try {
      const opening = this.#connection.ready()
      if (opening !== undefined) await opening
      const answer = await inTime(APPEND.run(this.#connection.commands, this.#key, args))
      return answer as [string, ...unknown[]] // by the script
    } catch (error) {
      throw this.#connection.failure('appending to the invalidation log', error)
    }
  }

  /** @throws `ERR_SSR_CACHE_STORE` where Redis does not answer. */
  async read(since: Generation): Promise<LogTail> {
    try {
      return await this.#reader.news(since)
    } catch (error) {
      throw this.#connection.failure('reading the invalidation log', error)
    }
  }

  /** The news that travel with a page: see {@link LogReader.check}. */
  check(since: Generation): Check {
    return this.#reader.check(since)
  }

  follow(on: (news: LogTail | 'cut') => void): () => void {
    return this.#feed.follow(on)
  }

  /** Lets records live longer than an entry of `lifeMs`. Costs a command where it is the longest life yet; does not wait, and tries again with the next. */
  outlive(lifeMs: number): void {
    if (lifeMs <= this.#outlived || !this.#connection.isReady) return
    // In powers of two: entries whose lives grow by the second are told of a few times.
    const life = 2 ** Math.ceil(Math.log2(Math.min(lifeMs, Number.MAX_SAFE_INTEGER)))
    this.#outlived = life
    OUTLIVE.run(this.#connection.commands, this.#key, [this.#name, life]).then(
      (epoch) => {
        this.#noticed(String(epoch))
        this.#outlived = life
      },
      (error: unknown) => {
        this.#outlived = 0
        this.#connection.failure('keeping the invalidation log', error)
      },
    )
  }

  close(): void {
    this.#feed.stop()
  }

  /** A log that began anew has not been told how long entries live. */
  #noticed(epoch: string): void {
    if (epoch === this.#epoch) return
    this.#epoch = epoch
    this.#outlived = 0
  }
}

/** A hung Redis answers nothing, and not every client gives up by itself. */
async function inTime<T>(answer: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>()
  const message = `expected an answer within ${APPEND_MS} ms, got none: it may have been done or not. Call again; twice does no harm.`
  const timer = setTimeout(() => late.reject(new SsrCacheError('ERR_SSR_CACHE_STORE', message)), APPEND_MS)
  try {
    return await Promise.race([answer, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
