import type { Target } from './store.ts'

/** A copy that shares nothing with the caller's: whoever keeps a target keeps it as it was. */
export function ownTarget(target: Target): Target {
  return Object.freeze({ ...target })
}

/** Path and query of a canonical absolute URL: what names the same page on every host. */
export function withoutOrigin(url: string): string {
  const start = url.indexOf('/', url.indexOf('://') + 3)
  return start < 0 ? '' : url.slice(start)
}

/** `/g/` and `/g` are one prefix: both name `/g`, `/g/` and everything below. */
export function prefixStem(prefix: string): string {
  return prefix.endsWith('/') ? prefix.slice(0, -1) : prefix
}

/** Where the path of a URL ends and its query begins. */
export function pathEnd(url: string): number {
  const query = url.indexOf('?')
  return query < 0 ? url.length : query
}

/** Whether `target` names the page at `url` (canonical, absolute) that was made from `tags`. */
export function namesPage(target: Target, url: string, tags: readonly string[]): boolean {
  switch (target.kind) {
    case 'tag':
      return tags.includes(target.tag)
    case 'url':
      return namesUrl(target.url, url)
    case 'prefix':
      return isBelow(target.prefix, url)
    case 'all':
      return true
  }
}

/** A URL that begins with a slash names every host. */
export function namesUrl(named: string, url: string): boolean {
  return named.startsWith('/') ? named === withoutOrigin(url) : named === url
}

function isBelow(prefix: string, url: string): boolean {
  const stem = prefixStem(prefix)
  const place = stem === '' || stem.startsWith('/') ? withoutOrigin(url) : url
  const path = place.slice(0, pathEnd(place))
  return path === stem || path.startsWith(`${stem}/`)
}
