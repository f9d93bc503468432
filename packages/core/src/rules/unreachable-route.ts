/** What a pattern of the route list is compared by. */
interface Listed {
  readonly match: string
  readonly cache?: boolean | undefined
}

/** The first two rules of which the later one can never be found: it is the earlier one again, or below its wildcard. */
export function unreachableRoute(
  routes: readonly Listed[],
): { readonly earlier: number; readonly later: number } | undefined {
  for (const [later, route] of routes.entries()) {
    const earlier = routes.slice(0, later).findIndex((before) => takesAll(before, route))
    if (earlier >= 0) return { earlier, later }
  }
  return undefined
}

/** A parameter's name does not change what it takes; `false` is compared without regard to letter case. */
function compared(match: string, anyCase: boolean): string {
  const nameless = match.includes('\\') ? match : match.replace(/([:*])(?:\w+|"[^"]*")/g, '$1')
  return anyCase ? nameless.toLowerCase() : nameless
}

/**
 * Whether the first pattern matches whatever the second does. Not every such pair is seen. A second rule against caching counts as taken although paths
 * in other letter case would find it: it was meant for all of them.
 */
function takesAll(before: Listed, route: Listed): boolean {
  const first = compared(before.match, before.cache === false)
  const second = compared(route.match, before.cache === false)
  if (first === second || first === '/*') return true
  // What is optional or escaped is no plain list of segments.
  if (!first.endsWith('/*') || /[{}\\]/.test(first + second)) return false
  const above = first.slice(0, -2).split('/')
  const segments = second.split('/')
  return (
    above.length <= segments.length && above.every((segment, index) => takesSegment(segment, segments[index] ?? ''))
  )
}

/** A parameter that is a whole segment takes any one; everything else takes itself. */
function takesSegment(segment: string, other: string): boolean {
  if (other.includes('*')) return false
  return segment === ':' ? other !== '' : segment === other
}
