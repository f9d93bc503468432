import type { Generation, StoredValue } from '../store/entry.ts'
import type { Found, Now, Precondition, Store, StoreKey, WriteResult } from '../store/store.ts'
import { isLater } from './later.ts'
import type { Span } from './store-calls.ts'
import type { StoreHealth } from './store-health.ts'

/** What came of a write. `dropped`: it was not tried. */
export type Written = WriteResult | 'failed' | 'dropped'

/** What was found, by a store that may not have answered. */
export interface FoundInTime extends Found {
  /** The store was asked and did not answer, or not in time: what there is lies near. */
  readonly isUnanswered?: true
}

const NOTHING: FoundInTime = Object.freeze({})

/**
 * A store that may fail while the page may not: whatever it throws, and whatever takes longer than its time, is a miss. What lies in this process may do in
 * its place, where there is such a part.
 */
export class GuardedStore {
  readonly #store: Store
  readonly #health: StoreHealth
  /** What is read: all of the store, or the detour while it does not answer. No question of a hit. */
  #reading: Pick<Store, 'get'>

  constructor(store: Store, health: StoreHealth) {
    this.#store = store
    this.#health = health
    this.#reading = store
    const detour = { get: (key, o) => this.#around(key, o) } satisfies Pick<Store, 'get'>
    health.onReads = (state) => {
      this.#reading = state === 'closed' ? store : detour
    }
  }

  /** Every request comes by: closures are made elsewhere, since even those that are not reached would cost a hit their scope. */
  get(key: StoreKey, since: Generation, now: number, span: Span = 'one'): Now<FoundInTime> {
    try {
      const found = this.#reading.get(key, { since, now })
      // What has room for notes is there: to ask any object for `then` takes 15 ns.
      if ('margin' in found || !isLater(found)) return found
      return this.#later(key, since, { found, span })
    } catch (error) {
      return this.#missed(key, since, error)
    }
  }

  #later(
    key: StoreKey,
    since: Generation,
    { found, span }: { readonly found: Promise<Found>; readonly span: Span },
  ): Promise<FoundInTime> {
    const failed = (): FoundInTime => ({ ...this.#near(key, since), isUnanswered: true })
    return this.#health.gets.later<FoundInTime>({ operation: 'get', failed, span }, found)
  }

  #missed(key: StoreKey, since: Generation, error: unknown): FoundInTime {
    return this.#health.gets.thrown({ operation: 'get', failed: () => this.#near(key, since) }, error)
  }

  #near(key: StoreKey, since: Generation): FoundInTime {
    return this.#store.near?.get(key, { since }) ?? NOTHING
  }

  /** While reads are spared: one is let through now and then, and the others make do with what is near. */
  #around(key: StoreKey, o: Parameters<Store['get']>[1]): Now<Found> {
    const { reads, gets } = this.#health
    if (!reads.isDue(o.now)) return gets.spare({ spared: () => this.#near(key, o.since) })
    const found = this.#store.get(key, o)
    // What is there at once says something only of a store that has no near part.
    if (!isLater(found) && this.#store.near !== undefined) return found
    reads.admits(o.now)
    if (!isLater(found)) reads.succeeded()
    return found
  }

  set(key: StoreKey, value: StoredValue, precondition: Precondition, span: Span = 'ample'): Now<Written> {
    const o = { if: precondition }
    const near = (): WriteResult | undefined => this.#store.near?.set(key, value, o)
    const call = {
      operation: 'set',
      failed: () => near() ?? 'failed',
      spared: () => near() ?? 'dropped',
      span,
    } as const
    return this.#health.sets.make<Written>(call, () => this.#store.set(key, value, o))
  }

  delete(key: StoreKey, precondition: Precondition, span: Span = 'ample'): Now<boolean> {
    const o = { if: precondition }
    const near = (): boolean => this.#store.near?.delete(key, o) ?? false
    const call = { operation: 'delete', failed: near, spared: near, span } as const
    return this.#health.sets.make<boolean>(call, () => this.#store.delete(key, o))
  }
}
