import type { KeyNormalizer } from '../key/normalizer.ts'
import type { VisitorRequest } from '../request.ts'
import type { Strategy } from '../rules/overload.ts'
import { isStrategy } from '../rules/strategy.ts'
import type { Lane } from './admission/lane.ts'
import { Crawlers } from './crawlers.ts'
import type { Ask } from './departure.ts'
import type { FailureLog } from './failure-log.ts'
import type { Keyed } from './keyed.ts'
import type { Slot } from './slots.ts'

/** One who is not served a hit. */
export type Caller<Key extends Keyed> = Pick<Ask, 'request' | 'strategy'> & { readonly slot: Key }

/** How those are received for whom there is no hit. */
export interface Receives<Key extends Keyed> {
  /** Whether their page is rendered. */
  strategy(caller: Caller<Key>): Strategy
  lane(caller: Caller<Key>): Lane
  /** How long they wait for it. */
  waitMs(caller: Caller<Key>): number
}

/** Of values there are neither strategies nor crawlers. */
export const VALUE_RECEPTION: Receives<Keyed> = Object.freeze<Receives<Keyed>>({
  strategy: () => 'default',
  lane: () => 'visitor',
  waitMs: ({ slot }) => slot.route.admission.timeoutMs,
})

/** Receives visitors by what their route says, and crawlers by their name. */
export class Reception implements Receives<Slot> {
  readonly #crawlers = new Crawlers()
  readonly #normalizer: Pick<KeyNormalizer, 'narrow'>
  readonly #failures: Pick<FailureLog, 'tell'>

  constructor(o: { readonly normalizer: Pick<KeyNormalizer, 'narrow'>; readonly failures: Pick<FailureLog, 'tell'> }) {
    this.#normalizer = o.normalizer
    this.#failures = o.failures
  }

  strategy({ slot, request }: Caller<Slot>): Strategy {
    const { strategy } = slot.route
    // Where the app's own fields decide, it decides on this, too.
    if (strategy === 'default' || slot.route.origin !== undefined || request === undefined) return 'default'
    return typeof strategy === 'function' ? this.#asked(slot, request) : strategy
  }

  lane({ request }: Caller<Slot>): Lane {
    return this.#isCrawler(request) ? 'crawler' : 'visitor'
  }

  waitMs({ slot, request, strategy }: Caller<Slot>): number {
    const { timeoutMs, crawlerTimeoutMs, alwaysTimeoutMs } = slot.route.admission
    if (strategy === 'always') return alwaysTimeoutMs
    return crawlerTimeoutMs > timeoutMs && this.#isCrawler(request) ? crawlerTimeoutMs : timeoutMs
  }

  #isCrawler(request: VisitorRequest | undefined): boolean {
    return request !== undefined && this.#crawlers.sent(request.headers)
  }

  #asked(slot: Slot, request: VisitorRequest): Strategy {
    const { strategy, name } = slot.route
    try {
      const said: unknown = typeof strategy === 'function' && strategy(this.#normalizer.narrow(slot.page, request))
      if (isStrategy(said)) return said
      throw new TypeError(`a strategy must be "always", "never" or "default", got ${String(said)}`)
    } catch (error) {
      this.#failures.tell(error, { route: name, url: slot.url })
      return 'default'
    }
  }
}
