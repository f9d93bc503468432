import { headerValue, type NarrowedRequest, type RequestHeaders, type VisitorRequest } from '../request.ts'
import { cookieValue } from './cookies.ts'
import type { KeySettings } from './key-settings.ts'
import { type NormalizedUrl, type Refusal, refused } from './normalize-url.ts'

/** A part of the key that is not the URL: a header, cookie, scope or context and its value. */
export type VariantPart = readonly [name: string, value: string]

/** A page's key, and the parts that it was made from. */
export interface PageKey {
  readonly kind: 'keyed'
  readonly url: NormalizedUrl
  /** JSON of the variant parts; empty where the URL is the whole key. */
  readonly variant: string
  /** The whole key: `url`, and the variant on a line of its own. */
  readonly full: string
  readonly parts: readonly VariantPart[]
}

const NO_PARTS: readonly VariantPart[] = []

/** The one function that both keying and narrowing read: what is not in its result is in neither. */
export function variantParts(request: VisitorRequest, settings: KeySettings): readonly VariantPart[] | Refusal {
  const { headers, scope, context } = request
  if (settings.headers.length + settings.cookies.length === 0 && !scope && context === undefined) return NO_PARTS
  const parts: VariantPart[] = []
  for (const [name, bucket] of settings.headers) {
    const value = bucket(headerValue(headers, name))
    if (value !== undefined) parts.push([name, value])
  }
  const cookie = settings.cookies.length > 0 ? headerValue(headers, 'cookie') : undefined
  for (const name of cookie === undefined ? [] : settings.cookies) {
    const value = cookieValue(cookie as string, name) // not undefined: the loop would be empty
    if (value !== undefined) parts.push([COOKIE + name, value])
  }
  for (const [, value] of parts) if (value.length > settings.maxValueBytes) return refused(431, 'value-length')
  if (scope) parts.push([SCOPE, scope])
  if (context !== undefined) parts.push([CONTEXT, JSON.stringify(context)])
  return parts
}

// No header name holds a space (RFC 9110 5.1), so these cannot be one.
const COOKIE = 'cookie '
const SCOPE = 'scope '
const CONTEXT = 'context '

/** The key of a URL and the parts of its variant. JSON keeps them apart whatever they hold, lone surrogates included. */
export function pageKey(url: NormalizedUrl, parts: readonly VariantPart[]): PageKey {
  const variant = parts.length === 0 ? '' : JSON.stringify(parts)
  // A canonical URL holds no line break.
  return { kind: 'keyed', url, variant, full: variant === '' ? url.url : `${url.url}\n${variant}`, parts }
}

/** Rebuilds a request from the key alone, and adds the headers that pass by name. */
export function narrow({ url, parts }: PageKey, request: VisitorRequest, settings: KeySettings): NarrowedRequest {
  const headers: Record<string, string> = { __proto__: null, host: url.host, accept: 'text/html' } as never // a record without prototype
  const cookies: string[] = []
  let scope = ''
  let context: NarrowedRequest['context']
  for (const [name, value] of parts) {
    if (name === SCOPE) scope = value
    else if (name === CONTEXT) context = JSON.parse(value)
    else if (name.startsWith(COOKIE)) cookies.push(`${name.slice(COOKIE.length)}=${value}`)
    else headers[name] = value
  }
  if (cookies.length > 0) headers['cookie'] = cookies.join('; ')
  passThrough(headers, request.headers, settings.passThrough)
  const { scheme, host, path, query } = url
  return { method: 'GET', scheme, host, path, query, url: url.url, headers, scope, context }
}

function passThrough(into: Record<string, string>, from: RequestHeaders, names: readonly string[]): void {
  for (const name of names) {
    const value = headerValue(from, name)
    if (value !== undefined && !(name in into)) into[name] = value
  }
}
