import { hash } from 'node:crypto'
import type { VariantPart } from '../key/variant.ts'
import type { Route } from '../rules/routes.ts'
import type { Keyed } from './keyed.ts'

/** What tells one value from every other value and page. */
export interface ValueName {
  readonly build: string
  readonly key: string
  /** The parts of the page's key that it varies by. */
  readonly parts: readonly VariantPart[]
  readonly route: Route
}

/** A value's key. Its URL has no origin and no slash, so that no invalidation by URL names it, and the only prefix that does is that of all. */
export function valueKey({ build, key, parts, route }: ValueName): Keyed {
  // By way of JSON, which spells lone surrogates out.
  const url = `value:${encodeURIComponent(JSON.stringify(key).slice(1, -1))}`
  const variant = parts.length === 0 ? '' : JSON.stringify(parts)
  const full = variant === '' ? url : `${url}\n${variant}`
  // Of another shape than a page's, so that neither can be the other's.
  const id = hash('sha256', JSON.stringify(['value', build, full]), 'base64url')
  return { id, full, url, variant, parts, route, isValue: true, canonicalTarget: () => undefined }
}
