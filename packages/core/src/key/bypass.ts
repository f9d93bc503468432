import { headerValue, type VisitorRequest } from '../request.ts'
import { cookieList } from './cookies.ts'
import { acceptsHtml, dataHeader, hasBody, methodOverride } from './data-request.ts'
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

/** The app must answer this visitor itself. `culprit` names the cookie, header or parameter; never its value. */
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

type BypassRule = (request: VisitorRequest, url: NormalizedUrl, anonymous: boolean) => Bypass | undefined

/** Compiles the settings into one question: must the app answer itself, and why. */
export function bypassRule(settings: KeySettings): BypassRule {
  const sessions = cookieList(settings.bypassCookies)
  const keyed = new Set(settings.headers.map(([name]) => name))
  const isKeyed = (name: string): boolean => keyed.has(name)
  return (request, url, anonymous) =>
    foreign(request, isKeyed) ?? personal(request, url, settings, anonymous ? undefined : sessions)
}

/** What is none of our business: no GET of a page. */
function foreign({ method, headers }: VisitorRequest, isKeyed: (name: string) => boolean): Bypass | undefined {
  if (method !== 'GET' && method !== 'HEAD') return bypass('method', method)
  if (headers['upgrade'] !== undefined) return bypass('upgrade', 'upgrade')
  if (hasBody(headers)) return bypass('body')
  const override = methodOverride(headers)
  if (override !== undefined) return bypass('method-override', override)
  const data = dataHeader(headers, isKeyed)
  if (data !== undefined) return bypass('data-request', data)
  return acceptsHtml(headerValue(headers, 'accept')) ? undefined : bypass('accept', 'accept')
}

/** What is one person's. */
function personal(
  request: VisitorRequest,
  url: NormalizedUrl,
  settings: KeySettings,
  sessions: ReturnType<typeof cookieList> | undefined,
): Bypass | undefined {
  if (request.headers['authorization'] !== undefined) return bypass('authorization', 'authorization')
  if (url.bypassQuery !== undefined) return bypass('query', url.bypassQuery)
  const cookie = sessions === undefined ? undefined : headerValue(request.headers, 'cookie')
  const culprit = cookie === undefined ? undefined : sessions?.find(cookie)
  if (culprit !== undefined) return bypass('cookie', culprit)
  return settings.bypassWhen?.(request) === true ? bypass('when') : undefined
}

function bypass(reason: BypassReason, culprit?: string): Bypass {
  return culprit === undefined ? { kind: 'bypass', reason } : { kind: 'bypass', reason, culprit }
}
