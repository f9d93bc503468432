import { headerValue, type NarrowedRequest, type VisitorRequest } from '../request.ts'
import type { Bucket } from './buckets.ts'
import { exceedsBytes } from './byte-length.ts'
import { contextJson } from './context-json.ts'
import { cookieValue } from './cookies.ts'
import { valueFault } from './field-value.ts'
import { COOKIE } from './key-parts.ts'
import type { KeySettings } from './key-settings.ts'
import { type NormalizedUrl, type Refusal, refused } from './normalize-url.ts'
import { passThrough } from './pass-through.ts'

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
    const kept = keptValue(headerValue(headers, name), settings.maxValueBytes, bucket)
    if (typeof kept === 'object') return kept
    if (kept !== undefined) parts.push([name, kept])
  }
  const cookie = settings.cookies.length > 0 ? headerValue(headers, 'cookie') : undefined
  for (const name of cookie === undefined ? [] : settings.cookies) {
    const kept = keptValue(cookieValue(cookie as string, name), settings.maxValueBytes) // not undefined: the loop would be empty
    if (typeof kept === 'object') return kept
    if (kept !== undefined) parts.push([COOKIE + name, kept])
  }
  if (scope) parts.push([SCOPE, scope])
  if (context !== undefined) parts.push([CONTEXT, contextJson(context)])
  const tooLong = parts.some(([, value]) => exceedsBytes(value, settings.maxUrlBytes))
  return tooLong ? refused(431, 'value-length') : parts
}

// No header name holds a space (RFC 9110 5.1), so these cannot be one.
const SCOPE = 'scope '
const CONTEXT = 'context '

/** What the key holds of a value. It is checked before the bucket, which strangers could keep busy, and after it, since buckets may decode. */
function keptValue(sent: string | undefined, maxBytes: number, bucket?: Bucket): string | undefined | Refusal {
  const fault = sent === undefined ? undefined : valueFault(sent, maxBytes)
  if (fault !== undefined || bucket === undefined) return fault ?? sent
  const kept = bucketed(bucket, sent)
  return kept === undefined ? undefined : (valueFault(kept, maxBytes) ?? kept)
}

/** No bucket where the function throws or gives no string: key and render then both do without the header, so nothing is shared wrongly. */
export function bucketed(bucket: Bucket, value: string | undefined): string | undefined {
  try {
    const kept: unknown = bucket(value)
    return typeof kept === 'string' ? kept : undefined
  } catch {
    return undefined
  }
}

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
  passThrough(headers, request.headers, settings)
  const { scheme, host, path, query } = url
  return { method: 'GET', scheme, host, path, query, url: url.url, headers, scope, context }
}
