/** How many renders of one route run at once, and how long anybody waits for it. What is left out is the cache's. */
export interface RouteAdmissionOptions {
  /**
   * Renders of this route that run side by side: a cap inside of the cache's `concurrency`. Of the queue they have the same share.
   * @default the cache's
   */
  readonly concurrency?: number
  /** Milliseconds that a render of this route waits for a place. @default the cache's */
  readonly queueTimeoutMs?: number
  /** Milliseconds that a visitor waits for a render of this route. @default the cache's */
  readonly timeoutMs?: number
  /** Milliseconds that a crawler waits for a render of this route. @default the cache's, and at least timeoutMs */
  readonly crawlerTimeoutMs?: number
  /** Milliseconds that a visitor waits for a page of this route that is always rendered. @default the cache's, or the route's deadlineMs */
  readonly alwaysTimeoutMs?: number
  /** Milliseconds after which a render of this route counts as failed. @default the cache's */
  readonly deadlineMs?: number
}

/** How many renders of a route run at once, and how long anybody waits for it. One object for all of its paths: what is counted, is counted by it. */
export interface RouteAdmission {
  /** The cache's, where it has none of its own. */
  readonly concurrency: number
  readonly queueTimeoutMs: number
  readonly timeoutMs: number
  readonly crawlerTimeoutMs: number
  readonly alwaysTimeoutMs: number
  readonly deadlineMs: number
}

/** What holds on a route; the cache's own object where the route says nothing. */
export function routeAdmission(route: RouteAdmissionOptions | undefined, cache: RouteAdmission): RouteAdmission {
  if (route === undefined) return cache
  const deadlineMs = route.deadlineMs ?? cache.deadlineMs
  const timeoutMs = route.timeoutMs ?? cache.timeoutMs
  return Object.freeze({
    concurrency: route.concurrency ?? cache.concurrency,
    timeoutMs,
    // What the cache says of crawlers gives way to what the route says of people, and to its deadline.
    crawlerTimeoutMs: route.crawlerTimeoutMs ?? Math.min(Math.max(cache.crawlerTimeoutMs, timeoutMs), deadlineMs),
    alwaysTimeoutMs: route.alwaysTimeoutMs ?? patience(cache, deadlineMs),
    deadlineMs,
    // What the cache says of the queue gives way to a shorter deadline of the route.
    queueTimeoutMs: route.queueTimeoutMs ?? Math.min(cache.queueTimeoutMs, deadlineMs),
  })
}

/** For what is always rendered: to the deadline of the route, unless the cache says less. */
function patience({ alwaysTimeoutMs, deadlineMs }: RouteAdmission, ownDeadlineMs: number): number {
  return alwaysTimeoutMs === deadlineMs ? ownDeadlineMs : Math.min(alwaysTimeoutMs, ownDeadlineMs)
}
