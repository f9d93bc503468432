import { type AdmissionOptions, createRenderCache, type RenderCache, type RenderCacheOptions } from '@ssr-cache/core'

/** What of the cache a gateway lets choose. */
export interface GatewayCacheOptions {
  /** Whether CDN-Cache-Control speaks to this cache (RFC 9213), over Cache-Control and Expires. */
  readonly cdnCacheControl: boolean
  /** Part of the time since Last-Modified that counts as the lifetime of what says nothing of its own (RFC 9111 4.2.2); 0 is none. */
  readonly heuristic: number
}

/** An origin that cannot be reached is stood in for by pages that are up to a day past their end, where they do not forbid it (RFC 9111 4.2.4). */
const STALE_ON_DISCONNECT = 86_400

/** A place here is a connection and no processor: the origin knows best how many it takes. Silence is limited on the way to it, and a download may take a day. */
const ADMISSION = {
  concurrency: 1_000,
  bypassConcurrency: 1_000,
  queueLimit: 10_000,
  timeoutMs: 600_000,
  deadlineMs: 86_400_000,
} as const satisfies AdmissionOptions

/** A cache whose origin decides. `clock` is for tests. */
export function gatewayCache(
  { cdnCacheControl, heuristic }: GatewayCacheOptions,
  clock: Pick<RenderCacheOptions, 'clock'> = {},
): RenderCache {
  return createRenderCache({
    freshness: 'origin',
    origin: {
      targetedFields: cdnCacheControl ? ['cdn-cache-control'] : [],
      heuristicFraction: heuristic,
      staleOnDisconnect: STALE_ON_DISCONNECT,
    },
    admission: ADMISSION,
    ...clock,
  })
}
