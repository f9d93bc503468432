import type { Clock } from '../clock.ts'
import { systemClock } from '../clock.ts'
import { optionError } from '../errors.ts'
import { checkCount, checkObject, refuseUnknown } from '../option-checks.ts'
import type { Generation, StoredValue } from '../store/entry.ts'
import type { Datable } from '../store/invalidation-index.ts'
import { InvalidationIndex } from '../store/invalidation-index.ts'
import type { LocalLease } from '../store/local-lease.ts'
import { localLease } from '../store/local-lease.ts'
import type { LocalLog } from '../store/local-log.ts'
import { localLog } from '../store/local-log.ts'
import { ownKey } from '../store/own-value.ts'
import type { Standing } from '../store/precondition.ts'
import { permits } from '../store/precondition.ts'
import type {
  Found,
  InvalidationLog,
  LogTail,
  Precondition,
  Store,
  StoreKey,
  Target,
  WriteResult,
} from '../store/store.ts'
import type { KeyvDatabase, Unreadable } from './database.ts'
import { Database } from './database.ts'
import { EarlierPurges } from './earlier-purges.ts'
import { KnownKeys } from './known-keys.ts'
import { PurgeJournal } from './purge-journal.ts'
import { isOurs, standingIn, storedText } from './stored-text.ts'
import { Turns } from './turns.ts'

/** Options of {@link keyvStore}. */
export interface KeyvStoreOptions {
  /** Characters that one value may take in the database, a third more than its bytes; a larger page is not kept. @default no bound */
  readonly maxEntryLength?: number
  /** Tells when pages have expired. Hand in the one that the cache has. @default the system's clock */
  readonly clock?: Clock
}

/** A {@link Store} in a database that Keyv speaks to, for one process at a time. */
export interface KeyvStore extends Store {
  readonly lease: LocalLease
  readonly log: InvalidationLog
  stats(): KeyvStoreStats
  close(): void
}

/** What has happened in this process since its store was made. */
export interface KeyvStoreStats {
  /** Values that could not be read: damaged, of another version or another program. Each counts as a miss, and is gone if it was ours. */
  readonly damaged: number
}

/**
 * Keeps pages in whatever database `keyv` speaks to, so that they outlast the process. Who renders and what was invalidated is known to this process alone:
 * **one process at a time** may use a database (or a `namespace` of it). What another process invalidates is not heard here; several processes share pages by
 * `redisStore`, or have a namespace each.
 *
 * Pages of an earlier process count as stale: they are served once more, within their windows, while they are rendered anew. What an earlier process purged
 * stays purged. `keyv` is never disconnected from here; from now on its `error` events have a listener.
 *
 * @throws `ERR_SSR_CACHE_OPTION` for an option of the wrong kind.
 * @example
 * ```ts
 * const keyv = new Keyv(new KeyvSqlite('sqlite://pages.sqlite'), { namespace: 'shop' })
 * const cache = createRenderCache({ store: keyvStore(keyv) })
 * ```
 */
export function keyvStore(keyv: KeyvDatabase, options: KeyvStoreOptions = {}): KeyvStore {
  const { maxEntryLength, clock = systemClock } = options
  checkKeyv(keyv)
  refuseUnknown('keyvStore', options, ['maxEntryLength', 'clock'])
  if (maxEntryLength !== undefined) checkCount('keyvStore.maxEntryLength', maxEntryLength, 1)
  checkObject('keyvStore.clock', clock)
  return new DatabaseStore(keyv, { maxEntryLength: maxEntryLength ?? Number.POSITIVE_INFINITY, clock })
}

function checkKeyv(keyv: unknown): asserts keyv is KeyvDatabase {
  const methods = ['get', 'set', 'delete', 'on', 'off']
  const isOne = typeof keyv === 'object' && keyv !== null
  // Asked by name, for a second copy of Keyv has another class.
  if (isOne && methods.every((name) => typeof Reflect.get(keyv, name) === 'function')) return
  throw optionError('keyv', 'a Keyv', keyv, "Write keyvStore(new Keyv(…)), with Keyv from 'keyv'.")
}

function isInMemory({ store = {} }: KeyvDatabase): boolean {
  return Reflect.get(store, 'store') instanceof Map
}

class DatabaseStore implements KeyvStore {
  readonly capabilities: Store['capabilities']
  readonly lease: LocalLease
  readonly log: InvalidationLog
  readonly #clock: Clock
  readonly #maxEntryLength: number
  readonly #database: Database
  readonly #journal: PurgeJournal
  readonly #records: LocalLog
  /** What the log says of pages: a page that was purged is not given, and leaves the database when it is come across. */
  readonly #index = new InvalidationIndex()
  readonly #known = new KnownKeys()
  readonly #turns = new Turns()
  readonly #unfollow: () => void
  #earlier = new EarlierPurges([], [])
  #opened: Promise<void> | undefined
  #damaged = 0

  constructor(keyv: KeyvDatabase, { maxEntryLength, clock }: Required<KeyvStoreOptions>) {
    this.capabilities = { shared: false, persistent: !isInMemory(keyv), lease: true, log: true }
    this.#clock = clock
    this.#maxEntryLength = maxEntryLength
    this.#database = new Database(keyv, clock)
    this.#journal = new PurgeJournal(this.#database, clock)
    this.lease = localLease({ clock })
    this.#records = localLog({ clock })
    this.#index.apply(this.#records.read(this.#index.head), this.#index.head)
    this.#unfollow = this.#records.follow((tail) => void this.#index.apply(tail))
    this.log = {
      append: (targets, o) => this.#append(targets, o),
      read: async (since) => {
        await this.#open()
        return this.#records.read(since)
      },
      follow: (on) => this.#records.follow(on),
    }
  }

  async get(key: StoreKey, { since }: { readonly since: Generation }): Promise<Found> {
    await this.#open()
    const standing = await this.#standing(key)
    // Read after the value: what was invalidated while that was on its way is among the news.
    const tail = this.#newsSince(since)
    if (standing === undefined) return tail === undefined ? {} : { tail }
    this.#known.add(ownKey(key))
    const { value, revision } = standing
    return tail === undefined ? { value, revision } : { value, revision, tail }
  }

  async set(key: StoreKey, value: StoredValue, o: { readonly if: Precondition }): Promise<WriteResult> {
    const text = storedText(value, key.full)
    if (text.length > this.#maxEntryLength || value.deleteAt <= this.#clock.now()) return 'refused'
    await this.#open()
    await this.#journal.reach(value.deleteAt)
    this.#known.add(ownKey(key))
    return this.#turns.take(key.id, () => this.#write(key, value, text, o.if))
  }

  async delete(key: StoreKey, o?: { readonly if: Precondition }): Promise<boolean> {
    await this.#open()
    return this.#turns.take(key.id, async () => {
      const standing = await this.#readable(key)
      if (standing === undefined) return false
      return (o === undefined || this.#permits(o.if, standing)) && this.#erase(key)
    })
  }

  stats(): KeyvStoreStats {
    return { damaged: this.#damaged }
  }

  /** Keyv stays connected: it is the caller's. */
  close(): void {
    this.#unfollow()
    this.#database.close()
  }

  /** Tried again by the next call where the database does not answer. */
  #open(): Promise<void> {
    this.#opened ??= this.#readJournal()
    return this.#opened
  }

  async #readJournal(): Promise<void> {
    try {
      this.#earlier = await this.#journal.open(this.#records.head.epoch)
    } catch (error) {
      this.#opened = undefined
      throw error
    }
  }

  /** This process knows at once, whether the database answers or not; the next one knows when a purge has resolved. */
  async #append(
    targets: readonly Target[],
    o: { readonly hard: boolean; readonly settleMs: number },
  ): Promise<Generation> {
    const generation = this.#records.append(targets, o)
    if (!o.hard) return generation
    await this.#open()
    await this.#journal.add({ ...generation, targets })
    const urls = targets.flatMap((target) => (target.kind === 'url' ? this.#known.named(target.url) : []))
    await Promise.all(urls.map((key) => this.#removePurged(key)))
    return generation
  }

  async #write(key: StoreKey, value: StoredValue, text: string, condition: Precondition): Promise<WriteResult> {
    const standing = await this.#readable(key)
    if (!this.#permits(condition, standing) || this.#isPurged(key, value)) return 'superseded'
    const lifeMs = value.deleteAt - this.#clock.now()
    if (lifeMs <= 0) return 'refused'
    await this.#database.set(this.#name(key), text, lifeMs)
    return 'stored'
  }

  #permits(condition: Precondition, standing: Standing | undefined): boolean {
    return permits(condition, standing, this.#records.head.epoch)
  }

  /** What is there, for who is about to write over it: what cannot be read is nothing. */
  async #readable(key: StoreKey): Promise<Standing | undefined> {
    const text = await this.#database.get(this.#name(key))
    try {
      return typeof text === 'string' ? this.#living(key, standingIn(text, key.full)) : undefined
    } catch {
      return undefined
    }
  }

  /** What is there, for who reads it. What is damaged or another's is counted, and no failure of the database: the next page is written over it. */
  async #standing(key: StoreKey): Promise<Standing | undefined> {
    const text = await this.#database.get(this.#name(key))
    if (text === undefined) return undefined
    const standing = await this.#standingIn(key, text)
    if (standing !== undefined && this.#isPurged(key, standing.value)) await this.#removePurged(key)
    return this.#living(key, standing)
  }

  async #standingIn(key: StoreKey, text: string | Unreadable): Promise<Standing | undefined> {
    if (typeof text === 'string') {
      try {
        return standingIn(text, key.full)
      } catch {
        if (isOurs(text)) await this.#removeDamaged(key, text)
      }
    }
    this.#damaged++
    return undefined
  }

  #living(key: StoreKey, standing: Standing | undefined): Standing | undefined {
    if (standing === undefined || this.#clock.now() >= standing.value.deleteAt) return undefined
    return this.#isPurged(key, standing.value) ? undefined : standing
  }

  #isPurged(key: StoreKey, value: StoredValue): boolean {
    const page = datable(value)
    return this.#index.verdict(key.url, page).kind === 'absent' || this.#wasPurged(key, page)
  }

  /** Before this process was there. What it has made itself is newer than all of that. */
  #wasPurged({ url }: StoreKey, page: Datable): boolean {
    return page.generation.epoch !== this.#records.head.epoch && this.#earlier.name(url, page)
  }

  /** In its turn, and looked at again: a newer render may have been written meanwhile. */
  #removePurged(key: StoreKey): Promise<void> {
    return this.#turns.take(key.id, async () => {
      const text = await this.#database.get(this.#name(key))
      if (typeof text === 'string' && this.#isPurgedText(key, text)) await this.#erase(key)
    })
  }

  #isPurgedText(key: StoreKey, text: string): boolean {
    try {
      const standing = standingIn(text, key.full)
      return standing !== undefined && this.#isPurged(key, standing.value)
    } catch {
      return false
    }
  }

  #removeDamaged(key: StoreKey, damaged: string): Promise<void> {
    return this.#turns.take(key.id, async () => {
      if ((await this.#database.get(this.#name(key))) === damaged) await this.#erase(key)
    })
  }

  #erase(key: StoreKey): Promise<boolean> {
    this.#known.remove(key)
    return this.#database.delete(this.#name(key))
  }

  #name({ id }: StoreKey): string {
    return `ssr-cache:page:${this.#journal.era}:${id}`
  }

  #newsSince(since: Generation): LogTail | undefined {
    const { epoch, position } = this.#records.head
    return since.epoch === epoch && since.position === position ? undefined : this.#records.read(since)
  }
}

/** A mark and a list of names have no tags: only their URL, a prefix or all can name them. */
function datable(value: StoredValue): Datable {
  if (value.kind === 'page') return value
  return { tags: [], generation: value.generation, renderStartedAt: value.storedAt }
}
