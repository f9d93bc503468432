import { CDN_FIELDS, parseCacheControl } from '../cache-control/index.ts'
import { type Field, fieldValue } from '../fields.ts'
import { hasNonceAttribute, isNoncePolicy } from './nonce.ts'
import type { FailureReason } from './reason.ts'

/** Why a response is its own visitor's alone; each is counted, and named in Cache-Status. */
export type UnshareableReason =
  | 'set-cookie'
  | 'private'
  | 'no-store'
  | 'vary'
  | 'status'
  | 'content-encoding'
  | 'content-type'
  | 'empty'
  | 'too-large'
  | 'nonce'
  | 'redirect-loop'
  | 'too-many-tags'
  | 'no-freshness'
  | 'method'
  | 'authorization'

/** A response that is its own visitor's alone, and who is to blame: a cookie, a header, a type. */
export interface Unshareable {
  readonly kind: 'unshareable'
  readonly reason: UnshareableReason
  readonly culprit?: string
}

/** What a finished render is worth. */
export type Verdict =
  | { readonly kind: 'shareable'; readonly fields: readonly Field[] }
  | Unshareable
  | { readonly kind: 'failure'; readonly reason: FailureReason }

/** A whole response, as a render gave it. */
export interface WholeResponse {
  readonly status: number
  readonly fields: readonly Field[]
  readonly body: Uint8Array
}

/** What is looked at: a whole response, or the head and the first bytes of one that is still rendered. */
export interface JudgedResponse extends WholeResponse {
  /** More is to come. @default false */
  readonly isOpen?: boolean
}

/** What a route accepts as a page that may be shared. */
export interface StorablePolicy {
  /** Canonical URL of the page, to tell a redirect to itself. */
  readonly url: string
  /** Path and query as the key has them, without the parameters that it drops; `undefined` where they are malformed. */
  readonly canonicalTarget: (target: string) => string | undefined
  /** Media types that the route expects, lower case. */
  readonly types: readonly string[]
  readonly setCookie: 'refuse' | 'strip' | readonly string[]
  /** Header names, lower case, that the key holds or that never matter. */
  readonly varyCovered: ReadonlySet<string>
  readonly maxTags: number
  readonly isPrivate: boolean
  readonly tagCount: number
}

/** Statuses that may be kept in policy mode; 301 and 308 are redirects, and need no type or body. */
const PAGE_STATUSES: ReadonlySet<number> = new Set([200, 203, 404, 410])
const REDIRECT_STATUSES: ReadonlySet<number> = new Set([301, 308])

/** Whether a response with this status may ever be kept. */
export function isStorableStatus(status: number): boolean {
  return PAGE_STATUSES.has(status) || REDIRECT_STATUSES.has(status)
}

/** A status that says the app is in trouble: never stored, never a reason to mark a key, shared with all who wait. */
export function isFailureStatus(status: number): boolean {
  return status >= 500 || status === 429
}

/** Whether a response may be everybody's, and if not, why (RFC 9111 3, and the promises on what is shared). */
export function judge(response: JudgedResponse, policy: StorablePolicy): Verdict {
  if (isFailureStatus(response.status)) return { kind: 'failure', reason: `status-${response.status}` }
  if (isCutOff(response)) return { kind: 'failure', reason: 'cut-off' }
  return (
    refusedStatus(response, policy) ??
    refusedByApp(response, policy) ??
    refusedCookies(response.fields, policy.setCookie) ??
    refusedVary(response.fields, policy.varyCovered) ??
    refusedBody(response, policy) ?? { kind: 'shareable', fields: keptFields(response.fields) }
  )
}

/** Fewer bytes than the response says itself. More are no harm: what goes out is measured anew. */
export function isCutOff({ fields, body, isOpen = false }: JudgedResponse): boolean {
  if (isOpen) return false
  const length = fieldValue(fields, 'content-length')
  return length !== undefined && fieldValue(fields, 'content-encoding') === undefined && body.length < Number(length)
}

function unshareable(reason: UnshareableReason, culprit?: string): Unshareable {
  return culprit === undefined ? { kind: 'unshareable', reason } : { kind: 'unshareable', reason, culprit }
}

function refusedStatus({ status, fields }: WholeResponse, policy: StorablePolicy): Verdict | undefined {
  if (!isStorableStatus(status)) return unshareable('status', String(status))
  if (!REDIRECT_STATUSES.has(status)) return undefined
  const location = fieldValue(fields, 'location')
  return location !== undefined && isSamePage(location, policy) ? unshareable('redirect-loop', location) : undefined
}

/** Whether whoever follows would ask for the same page again: fragments are not sent, and what the key has as one is one. */
function isSamePage(location: string, { url, canonicalTarget }: StorablePolicy): boolean {
  if (!URL.canParse(location, url)) return false
  const next = new URL(location, url)
  const page = new URL(url)
  if (next.origin !== page.origin) return false
  const target = canonicalTarget(next.pathname + next.search)
  return target !== undefined && target === canonicalTarget(page.pathname + page.search)
}

/** What the app says of its page by other means than fields; the same whoever decides. */
export function refusedInWords({
  isPrivate,
  tagCount,
  maxTags,
}: Pick<StorablePolicy, 'isPrivate' | 'tagCount' | 'maxTags'>): Unshareable | undefined {
  if (isPrivate) return unshareable('private', 'private()')
  return tagCount > maxTags ? unshareable('too-many-tags', String(tagCount)) : undefined
}

function refusedByApp({ fields }: WholeResponse, policy: StorablePolicy): Verdict | undefined {
  const refused = refusedInWords(policy)
  if (refused !== undefined) return refused
  const text = fieldValue(fields, 'cache-control')
  if (text === undefined) return undefined
  const directives = parseCacheControl(text)
  if (directives.noStore) return unshareable('no-store', 'cache-control')
  return directives.private ? unshareable('private', 'cache-control') : undefined
}

function refusedCookies(fields: readonly Field[], policy: StorablePolicy['setCookie']): Verdict | undefined {
  if (policy === 'strip') return undefined
  for (const [name, value] of fields) {
    if (name !== 'set-cookie') continue
    const cookie = value.slice(0, Math.max(0, value.indexOf('='))).trim()
    if (policy === 'refuse' || !policy.includes(cookie)) return unshareable('set-cookie', cookie)
  }
  return undefined
}

function refusedVary(fields: readonly Field[], covered: ReadonlySet<string>): Verdict | undefined {
  const vary = fieldValue(fields, 'vary')
  for (const member of vary === undefined ? [] : vary.split(',')) {
    const name = member.trim().toLowerCase()
    // Nothing covers `*`: it names what no request holds (RFC 9110 12.5.5).
    if (name === '*' || (name !== '' && !covered.has(name))) return unshareable('vary', name)
  }
  return undefined
}

function refusedBody({ status, fields, body }: WholeResponse, { types }: StorablePolicy): Verdict | undefined {
  if (REDIRECT_STATUSES.has(status)) return undefined
  const encoding = fieldValue(fields, 'content-encoding')
  if (encoding !== undefined && encoding !== 'identity') return unshareable('content-encoding', encoding)
  if (body.length === 0 && (status === 200 || status === 203)) return unshareable('empty')
  const type = mediaType(fieldValue(fields, 'content-type'))
  if (!types.includes(type)) return unshareable('content-type', type === '' ? 'none' : type)
  return hasNonce(fields, body) ? unshareable('nonce') : undefined
}

/** The media type of a Content-Type field, lower case, without parameters; empty where there is none. */
export function mediaType(contentType: string | undefined): string {
  return (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
}

/** A nonce in the policy, or on an element of the page: whoever is given it a second time is not protected by it (CSP3 2.3). */
function hasNonce(fields: readonly Field[], body: Uint8Array): boolean {
  for (const [name, value] of fields) {
    if (name.startsWith('content-security-policy') && isNoncePolicy(value)) return true
  }
  return hasNonceAttribute(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('latin1'))
}

/** Fields that say something to one visitor or of one exchange, whatever page they come with. */
const OF_ONE_EXCHANGE: readonly string[] = [
  'authentication-info', // RFC 9110 11.6.3: of this request's credentials
  'clear-site-data', // empties the storage of whoever reads it
  'ratelimit', // draft-ietf-httpapi-ratelimit-headers: what is left of this client's quota
  'ratelimit-limit',
  'ratelimit-policy',
  'ratelimit-remaining',
  'ratelimit-reset',
  'request-id',
  'server-timing', // how long this render took
  'set-cookie2', // RFC 2965, obsolete; some frameworks still read it
  'traceparent', // Trace Context: this render's own trace
  'traceresponse',
  'tracestate',
  'www-authenticate', // RFC 9110 11.6.1: may hold a challenge that is used once
  'x-correlation-id',
  'x-ratelimit-limit',
  'x-ratelimit-remaining',
  'x-ratelimit-reset',
  'x-request-id',
  'x-response-time', // as server-timing
]

/**
 * Fields that belong to one transfer or one visitor, or that are computed when a page goes out. Alt-Svc is not among them: it is the origin's word to
 * everybody (RFC 7838 3).
 */
const NOT_KEPT: ReadonlySet<string> = new Set([
  ...CDN_FIELDS,
  ...OF_ONE_EXCHANGE,
  'accept-ranges',
  'age',
  'cache-control',
  'cache-status',
  'connection',
  'content-encoding',
  'content-length',
  'date',
  'etag',
  'expires',
  'keep-alive',
  'pragma',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-connection',
  'set-cookie',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** The fields that are kept with a page: end-to-end ones (RFC 9110 7.6.1), without those named in Connection. */
export function keptFields(fields: readonly Field[]): readonly Field[] {
  const connection = (fieldValue(fields, 'connection') ?? '').split(',').map((name) => name.trim().toLowerCase())
  return fields.filter(([name]) => !NOT_KEPT.has(name) && !connection.includes(name))
}
