import type {
  Clock,
  Found,
  Generation,
  LogTail,
  Precondition,
  Store,
  StoredValue,
  StoreKey,
  WriteResult,
} from '@ssr-cache/core/store'
import { namesUrl, withoutOrigin } from '@ssr-cache/core/store'
import type { RedisValue } from 'ioredis'
import type { Connection } from './connection.ts'
import { encodeFrame, epochMark, fingerprint, revisionBytes, tokenBytes, VALUE_AT } from './frame.ts'
import { FrameReader } from './frame-reader.ts'
import { type KeyNames, tagOf } from './key-names.ts'
import { AwaitedWord, type Word } from './log-word.ts'
import { DELETE, PURGE, SWEEP, WRITE } from './page-scripts.ts'
import type { RedisStoreStats } from './stats.ts'

/** What pages need of the invalidation log. */
export interface LogWord {
  /** The news since then; `undefined` where there are none. Its command goes out with that of the page. Never rejects. */
  check(since: Generation): Promise<Word>
  /** Lets records outlive entries of `lifeMs` (V9). */
  outlive(lifeMs: number): void
  read(since: Generation): Promise<LogTail>
}

const NOTHING: Found = Object.freeze({})

const UNHEARD: Generation = Object.freeze({ epoch: '', position: -1 })

/** The longest lifetime that Redis is told: 285 years. */
const LONGEST_MS = 2 ** 43

/** How many pages one script purges: Redis does nothing else meanwhile. */
const PURGED_AT_ONCE = 500

/** Pages, marks and names in Redis, each one value. */
export class Pages {
  readonly #connection: Connection
  readonly #names: KeyNames
  readonly #clock: Clock
  readonly #log: LogWord
  readonly #reader = new FrameReader()
  readonly #pageNames = new WeakMap<StoreKey, string>()
  #word: AwaitedWord | undefined
  /** Of the log as it was last heard of. */
  #epoch: string | undefined
  #foreign = 0
  #unreadable = 0
  #unread = 0

  constructor(connection: Connection, o: { readonly names: KeyNames; readonly clock: Clock; readonly log: LogWord }) {
    this.#connection = connection
    this.#names = o.names
    this.#clock = o.clock
    this.#log = o.log
  }

  get stats(): Omit<RedisStoreStats, 'state'> {
    return { foreign: this.#foreign, unreadable: this.#unreadable, unread: this.#unread }
  }

  /** One round trip: page and log are asked in one turn. */
  get(key: StoreKey, { since }: Parameters<Store['get']>[1]): Promise<Found> {
    if (!this.#connection.isReady) return this.#getOnceOpen(key, since)
    // First: its answer is then there when the page is.
    const word = this.#wordSince(since)
    return this.#found(key, this.#connection.commands.getBuffer(this.#nameOf(key)), since, word)
  }

  async set(key: StoreKey, value: StoredValue, o: { readonly if: Precondition }): Promise<WriteResult> {
    const lifetime = Math.min(Math.floor(value.deleteAt - this.#clock.now()), LONGEST_MS)
    if (!(lifetime > 0)) return 'refused'
    // At once: the caller may change what it holds while we wait.
    const frame = encodeFrame(value, key.full)
    const condition = await this.#condition(o.if)
    this.#log.outlive(lifetime)
    const args = [...condition, fingerprint(key.full), frame, lifetime, indexed(key)]
    const keys = [...this.#keys(key), this.#names.lease(key)]
    const result = await this.#connection.run('writing a page', WRITE, keys, args)
    if (result !== 'foreign') return result as WriteResult // as the script answers
    this.#foreign++
    return 'refused'
  }

  async delete(key: StoreKey, o?: { readonly if: Precondition }): Promise<boolean> {
    const condition = o === undefined ? ALWAYS : await this.#condition(o.if)
    const args = [...condition, fingerprint(key.full), indexed(key)]
    return Number(await this.#connection.run('deleting a page', DELETE, this.#keys(key), args)) === 1
  }

  /** Deletes the pages that `url`, absolute or without host, names, unless they were rendered since `purge`. */
  async purge(url: string, purge: Generation): Promise<void> {
    const index = this.#names.index(url)
    const place = url.startsWith('/') ? url : withoutOrigin(url)
    const members = (await this.#members(index)).filter((member) => namesUrl(url, originOf(member) + place))
    for (let at = 0; at < members.length; at += PURGED_AT_ONCE) {
      const some = members.slice(at, at + PURGED_AT_ONCE)
      const pages = some.map((member) => this.#names.pageOf(tagOf(url), idOf(member)))
      const args = [epochMark(purge), purge.position, ...some]
      await this.#connection.run('purging pages', PURGE, [index, ...pages], args)
    }
  }

  /** Where the log stands: generations of another are older than all of its own. */
  heardOf({ epoch }: Generation): void {
    this.#epoch = epoch
  }

  async #getOnceOpen(key: StoreKey, since: Generation): Promise<Found> {
    try {
      await this.#connection.ready()
    } catch (error) {
      throw this.#connection.failure('reading a page', error)
    }
    return this.get(key, { since })
  }

  async #found(key: StoreKey, page: Promise<Buffer | null>, since: Generation, word: AwaitedWord): Promise<Found> {
    let bytes: Buffer | null
    try {
      bytes = await page
    } catch (error) {
      bytes = this.#nothing(error)
    }
    const said = word.inTime()
    const tail = said instanceof Promise ? await said : said
    if (tail === 'unread') this.#unread++
    else this.heardOf(tail?.head ?? since)
    const read = bytes === null ? undefined : this.#read(key, bytes)
    if (read === undefined) return tail === undefined ? NOTHING : { tail }
    return tail === undefined ? read : { ...read, tail }
  }

  /** One for all who ask in one turn: the log gives them one promise. */
  #wordSince(since: Generation): AwaitedWord {
    const word = this.#log.check(since)
    if (this.#word?.word !== word) this.#word = new AwaitedWord(word)
    return this.#word
  }

  /** Worked out once per key, which the cache hands in again with each request for the page. */
  #nameOf(key: StoreKey): string {
    const known = this.#pageNames.get(key)
    if (known !== undefined) return known
    const name = this.#names.page(key)
    this.#pageNames.set(key, name)
    return name
  }

  #keys(key: StoreKey): readonly string[] {
    return [this.#names.page(key), this.#names.index(key.url)]
  }

  /** What another program keeps there is as good as nothing. */
  #nothing(error: unknown): null {
    if (!(error instanceof Error && error.message.startsWith('WRONGTYPE'))) {
      throw this.#connection.failure('reading a page', error)
    }
    this.#foreign++
    return null
  }

  #read(key: StoreKey, bytes: Buffer): Found | undefined {
    const read = this.#reader.read(bytes, key.id, key.full)
    switch (read.kind) {
      case 'value': {
        const { value, revision, write } = read
        return write === undefined ? { value, revision } : { value, revision, write }
      }
      case 'foreign':
        this.#foreign++
        return
      case 'unreadable':
        this.#unreadable++
        this.#sweep(key, bytes)
        return
      case 'other key':
        return
    }
  }

  /** Behind the answer; if it fails, the next reader tries again. */
  #sweep(key: StoreKey, bytes: Buffer): void {
    const args = [bytes.byteLength, bytes.subarray(0, VALUE_AT)]
    this.#connection.run('removing a damaged page', SWEEP, [this.#names.page(key)], args).catch(() => {})
  }

  async #members(index: string): Promise<readonly string[]> {
    try {
      await this.#connection.ready()
      return await this.#connection.commands.zrange(index, '0', '-1')
    } catch (error) {
      throw this.#connection.failure('purging pages', error)
    }
  }

  /** The first five arguments of scripts that have a precondition. */
  async #condition(condition: Precondition): Promise<readonly RedisValue[]> {
    if ('absent' in condition) return ['absent', '', '', '', '']
    if ('revision' in condition) return ['revision', revisionBytes(condition.revision), '', '', '']
    const { notNewerThan, token } = condition
    if (this.#epoch === undefined) this.heardOf((await this.#log.read(UNHEARD)).head)
    const now = epochMark({ epoch: this.#epoch ?? '' })
    const asked = token === undefined ? '' : tokenBytes(token)
    return ['generation', epochMark(notNewerThan), now, notNewerThan.position, asked]
  }
}

const ALWAYS = ['always', '', '', '', '']

/** By what the index of a path and query knows a page: with its origin, since a purge may mean one host. Origins have no spaces. */
function indexed({ id, url }: StoreKey): string {
  return `${url.slice(0, url.length - withoutOrigin(url).length)} ${id}`
}

function originOf(member: string): string {
  return member.slice(0, member.indexOf(' '))
}

function idOf(member: string): string {
  return member.slice(member.indexOf(' ') + 1)
}
