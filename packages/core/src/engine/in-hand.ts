const requests = new WeakMap<object, Set<object>>()

/** Notes that a cache has a request in hand: it lets the app answer it, for its visitor or for everybody. */
export function takeInHand(request: object, cache: object): void {
  const caches = requests.get(request) ?? new Set()
  requests.set(request, caches)
  caches.add(cache)
}

/** Notes that a cache has handed a request on: whoever stands behind meets it for the first time. */
export function handOn(request: object, cache: object): void {
  requests.get(request)?.delete(cache)
}

/**
 * Whether a cache meets a request again that it has in hand, where it stands twice on one way: around an app, and in front of a router within. There it must
 * neither wait for the render that it is in, nor keep what that render is given as what the render gave, nor wait for a place that it has.
 */
export function isInHand(request: object, cache: object | undefined): boolean {
  return cache !== undefined && requests.get(request)?.has(cache) === true
}
