/** What RFC 9111 and its relatives leave to a cache, where the app's own fields decide. */
export interface OriginOptions {
  /** Targeted fields that speak to this cache, the most important first: `['cdn-cache-control']` for a cache that is a CDN (RFC 9213 2.2). @default [] */
  readonly targetedFields?: readonly string[]
  /**
   * What is done with a Set-Cookie on what may be stored otherwise: nothing is stored, it is left out (all, or those named), or it is kept and given to
   * everybody, as RFC 9111 7.3 has it.
   * @default 'refuse'
   */
  readonly setCookie?: 'refuse' | 'strip' | 'keep' | readonly string[]
  /** Seconds past freshness in which a response that says nothing of errors stands in for an app that cannot be reached (RFC 9111 4.2.4); 0 is never. @default 0 */
  readonly staleOnDisconnect?: number
  /** Part of the time since Last-Modified that counts as the lifetime of what says nothing of its own (RFC 9111 4.2.2); 0 is none. @default 0 */
  readonly heuristicFraction?: number
  /**
   * Seconds past freshness, and past its arrival, that a response with a validator is kept to be validated; and any that may be served stale, for visitors who ask for
   * that, where `requestDirectives` are heeded.
   * @default 86400
   */
  readonly keepForValidation?: number
  /** Whether what visitors ask of caches is heeded (RFC 9111 5.2.1): each of them can make the app work then. @default false */
  readonly requestDirectives?: boolean
}

/** All of it, defaults laid under; field names in lower case. */
export type OriginSettings = Required<OriginOptions>

/** A shared cache that guesses nothing, and keeps what it can validate for a day. */
export const ORIGIN_DEFAULTS: OriginSettings = Object.freeze({
  targetedFields: Object.freeze([]),
  setCookie: 'refuse',
  staleOnDisconnect: 0,
  heuristicFraction: 0,
  keepForValidation: 86_400,
  requestDirectives: false,
})
