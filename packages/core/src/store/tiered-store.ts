import type { Clock } from '../clock.ts'
import { systemClock } from '../clock.ts'
import { optionError } from '../errors.ts'
import { checkObject, refuseUnknown } from '../option-checks.ts'
import type { Generation, StoredValue } from './entry.ts'
import { LogKnowledge } from './log-knowledge.ts'
import type { MemoryStore } from './memory-store.ts'
import { isOwnRevision, isSameWrite, NearPages } from './near-pages.ts'
import type {
  Found,
  InvalidationLog,
  Lease,
  LogTail,
  NearStore,
  Now,
  Precondition,
  Store,
  StoreKey,
  WriteResult,
} from './store.ts'

/** Options of {@link tieredStore}. */
export interface TieredStoreOptions {
  /** Tells when pages are no longer fresh. Hand in the one that the cache has. @default the system's clock */
  readonly clock?: Clock
}

/** A {@link Store} of two: what lies in this process answers at once. */
export interface TieredStore extends Store {
  readonly near: NearStore
  close(): Promise<void>
}

/**
 * A store in memory before one that is shared: what is fresh in `near` is answered at once and without I/O, anything else is asked of `far` and kept near as it
 * came, with its true age. Leases and the invalidation log are `far`'s: its log is followed, so that what is invalidated or purged anywhere is known here as soon
 * as `far` tells it. While `far` cannot, each read asks it; while it does not answer at all, what lies near is served by the rules of a process that is cut off.
 * Both belong to the tiered store from then on, and are closed with it.
 *
 * @throws `ERR_SSR_CACHE_OPTION` for stores or options of the wrong kind.
 * @example
 * ```ts
 * const store = tieredStore(memoryStore({ maxBytes: 64 * 1024 ** 2 }), redisStore({ url }))
 * ```
 */
export function tieredStore(near: MemoryStore, far: Store, options: TieredStoreOptions = {}): TieredStore {
  const { clock = systemClock } = options
  refuseUnknown('tieredStore', options, ['clock'])
  checkObject('tieredStore.clock', clock)
  checkTiers(near, far)
  return new NearAndFar(near, far, clock)
}

function checkTiers(near: unknown, far: unknown): void {
  checkObject('tieredStore.near', near)
  checkObject('tieredStore.far', far)
  if (!('free' in near))
    throw optionError(
      'tieredStore.near',
      'a memoryStore()',
      near,
      'Write memoryStore() first, and the shared store second.',
    )
  if (near === far)
    throw optionError(
      'tieredStore.far',
      'another store than near',
      far,
      'Write the shared store second, as redisStore().',
    )
}

type ReadOptions = Parameters<Store['get']>[1]
type WriteOptions = Parameters<Store['set']>[2]

class NearAndFar implements TieredStore {
  readonly capabilities: Store['capabilities']
  readonly lease?: Lease
  readonly log?: InvalidationLog
  readonly near: NearPages
  readonly #memory: MemoryStore
  readonly #far: Store
  readonly #clock: Clock
  readonly #unfollow: () => void

  constructor(memory: MemoryStore, far: Store, clock: Clock) {
    this.capabilities = far.capabilities
    this.#memory = memory
    this.#far = far
    this.#clock = clock
    const { lease, log } = far
    // The cache follows the same log, and tells of its failures.
    const knowledge = log && new LogKnowledge(log, () => {})
    this.near = new NearPages(memory, knowledge)
    if (lease !== undefined) this.lease = lease
    if (log !== undefined) this.log = this.#freeing(log)
    this.#unfollow = log?.follow((news) => this.#told(news, knowledge)) ?? (() => {})
    knowledge?.catchUp()
  }

  get(key: StoreKey, o: ReadOptions): Now<Found> {
    return this.near.fresh(key, o.since, o.now ?? this.#clock.now()) ?? this.#ask(key, o)
  }

  async #ask(key: StoreKey, o: ReadOptions): Promise<Found> {
    const question = this.near.question(o.since)
    return this.near.learn(key, await this.#far.get(key, o), question)
  }

  /** The store behind decides. What it has taken lies here too, and what it has something newer than does not. */
  async set(key: StoreKey, value: StoredValue, o: WriteOptions): Promise<WriteResult> {
    const question = this.near.question()
    const condition = await this.#conditionThere(key, o.if)
    const result = condition === undefined ? 'superseded' : await this.#far.set(key, value, { ...o, if: condition })
    if (result === 'stored') this.near.written(key, value, question)
    if (result === 'superseded') this.near.delete(key)
    return result
  }

  /**
   * Here first, so that nobody finds it while the store behind is asked; and again, for what a read has brought meanwhile. Whether there was anything to delete
   * is what the store behind says.
   */
  async delete(key: StoreKey, o?: { readonly if: Precondition }): Promise<boolean> {
    const condition = o && (await this.#conditionThere(key, o.if))
    this.near.delete(key, o)
    if (o !== undefined && condition === undefined) return false
    const there = condition && { if: condition }
    const isGone = await this.#far.delete(key, there)
    this.near.delete(key, there)
    return isGone
  }

  async close(): Promise<void> {
    this.#unfollow()
    this.#memory.close()
    await this.#far.close?.()
  }

  /**
   * The same condition for the store behind, which did not tell the revision of what was written from here: it has the revision of that very value, or what was
   * read here is outdated.
   */
  async #conditionThere(key: StoreKey, condition: Precondition): Promise<Precondition | undefined> {
    if (!('revision' in condition) || !isOwnRevision(condition.revision)) return condition
    const own = this.near.ownValue(key, condition.revision)
    if (own === undefined) return undefined
    const question = this.near.question()
    const { value, revision } = await this.#far.get(key, { since: question.since })
    return value !== undefined && revision !== undefined && isSameWrite(own, value) ? { revision } : undefined
  }

  #told(news: LogTail | 'cut', knowledge: LogKnowledge | undefined): void {
    knowledge?.told(news)
    if (news === 'cut' || news.records === 'too-many') return
    for (const { hard, targets } of news.records) if (hard) this.near.free(targets)
  }

  /** What is purged from here is gone from here before it is told. */
  #freeing(log: InvalidationLog): InvalidationLog {
    return {
      append: async (targets, o): Promise<Generation> => {
        const at = await log.append(targets, o)
        if (o.hard) this.near.free(targets)
        return at
      },
      read: (since) => log.read(since),
      follow: (on) => log.follow(on),
    }
  }
}
