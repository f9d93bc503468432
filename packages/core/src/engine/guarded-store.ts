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
      return isLater(found) ? this.#limit.of(found).catch((error: unknown) => this.#missed(error)) : found
    } catch (error) {
      return this.#missed(error)
    }
  }

  #missed(error: unknown): Found {
    this.#failed('get', error)
    return NOTHING
  }

  set(key: StoreKey, value: StoredValue, precondition: Precondition): Now<WriteResult | 'failed'> {
    return this.#guard<WriteResult | 'failed'>('set', 'failed', () => this.#store.set(key, value, { if: precondition }))
  }

  delete(key: StoreKey, precondition: Precondition): Now<boolean> {
    return this.#guard('delete', false, () => this.#store.delete(key, { if: precondition }))
  }

  #guard<T>(operation: 'set' | 'delete', instead: T, run: () => Now<T>): Now<T> {
    const fail = (error: unknown): T => {
      this.#failed(operation, error)
      return instead
    }
    try {
      const value = run()
      return isLater(value) ? this.#limit.of(value).catch(fail) : value
    } catch (error) {
      return fail(error)
    }
  }
}
