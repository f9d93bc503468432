import { z } from 'zod'
import type { Tag } from '../rules/tags.ts'
import { expect, lastPart, strings } from './checks.ts'
import { parseOptions } from './parse.ts'
import { seconds } from './quantity.ts'

/** How a cached value lives. */
export interface ValueOptions {
  /** Seconds that it is fresh; a page made from it is fresh no longer. @default the cache's */
  readonly maxAge?: number
  /** Seconds past freshness in which it is served stale while it is loaded again (RFC 5861 3). @default the cache's */
  readonly staleWhileRevalidate?: number
  /** Seconds past freshness in which it stands in when a load fails (RFC 5861 4). @default the cache's */
  readonly staleIfError?: number
  /** The last part of its lifetime in which being asked for starts a load, as a fraction. @default the cache's */
  readonly refreshAhead?: number
  /** What it was made from; pages made from it carry these too. @default [] */
  readonly tags?: readonly Tag[]
  /** Parts of the page's key that the load reads, by their names in `pageContext().variant`: they become part of the value's key. @default [] */
  readonly vary?: readonly string[]
}

const valueSchema = z.strictObject({
  maxAge: seconds().optional(),
  staleWhileRevalidate: seconds().optional(),
  staleIfError: seconds().optional(),
  refreshAhead: lastPart.optional(),
  tags: expect(Array.isArray, 'a list of tags', "Write ['menu'].").optional(),
  vary: strings.optional(),
})

/**
 * Checks the options of one value.
 * @throws ERR_SSR_CACHE_OPTION that says what was expected, what came, and the way out.
 */
export function checkValueOptions(options: unknown): asserts options is ValueOptions {
  parseOptions(valueSchema, options)
}
