import { SsrCacheError } from '../../src/errors.ts'
import type { PathMapper } from '../../src/path/index.ts'

/** The path, or `undefined` where the URL has none. Any other error than the documented one fails the test. */
export function pathOrRefused(of: PathMapper, url: string): string | undefined {
  return orRefused(() => of.toPath(url))
}

/** What `run` gives, or `undefined` where it is refused with `ERR_SSR_CACHE_PATH`. */
export function orRefused(run: () => string): string | undefined {
  try {
    return run()
  } catch (error) {
    if (error instanceof SsrCacheError && error.code === 'ERR_SSR_CACHE_PATH') return undefined
    throw error
  }
}

/** The code of what `run` throws. */
export function codeOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    return String((error as SsrCacheError).code)
  }
  return 'nothing thrown'
}
