import { canonicalQuery } from '../key/canonical-url.ts'

/** Whether a status sends visitors on to a Location (RFC 9110 15.4). */
export function isRedirect(status: number): boolean {
  return status >= 300 && status <= 399
}

/**
 * The Location of a kept redirect for one visitor: the parameters that were dropped from the visitor's URL are put back where it stays on the site, so
 * that a campaign's click is not lost on the way. What the app itself has written there stands.
 */
export function restoredLocation(location: string, page: string, droppedQuery: string): string {
  if (droppedQuery === '' || !URL.canParse(location, page)) return location
  const next = new URL(location, page)
  if (next.host !== new URL(page).host) return location
  const missing = missingFrom(next.search.slice(1), droppedQuery)
  return missing === '' ? location : withQuery(location, missing)
}

/** The parameters of `droppedQuery` whose names the query does not have. */
function missingFrom(query: string, droppedQuery: string): string {
  const names = new Set(canonicalQuery(query)?.map(({ name }) => name))
  const missing = canonicalQuery(droppedQuery)?.filter(({ name }) => !names.has(name)) ?? []
  return missing.map(({ text }) => text).join('&')
}

function withQuery(location: string, query: string): string {
  const hash = location.indexOf('#')
  const target = hash < 0 ? location : location.slice(0, hash)
  const separator = !target.includes('?') ? '?' : target.endsWith('?') || target.endsWith('&') ? '' : '&'
  return `${target}${separator}${query}${hash < 0 ? '' : location.slice(hash)}`
}
