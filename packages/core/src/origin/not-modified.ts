import { fieldValue } from '../fields.ts'
import { isNotModified } from '../rules/conditional.ts'
import { dateOf } from './dates.ts'
import type { OriginRequest, OriginResponse } from './exchange.ts'
import { lastModified } from './validation.ts'

/**
 * Whether a stored response that may be served answers a visitor's condition with 304 (RFC 9111 4.3.2, RFC 9110 13.2.2). Only a 200 does. Without
 * Last-Modified its Date counts, or when it was received. If-Match and If-Unmodified-Since are for the app, and are passed over.
 */
export function isKnownToVisitor({ method, headers }: OriginRequest, stored: OriginResponse): boolean {
  if (stored.status !== 200 || (method !== 'GET' && method !== 'HEAD')) return false
  const modified = lastModified(stored.fields) ?? new Date(dateOf(stored)).toUTCString()
  return isNotModified(headers, { etag: fieldValue(stored.fields, 'etag'), lastModified: modified })
}
