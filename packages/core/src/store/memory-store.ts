import type { Clock } from '../clock.ts'
import { systemClock } from '../clock.ts'
import { checkCount, checkFunction, checkObject, refuseUnknown } from '../option-checks.ts'
import type { Generation, StoredValue } from './entry.ts'
import type { Eviction, Shelf } from './eviction.ts'
import { leastRecentlyUsed } from './eviction.ts'
import { Expiry } from './expiry.ts'
import { Fringe } from './fringe.ts'
import type { LocalLease } from './local-lease.ts'
import { localLease } from './local-lease.ts'
import type { LocalLog } from './local-log.ts'
import { localLog } from './local-log.ts'
import { bytesOf, ownKey, ownValue } from './own-value.ts'
import type { Standing } from './precondition.ts'
import { permits } from './precondition.ts'
import type { Found, LogTail, Precondition, Store, StoreKey, Target, WriteResult } from './store.ts'
import { namesPage, namesUrl } from './target.ts'
import { UrlIndex } from './url-index.ts'

/** Options of {@link memoryStore}. */
export interface MemoryStoreOptions {
  /** Bytes that pages may take together, with their variants, fields and keys; of these, 404s, redirects and marks a sixteenth at most. @default 268_435_456 (256 MiB) */
  readonly maxBytes?: number
  /** Bytes that one page may take; a larger one is refused and pushes nothing out. @default a quarter of `maxBytes` */
  readonly maxEntryBytes?: number
  /** Pages and marks that may be kept together, beside the bound by bytes. @default no bound by number */
  readonly maxEntries?: number
  /** Tells when pages have expired. Hand in the one that the cache has. @default the system's clock */
  readonly clock?: Clock
  /** Decides what goes when memory is full. @default leastRecentlyUsed */
  readonly eviction?: Eviction
}

/** A {@link Store} in this process' memory: every answer is there at once, and a value that is read twice is the same object. */
export interface MemoryStore extends Store {
  readonly lease: LocalLease
  readonly log: LocalLog
  /** Pages and marks that are kept. */
  readonly size: number
  /** How many of them are marks: keys whose pages may not be shared. */
  readonly marks: number
  /** What they take, in bytes. */
  readonly bytes: number
  get(key: StoreKey, o: { readonly since: Generation; readonly now?: number }): Found & { readonly tail?: LogTail }
  /** `revision`: what it is read with, where it has one elsewhere. @default one of this store's own */
  set(key: StoreKey, value: StoredValue, o: { readonly if: Precondition; readonly revision?: string }): WriteResult
  delete(key: StoreKey, o?: { readonly if: Precondition }): boolean
  /** Frees what a purge of a URL, or of all, has hit, as a purge in this store's own log does. What other targets name, the log only hides. */
  free(target: Target): void
  close(): void
}

/**
 * A store in memory for one process, bounded by bytes and, where told so, by number. Pages that expire leave by themselves; bytes are copied on the way
 * in, so that nothing that a caller holds can change them.
 *
 * @throws `ERR_SSR_CACHE_OPTION` for an option of the wrong kind.
 * @example
 * ```ts
 * const cache = createRenderCache({ store: memoryStore({ maxBytes: 64 * 1024 ** 2 }) })
 * ```
 */
export function memoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  const { maxBytes = 256 * 1024 ** 2, clock = systemClock, eviction = leastRecentlyUsed } = options
  const { maxEntryBytes = Math.ceil(maxBytes / 4), maxEntries } = options
  refuseUnknown('memoryStore', options, ['maxBytes', 'maxEntryBytes', 'maxEntries', 'clock', 'eviction'])
  checkCount('memoryStore.maxBytes', maxBytes, 1)
  checkCount('memoryStore.maxEntryBytes', maxEntryBytes, 1)
  if (maxEntries !== undefined) checkCount('memoryStore.maxEntries', maxEntries, 1)
  checkObject('memoryStore.clock', clock)
  checkFunction('memoryStore.eviction', eviction)
  return new ProcessMemory({
    maxBytes,
    maxEntryBytes: Math.min(maxEntryBytes, maxBytes),
    maxEntries: maxEntries ?? Number.POSITIVE_INFINITY,
    clock,
    eviction,
  })
}

/** One kept value and what it is read as: a hit allocates nothing. */
interface Kept extends Standing {
  readonly key: StoreKey
  readonly found: ReturnType<MemoryStore['get']>
  /** No page: what strangers can make as much of as they like. */
  readonly isFringe: boolean
}

/** Of everything, what is no page may take this much: a flood of made-up paths must leave the pages alone. */
const FRINGE_SHARE = 1 / 16

function isFringe(value: StoredValue): boolean {
  return value.kind === 'mark' || (value.status !== 200 && value.status !== 203)
}

const NOTHING: ReturnType<MemoryStore['get']> = Object.freeze({})

function isAlive(kept: Kept, key: StoreKey, now: number): boolean {
  return kept.key.full === key.full && now < kept.value.deleteAt
}

class ProcessMemory implements MemoryStore {
  readonly capabilities: Store['capabilities'] = { shared: false, persistent: false, lease: true, log: true }
  readonly lease: LocalLease
  readonly log: LocalLog
  readonly #options: Required<MemoryStoreOptions>
  readonly #clock: Clock
  readonly #records: LocalLog
  readonly #expiry: Expiry
  #shelf: Shelf<Kept>
  #fringe: Fringe
  #urls = new UrlIndex()
  #marks = 0
  #revisions = 0
  #closed = false

  constructor(options: Required<MemoryStoreOptions>) {
    this.#options = options
    this.#clock = options.clock
    this.lease = localLease({ clock: options.clock })
    this.#records = localLog({ clock: options.clock })
    this.log = this.#purgingLog(this.#records)
    this.#expiry = new Expiry(options.clock, (id) => this.#drop(id))
    this.#shelf = this.#emptyShelf()
    this.#fringe = this.#emptyFringe()
  }

  get size(): number {
    return this.#shelf.size
  }

  get marks(): number {
    return this.#marks
  }

  get bytes(): number {
    return this.#shelf.bytes
  }

  get(
    key: StoreKey,
    { since, now = this.#clock.now() }: { readonly since: Generation; readonly now?: number },
  ): ReturnType<MemoryStore['get']> {
    const tail = this.#newsSince(since)
    const kept = this.#shelf.get(key.id)
    if (kept === undefined || !isAlive(kept, key, now)) return tail === undefined ? NOTHING : { tail }
    if (kept.isFringe) this.#fringe.touch(key.id)
    return tail === undefined ? kept.found : { value: kept.value, revision: kept.revision, tail }
  }

  set(key: StoreKey, value: StoredValue, o: Parameters<MemoryStore['set']>[2]): WriteResult {
    const bytes = bytesOf(key, value)
    if (this.#closed || bytes > this.#options.maxEntryBytes || value.deleteAt <= this.#clock.now()) return 'refused'
    const standing = this.#standing(key)
    if (!permits(o.if, standing, this.#records.head.epoch) || this.#isPurged(key, value)) return 'superseded'
    this.#drop(key.id)
    this.#keep(ownKey(key), ownValue(value), { bytes, revision: o.revision ?? String(++this.#revisions) })
    return 'stored'
  }

  delete(key: StoreKey, o?: { readonly if: Precondition }): boolean {
    const standing = this.#standing(key)
    if (standing === undefined) return false
    if (o !== undefined && !permits(o.if, standing, this.#records.head.epoch)) return false
    this.#drop(key.id)
    return true
  }

  free(target: Target): void {
    if (target.kind === 'all') this.#dropAll()
    if (target.kind !== 'url') return
    for (const id of this.#urls.ids(target.url)) {
      const kept = this.#shelf.peek(id)
      if (kept !== undefined && namesUrl(target.url, kept.key.url)) this.#drop(id)
    }
  }

  close(): void {
    this.#closed = true
    this.#dropAll()
  }

  #standing(key: StoreKey): Kept | undefined {
    const kept = this.#shelf.peek(key.id)
    return kept !== undefined && isAlive(kept, key, this.#clock.now()) ? kept : undefined
  }

  #keep(
    key: StoreKey,
    value: StoredValue,
    { bytes, revision }: { readonly bytes: number; readonly revision: string },
  ): void {
    const found = Object.freeze({ value, revision, margin: { note: undefined, validAt: undefined } })
    const kept = { key, value, revision, found, isFringe: isFringe(value) }
    this.#shelf.set(key.id, kept, bytes)
    if (value.kind === 'mark') this.#marks++
    this.#urls.add(key.url, key.id)
    this.#expiry.add(key.id, value.deleteAt)
    if (kept.isFringe) this.#fringe.add(key.id, bytes)
  }

  #drop(id: string): void {
    const kept = this.#shelf.peek(id)
    if (kept === undefined) return
    this.#shelf.delete(id)
    this.#unlink(kept)
  }

  #unlink({ key, value }: Kept): void {
    if (value.kind === 'mark') this.#marks--
    this.#fringe.remove(key.id)
    this.#urls.remove(key.url, key.id)
    this.#expiry.remove(key.id, value.deleteAt)
  }

  #emptyShelf(): Shelf<Kept> {
    const { maxBytes, maxEntries, eviction } = this.#options
    return eviction<Kept>({ maxBytes, maxEntries, onEvict: (_, kept) => this.#unlink(kept) })
  }

  #emptyFringe(): Fringe {
    const { maxBytes, maxEntries } = this.#options
    return new Fringe({
      maxBytes: maxBytes * FRINGE_SHARE,
      maxEntries: maxEntries * FRINGE_SHARE,
      onEvict: (id) => this.#drop(id),
    })
  }

  /** New shelves instead of emptied ones: it takes the same time however much is kept. */
  #dropAll(): void {
    this.#shelf = this.#emptyShelf()
    this.#fringe = this.#emptyFringe()
    this.#urls = new UrlIndex()
    this.#marks = 0
    this.#expiry.clear()
  }

  #newsSince(since: Generation): LogTail | undefined {
    const { epoch, position } = this.#records.head
    return since.epoch === epoch && since.position === position ? undefined : this.#records.read(since)
  }

  /** A page whose render is older than a purge that names it would come back from the dead. */
  #isPurged(key: StoreKey, value: StoredValue): boolean {
    const tail = this.#newsSince(value.generation)
    if (tail === undefined) return false
    const position = value.generation.epoch === tail.head.epoch ? value.generation.position : -1
    if (position < tail.purgeLowWater) return true
    if (tail.records === 'too-many') return false
    const tags = value.kind === 'page' ? value.tags : []
    return tail.records.some(({ hard, targets }) => hard && targets.some((target) => namesPage(target, key.url, tags)))
  }

  /** The log, whose purges of URLs and of all also free the bytes at once. Other purges hide pages, which go when they are read or expire. */
  #purgingLog(records: LocalLog): LocalLog {
    return {
      get head() {
        return records.head
      },
      append: (targets, o) => {
        const generation = records.append(targets, o)
        if (o.hard) for (const target of targets) this.free(target)
        return generation
      },
      read: (since) => records.read(since),
      follow: (on) => records.follow(on),
    }
  }
}
