/**
 * The page that is kept while it is rendered anew. A render that finds it to be true still may answer 304 in place of rendering it: its bytes stay, and so do its
 * tags and whatever else was said of it and is not said again; its lifetime begins anew (RFC 9110 15.4.5, RFC 9111 4.3.3).
 */
export interface PreviousPage {
  /** The ETag that its own render gave it, and no visitor has seen; `undefined` where it gave none. */
  readonly etag: string | undefined
  /** Its Last-Modified, as its render gave it. */
  readonly lastModified: string | undefined
  /** When its render began, or the last one that answered 304: what changed later cannot be in it. Epoch milliseconds, as the instants below are. */
  readonly renderStartedAt: number
  /** From when its lifetime counts. */
  readonly storedAt: number
  readonly freshUntil: number
  /** The end of its stale-while-revalidate window. */
  readonly staleUntil: number
  /** The end of its stale-if-error window. */
  readonly errorUntil: number
}
