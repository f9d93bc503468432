import { optionError, SsrCacheError, shown } from '../errors.ts'

/** Which URLs belong to the site that is warmed. */
export interface WarmSite {
  /** Scheme and host of URLs that have none. */
  readonly origin?: string | undefined
  /** Whether a page of another origin is this cache's, too. */
  readonly isOurs?: ((url: URL) => boolean) | undefined
}

/**
 * The whole list as absolute URLs, each once, before the first of them is asked for.
 * @throws ERR_SSR_CACHE_OPTION for URLs that are malformed or of another site.
 */
export function warmList(urls: Iterable<string>, { origin, isOurs }: WarmSite): readonly string[] {
  checkIterable(urls)
  const base = origin === undefined ? undefined : originOf(origin)
  const list = new Set<string>()
  const foreign: string[] = []
  let site = base
  for (const text of urls) {
    const url = absolute(text, base)
    site ??= url.origin
    if (isOurs?.(url) ?? url.origin === site) list.add(url.href)
    else foreign.push(url.href)
  }
  if (foreign.length > 0) throw foreignError(foreign, site)
  return [...list]
}

function checkIterable(urls: unknown): void {
  if (typeof urls === 'object' && urls !== null && Symbol.iterator in urls) return
  throw optionError('urls', 'a list of URLs', urls, "Write ['/', '/movies/42'].")
}

function originOf(origin: string): string {
  const url = URL.canParse(origin) ? new URL(origin) : undefined
  if (url !== undefined && /^https?:$/.test(url.protocol) && `${url.origin}/` === url.href) return url.origin
  throw optionError('origin', 'scheme and host of the site', origin, "Write 'https://shop.example'.")
}

function absolute(text: unknown, base: string | undefined): URL {
  if (typeof text === 'string' && text !== '' && URL.canParse(text, base)) {
    const url = new URL(text, base)
    url.hash = ''
    if (/^https?:$/.test(url.protocol)) return url
  }
  const wayOut = base === undefined ? "Name the origin: { origin: 'https://shop.example' }." : "Write '/movies/42'."
  throw optionError('urls', 'absolute http(s) URLs, or paths of the origin', text, wayOut)
}

function foreignError(foreign: readonly string[], site: string | undefined): SsrCacheError {
  const more = foreign.length > 1 ? ` and ${foreign.length - 1} more` : ''
  return new SsrCacheError(
    'ERR_SSR_CACHE_OPTION',
    `"urls" must be pages of this site (${site}), got ${shown(foreign[0])}${more}. Warm each site by itself; nothing was asked for.`,
  )
}
