import type { NormalizedUrl, Refusal } from '../../src/key/index.ts'
import { plain, visitor } from './visitor.ts'

/** What the key has of a whole http(s) URL, as a client asks for it: without the fragment, and with `/` where there is no path. `undefined` for what is none. */
export function keyedUrl(url: string): NormalizedUrl | Refusal | undefined {
  const [, scheme, host = '', rest = ''] = /^(https?):\/\/([^/?#]*)([^#]*)/i.exec(url) ?? []
  if (scheme === undefined) return undefined
  const target = rest.startsWith('/') ? rest : `/${rest}`
  return plain.url(visitor({ scheme: scheme.toLowerCase() === 'http' ? 'http' : 'https', host, target }))
}

/** The one spelling of a URL, or of a target alone; `undefined` where it is refused. */
export function canonicalUrl(url: string): string | undefined {
  if (url.startsWith('/')) return plain.target(withoutFragment(url))
  const keyed = keyedUrl(url)
  return keyed?.kind === 'url' ? keyed.url : undefined
}

/** No client sends a fragment (RFC 9110 7.1). */
export function withoutFragment(url: string): string {
  return url.split('#')[0] as string // a split gives at least one
}
