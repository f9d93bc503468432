/**
 * Every code that this library throws with. Codes are stable: they are never renamed and never reused.
 *
 * | code | thrown when |
 * |---|---|
 * | `ERR_SSR_CACHE_OPTION` | an option is of the wrong type, unit or range, unknown, or contradicts another |
 * | `ERR_SSR_CACHE_REQUEST` | a call was given no request, or no ready key, or a page that is still rendered was used twice; what visitors send malformed is answered 400, 414, 421 or 431 |
 * | `ERR_SSR_CACHE_CACHE_CONTROL` | directives contradict each other or cannot be written as a field |
 * | `ERR_SSR_CACHE_PATH` | a URL has no file path, or a file path no URL |
 * | `ERR_SSR_CACHE_LAYOUT` | files were written by another layout or other mapper options |
 * | `ERR_SSR_CACHE_ENTRY` | stored bytes are not an entry of this format |
 * | `ERR_SSR_CACHE_STORE` | the store failed where failing silently would be a lie: `invalidate`, `purge` |
 * | `ERR_SSR_CACHE_RENDER` | a render answered with something that is no response, broke off in its middle, or spoke of its page too late |
 * | `ERR_SSR_CACHE_VALUE` | a cached value cannot be copied, was not to be had, or its load waits for itself |
 * | `ERR_SSR_CACHE_DEADLINE` | a render took longer than `admission.deadlineMs` |
 * | `ERR_SSR_CACHE_CLOSED` | the cache was used after `close()` |
 */
export type ErrorCode =
  | 'ERR_SSR_CACHE_OPTION'
  | 'ERR_SSR_CACHE_REQUEST'
  | 'ERR_SSR_CACHE_CACHE_CONTROL'
  | 'ERR_SSR_CACHE_PATH'
  | 'ERR_SSR_CACHE_LAYOUT'
  | 'ERR_SSR_CACHE_ENTRY'
  | 'ERR_SSR_CACHE_STORE'
  | 'ERR_SSR_CACHE_RENDER'
  | 'ERR_SSR_CACHE_VALUE'
  | 'ERR_SSR_CACHE_DEADLINE'
  | 'ERR_SSR_CACHE_CLOSED'

/** The one error class of the library. Tell errors apart by `code`, which survives bundling and second copies; `cause` is kept. */
export class SsrCacheError extends Error {
  override readonly name = 'SsrCacheError'
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(`${code}: ${message}`, options)
    this.code = code
  }
}

/** Whether `error` is one of ours, wherever its class was loaded from. */
export function isSsrCacheError(error: unknown): error is SsrCacheError {
  return error instanceof Error && error.name === 'SsrCacheError' && 'code' in error
}

/** `"maxAge" must be seconds >= 0, got "60s" (string). Write 60.` */
export function optionError(option: string, expected: string, got: unknown, wayOut: string): SsrCacheError {
  return new SsrCacheError('ERR_SSR_CACHE_OPTION', `"${option}" must be ${expected}, got ${shown(got)}. ${wayOut}`)
}

/** A value as an error message shows it: short, on one line, with its type where the text alone does not tell. */
export function shown(value: unknown): string {
  if (value === undefined || value === null) return String(value)
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'bigint' || typeof value === 'symbol') return String(value)
  const text = textOf(value)
  return `${text.length > 80 ? `${text.slice(0, 79)}…` : text} (${Array.isArray(value) ? 'array' : typeof value})`
}

function textOf(value: unknown): string {
  if (typeof value === 'number' || value instanceof RegExp) return String(value) // JSON says null for NaN and Infinity
  try {
    return JSON.stringify(value) ?? Object.prototype.toString.call(value)
  } catch {
    return Object.prototype.toString.call(value) // cycles and BigInt inside
  }
}
