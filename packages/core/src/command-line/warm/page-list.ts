import { shown } from '../../errors.ts'
import { type SitePages, sitePages } from '../../warm/site-pages.ts'
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
  // What is wrong with an item is wrong with its equals.
  const at = items.find(({ item }) => item === pages.item)?.at ?? 'the list'
  return pages.kind === 'foreign' ? refuseForeign(at, pages) : refuseMalformed(at, pages.item, origin)
}

function refuseMalformed(at: string, item: unknown, origin: string | undefined): never {
  // A password is nobody else's business.
  const got = typeof item === 'string' ? shown(item.replace(/\/\/[^/]*@/, '//***@')) : shown(item)
  if (origin === undefined && typeof item === 'string' && item.startsWith('/'))
    misuse(`${at} must be a whole URL unless --origin is given, got ${got}`, 'Write --origin https://shop.example')
  misuse(
    `${at} must be an http(s) URL without a password, or a path, got ${got}`,
    'Write https://shop.example/movies/42 or /movies/42',
  )
}

function refuseForeign(at: string, { item, count, site }: SitePages & { kind: 'foreign' }): never {
  const wayOut = `Warm each site by itself${count > 1 ? ` (${count} are of others)` : ''}; nothing was asked for`
  misuse(`${at} must be a page of ${site}, got ${shown(item)}`, wayOut)
}
