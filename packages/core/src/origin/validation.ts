import { type Field, fieldLines, fieldValue } from '../fields.ts'
import type { RequestHeaders } from '../request.ts'
import { httpDate } from '../rules/http-date.ts'

/** Whether the app can be asked if a stored response is still true (RFC 9110 8.8). */
export function hasValidator(fields: readonly Field[]): boolean {
  return entityTag(fields) !== undefined || lastModified(fields) !== undefined
}

/** ETag as it was sent; `undefined` where it is empty, or there several times. */
export function entityTag(fields: readonly Field[]): string | undefined {
  const [tag, ...more] = fieldLines(fields, 'etag')
  return tag === '' || more.length > 0 ? undefined : tag
}

/** Last-Modified as it was sent; `undefined` where it is no date, as several lines are. */
export function lastModified(fields: readonly Field[]): string | undefined {
  const date = fieldValue(fields, 'last-modified')
  return date === undefined || httpDate(date) === undefined ? undefined : date
}

/** What a request asks that is answered from the stored response, not by the app: conditions and ranges of a visitor's own (RFC 9110 13.1, 14.2). */
const OF_THE_VISITOR: ReadonlySet<string> = new Set([
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'range',
])

/**
 * A request's fields, made into those of a validation of a stored response (RFC 9111 4.3.1): its validators in place of the visitor's conditions. All other
 * fields stay, so those that Vary names are repeated.
 */
export function validationHeaders(headers: RequestHeaders, stored: readonly Field[]): RequestHeaders {
  const asked = Object.create(null) as Record<string, RequestHeaders[string]> // what has no prototype has no type either
  for (const [name, value] of Object.entries(headers)) if (!OF_THE_VISITOR.has(name)) asked[name] = value
  const tag = entityTag(stored)
  const modified = lastModified(stored)
  if (tag !== undefined) asked['if-none-match'] = tag
  if (modified !== undefined) asked['if-modified-since'] = modified
  return asked
}
