import { SsrCacheError, shown } from '../errors.ts'
import { canonicalPath, canonicalQuery } from '../key/canonical-url.ts'
import { canonicalOrigin, type PathMapperSettings } from './mapper-options.ts'

/** A page's URL in canonical spelling, in its parts. */
export interface PageUrl {
  /** `scheme://host`; `undefined` where the mapper knows neither an origin nor host folders. */
  readonly origin: string | undefined
  readonly path: string
  /** Without `?`; empty where there is none. */
  readonly query: string
}

export function urlText({ origin = '', path, query }: PageUrl): string {
  return query === '' ? origin + path : `${origin}${path}?${query}`
}

export function pathError(name: 'url' | 'path', expected: string, got: unknown, wayOut: string): SsrCacheError {
  return new SsrCacheError('ERR_SSR_CACHE_PATH', `"${name}" must be ${expected}, got ${shown(got)}. ${wayOut}`)
}

/**
 * Reads a URL into its canonical parts. What begins with `/` is a path, `//host` too: only a whole `http:` or `https:` URL names a host.
 * @throws ERR_SSR_CACHE_PATH for what is malformed or belongs to a site that the mapper has no place for.
 */
export function readPageUrl(url: string, settings: PathMapperSettings): PageUrl {
  const authorityEnd = typeof url === 'string' ? endOfAuthority(url) : -1
  if (authorityEnd < 0) {
    throw pathError(
      'url',
      'an absolute http(s) URL, or a path with its query',
      url,
      'Write https://shop.example/a?b=c or /a?b=c.',
    )
  }
  const origin = authorityEnd === 0 ? ownOrigin(url, settings) : originOf(url, authorityEnd, settings)
  const target = url.slice(authorityEnd)
  const question = target.indexOf('?')
  const path = canonicalPath((question < 0 ? target : target.slice(0, question)) || '/')
  const parts = question < 0 ? [] : canonicalQuery(target.slice(question + 1))
  if (path !== undefined && parts !== undefined) return { origin, path, query: parts.map(({ text }) => text).join('&') }
  throw pathError('url', 'well-formed', url, 'Percent-encode controls, spaces, # and %, and leave the fragment out.')
}

/** Where the path begins, and thus 0 for a URL without a host; -1 for what is no URL of a page. */
function endOfAuthority(url: string): number {
  if (url.startsWith('/')) return 0
  return /^https?:\/\/[^/?#]*/i.exec(url)?.[0].length ?? -1
}

function ownOrigin(url: string, { origin, hostFolders }: PathMapperSettings): string | undefined {
  if (origin !== undefined || !hostFolders) return origin
  throw pathError(
    'url',
    'absolute where each host has a folder',
    url,
    'Hand in the whole URL, or set "origin" for those without a host.',
  )
}

function originOf(url: string, authorityEnd: number, settings: PathMapperSettings): string {
  const origin = canonicalOrigin(url.slice(0, authorityEnd))
  if (origin === undefined) {
    throw pathError('url', 'a URL with a valid host', url, 'Write the host in ASCII, without user name and password.')
  }
  if (settings.hostFolders || origin === settings.origin) return origin
  if (settings.origin === undefined) {
    throw pathError('url', 'a path with its query', url, 'Set "origin" for one site, or "hostFolders" for many.')
  }
  throw pathError('url', `a URL of ${settings.origin}`, url, 'Set "hostFolders" to keep pages of several hosts.')
}
