import { SsrCacheError } from '../errors.ts'

/** A render whose response is no whole page. `what` goes on after "and this one". */
export function brokenRender(what: string, cause?: unknown): SsrCacheError {
  const message = `the response of a render must be written to its end, and this one ${what}. Look for an error on the way.`
  return new SsrCacheError('ERR_SSR_CACHE_RENDER', message, cause === undefined ? undefined : { cause })
}

/** Fewer bytes than it said, or more. */
export function wrongLength(declared: number, got: number): SsrCacheError {
  return brokenRender(`has a Content-Length of ${declared} and got ${got} bytes`)
}
