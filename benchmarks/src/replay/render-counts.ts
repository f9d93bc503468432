import type { ReasonCount, RenderCacheStats } from '@ssr-cache/core'

/** What a cache has counted itself. */
export interface RenderCounts {
  /** Renders of all kinds: that visitors waited for, behind a stale answer, and for one visitor alone. */
  readonly renders: number
  /** Why answers were no hits and refreshes no pages, with the names to blame. */
  readonly reasons: Readonly<Record<string, ReasonCount>>
}

export function renderCounts({ routes }: Pick<RenderCacheStats, 'routes'>): RenderCounts {
  let renders = 0
  const reasons: Record<string, ReasonCount> = {}
  for (const route of Object.values(routes)) {
    // The app answers itself where the cache is bypassed: a page too, unless another method asked for something else.
    renders += route.renders + (route.answers.bypass ?? 0) - (route.reasons['method']?.count ?? 0)
    for (const [reason, counted] of Object.entries(route.reasons)) reasons[reason] = sum(reasons[reason], counted)
  }
  return { renders, reasons }
}

function sum(a: ReasonCount | undefined, b: ReasonCount): ReasonCount {
  const culprits: Record<string, number> = { ...a?.culprits }
  for (const [name, count] of Object.entries(b.culprits)) culprits[name] = (culprits[name] ?? 0) + count
  return { count: (a?.count ?? 0) + b.count, culprits }
}
