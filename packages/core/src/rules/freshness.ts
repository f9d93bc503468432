import type { Entry } from '../store/entry.ts'

/** How long a page lives: seconds, and an instant that caps them all. */
export interface Lifetimes {
  readonly maxAge: number
  readonly staleWhileRevalidate: number
  readonly staleIfError: number
  /** Epoch milliseconds at which the page ends, whatever the others say. */
  readonly expiresAt?: number
}

/** The instants of an entry, all half-open. */
export type Instants = Pick<Entry, 'freshUntil' | 'staleUntil' | 'errorUntil' | 'deleteAt'>

/** Lifetimes as instants, counted from when the render finished (RFC 9111 4.2, RFC 5861 3 and 4). */
export function instants(storedAt: number, lifetimes: Lifetimes): Instants {
  const end = lifetimes.expiresAt ?? Number.POSITIVE_INFINITY
  const freshUntil = Math.max(storedAt, Math.min(storedAt + lifetimes.maxAge * 1000, end))
  const staleUntil = Math.max(freshUntil, Math.min(freshUntil + lifetimes.staleWhileRevalidate * 1000, end))
  const errorUntil = Math.max(freshUntil, Math.min(freshUntil + lifetimes.staleIfError * 1000, end))
  return { freshUntil, staleUntil, errorUntil, deleteAt: Math.max(staleUntil, errorUntil) }
}

/** What nothing made from something else outlives. */
export type Limits = Pick<Instants, 'freshUntil' | 'staleUntil' | 'errorUntil'>

export const NO_LIMITS: Limits = Object.freeze({
  freshUntil: Number.POSITIVE_INFINITY,
  staleUntil: Number.POSITIVE_INFINITY,
  errorUntil: Number.POSITIVE_INFINITY,
})

/** The lower of two limits, each by itself. */
export function lowerLimits(a: Limits, b: Limits): Limits {
  return {
    freshUntil: Math.min(a.freshUntil, b.freshUntil),
    staleUntil: Math.min(a.staleUntil, b.staleUntil),
    errorUntil: Math.min(a.errorUntil, b.errorUntil),
  }
}

/** The instants of a page stored at `storedAt` that was made from what has these limits: they only lower. */
export function limited(storedAt: number, times: Instants, limits: Limits): Instants {
  const lower = lowerLimits(times, limits)
  const freshUntil = Math.max(storedAt, lower.freshUntil)
  const staleUntil = Math.max(freshUntil, lower.staleUntil)
  const errorUntil = Math.max(freshUntil, lower.errorUntil)
  return { freshUntil, staleUntil, errorUntil, deleteAt: Math.max(staleUntil, errorUntil) }
}

/** Whether a page with these instants is worth keeping: it has a lifetime or a window. */
export function isKept(storedAt: number, { deleteAt }: Instants): boolean {
  return deleteAt > storedAt
}

/** An entry from the future (a clock that was set back, another node's clock) counts from first sight: the same spans, begun now. */
export function seenAt(entry: Entry, now: number): Entry {
  const ahead = entry.storedAt - now
  if (ahead <= 0) return entry
  const { origin } = entry
  return {
    ...entry,
    origin: origin && {
      ...origin,
      bornAt: origin.bornAt - ahead,
      disconnectedUntil: origin.disconnectedUntil - ahead,
    },
    renderStartedAt: entry.renderStartedAt - ahead,
    storedAt: now,
    freshUntil: entry.freshUntil - ahead,
    staleUntil: entry.staleUntil - ahead,
    errorUntil: entry.errorUntil - ahead,
    deleteAt: entry.deleteAt - ahead,
  }
}

/** When the last `part` (a fraction) of a page's lifetime begins. */
export function endingAt({ storedAt, freshUntil }: Pick<Entry, 'storedAt' | 'freshUntil'>, part: number): number {
  return freshUntil - part * (freshUntil - storedAt)
}

/** Whether a fresh page is in the last `part` (a fraction) of its lifetime. */
export function isEnding(page: Pick<Entry, 'storedAt' | 'freshUntil'>, part: number, now: number): boolean {
  return now >= endingAt(page, part)
}

/**
 * What the invalidation log says of an entry: nothing newer names it, a record made it stale at an instant, it is gone, or the log's word is not all there.
 */
export type Validity =
  | { readonly kind: 'valid' }
  | { readonly kind: 'stale'; readonly at: number }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unproven' }

/**
 * The state of a kept page at `now`; every instant has exactly one. `fresh` may be served as it is; `stale` may be served while it is refreshed; `error`
 * only if a render fails; `expired` never.
 */
export type PageState = 'fresh' | 'stale' | 'error' | 'expired'

/**
 * RFC 9111 4.2 and RFC 5861 on an entry. An invalidated one is at best stale, its windows counted from the earlier of its freshness' end and the record. An
 * unproven one is at best stale too; its windows are its own, and while it would have been fresh it may be served stale.
 */
export function pageState(entry: Instants, validity: Validity, now: number): PageState {
  if (validity.kind === 'absent' || now >= entry.deleteAt) return 'expired'
  if (validity.kind === 'valid' && now < entry.freshUntil) return 'fresh'
  const earlier = validity.kind === 'stale' ? Math.max(0, entry.freshUntil - validity.at) : 0
  if (now < entry.staleUntil - earlier) return 'stale'
  return now < entry.errorUntil - earlier ? 'error' : 'expired'
}
