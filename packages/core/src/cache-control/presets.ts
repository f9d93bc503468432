import { createCacheControl } from './create.ts'

/** Cache-Control for what a site usually sends. Whole values, ready for the wire. */
export interface Presets {
  /** Assets whose name changes with their content, in browsers and CDNs for a day: an old page finds its assets after a deploy. */
  readonly hashedAsset: string
  /** The same for a year, and not even a reload asks for it (RFC 8246). */
  readonly immutableAsset: string
  /** Files that keep their name when they change: never reused without asking, so that a change is seen at once and costs a 304 otherwise. */
  readonly plainFile: string
  /** Answers of 4xx and 5xx: nobody keeps them. */
  readonly error: string
  /** Pages of one visitor: nobody keeps them. */
  readonly privatePage: string
  /** Pages that depend on a cookie or header which a cache keyed by URL cannot see: the browser keeps its own, and asks each time. */
  readonly cookieKeyedPage: string
  /** Pages in shared caches for so many whole seconds, and in no browser, where no purge could reach them. */
  html(sMaxAge: number): string
  /** Pages in browsers and shared caches alike for so many whole seconds. */
  single(maxAge: number): string
}

/**
 * Cache-Control values for common kinds of answers.
 * @example presets.html(86_400) // 'public, max-age=0, s-maxage=86400'
 */
export const presets: Presets = Object.freeze({
  hashedAsset: 'public, max-age=86400',
  immutableAsset: 'public, max-age=31536000, immutable',
  plainFile: 'no-cache',
  error: 'no-store',
  privatePage: 'private, no-store',
  cookieKeyedPage: 'private, no-cache',
  html: (sMaxAge: number) => createCacheControl({ public: true, maxAge: 0, sMaxAge }),
  single: (maxAge: number) => createCacheControl({ public: true, maxAge }),
})
