import type { NormalizedUrl } from '../key/normalize-url.ts'
import { type PageKey, pageKey, type VariantPart } from '../key/variant.ts'

/**
 * The key of a page where the app's own fields decide: the query as it was sent, in its order and with nothing dropped (RFC 9111 2). It is no key of policy
 * mode, so a route that changes its mode does not serve what the other has kept.
 */
export function wholeKey(canonical: NormalizedUrl, target: string, parts: readonly VariantPart[]): PageKey {
  const { scheme, host, path } = canonical
  const question = target.indexOf('?')
  const query = question < 0 ? '' : target.slice(question + 1)
  const page = `${scheme}://${host}${path}`
  const sent = { query, url: query === '' ? page : `${page}?${query}`, droppedQuery: '', bypassQuery: undefined }
  const key = pageKey({ ...canonical, ...sent }, parts)
  return { ...key, full: `${key.url.url}\norigin ${key.variant}` }
}
