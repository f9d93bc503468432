import { type Field, fieldValue } from '../fields.ts'
import { httpDate } from '../rules/http-date.ts'
import { endToEndFields } from './connection-fields.ts'
import type { OriginResponse } from './exchange.ts'
import { entityTag, lastModified } from './validation.ts'

/** What the app's answer to a validation means for the stored response (RFC 9111 4.3.3). */
export type Validated =
  /** It is true still, with these fields; whether it may be stored so is asked anew. */
  | { readonly kind: 'freshened'; readonly response: OriginResponse }
  /** A 304 about something else that the app believes us to have: it must be asked again, without conditions. */
  | { readonly kind: 'mistaken' }
  /** The app is in trouble: what is stored stays, and stands in where it may. */
  | { readonly kind: 'failed' }
  /** A whole answer of its own. */
  | { readonly kind: 'replaced' }

const MISTAKEN: Validated = Object.freeze({ kind: 'mistaken' })
const FAILED: Validated = Object.freeze({ kind: 'failed' })
const REPLACED: Validated = Object.freeze({ kind: 'replaced' })

/** What the answer to a validation of `stored` means (RFC 9111 4.3.3). */
export function validated(stored: OriginResponse, answer: OriginResponse): Validated {
  if (answer.status >= 500) return FAILED
  if (answer.status !== 304) return REPLACED
  return isAbout(stored.fields, answer.fields) ? { kind: 'freshened', response: freshened(stored, answer) } : MISTAKEN
}

/** What the answer to a HEAD means for a stored GET of the same request (RFC 9111 4.3.5). */
export type SeenByHead =
  | { readonly kind: 'freshened'; readonly response: OriginResponse }
  /** Another representation is there now: the stored one must be validated before it is used. */
  | { readonly kind: 'outdated' }
  /** Says nothing of it. */
  | { readonly kind: 'silent' }

const OUTDATED: SeenByHead = Object.freeze({ kind: 'outdated' })
const SILENT: SeenByHead = Object.freeze({ kind: 'silent' })

/** What the answer to a HEAD means for a stored 200 of the same request (RFC 9111 4.3.5). */
export function seenByHead(stored: OriginResponse, head: OriginResponse): SeenByHead {
  if (head.status !== 200 || stored.status !== 200) return SILENT
  const length = fieldValue(head.fields, 'content-length')
  const isSame = length === undefined || length === fieldValue(stored.fields, 'content-length')
  return isSame && isAbout(stored.fields, head.fields)
    ? { kind: 'freshened', response: freshened(stored, head) }
    : OUTDATED
}

/**
 * Whether a newer head speaks of the stored response (RFC 9111 4.3.4): a strong tag must be the same, a weak one the same but for weakness. One without
 * validators is about the only response that the app was asked about.
 */
function isAbout(stored: readonly Field[], newer: readonly Field[]): boolean {
  const tag = entityTag(newer)
  if (tag !== undefined) return isSameTag(entityTag(stored), tag)
  const modified = lastModified(newer)
  const storedModified = lastModified(stored)
  return modified === undefined || storedModified === undefined || httpDate(modified) === httpDate(storedModified)
}

function isSameTag(stored: string | undefined, newer: string): boolean {
  return stored === newer || (newer.startsWith('W/') && stored === newer.slice(2))
}

/** What describes the kept bytes themselves, which a head without them cannot change (RFC 9111 3.2). */
const OF_THE_BYTES: ReadonlySet<string> = new Set(['content-encoding', 'content-length', 'content-range'])

/** What was true of the exchange before, and is not of this one. */
const OF_THE_EXCHANGE: ReadonlySet<string> = new Set(['age', 'date'])

/**
 * The stored response with the fields of a newer head in place of its own (RFC 9111 3.2): all lines of a name at once, and what the head does not say stays,
 * but for Date and Age.
 */
function freshened(stored: OriginResponse, head: OriginResponse): OriginResponse {
  const { requestedAt, receivedAt } = head
  const newer = endToEndFields(head.fields).filter(([name]) => !OF_THE_BYTES.has(name))
  const replaced = new Set(newer.map(([name]) => name))
  const older = stored.fields.filter(([name]) => !OF_THE_EXCHANGE.has(name) && !replaced.has(name))
  return { status: stored.status, fields: [...older, ...newer], requestedAt, receivedAt }
}
