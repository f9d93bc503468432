/** Which URLs belong to a site. */
export interface Site {
  /** Scheme and host of URLs that have none. */
  readonly origin?: string | undefined
  /** Whether a page of another origin is this site's, too. */
  readonly isOurs?: ((url: URL) => boolean) | undefined
}

/** Why an item of a list is no page to ask for. */
export type UrlFault = 'url' | 'path-without-origin' | 'credentials'

/** A list that was looked at whole, before anything is asked for. */
export type SitePages =
  /** All of one site, as absolute URLs, each once. */
  | { readonly kind: 'pages'; readonly urls: readonly string[] }
  /** The first item that is no page to ask for, as it may be shown. */
  | { readonly kind: 'fault'; readonly fault: UrlFault; readonly index: number; readonly item: unknown }
  /** The first that is of another site, and how many are. */
  | {
      readonly kind: 'foreign'
      readonly index: number
      readonly url: string
      readonly count: number
      readonly site: string
    }

/** Looks at a list, with an origin as `siteOrigin` gives it. Without one, the first URL says which site it is. */
export function sitePages(items: Iterable<unknown>, { origin, isOurs }: Site): SitePages {
  const urls = new Set<string>()
  let site = origin
  let foreign: { readonly index: number; readonly url: string } | undefined
  let count = 0
  let index = 0
  for (const item of items) {
    const url = pageUrl(item, origin)
    if (typeof url === 'string') return { kind: 'fault', fault: url, index, item: shownItem(item, url, origin) }
    site ??= url.origin
    if (isOurs?.(url) ?? url.origin === site) urls.add(url.href)
    else {
      foreign ??= { index, url: url.href }
      count++
    }
    index++
  }
  if (foreign === undefined) return { kind: 'pages', urls: [...urls] }
  return { kind: 'foreign', ...foreign, count, site: String(site) }
}

/** Scheme and host of an http(s) URL that says nothing else; otherwise `undefined`. */
export function siteOrigin(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  return url !== undefined && isHttp(url) && `${url.origin}/` === url.href ? url.origin : undefined
}

// `other.example/a` would be taken for a path, and what follows a space is a comment or another column: neither is asked for by mistake.
const URL_OR_PATH = /^(?:https?:\/\/|\/)\S*$/i

function pageUrl(item: unknown, origin: string | undefined): URL | UrlFault {
  if (typeof item !== 'string' || !URL_OR_PATH.test(item)) return 'url'
  if (item.startsWith('/') && origin === undefined) return 'path-without-origin'
  if (!URL.canParse(item, origin)) return 'url'
  const url = new URL(item, origin)
  url.hash = ''
  // No request can be made of it.
  return url.username === '' && url.password === '' ? url : 'credentials'
}

/** Name and password are nobody else's business. */
function shownItem(item: unknown, fault: UrlFault, origin: string | undefined): unknown {
  if (fault !== 'credentials') return item
  const url = new URL(String(item), origin)
  url.username = '***'
  url.password = ''
  return url.href
}

function isHttp({ protocol }: URL): boolean {
  return protocol === 'http:' || protocol === 'https:'
}
