/**
 * The Location of a kept redirect for one visitor: the parameters that were dropped from the visitor's URL are put back where it stays on the site, so
 * that a campaign's click is not lost on the way.
 */
export function restoredLocation(location: string, page: string, droppedQuery: string): string {
  if (droppedQuery === '' || !URL.canParse(location, page)) return location
  if (new URL(location, page).host !== new URL(page).host) return location
  const hash = location.indexOf('#')
  const target = hash < 0 ? location : location.slice(0, hash)
  const separator = !target.includes('?') ? '?' : target.endsWith('?') || target.endsWith('&') ? '' : '&'
  return `${target}${separator}${droppedQuery}${hash < 0 ? '' : location.slice(hash)}`
}
