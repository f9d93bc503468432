import { type Field, fieldLines } from '../fields.ts'

/** Methods that are registered as safe (RFC 9110 9.2.1 and the IANA registry). What nobody knows is not. */
const SAFE: ReadonlySet<string> = new Set([
  'GET',
  'HEAD',
  'OPTIONS',
  'TRACE',
  'PRI',
  'PROPFIND',
  'QUERY',
  'REPORT',
  'SEARCH',
])

/** What was asked of the app, and what it said. */
export interface Change {
  readonly method: string
  /** Absolute. */
  readonly url: string
  readonly status: number
  readonly fields: readonly Field[]
}

/**
 * The absolute URLs whose stored responses a request has made untrue (RFC 9111 4.4): where an unsafe method did not fail, its own, and those of Location and
 * Content-Location on the same origin. No fragments; each once.
 */
export function invalidatedUrls({ method, url, status, fields }: Change): readonly string[] {
  if (SAFE.has(method) || status < 200 || status > 399 || !URL.canParse(url)) return []
  const target = new URL(url)
  const urls = new Set([absolute(target)])
  for (const name of ['location', 'content-location']) {
    const [named, ...more] = fieldLines(fields, name)
    if (named === undefined || more.length > 0 || !URL.canParse(named, url)) continue
    const other = new URL(named, target)
    // Another origin's pages are not this one's to drop.
    if (other.origin === target.origin) urls.add(absolute(other))
  }
  return [...urls]
}

function absolute(url: URL): string {
  return url.href.slice(0, url.href.length - url.hash.length)
}
