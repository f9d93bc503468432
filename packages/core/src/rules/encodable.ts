import { parseCacheControl } from '../cache-control/index.ts'
import { type Field, fieldValue } from '../fields.ts'
import type { Entry } from '../store/entry.ts'
import { mediaType, type WholeResponse } from './storable.ts'

/** Which pages are worth encoding. */
export interface EncodablePolicy {
  /** Media types, lower case. */
  readonly types: readonly string[]
  readonly minBytes: number
}

const NAME = 'accept-encoding'

/**
 * The fields that a page is kept with: its Vary names Accept-Encoding where the page may be sent encoded, and only there. So what may be encoded is known of
 * a kept page wherever it comes from. What the app says of that field is of no account: no shared render is told it. `false`: never encoded, kept as it is.
 */
export function withEncodingVary(
  kept: readonly Field[],
  response: WholeResponse,
  policy: EncodablePolicy | false,
): readonly Field[] {
  if (policy === false) return kept
  const varied = namesOf(fieldValue(kept, 'vary')).filter((name) => name !== NAME)
  if (isWorthEncoding(response, policy)) varied.push(NAME)
  const others = kept.filter(([name]) => name !== 'vary')
  return varied.length === 0 ? others : [...others, ['vary', varied.join(', ')]]
}

/** Whether a kept page may be sent encoded. */
export function isEncodable({ fields, origin }: Pick<Entry, 'fields' | 'origin'>): boolean {
  return origin === undefined ? namesOf(fieldValue(fields, 'vary')).includes(NAME) : origin.isEncodable
}

/** The fields of an answer whose app decides, as they came; with Accept-Encoding in Vary, where that stands behind others, if it is sent on encoded. */
export function withAddedVary(fields: readonly Field[]): readonly Field[] {
  return namesOf(fieldValue(fields, 'vary')).includes(NAME) ? fields : [...fields, ['vary', 'Accept-Encoding']]
}

function namesOf(vary: string | undefined): string[] {
  return vary === undefined ? [] : vary.split(',').map((name) => name.trim().toLowerCase())
}

/** RFC 9110 8.4: what is small, compressed already, or not to be transformed (RFC 9111 5.2.2.6) goes out as it is. */
export function isWorthEncoding(
  { status, fields, body }: WholeResponse,
  { types, minBytes }: EncodablePolicy,
): boolean {
  if (status >= 300 && status <= 399) return false
  if (body.length < minBytes || !types.includes(mediaType(fieldValue(fields, 'content-type')))) return false
  const said = fieldValue(fields, 'cache-control')
  return said === undefined || parseCacheControl(said).noTransform !== true
}
