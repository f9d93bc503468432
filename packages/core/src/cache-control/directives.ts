/**
 * What a Cache-Control field says, with the names that options have everywhere in this library. A directive that is not there is
 * `undefined`. Lifetimes are whole seconds.
 */
export interface CacheControl {
  /** Any cache may store it (RFC 9111 5.2.2.9). */
  readonly public?: true
  /** Only the visitor's own cache may store it, or only the named fields are that visitor's (RFC 9111 5.2.2.7). Names are lower case. */
  readonly private?: true | readonly string[]
  /** Never reused without asking the origin, or only not with the named fields (RFC 9111 5.2.2.4). Names are lower case. */
  readonly noCache?: true | readonly string[]
  /** Nobody stores it (RFC 9111 5.2.2.5). */
  readonly noStore?: true
  /** Nobody changes the content on its way (RFC 9111 5.2.2.6). */
  readonly noTransform?: true
  /** Only caches that know the status code store it; they ignore `noStore` (RFC 9111 5.2.2.3). */
  readonly mustUnderstand?: true
  /** Seconds that it stays fresh (RFC 9111 5.2.2.1). */
  readonly maxAge?: number
  /** Seconds that it stays fresh in shared caches (RFC 9111 5.2.2.10). */
  readonly sMaxAge?: number
  /** Stale, it is never reused without asking the origin (RFC 9111 5.2.2.2). */
  readonly mustRevalidate?: true
  /** The same for shared caches (RFC 9111 5.2.2.8). */
  readonly proxyRevalidate?: true
  /** The content does not change while it is fresh: not even a reload asks again (RFC 8246). */
  readonly immutable?: true
  /** Seconds past freshness in which it may be served while it is fetched anew (RFC 5861 3). */
  readonly staleWhileRevalidate?: number
  /** Seconds past freshness in which it may be served in place of an error (RFC 5861 4). */
  readonly staleIfError?: number
  /** Directives that no RFC above knows, by lower-case name; `true` where there is no value. The object has no prototype. */
  readonly extensions?: Readonly<Record<string, string | true>>
}

/**
 * How a directive is read when it is damaged. A *lifetime* then is 0, a *restriction* holds all the same, a *permission* does not hold, and
 * what is *scoped* to fields holds for all: always the reading that caches less.
 */
export type Directive =
  | {
      readonly kind: 'lifetime'
      readonly name: string
      readonly key: 'maxAge' | 'sMaxAge' | 'staleWhileRevalidate' | 'staleIfError'
    }
  | {
      readonly kind: 'restriction'
      readonly name: string
      readonly key: 'noStore' | 'noTransform' | 'mustRevalidate' | 'proxyRevalidate'
    }
  | { readonly kind: 'permission'; readonly name: string; readonly key: 'public' | 'mustUnderstand' | 'immutable' }
  | { readonly kind: 'scoped'; readonly name: string; readonly key: 'private' | 'noCache' }

/** Every known response directive, in the order in which they are written. */
export const DIRECTIVES: readonly Directive[] = [
  { kind: 'permission', name: 'public', key: 'public' },
  { kind: 'scoped', name: 'private', key: 'private' },
  { kind: 'scoped', name: 'no-cache', key: 'noCache' },
  { kind: 'restriction', name: 'no-store', key: 'noStore' },
  { kind: 'restriction', name: 'no-transform', key: 'noTransform' },
  { kind: 'permission', name: 'must-understand', key: 'mustUnderstand' },
  { kind: 'lifetime', name: 'max-age', key: 'maxAge' },
  { kind: 'lifetime', name: 's-maxage', key: 'sMaxAge' },
  { kind: 'restriction', name: 'must-revalidate', key: 'mustRevalidate' },
  { kind: 'restriction', name: 'proxy-revalidate', key: 'proxyRevalidate' },
  { kind: 'permission', name: 'immutable', key: 'immutable' },
  { kind: 'lifetime', name: 'stale-while-revalidate', key: 'staleWhileRevalidate' },
  { kind: 'lifetime', name: 'stale-if-error', key: 'staleIfError' },
]

/** The same by name. */
export const DIRECTIVE_BY_NAME: ReadonlyMap<string, Directive> = new Map(
  DIRECTIVES.map((directive) => [directive.name, directive]),
)

/** A {@link CacheControl} that is still being put together. */
export type Draft = { -readonly [Key in keyof CacheControl]: CacheControl[Key] }
