import { headerValue, type RequestHeaders } from '../request.ts'
import { httpDate } from './http-date.ts'

/** What a client can name the page by that it already has. */
export interface Validators {
  readonly etag: string | undefined
  readonly lastModified: string | undefined
  /** When the app made it, where that is kept: it tells whether `lastModified` is strong. */
  readonly date?: string | undefined
}

/** Whether a request asks for a page only if it has changed. */
export function isConditional(headers: RequestHeaders): boolean {
  return headers['if-none-match'] !== undefined || headers['if-modified-since'] !== undefined
}

/**
 * Whether a GET or HEAD of an existing page is answered 304 (RFC 9110 13.2.2). If-None-Match decides alone where it is sent; If-Modified-Since counts
 * only without it, and only where it is a date. If-Match and If-Unmodified-Since guard changes, and a page is only read.
 */
export function isNotModified(headers: RequestHeaders, { etag, lastModified }: Validators): boolean {
  const known = headerValue(headers, 'if-none-match')
  if (known !== undefined) return known.trim() === '*' || (etag !== undefined && namesTag(known, opaqueTag(etag)))
  const since = headerValue(headers, 'if-modified-since')
  return since !== undefined && lastModified !== undefined && isUnchanged(lastModified, since)
}

/**
 * Whether a Range counts: without a condition, or where If-Range names the page by a strong validator (RFC 9110 13.1.5). Beside If-Match and
 * If-Unmodified-Since, which only the app can answer, it does not: whoever sends them means to join a part with another.
 */
export function isRangeWanted(headers: RequestHeaders, page: Validators): boolean {
  if (headers['if-match'] !== undefined || headers['if-unmodified-since'] !== undefined) return false
  const condition = headerValue(headers, 'if-range')?.trim()
  return condition === undefined || condition === strongTag(page) || condition === strongDate(page)
}

/** What the strong comparison can match at all (RFC 9110 8.8.3.2). */
function strongTag({ etag }: Validators): string | undefined {
  return etag?.startsWith('W/') === false ? etag : undefined
}

/** A page that was made a second after its last change, or later, was not changed twice in that second (RFC 9110 8.8.2.2). */
function strongDate({ lastModified, date }: Validators): string | undefined {
  const modifiedAt = httpDate(lastModified ?? '')
  const madeAt = httpDate(date ?? '')
  if (modifiedAt === undefined || madeAt === undefined) return undefined
  return madeAt - modifiedAt >= 1000 ? lastModified : undefined
}

/** RFC 9110 13.1.3: unchanged if it was last modified at that instant or before. */
function isUnchanged(lastModified: string, since: string): boolean {
  const modifiedAt = httpDate(lastModified)
  const sinceAt = httpDate(since)
  return modifiedAt !== undefined && sinceAt !== undefined && modifiedAt <= sinceAt
}

/** The weak comparison (RFC 9110 8.8.3.2). */
export function isSameTag(one: string, other: string): boolean {
  return opaqueTag(one) === opaqueTag(other)
}

/** All that the weak comparison looks at. */
function opaqueTag(etag: string): string {
  return etag.startsWith('W/') ? etag.slice(2) : etag
}

/** Whether a list of entity tags holds this one. Quotes may hold commas, so it is read tag by tag; what is no tag is passed over. */
function namesTag(list: string, opaque: string): boolean {
  let at = 0
  while (at < list.length) {
    const start = list.startsWith('W/', at) ? at + 2 : at
    const end = list[start] === '"' ? list.indexOf('"', start + 1) + 1 : 0
    if (end > 0 && list.slice(start, end) === opaque) return true
    at = nextMember(list, Math.max(end, at))
  }
  return false
}

/** Where the member after the next comma begins. */
function nextMember(list: string, from: number): number {
  const comma = list.indexOf(',', from)
  if (comma < 0) return list.length
  let at = comma + 1
  while (list[at] === ' ' || list[at] === '\t') at++
  return at
}
