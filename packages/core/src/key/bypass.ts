import { headerValue, type VisitorRequest } from '../request.ts'
import { acceptsHtml } from './accept.ts'
import { listedCookie } from './cookies.ts'
import { dataHeader, hasBody, methodOverride } from './data-request.ts'
import type { KeySettings } from './key-settings.ts'
import type { NormalizedUrl } from './normalize-url.ts'

/** Why the app answers a visitor itself. The first six are none of the cache's business; the others are personal. */
export type BypassReason =
  | 'method'
  | 'upgrade'
  | 'body'
  | 'method-override'
  | 'data-request'
  | 'accept'
  | 'authorization'
  | 'query'
  | 'cookie'
  | 'when'

/**
 * The app must answer this visitor itself. `culprit` names the header, the entry of the list that a cookie or parameter falls under, the method, or
 * `threw` for a `bypass.when` that did: one of few texts that are known beforehand, and never a value.
 */
export interface Bypass {
  readonly kind: 'bypass'
  readonly reason: BypassReason
  readonly culprit?: string
}

const PERSONAL: ReadonlySet<string> = new Set<BypassReason>(['authorization', 'query', 'cookie', 'when'])

/** Whether an answer that bypassed for this reason is one person's, so that nobody downstream may keep it. */
export function isPersonal(reason: string): boolean {
  return PERSONAL.has(reason)
}

/** Methods that a culprit may name; others are the visitor's own invention, and counters by culprit must stay few. */
const METHODS: readonly string[] = ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT', 'QUERY']

type BypassRule = (request: VisitorRequest, url: NormalizedUrl, anonymous: boolean) => Bypass | undefined

/** Compiles the settings into one question: must the app answer itself, and why. */
export function bypassRule(settings: KeySettings): BypassRule {
  const keyed = new Set(settings.headers.map(([name]) => name))
  const isKeyed = (name: string): boolean => keyed.has(name)
  return (request, url, anonymous) => foreign(request, isKeyed) ?? personal(request, url, settings, anonymous)
}

/** What is none of our business: no GET of a page. */
function foreign({ method, headers }: VisitorRequest, isKeyed: (name: string) => boolean): Bypass | undefined {
  if (method !== 'GET' && method !== 'HEAD') return bypass('method', METHODS.includes(method) ? method : undefined)
  if (headers['upgrade'] !== undefined) return bypass('upgrade', 'upgrade')
  if (hasBody(headers)) return bypass('body')
  const override = methodOverride(headers)
  if (override !== undefined) return bypass('method-override', override)
  const data = dataHeader(headers, isKeyed)
  if (data !== undefined) return bypass('data-request', data)
  return acceptsHtml(`${headers['accept'] ?? ''}`) ? undefined : bypass('accept', 'accept')
}

/** What is one person's. */
function personal(
  request: VisitorRequest,
  { bypassQuery }: NormalizedUrl,
  { bypassCookies, bypassWhen }: KeySettings,
  anonymous: boolean,
): Bypass | undefined {
  if (request.headers['authorization'] !== undefined) return bypass('authorization', 'authorization')
  if (bypassQuery !== undefined) return bypass('query', bypassQuery)
  if (request.headers['cookie'] !== undefined && !anonymous) {
    const session = listedCookie(headerValue(request.headers, 'cookie') ?? '', bypassCookies)
    if (session !== undefined) return bypass('cookie', session)
  }
  return bypassWhen === undefined ? undefined : whenSays(bypassWhen, request)
}

/** Fails closed: to answer one visitor alone is never wrong, to share what was meant for one is. */
function whenSays(when: (request: VisitorRequest) => unknown, request: VisitorRequest): Bypass | undefined {
  try {
    // Anything truthy, so that a promise, which no type checker let through, is no "no".
    return when(request) ? bypass('when') : undefined
  } catch {
    return bypass('when', 'threw')
  }
}

function bypass(reason: BypassReason, culprit?: string): Bypass {
  return culprit === undefined ? { kind: 'bypass', reason } : { kind: 'bypass', reason, culprit }
}
