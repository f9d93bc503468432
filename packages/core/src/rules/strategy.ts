import type { NarrowedRequest } from '../request.ts'
import type { Strategy } from './overload.ts'

/**
 * Says for one request whether its page is rendered. At once, and from nothing but what its key covers: of a page that is kept, everybody is given the same. Where it
 * throws, or says anything else, `default` holds.
 */
export type StrategyFunction = (request: NarrowedRequest) => Strategy

const STRATEGIES: ReadonlySet<unknown> = new Set<Strategy>(['always', 'never', 'default'])

/** Whether a value names a strategy. */
export function isStrategy(value: unknown): value is Strategy {
  return STRATEGIES.has(value)
}
