import { MAX_SECONDS } from '../cache-control/delta-seconds.ts'
import { fieldValue } from '../fields.ts'
import { dateField, dateOf } from './dates.ts'
import type { OriginResponse } from './exchange.ts'
import type { Word } from './word.ts'

/**
 * Seconds that a response is fresh in a shared cache (RFC 9111 4.2.1), and where nothing is said, a guess by `heuristicFraction` (RFC 9111 4.2.2); `undefined`
 * where there is neither, and it is never reused unless it is validated.
 */
export function freshnessLifetime(response: OriginResponse, word: Word, heuristicFraction: number): number | undefined {
  return explicitSeconds(response, word) ?? (heuristicFraction > 0 ? guessed(response, heuristicFraction) : undefined)
}

/** s-maxage, max-age, Expires: the first that is there counts, even if it cannot be read, and is then 0. */
export function explicitSeconds(response: OriginResponse, { directives, isTargeted }: Word): number | undefined {
  return directives.sMaxAge ?? directives.maxAge ?? (isTargeted ? undefined : expiresSeconds(response))
}

/** Expires minus Date (RFC 9111 5.3): what is no date, `0` above all, is past. */
function expiresSeconds(response: OriginResponse): number | undefined {
  const { fields, receivedAt } = response
  if (fieldValue(fields, 'expires') === undefined) return undefined
  const expiresAt = dateField(fields, 'expires', receivedAt)
  return expiresAt === undefined ? 0 : clamped((expiresAt - dateOf(response)) / 1000)
}

/** A part of how long it had not changed when it was sent. Of which statuses that may be said, `storable` asks. */
function guessed(response: OriginResponse, fraction: number): number | undefined {
  const modifiedAt = dateField(response.fields, 'last-modified', response.receivedAt)
  return modifiedAt === undefined ? undefined : clamped((fraction * (dateOf(response) - modifiedAt)) / 1000)
}

function clamped(seconds: number): number {
  return Math.min(MAX_SECONDS, Math.max(0, seconds))
}
