import type { Clock } from '../clock.ts'
import type { Events, RenderCacheEvents } from './events.ts'
import type { Logger } from './logger.ts'
import { LateError } from './time-limit.ts'

/** After so long without a failure, the next one is another outage. */
const CALM_MS = 60_000

/** Different failures that one outage is told by; of a store that says something new each time, no more are. */
const MOST_TOLD = 20

/** Tells the log of a store that fails: what is wrong once in each outage, and once that it is over. A line per request would bury both; events say each. */
export class OutageLog {
  readonly #logger: Logger
  readonly #clock: Clock
  readonly #told = new Set<string>()
  readonly #spared = new Set<string>()
  #failedAt = Number.NEGATIVE_INFINITY

  constructor(logger: Logger, clock: Clock) {
    this.#logger = logger
    this.#clock = clock
  }

  listen(events: Events): void {
    events.on('store-error', (failure) => this.#failed(failure))
    events.on('store-state', (change) => this.#changed(change))
  }

  #failed({ operation, error }: RenderCacheEvents['store-error'][0]): void {
    const now = this.#clock.now()
    if (Math.abs(now - this.#failedAt) >= CALM_MS) this.#told.clear()
    this.#failedAt = now
    // How long was waited says nothing of the store.
    const kind = error instanceof LateError ? 'late' : String(error)
    if (this.#told.has(kind) || this.#told.size >= MOST_TOLD) return
    this.#told.add(kind)
    this.#logger.error({ operation, error }, 'the store failed; requests go on without it')
  }

  /** However often it was tried in between. */
  #changed({ operation, state }: RenderCacheEvents['store-state'][0]): void {
    if (state === 'open' && !this.#spared.has(operation)) {
      this.#spared.add(operation)
      this.#logger.error({ operation }, 'the store does not answer; it is tried once a second, and not asked otherwise')
    }
    if (state !== 'closed' || !this.#spared.delete(operation)) return
    this.#told.clear()
    this.#logger.info({ operation }, 'the store answers again')
  }
}
