import type { OriginLife } from './life.ts'
import type { RequestDirectives } from './request-directives.ts'

/**
 * What is to be done with a request for which a response is stored (RFC 9111 4). `serve`: it is fresh; `serve-stale`: it is not, and the visitor said that
 * this will do; `refresh`: served stale, with one validation behind it; `validate`: the app is asked first, and {@link standsIn} says what a failure
 * means; `unavailable`: the visitor wants no other, so 504.
 */
export type Reuse =
  | { readonly kind: 'serve' }
  | { readonly kind: 'serve-stale' }
  | { readonly kind: 'refresh' }
  | { readonly kind: 'validate' }
  | { readonly kind: 'unavailable' }

const SERVE: Reuse = Object.freeze({ kind: 'serve' })
const SERVE_STALE: Reuse = Object.freeze({ kind: 'serve-stale' })
const REFRESH: Reuse = Object.freeze({ kind: 'refresh' })
const VALIDATE: Reuse = Object.freeze({ kind: 'validate' })
const UNAVAILABLE: Reuse = Object.freeze({ kind: 'unavailable' })

/** What is to be done with a stored response at `now`; `asked` where the directives of requests are heeded (RFC 9111 4.2.4, 5.2.1, RFC 5861 3). */
export function reuse(life: OriginLife, now: number, asked?: RequestDirectives): Reuse {
  if (asked !== undefined) return askedReuse(life, now, asked)
  if (now < life.freshUntil) return SERVE
  return now < life.staleUntil ? REFRESH : VALIDATE
}

function askedReuse(life: OriginLife, now: number, asked: RequestDirectives): Reuse {
  const otherwise = asked.onlyIfCached ? UNAVAILABLE : VALIDATE
  const { noCache, maxAge = Number.POSITIVE_INFINITY, minFresh = 0, maxStale } = asked
  if (noCache || now - life.bornAt > maxAge * 1000) return otherwise
  const leftMs = life.freshUntil - now
  if (leftMs > 0 && leftMs >= minFresh * 1000) return SERVE
  // Whoever asks for freshness does not want what is stale, window or not.
  if (asked.minFresh !== undefined) return otherwise
  if (maxStale !== undefined && life.mayBeStale && -leftMs <= maxStale * 1000) return SERVE_STALE
  return maxStale === undefined && now < life.staleUntil ? REFRESH : otherwise
}

/** What went wrong when the app was asked: it answered 5xx, or there was no answer, or only a part of one. */
export type OriginFailure = 'error' | 'disconnected'

/** Whether a stored response may be served in place of a failure at `now` (RFC 9111 4.2.4, 4.3.3, RFC 5861 4). What a visitor prefers does not change it. */
export function standsIn(life: OriginLife, failure: OriginFailure, now: number): boolean {
  // No earlier than the end of freshness, so what is fresh is among it.
  if (now < life.staleUntil) return true
  return now < (failure === 'error' ? life.errorUntil : life.disconnectedUntil)
}
