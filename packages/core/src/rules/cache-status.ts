import type { Reason } from './reason.ts'

/** The name under which this cache speaks in Cache-Status (RFC 9211 2). */
const CACHE = 'ssr-cache'

/** Why a request went forward to the app (RFC 9211 2.2). */
export type Forwarded = 'bypass' | 'method' | 'uri-miss' | 'vary-miss' | 'stale' | 'request' | 'miss'

/** What a Cache-Status member says beside `fwd`. */
export interface ForwardedDetails {
  /** What the app answered. */
  readonly status?: number | undefined
  readonly stored?: boolean
  readonly collapsed?: boolean
  /** Seconds of freshness that the stored response has. */
  readonly ttl?: number
  /** A token that says why: ours, never text of a visitor. */
  readonly detail?: Reason | 'explanation'
}

/** `ssr-cache; hit; ttl=42`, with a detail where it is served stale (a negative ttl). */
export function hitStatus(ttl: number, detail?: Reason): string {
  const status = `${CACHE}; hit; ttl=${ttl}`
  return detail === undefined ? status : `${status}; detail=${detail}`
}

/** Whether a Cache-Status of ours says that a kept page was served, and nobody was waited for. */
export function isHitStatus(cacheStatus: string): boolean {
  return cacheStatus.startsWith(`${CACHE}; hit;`)
}

/** `ssr-cache; fwd=uri-miss; stored; ttl=60` */
export function forwardedStatus(forwarded: Forwarded, o: ForwardedDetails = {}): string {
  let status = `${CACHE}; fwd=${forwarded}`
  if (o.status !== undefined) status += `; fwd-status=${o.status}`
  if (o.stored === true) status += '; stored'
  if (o.collapsed === true) status += '; collapsed'
  if (o.ttl !== undefined) status += `; ttl=${o.ttl}`
  return o.detail === undefined ? status : `${status}; detail=${o.detail}`
}

/** Of an answer in place of a shared render that threw; what a bypass answers says why by itself. */
export const THROWN: string = forwardedStatus('miss', { detail: 'thrown' })
