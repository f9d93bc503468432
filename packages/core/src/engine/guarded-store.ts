import type { Generation, StoredValue } from '../store/entry.ts'
import type { Found, Now, Precondition, Store, StoreKey, WriteResult } from '../store/store.ts'
import { isLater } from './later.ts'
import type { TimeLimit } from './time-limit.ts'

/** What is told of a failing store. */
export type StoreFailure = (operation: 'get' | 'set' | 'delete', error: unknown) => void

const NOTHING: Found = Object.freeze({})

/** A store that may fail while the page may not: whatever it throws, and whatever takes longer than its time, is a miss. */
export class GuardedStore {
  readonly #store: Store
  readonly #limit: TimeLimit
  readonly #failed: StoreFailure

  constructor(store: Store, o: { readonly limit: TimeLimit; readonly failed: StoreFailure }) {
    this.#store = store
    this.#limit = o.limit
    this.#failed = o.failed
  }

  /** Without the closures of `#guard`: every request comes by. */
  get(key: StoreKey, since: Generation, now: number): Now<Found> {
    try {
      const found = this.#store.get(key, { since, now })
      // What has room for notes is there: to ask any object for `then` takes 15 ns.
      if ('margin' in found || !isLater(found)) return found
      return this.#limit.of(found).catch((error: unknown) => this.#missed(error, key, since))
    } catch (error) {
      return this.#missed(error, key, since)
    }
  }

  /** What lies in this process may do, where there is such a part. */
  #missed(error: unknown, key: StoreKey, since: Generation): Found {
    this.#failed('get', error)
    return this.#store.near?.get(key, { since }) ?? NOTHING
  }

  set(key: StoreKey, value: StoredValue, precondition: Precondition): Now<WriteResult | 'failed'> {
    const o = { if: precondition }
    return this.#guard<WriteResult | 'failed'>('set', {
      run: () => this.#store.set(key, value, o),
      instead: () => this.#store.near?.set(key, value, o) ?? 'failed',
    })
  }

  delete(key: StoreKey, precondition: Precondition): Now<boolean> {
    const o = { if: precondition }
    return this.#guard('delete', {
      run: () => this.#store.delete(key, o),
      instead: () => this.#store.near?.delete(key, o) ?? false,
    })
  }

  #guard<T>(
    operation: 'set' | 'delete',
    { run, instead }: { readonly run: () => Now<T>; readonly instead: () => T },
  ): Now<T> {
    const fail = (error: unknown): T => {
      this.#failed(operation, error)
      return instead()
    }
    try {
      const value = run()
      return isLater(value) ? this.#limit.of(value).catch(fail) : value
    } catch (error) {
      return fail(error)
    }
  }
}
