import { shown } from '../../errors.ts'
import { type SitePages, sitePages, type UrlFault } from '../../warm/site-pages.ts'
import { misuse } from '../usage-error.ts'
import type { ListItem } from './list-items.ts'

/**
 * The pages of a list as absolute URLs, each once.
 * @throws UsageError for the first that is malformed, or of another site.
 */
export function pageList(items: readonly ListItem[], origin: string | undefined): readonly string[] {
  const pages = sitePages(
    items.map(({ item }) => item),
    { origin },
  )
  if (pages.kind === 'pages') return pages.urls
  const at = items[pages.index]?.at ?? 'the list'
  return pages.kind === 'foreign' ? refuseForeign(at, pages) : refuseFault(at, pages)
}

const EXPECTED: Readonly<Record<UrlFault, readonly [expected: string, wayOut: string]>> = {
  url: ['an http(s) URL or a path', 'Write https://shop.example/movies/42 or /movies/42'],
  'path-without-origin': ['a whole URL unless --origin is given', 'Write --origin https://shop.example'],
  credentials: ['a URL without name and password', "Send them along: --header 'authorization: Basic …'"],
}

function refuseFault(at: string, { fault, item }: SitePages & { kind: 'fault' }): never {
  const [expected, wayOut] = EXPECTED[fault]
  misuse(`${at} must be ${expected}, got ${shown(item)}`, wayOut)
}

function refuseForeign(at: string, { url, count, site }: SitePages & { kind: 'foreign' }): never {
  const more = count > 1 ? `, and ${count - 1} more` : ''
  misuse(
    `${at} must be a page of ${site}, got ${shown(url)}${more}`,
    'Warm each site by itself; nothing was asked for.',
  )
}
