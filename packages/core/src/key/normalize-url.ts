import type { VisitorRequest } from '../request.ts'
import { exceedsBytes } from './byte-length.ts'
import { canonicalPath, canonicalQuery, type QueryPart } from './canonical-url.ts'
import { canonicalHost, isAllowedHost } from './host.ts'
import type { KeySettings } from './key-settings.ts'
import { TRACKING_PREFIX } from './tracking-names.ts'

/** A request that gets no page: malformed, too large, or for a host that is not ours. Never a bypass. */
export interface Refusal {
  readonly kind: 'refused'
  readonly status: 400 | 414 | 421 | 431
  readonly reason: 'target' | 'url-length' | 'host' | 'host-not-allowed' | 'value' | 'value-length'
}

/** The URL part of a key: what two requests must have in common before anything else is asked. */
export interface NormalizedUrl {
  readonly kind: 'url'
  readonly scheme: 'http' | 'https'
  readonly host: string
  /** Canonical path, percent-encoded. */
  readonly path: string
  /** Canonical query without `?`. */
  readonly query: string
  /** Canonical absolute URL; equal for equal pages. */
  readonly url: string
  /** Canonical text of the dropped parameters, joined by `&`: this visitor's own, not part of the key; put back onto the Location of their redirect. */
  readonly droppedQuery: string
  /** The listed name of the first bypassing parameter, or `undefined`. */
  readonly bypassQuery: string | undefined
}

export function refused(status: Refusal['status'], reason: Refusal['reason']): Refusal {
  return { kind: 'refused', status, reason }
}

/** Host check, canonical spelling and dropped parameters: everything about a request that its URL decides. */
export function normalizeUrl(
  { scheme, host: sentHost, target }: Pick<VisitorRequest, 'scheme' | 'host' | 'target'>,
  settings: KeySettings,
): NormalizedUrl | Refusal {
  const host = canonicalHost(sentHost, scheme)
  if (host === undefined) return refused(400, 'host')
  if (settings.hosts !== undefined && !isAllowedHost(host, scheme, settings.hosts)) {
    return refused(421, 'host-not-allowed')
  }
  if (exceedsBytes(target, settings.maxUrlBytes)) return refused(414, 'url-length')
  const split = splitTarget(target)
  if (split === undefined) return refused(400, 'target')
  const { path, parts } = split
  return { kind: 'url', scheme, host, path, ...splitQuery(parts, settings, `${scheme}://${host}${path}`) }
}

/** Path and query as a page's key has them, on whatever host; `undefined` where they are malformed. */
export function normalizeTarget(target: string, settings: KeySettings): string | undefined {
  const split = splitTarget(target)
  return split && splitQuery(split.parts, settings, split.path).url
}

function splitTarget(target: string): { readonly path: string; readonly parts: readonly QueryPart[] } | undefined {
  const question = target.indexOf('?')
  const path = canonicalPath(question < 0 ? target : target.slice(0, question))
  const parts = question < 0 ? [] : canonicalQuery(target.slice(question + 1))
  return path === undefined || parts === undefined ? undefined : { path, parts }
}

function splitQuery(
  parts: readonly QueryPart[],
  settings: KeySettings,
  page: string,
): Pick<NormalizedUrl, 'query' | 'url' | 'droppedQuery' | 'bypassQuery'> {
  let query = ''
  let droppedQuery = ''
  let bypassQuery: string | undefined
  for (const { name, text } of parts) {
    // Looked at before anything is dropped: an allow-list must not turn a preview into a shared page.
    bypassQuery ??= bypassing(name, settings.bypassQuery)
    if (whyDropped(name, settings) === undefined) query += query === '' ? text : `&${text}`
    else droppedQuery += droppedQuery === '' ? text : `&${text}`
  }
  return { query, url: query === '' ? page : `${page}?${query}`, droppedQuery, bypassQuery }
}

/** The listed name that a parameter counts as: query parsers read `preview[]`, `preview[x]` and `[preview]` as `preview` too. */
function bypassing(name: string, listed: ReadonlySet<string>): string | undefined {
  if (!name.includes('[') && !name.includes(']')) return listed.has(name) ? name : undefined
  const [outer, inner = ''] = name.split(/[[\]]/, 2)
  return [name, outer || inner].find((read) => listed.has(read))
}

/** Why a parameter is in neither key nor render, or `undefined` where it stays. */
export function whyDropped(name: string, settings: KeySettings): 'tracking' | 'ignored' | 'not-allowed' | undefined {
  if (settings.allowQuery !== undefined) return settings.allowQuery.has(name) ? undefined : 'not-allowed'
  if (settings.ignoreQuery.has(name)) return 'ignored'
  return settings.trackingQuery.has(name) || name.startsWith(TRACKING_PREFIX) ? 'tracking' : undefined
}
