import type { Clock } from '../clock.ts'
import { Circuit, type CircuitState } from './circuit.ts'
import type { RenderCacheEvents } from './events.ts'
import { StoreCalls, type StoreCounts, type StoreFailure } from './store-calls.ts'
import { TimeLimit } from './time-limit.ts'

/** What the health of a store is told by. */
export interface StoreHealthOptions {
  readonly clock: Clock
  /** Milliseconds that a request may wait for the store. */
  readonly timeoutMs: number
  readonly failed: StoreFailure
  readonly changed: (change: RenderCacheEvents['store-state'][0]) => void
}

/** How the store does, as far as it answers by promise. */
export interface StoreStats extends Readonly<StoreCounts> {
  /** Whether reads, writes and leases are asked for, or spared. */
  readonly get: CircuitState
  readonly set: CircuitState
  readonly lease: CircuitState
}

/** Nobody waits for it: so many times longer. */
const AMPLE = 20

/** What is known of how the store answers: reads stand for all of it, and while they are spared, nothing is asked. */
export class StoreHealth {
  /** How long a request may wait. */
  readonly limit: TimeLimit
  readonly reads: Circuit
  readonly gets: StoreCalls
  readonly sets: StoreCalls
  readonly leases: StoreCalls
  /** Of a lease that is held: asked for in any case. */
  readonly upkeep: StoreCalls
  readonly #counts: StoreCounts = { calls: 0, failures: 0, timeouts: 0, spared: 0 }
  readonly #writes: Circuit
  readonly #leasing: Circuit
  /** Told when reads are spared, and when they no longer are. */
  onReads: (state: CircuitState) => void = () => {}

  constructor({ clock, timeoutMs, failed, changed }: StoreHealthOptions) {
    this.limit = new TimeLimit(clock, timeoutMs)
    this.reads = new Circuit(clock, (state) => {
      this.onReads(state)
      changed({ operation: 'get', state })
    })
    this.#writes = new Circuit(clock, (state) => changed({ operation: 'set', state }))
    this.#leasing = new Circuit(clock, (state) => changed({ operation: 'lease', state }))
    const shared = {
      limit: this.limit,
      ample: new TimeLimit(clock, timeoutMs * AMPLE),
      counts: this.#counts,
      failed,
    }
    this.gets = new StoreCalls({ ...shared, circuit: this.reads })
    this.sets = new StoreCalls({ ...shared, circuit: this.#writes, above: this.reads })
    this.leases = new StoreCalls({ ...shared, circuit: this.#leasing, above: this.reads })
    this.upkeep = new StoreCalls({ ...shared, circuit: undefined })
  }

  get stats(): StoreStats {
    return {
      ...this.#counts,
      get: this.reads.state,
      set: this.#writes.state,
      lease: this.#leasing.state,
    }
  }
}
