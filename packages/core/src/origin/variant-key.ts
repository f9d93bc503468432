import { headerValue, type RequestHeaders } from '../request.ts'
import { normalizedValue } from './field-meaning.ts'

/** Names by which the responses of one URL are told apart so far, and those of one more. A name that one response varies by tells all of them apart. */
export function selectingNames(known: readonly string[], more: readonly string[]): readonly string[] {
  return [...new Set([...known, ...more])].sort()
}

/**
 * What tells a request's response from the others that are stored under its URL (RFC 9111 4.1): the named fields by meaning, as text. Two requests have the
 * same key exactly when all of these fields match; a field that is missing matches only where it is missing too.
 */
export function variantKey(names: readonly string[], headers: RequestHeaders): string {
  return JSON.stringify(names.map((name) => [name, meaningOf(name, headers)]))
}

function meaningOf(name: string, headers: RequestHeaders): string | null {
  const value = headerValue(headers, name)
  return value === undefined ? null : normalizedValue(name, value)
}
