import { type Field, fieldValue } from '../fields.ts'
import { headerValue, type RequestHeaders } from '../request.ts'
import { isBodyField } from './body-fields.ts'
import { isHitStatus } from './cache-status.ts'
import { isRangeWanted } from './conditional.ts'
import { FAILURE, isLifetimeField } from './downstream.ts'
import { contentRange, rangeOf } from './range.ts'

/** An answer as it would go out whole. */
export interface WholeAnswer {
  readonly status: number
  readonly fields: readonly Field[]
  readonly body: Uint8Array | AsyncIterable<Uint8Array>
  /** The app's own fields, as they came. @default false */
  readonly asCame?: boolean
  /** In place of a page, which is what conditions and ranges are about. @default false */
  readonly standsIn?: boolean
}

/** One part of a page, a view of its bytes; or, of a page that has no such part, 416 and none. */
export interface PartialAnswer {
  readonly status: 206 | 416
  readonly fields: readonly Field[]
  readonly body: Uint8Array
}

/**
 * What a request with a Range is given instead of a kept page (RFC 9110 14.2, 15.3.7, 15.5.17), or `undefined` where it is given the page. Whoever waited for
 * a render is given all of it. To be asked after If-None-Match and If-Modified-Since, which come first (RFC 9110 13.2.2).
 */
export function partialAnswer(
  method: string | undefined,
  headers: RequestHeaders,
  { status, fields, body }: WholeAnswer,
): PartialAnswer | undefined {
  const text = headerValue(headers, 'range')
  if (text === undefined || method !== 'GET' || status !== 200 || !(body instanceof Uint8Array)) return undefined
  if (!isKept(fields) || !isRangeWanted(headers, validatorsOf(fields))) return undefined
  const range = rangeOf(text, body.length)
  if (range.kind === 'whole') return undefined
  const told: Field = ['content-range', contentRange(range, body.length)]
  if (range.kind === 'unsatisfiable')
    return { status: 416, fields: [...withoutPage(fields), told], body: body.subarray(0, 0) }
  return { status: 206, fields: [...fields, told], body: body.subarray(range.first, range.last + 1) }
}

function isKept(fields: readonly Field[]): boolean {
  // Caches before us have said theirs first (RFC 9211 2).
  return isHitStatus(fields.findLast(([name]) => name === 'cache-status')?.[1] ?? '')
}

function validatorsOf(fields: readonly Field[]): Parameters<typeof isRangeWanted>[1] {
  return {
    etag: fieldValue(fields, 'etag'),
    lastModified: fieldValue(fields, 'last-modified'),
    date: fieldValue(fields, 'date'),
  }
}

/** A cache downstream may keep a 416 that names a lifetime, and serve it to those who want the page: a stranger could take it away from everybody. */
function withoutPage(fields: readonly Field[]): readonly Field[] {
  return [...fields.filter(([name]) => !isLifetimeField(name) && !isBodyField(name)), ...FAILURE]
}
