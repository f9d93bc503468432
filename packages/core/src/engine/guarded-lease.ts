import type { Held, HeldByAnother, Lease, Now, StoreKey } from '../store/store.ts'
import { isLater } from './later.ts'
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

  /** What is taken after all, when nobody waits for that any more, is given back: nobody else would, and the key would be held up until the lease ends. */
  take(key: StoreKey, o: TakeOptions, span: Span): Now<Held | HeldByAnother | undefined> {
    let isGivenUp = false
    const failed = (): undefined => {
      isGivenUp = true
    }
    const call = { operation: 'lease', failed, spared: () => undefined, span } as const
    return this.#health.leases.make<Held | HeldByAnother | undefined>(call, () => {
      const taken = this.#lease.take(key, o)
      if (isLater(taken)) taken.then((late) => isGivenUp && late.held && this.release(key, late.token), ignored)
      return taken
    })
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

/** What it rejects with is told where it is waited for. */
function ignored(): void {}
