import type { CacheControl } from '../cache-control/index.ts'
import { initialAgeMs } from './age.ts'
import type { OriginResponse } from './exchange.ts'
import { freshnessLifetime } from './lifetime.ts'
import type { OriginSettings } from './settings.ts'
import { hasValidator } from './validation.ts'
import type { Word } from './word.ts'

/** The instants of a stored response, epoch milliseconds, all half-open, fixed when it is stored. `freshUntil` may lie before it came. */
export interface OriginLife {
  /** When it would have been made, had its age only grown since: `now - bornAt` is its age (RFC 9111 4.2.3). */
  readonly bornAt: number
  readonly freshUntil: number
  /** Until when it may be served while one validation is under way (RFC 5861 3). */
  readonly staleUntil: number
  /** Until when it may stand in for an error (RFC 5861 4). */
  readonly errorUntil: number
  /** Until when it may stand in for an app that cannot be reached (RFC 9111 4.2.4). */
  readonly disconnectedUntil: number
  /** Until when it is of any use: past all windows it may still be validated. */
  readonly keptUntil: number
  /** Whether nothing forbids serving it stale, so that a visitor may ask for it (RFC 9111 4.2.4, 5.2.1.2). */
  readonly mayBeStale: boolean
}

/** When a response is fresh, when it may be served stale, and how long it is worth keeping (RFC 9111 4.2, RFC 5861). */
export function lifeOf(response: OriginResponse, word: Word, settings: OriginSettings): OriginLife {
  const lifetime = freshnessLifetime(response, word, settings.heuristicFraction)
  const bornAt = response.receivedAt - initialAgeMs(response)
  // RFC 9111 5.2.2.4: unqualified, `no-cache` leaves no freshness. Qualified, it keeps the named fields out of what is stored.
  const freshUntil = bornAt + (word.directives.noCache === true ? 0 : (lifetime ?? 0)) * 1000
  const mayBeStale = lifetime !== undefined && !forbidsStale(word.directives)
  const until = (seconds: number): number => freshUntil + (mayBeStale ? seconds * 1000 : 0)
  const { staleWhileRevalidate = 0, staleIfError } = word.directives
  const staleUntil = until(staleWhileRevalidate)
  const errorUntil = until(staleIfError ?? 0)
  // Whoever says for how long errors may be covered says it of this one too: `stale-if-error=0` is a no.
  const disconnectedUntil = until(staleIfError ?? settings.staleOnDisconnect)
  const validatedUntil = Math.max(freshUntil, response.receivedAt) + settings.keepForValidation * 1000
  const windowsEnd = Math.max(staleUntil, errorUntil, disconnectedUntil)
  // Where visitors' directives are heeded, `max-stale` may still want it.
  const isOfUse = hasValidator(response.fields) || (settings.requestDirectives && mayBeStale)
  const keptUntil = isOfUse ? Math.max(windowsEnd, validatedUntil) : windowsEnd
  return { bornAt, freshUntil, staleUntil, errorUntil, disconnectedUntil, keptUntil, mayBeStale }
}

/**
 * RFC 9111 4.2.4: directives that forbid serving stale. `s-maxage` implies `proxy-revalidate` (5.2.2.10), unless the same response says itself for how
 * long it may be served stale: that is the origin's permission.
 */
function forbidsStale({
  noCache,
  mustRevalidate,
  proxyRevalidate,
  sMaxAge,
  staleWhileRevalidate = 0,
  staleIfError = 0,
}: CacheControl): boolean {
  if (noCache === true || mustRevalidate === true || proxyRevalidate === true) return true
  return sMaxAge !== undefined && staleWhileRevalidate === 0 && staleIfError === 0
}
