import { type Generation, type LogRecord, type LogTail, SsrCacheError } from '@ssr-cache/core/store'
import type { Connection, ServerRun } from './connection.ts'
import { decodeRecord } from './log-record.ts'
import { READ } from './log-scripts.ts'

/** More news than this do not travel with a page: they are fetched behind it. */
const MAX_BESIDE_A_PAGE = 100
/** Records of one round trip, where it is not a page that waits for them. */
const PAGE_RECORDS = 500
/** A log that is trimmed, or begins anew, in the middle of being read is read from the beginning, so often. */
const ATTEMPTS = 3

/** What one round trip gives: the records that follow `from`, or some of them. */
interface LogPage {
  readonly head: Generation
  readonly lowWater: number
  readonly purgeLowWater: number
  readonly newestPurge: number
  readonly from: number
  readonly records: readonly LogRecord[]
}

/** What of the log travels with a page: its news, none, or that there were too many, or no word came. */
export type Check = Promise<LogTail | 'unread' | undefined>

/** Reads the log: all that is new, or what is new beside a page. */
export class LogReader {
  readonly #connection: Connection
  readonly #key: string
  readonly #name: string
  readonly #behind: () => void
  /** Of this turn. */
  readonly #checks = new Map<Generation, PromiseWithResolvers<Awaited<Check>>>()

  /** `name` is for a log that is begun by reading it; `behind` is called when a reader needs more than travels with a page. */
  constructor(connection: Connection, o: { readonly key: string; readonly name: string; readonly behind: () => void }) {
    this.#connection = connection
    this.#key = o.key
    this.#name = o.name
    this.#behind = o.behind
  }

  /** All that is new, in as many round trips as it takes. */
  async news(since: Generation): Promise<LogTail> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const tail = await this.#walk(since)
      if (tail !== undefined) return tail
    }
    const message = 'the invalidation log must stand still for a moment, and is trimmed faster than it can be read.'
    throw new SsrCacheError('ERR_SSR_CACHE_STORE', `${message} Invalidate less often, or by fewer and wider targets.`)
  }

  /**
   * What is new, at most a hundred records; one command for all who ask from the same place in this turn of the event loop. Never rejects.
   *
   * It is given to the client when the turn ends, though a client that pipelines may send what it has before: whoever asks after a command is out may have
   * been told of a record that its answer does not hold. Where nothing else was waiting to be sent, it still goes out in one piece with the page.
   */
  check(since: Generation): Check {
    const asked = this.#checks.get(since)
    if (asked !== undefined) return asked.promise
    if (this.#checks.size === 0) setImmediate(this.#ask)
    const check = Promise.withResolvers<Awaited<Check>>()
    this.#checks.set(since, check)
    return check.promise
  }

  readonly #ask = (): void => {
    const checks = [...this.#checks]
    this.#checks.clear()
    for (const [since, { resolve }] of checks) resolve(this.#check(since))
  }

  async #check(since: Generation): Check {
    const { server } = this.#connection
    try {
      const page = await this.#page(since, { limit: MAX_BESIDE_A_PAGE, onlyNews: true, server })
      // Sent once more, to another server, by a client that does that: it was not the one that was named.
      if (server !== undefined && this.#connection.server !== server) return 'unread'
      if (page === undefined || isTrimmed(page, since)) return page && tooMany(page)
      if (endOf(page) === page.head.position) return tailOf(page, page.records)
      this.#behind()
    } catch (error) {
      this.#connection.failure('reading the invalidation log', error)
    }
    return 'unread'
  }

  /** `undefined` where what was read first and what was read last do not fit together. */
  async #walk(since: Generation): Promise<LogTail | undefined> {
    let page = await this.#page(since, { limit: PAGE_RECORDS, onlyNews: false })
    if (page === undefined) return undefined
    if (isTrimmed(page, since)) return tooMany(page)
    const records = [...page.records]
    const { epoch } = page.head
    while (endOf(page) < page.head.position) {
      const from = endOf(page)
      page = await this.#page({ epoch, position: from }, { limit: PAGE_RECORDS, onlyNews: false })
      if (page === undefined || page.head.epoch !== epoch || page.from !== from) return undefined
      records.push(...page.records)
    }
    return tailOf(page, records)
  }

  async #page(
    since: Generation,
    o: { readonly limit: number; readonly onlyNews: boolean; readonly server?: ServerRun | undefined },
  ): Promise<LogPage | undefined> {
    // Nothing to wait for where the connection stands: the command goes out in this turn.
    const opening = this.#connection.ready()
    if (opening !== undefined) await opening
    const args = [this.#name, since.epoch, since.position, o.limit, o.onlyNews ? 1 : 0, o.server?.id ?? '']
    const answer = await READ.run(this.#connection.commands, this.#key, args)
    return Array.isArray(answer) ? pageOf(answer) : undefined
  }
}

function pageOf([epoch, head, low, purged, newest, from, ...records]: readonly unknown[]): LogPage {
  const before = Number(from)
  return {
    head: { epoch: String(epoch), position: Number(head) },
    lowWater: Number(low),
    purgeLowWater: Number(purged),
    newestPurge: Number(newest),
    from: before,
    records: records.map((record, i) => decodeRecord(before + 1 + i, typeof record === 'string' ? record : null)),
  }
}

function endOf({ from, records }: LogPage): number {
  return from + records.length
}

/** Records that the reader does not know are gone. */
function isTrimmed({ head, lowWater }: LogPage, since: Generation): boolean {
  return since.epoch === head.epoch && since.position < lowWater
}

function tailOf({ head, lowWater, purgeLowWater }: LogPage, records: readonly LogRecord[]): LogTail {
  return { head, records, lowWater, purgeLowWater }
}

/** The marks stand for all of it. */
function tooMany({ head, newestPurge }: LogPage): LogTail {
  return { head, records: 'too-many', lowWater: head.position, purgeLowWater: newestPurge }
}
