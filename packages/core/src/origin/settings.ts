/** What RFC 9111 and its relatives leave to a cache. */
export interface OriginSettings {
  /** Targeted fields that speak to this cache, lower case, the most important first; a cache that is no CDN has none (RFC 9213 2.2). */
  readonly targetedFields: readonly string[]
  /**
   * What is done with a Set-Cookie on what may be stored otherwise: nothing is stored, it is left out (all, or those named), or it is kept and given to
   * everybody, as RFC 9111 7.3 has it.
   */
  readonly setCookie: 'refuse' | 'strip' | 'keep' | readonly string[]
  /** Seconds past freshness in which a response that says nothing of errors stands in for an app that cannot be reached (RFC 9111 4.2.4); 0 is never. */
  readonly staleOnDisconnect: number
  /** Part of the time since Last-Modified that counts as the lifetime of what says nothing of its own (RFC 9111 4.2.2); 0 is none. */
  readonly heuristicFraction: number
  /** Seconds past freshness, and past its arrival, that a response with a validator is kept to be validated. */
  readonly keepForValidation: number
}

/** A shared cache that guesses nothing, and keeps what it can validate for a day. */
export const ORIGIN_DEFAULTS: OriginSettings = Object.freeze({
  targetedFields: Object.freeze([]),
  setCookie: 'refuse',
  staleOnDisconnect: 0,
  heuristicFraction: 0,
  keepForValidation: 86_400,
})
