/** How long anybody waits on one route. What is left out is the cache's. */
export interface RouteAdmissionOptions {
  /** Milliseconds that a render of this route waits for a place. @default the cache's */
  readonly queueTimeoutMs?: number
  /** Milliseconds that a visitor waits for a render of this route. @default the cache's */
  readonly timeoutMs?: number
  /** Milliseconds after which a render of this route counts as failed. @default the cache's */
  readonly deadlineMs?: number
}

/** How long anybody waits for a page. */
export interface RouteAdmission {
  readonly queueTimeoutMs: number
  readonly timeoutMs: number
  readonly deadlineMs: number
}

/** What holds on a route; the cache's own object where the route says nothing. */
export function routeAdmission(route: RouteAdmissionOptions | undefined, cache: RouteAdmission): RouteAdmission {
  if (route === undefined) return cache
  const deadlineMs = route.deadlineMs ?? cache.deadlineMs
  return Object.freeze({
    timeoutMs: route.timeoutMs ?? cache.timeoutMs,
    deadlineMs,
    // What the cache says of the queue gives way to a shorter deadline of the route.
    queueTimeoutMs: route.queueTimeoutMs ?? Math.min(cache.queueTimeoutMs, deadlineMs),
  })
}
