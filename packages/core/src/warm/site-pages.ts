/** Which URLs belong to a site. */
export interface Site {
  /** Scheme and host of URLs that have none. */
  readonly origin?: string | undefined
  /** Whether a page of another origin is this site's, too. */
  readonly isOurs?: ((url: URL) => boolean) | undefined
}

/** A list that was looked at whole, before anything is asked for. */
export type SitePages =
  /** All of one site, as absolute URLs, each once. */
  | { readonly kind: 'pages'; readonly urls: readonly string[] }
  /** The first item that is no URL, or a path where no origin is given. */
  | { readonly kind: 'malformed'; readonly item: unknown }
  /** The first item that is of another site, and how many are. */
  | { readonly kind: 'foreign'; readonly item: unknown; readonly count: number; readonly site: string }

/** Looks at a list, with an origin as `siteOrigin` gives it. Without one, the first URL says which site it is. */
export function sitePages(items: Iterable<unknown>, { origin, isOurs }: Site): SitePages {
  const urls = new Set<string>()
  const foreign: unknown[] = []
  let site = origin ?? ''
  for (const item of items) {
    const url = pageUrl(item, origin)
    if (url === undefined) return { kind: 'malformed', item }
    site ||= url.origin
    if (isOurs?.(url) ?? url.origin === site) urls.add(url.href)
    else foreign.push(item)
  }
  const count = foreign.length
  return count > 0 ? { kind: 'foreign', item: foreign[0], count, site } : { kind: 'pages', urls: [...urls] }
}

/** Scheme and host of an http(s) URL that says nothing else; otherwise `undefined`. */
export function siteOrigin(text: string): string | undefined {
  const url = pageUrl(text, undefined)
  return url?.href === `${url?.origin}/` ? url?.origin : undefined
}

// `other.example/a` would be taken for a path, and what follows a space is a comment or another column: neither is asked for by mistake.
const URL_OR_PATH = /^(?:https?:\/)?\/\S*$/i

function pageUrl(item: unknown, origin: string | undefined): URL | undefined {
  if (typeof item !== 'string' || !URL_OR_PATH.test(item) || !URL.canParse(item, origin)) return undefined
  const url = new URL(item, origin)
  url.hash = ''
  // No request can be made of a URL with a name or a password.
  return url.username + url.password === '' ? url : undefined
}
