import type { Strategy } from '../rules/overload.ts'
import type { StrategyFunction } from '../rules/strategy.ts'
import { type SpartacusRequest, spartacusRequest } from './spartacus-request.ts'

/** Spartacus' `RenderingStrategy`: `ALWAYS_CSR`, `DEFAULT`, `ALWAYS_SSR`. */
const STRATEGIES: ReadonlyMap<number, Strategy> = new Map([
  [-1, 'never'],
  [0, 'default'],
  [1, 'always'],
])

type Resolver = (request: SpartacusRequest) => number

/** A `renderingStrategyResolver` as `strategy`; what it gives besides those three is refused when it is asked, and the default holds. */
export function strategyOf(resolver: Resolver): StrategyFunction {
  return (request) => {
    const said = resolver(spartacusRequest(request))
    const strategy = STRATEGIES.get(said)
    if (strategy !== undefined) return strategy
    throw new TypeError(`renderingStrategyResolver must give -1, 0 or 1, got ${String(said)}`)
  }
}

const NEVER_RENDERED: readonly string[] = ['checkout', 'my-account', 'cx-preview']

/** What Spartacus' own resolver says where nobody gives another. */
export const spartacusResolver: Resolver = ({ url, query }) =>
  Object.hasOwn(query, 'asm') || NEVER_RENDERED.some((text) => url.includes(text)) ? -1 : 0
