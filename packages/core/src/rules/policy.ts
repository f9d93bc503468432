import type { Lifetimes } from './freshness.ts'

/** What a render said about its own page; anything unsaid is the route's. */
export interface Said {
  readonly maxAge?: number
  readonly staleWhileRevalidate?: number
  readonly staleIfError?: number
  readonly expiresAt?: number
}

/** What the route says: lifetimes in seconds, and caps for statuses that are no success. */
export interface RouteLifetimes {
  readonly maxAge: number
  readonly staleWhileRevalidate: number
  readonly staleIfError: number
  readonly statusMaxAge: Readonly<Record<number, number>>
}

/** Figures for pages that are no 200 or 203: seconds, none of them with a stale window. */
export const STATUS_MAX_AGE: Readonly<Record<number, number>> = Object.freeze({
  301: 3600,
  308: 3600,
  404: 10,
  410: 3600,
})

/** Whether a lifetime may be set for this status. */
export function hasStatusMaxAge(status: number): boolean {
  return Object.hasOwn(STATUS_MAX_AGE, status)
}

/** The lifetimes of one page: the render's word replaces the route's; a status that is no success caps both and has no stale window. */
export function lifetimesOf(status: number, route: RouteLifetimes, said: Said): Lifetimes {
  const end = said.expiresAt === undefined ? {} : { expiresAt: said.expiresAt }
  const maxAge = said.maxAge ?? route.maxAge
  if (hasStatusMaxAge(status)) {
    const cap = route.statusMaxAge[status] ?? 0
    return { maxAge: Math.min(cap, maxAge), staleWhileRevalidate: 0, staleIfError: 0, ...end }
  }
  const staleWhileRevalidate = said.staleWhileRevalidate ?? route.staleWhileRevalidate
  return { maxAge, staleWhileRevalidate, staleIfError: said.staleIfError ?? route.staleIfError, ...end }
}

/** Lifetimes of a page whose data may not have arrived yet (`settleMs`): only the grace, so that it is soon rendered again. */
export function settling(lifetimes: Lifetimes, graceSeconds: number): Lifetimes {
  return { ...lifetimes, maxAge: Math.min(lifetimes.maxAge, graceSeconds) }
}
