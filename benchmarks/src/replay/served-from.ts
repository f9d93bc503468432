import { type Item, parseList, Token } from 'structured-headers'

/**
 * How an answer came about. `hit`: kept and fresh; `stale`: kept and stale; `miss`: a render was waited for; `collapsed`: the render that somebody else
 * had begun; `bypass`: the app answered itself; `unmarked`: the answer does not say.
 */
export const WAYS = ['hit', 'stale', 'miss', 'collapsed', 'bypass', 'unmarked'] as const
export type Way = (typeof WAYS)[number]

/** The name of this project's cache in the field. */
const CACHE = 'ssr-cache'

export interface Served {
  readonly way: Way
  /** Why, where the cache says it. */
  readonly reason?: string
}

/** Reads Cache-Status (RFC 9211). Other caches on the way have members of their own. */
export function servedFrom(cacheStatus: string | undefined): Served {
  const parameters = memberOf(cacheStatus)
  if (parameters === undefined) return { way: 'unmarked' }
  const detail = parameters.get('detail')
  const reason = detail === undefined ? {} : { reason: String(detail) }
  return { way: wayOf(parameters), ...reason }
}

function memberOf(cacheStatus: string | undefined): Item[1] | undefined {
  if (cacheStatus === undefined) return undefined
  try {
    return parseList(cacheStatus).find(([name]) => String(name) === CACHE)?.[1]
  } catch {
    return undefined // not a list: nothing that it says counts (RFC 9651 4.2)
  }
}

function wayOf(parameters: Item[1]): Way {
  if (parameters.get('hit') === true) {
    // A ttl below 0 is past its freshness; what was invalidated has a reason instead.
    return Number(parameters.get('ttl') ?? 0) < 0 || parameters.has('detail') ? 'stale' : 'hit'
  }
  const forwarded = parameters.get('fwd')
  if (!(forwarded instanceof Token)) return 'unmarked'
  if (parameters.get('collapsed') === true) return 'collapsed'
  return ['bypass', 'method'].includes(String(forwarded)) ? 'bypass' : 'miss'
}
