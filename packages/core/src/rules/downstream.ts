import { CDN_FIELDS, type CdnDialect, sharedFields } from '../cache-control/index.ts'
import type { Field } from '../fields.ts'

/** What is true of a page at the instant when it goes out. */
export type Sendable =
  /** Fresh and valid: what remains of its lifetime, and its windows (seconds). */
  | {
      readonly kind: 'fresh'
      readonly until: number
      readonly maxAge: number
      readonly staleWhileRevalidate: number
      readonly staleIfError: number
    }
  /** Stale, invalidated or standing in for a failure: what remains of the grace, or of the key's rest. */
  | { readonly kind: 'short'; readonly until: number; readonly most: number }

/** How the cache speaks to those downstream. */
export interface DownstreamSettings {
  readonly cdn?: CdnDialect
  readonly preset: 'shared' | 'single'
}

/** Whole seconds from `now` to `until`: at least 1, and never more than `most`, whatever a clock says. */
export function remainingSeconds(until: number, now: number, most: number): number {
  return Math.max(1, Math.min(Math.floor((until - now) / 1000), most))
}

/** The lifetime fields of a page that anybody may keep. A page with only a grace says nothing of windows. */
export function lifetimeFields(page: Sendable, now: number, { cdn, preset }: DownstreamSettings): readonly Field[] {
  if (page.kind === 'fresh') {
    const maxAge = remainingSeconds(page.until, now, Math.max(1, page.maxAge))
    const { staleWhileRevalidate, staleIfError } = page
    return sharedFields(cdn, preset, { maxAge, staleWhileRevalidate, staleIfError })
  }
  const maxAge = remainingSeconds(page.until, now, page.most)
  return sharedFields(cdn, preset, { maxAge, staleWhileRevalidate: 0, staleIfError: 0 })
}

/** One visitor's page: nobody may keep it. */
export const PERSONAL: readonly Field[] = Object.freeze([field('cache-control', 'private, no-store')])

/** A page that depends on more than its URL, which a CDN keyed by URL would mix up. */
export const UNKEYED_DOWNSTREAM: readonly Field[] = Object.freeze([field('cache-control', 'private, no-cache')])

/** Our own failures. */
export const FAILURE: readonly Field[] = Object.freeze([field('cache-control', 'no-store')])

function field(name: string, value: string): Field {
  return Object.freeze([name, value] as const)
}

const LIFETIME_FIELDS: ReadonlySet<string> = new Set(['cache-control', 'expires', 'pragma', ...CDN_FIELDS])

/** Whether a field tells somebody how long to keep an answer. */
export function isLifetimeField(name: string): boolean {
  return LIFETIME_FIELDS.has(name)
}

/** The same answer as one visitor's own: `private, no-store` over whatever was said of lifetimes, and no field for a CDN. */
export function personalFields(fields: readonly Field[]): readonly Field[] {
  return [...fields.filter(([name]) => !isLifetimeField(name)), ...PERSONAL]
}

/** The app's own fields; `private, no-store` only where they say nothing of Cache-Control, and always beside a Set-Cookie. */
export function ownFields(fields: readonly Field[]): readonly Field[] {
  let says = false
  for (const [name] of fields) {
    if (name === 'set-cookie') return personalFields(fields)
    if (name === 'cache-control') says = true
  }
  return says ? fields : personalFields(fields)
}

/**
 * How a bypass answers downstream. `personal`: `private, no-store` over whatever the app wrote, and no CDN field.
 * `own`: the app's own fields stand, and `private, no-store` is written only where it set no Cache-Control. `as-came`: the app's own fields stand, whatever they are.
 */
export type BypassFields = 'personal' | 'own' | 'as-came'

/** What becomes of the fields of what the app answers a visitor itself. */
export function fieldsRule(by: BypassFields): (fields: readonly Field[]) => readonly Field[] {
  switch (by) {
    case 'personal':
      return personalFields
    case 'own':
      return ownFields
    case 'as-came':
      return (fields) => fields
  }
}

/** Names of a Vary field and names of the key, each once; `undefined` where there are none. The page depends on them, whoever reads it (RFC 9110 12.5.5). */
export function varyValue(page: string | undefined, keyed: readonly string[]): string | undefined {
  const names = new Set((page ?? '').split(',').map((name) => name.trim().toLowerCase()))
  for (const name of keyed) names.add(name)
  names.delete('')
  return names.size === 0 ? undefined : [...names].join(', ')
}
