import type { Held, HeldByAnother, Lease, Now, StoreKey } from '../store/store.ts'
import type { Span } from './store-calls.ts'
import type { StoreHealth } from './store-health.ts'

type TakeOptions = Parameters<Lease['take']>[1]
type RenewOptions = Parameters<Lease['renew']>[2]

/** A lease service that may fail while the page may not: then there is none, which `undefined` stands for. */
export class GuardedLease {
  /** Whether it tells of releases. */
  readonly tells: boolean
  readonly #lease: Lease
  readonly #health: StoreHealth

  constructor(lease: Lease, health: StoreHealth) {
    this.tells = lease.released !== undefined
    this.#lease = lease
    this.#health = health
  }

  take(key: StoreKey, o: TakeOptions, span: Span): Now<Held | HeldByAnother | undefined> {
    const call = { operation: 'lease', failed: () => undefined, spared: () => undefined, span } as const
    return this.#health.leases.make<Held | HeldByAnother | undefined>(call, () => this.#lease.take(key, o))
  }

  renew(key: StoreKey, token: bigint, o: RenewOptions): Now<{ readonly graceUntil: number } | false | undefined> {
    return this.#upkeep<{ readonly graceUntil: number } | false>(() => this.#lease.renew(key, token, o))
  }

  release(key: StoreKey, token: bigint, o?: { readonly restMs: number }): Now<void> {
    return this.#upkeep<void>(() => this.#lease.release(key, token, o))
  }

  #upkeep<T>(made: () => Now<T>): Now<T | undefined> {
    const call = { operation: 'lease', failed: () => undefined, spared: () => undefined, span: 'ample' } as const
    return this.#health.upkeep.make<T | undefined>(call, made)
  }

  /** Resolves when nobody holds the key's lease, or perhaps nobody does; never where nobody tells. */
  async released(key: StoreKey, signal: AbortSignal): Promise<void> {
    try {
      await (this.#lease.released?.(key, { signal }) ?? new Promise(() => {}))
    } catch (error) {
      this.#health.upkeep.thrown({ operation: 'lease', failed: () => undefined }, error)
    }
  }
}
