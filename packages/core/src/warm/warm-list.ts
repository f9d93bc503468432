import { optionError, SsrCacheError, shown } from '../errors.ts'
import { type Site, type SitePages, siteOrigin, sitePages } from './site-pages.ts'

/**
 * The whole list as absolute URLs, each once, before the first of them is asked for.
 * @throws ERR_SSR_CACHE_OPTION for URLs that are malformed or of another site.
 */
export function warmList(urls: Iterable<string>, { origin, isOurs }: Site): readonly string[] {
  checkIterable(urls)
  const pages = sitePages(urls, { origin: origin === undefined ? undefined : originOf(origin), isOurs })
  if (pages.kind === 'pages') return pages.urls
  throw pages.kind === 'foreign' ? foreignError(pages) : faultError(pages, origin)
}

function checkIterable(urls: unknown): void {
  if (typeof urls === 'object' && urls !== null && Symbol.iterator in urls) return
  throw optionError('urls', 'a list of URLs', urls, "Write ['/', '/movies/42'].")
}

function originOf(origin: string): string {
  const known = siteOrigin(origin)
  if (known !== undefined) return known
  throw optionError('origin', 'scheme and host of the site', origin, "Write 'https://shop.example'.")
}

function faultError({ fault, item }: SitePages & { kind: 'fault' }, origin: string | undefined): SsrCacheError {
  if (fault === 'credentials') {
    const wayOut = "Send them along: { headers: { authorization: 'Basic …' } }."
    return optionError('urls', 'URLs without name and password', item, wayOut)
  }
  const url = `Write '${origin ?? 'https://shop.example'}/movies/42'.`
  const wayOut = fault === 'url' ? url : "Name the origin: { origin: 'https://shop.example' }."
  return optionError('urls', 'absolute http(s) URLs, or paths of the origin', item, wayOut)
}

function foreignError({ url, count, site }: SitePages & { kind: 'foreign' }): SsrCacheError {
  const more = count > 1 ? ` and ${count - 1} more` : ''
  return new SsrCacheError(
    'ERR_SSR_CACHE_OPTION',
    `"urls" must be pages of this site (${site}), got ${shown(url)}${more}. Warm each site by itself; nothing was asked for.`,
  )
}
