import { MAX_SECONDS } from '../cache-control/delta-seconds.ts'
import { fieldValue } from '../fields.ts'
import { dateField, dateOf } from './dates.ts'
import type { OriginResponse } from './exchange.ts'
import { isHeuristicallyCacheable } from './statuses.ts'
import type { Word } from './word.ts'

/** How long a response is fresh, and who says so. What says `none` is never reused unless it is validated. */
export type Lifetime =
  | { readonly kind: 'explicit'; readonly seconds: number }
  | { readonly kind: 'heuristic'; readonly seconds: number }
  | { readonly kind: 'none' }

const NONE: Lifetime = Object.freeze({ kind: 'none' })

/** The freshness lifetime in a shared cache (RFC 9111 4.2.1), and where nothing is said, a guess of at most `heuristicFraction` (RFC 9111 4.2.2). */
export function freshnessLifetime(response: OriginResponse, word: Word, heuristicFraction: number): Lifetime {
  const seconds = explicitSeconds(response, word)
  if (seconds !== undefined) return { kind: 'explicit', seconds }
  return heuristicFraction > 0 ? guessed(response, word, heuristicFraction) : NONE
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

/** A part of how long it had not changed when it was sent. */
function guessed(response: OriginResponse, { directives }: Word, fraction: number): Lifetime {
  if (!isHeuristicallyCacheable(response.status) && directives.public !== true) return NONE
  const modifiedAt = dateField(response.fields, 'last-modified', response.receivedAt)
  if (modifiedAt === undefined) return NONE
  return { kind: 'heuristic', seconds: clamped((fraction * (dateOf(response) - modifiedAt)) / 1000) }
}

function clamped(seconds: number): number {
  return Math.min(MAX_SECONDS, Math.max(0, seconds))
}
