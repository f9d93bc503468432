import { SsrCacheError, shown } from '../errors.ts'
import type { Json } from '../request.ts'

/** State that a shared render may see, by name. */
export type PlainContext = { readonly [name: string]: Json }

/**
 * What an adapter's `context` option gave, if it can be part of a key: a promise, a class or a list would silently be something else there.
 * @throws ERR_SSR_CACHE_OPTION
 */
export function plainContext(given: unknown): PlainContext {
  const prototype = typeof given === 'object' && given !== null ? Object.getPrototypeOf(given) : undefined
  if (prototype === Object.prototype || prototype === null) return given as PlainContext // values that are no JSON become what JSON makes of them, in key and render alike
  throw new SsrCacheError(
    'ERR_SSR_CACHE_OPTION',
    `"context" must give a plain object at once, got ${shown(given)}. Write (request) => ({ country: request.country }).`,
  )
}
