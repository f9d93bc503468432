import { optionError, type SsrCacheError } from '../errors.ts'
import { type Site, type SitePages, siteOrigin, sitePages } from './site-pages.ts'

/**
 * The whole list as absolute URLs, each once, before the first of them is asked for.
 * @throws ERR_SSR_CACHE_OPTION for URLs that are malformed or of another site.
 */
export function warmList(urls: Iterable<string>, { origin, isOurs }: Site): readonly string[] {
  checkIterable(urls)
  const pages = sitePages(urls, { origin: origin === undefined ? undefined : originOf(origin), isOurs })
  if (pages.kind === 'pages') return pages.urls
  if (pages.kind === 'foreign') throw foreignError(pages)
  const wayOut = "Write '/movies/42', and { origin: 'https://shop.example' }."
  throw optionError('urls', 'absolute http(s) URLs without a password, or paths of the origin', pages.item, wayOut)
}

function checkIterable(urls: unknown): void {
  if (typeof urls === 'object' && urls !== null && Symbol.iterator in urls) return
  throw optionError('urls', 'a list of URLs', urls, "Write ['/', '/movies/42'].")
}

/**
 * An origin in the spelling of URLs.
 * @throws ERR_SSR_CACHE_OPTION where it is more than scheme and host, or none.
 */
export function originOf(origin: string): string {
  const known = siteOrigin(origin)
  if (known !== undefined) return known
  throw optionError('origin', 'scheme and host of the site', origin, "Write 'https://shop.example'.")
}

function foreignError({ item, count, site }: SitePages & { kind: 'foreign' }): SsrCacheError {
  const wayOut = `Warm each site by itself${count > 1 ? ` (${count} are of others)` : ''}; nothing was asked for.`
  return optionError('urls', `pages of this site (${site})`, item, wayOut)
}
