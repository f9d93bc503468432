/** Header fields as Node gives them: lower-case names, several lines as a list. */
export type RequestHeaders = Readonly<Record<string, string | readonly string[] | undefined>>

/** Anything that JSON can say: what a `context(req)` function may give. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json }

/** A visitor's request, as the adapters hand it in. Nothing here has been trusted, decoded or narrowed. */
export interface VisitorRequest {
  readonly method: string
  readonly scheme: 'http' | 'https'
  /** The Host field, or what the framework's own trust-proxy setting makes of it. */
  readonly host: string
  /** Path and query as sent (origin-form). */
  readonly target: string
  readonly headers: RequestHeaders
  /** Tells places of one app apart that could answer the same URL differently: mount point, route parameters. Part of the key. */
  readonly scope?: string
  /** State from code above that a shared render may see. Part of the key. */
  readonly context?: Json
  /** What code above has put state of the visitor's on. No render sees it: in development the names on it, and on its `res.locals`, are compared with what a render looks for. */
  readonly above?: object
}

/**
 * What a shared render may see: nothing but what its key covers, and the headers that pass by name. Where the app's own fields decide: the request of whoever
 * asked first, as it came.
 */
export interface NarrowedRequest {
  /** HEAD only where the app's own fields decide, and nothing is kept that would answer it. */
  readonly method: 'GET' | 'HEAD'
  readonly scheme: 'http' | 'https'
  readonly host: string
  /** Canonical path, percent-encoded. */
  readonly path: string
  /** Canonical query without `?`; empty where there is none. */
  readonly query: string
  /** Canonical absolute URL. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly scope: string
  readonly context: Json | undefined
}

/** The value of one header, lines joined (RFC 9110 5.2; cookies by `; `, RFC 9113 8.2.3), or `undefined`. */
export function headerValue(headers: RequestHeaders, name: string): string | undefined {
  const value = headers[name]
  if (typeof value === 'string') return value
  // Not by `undefined`: a header called `constructor` would find what every object inherits.
  return Array.isArray(value) ? value.join(name === 'cookie' ? '; ' : ', ') : undefined
}
