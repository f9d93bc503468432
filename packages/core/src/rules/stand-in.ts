import Negotiator from 'negotiator'
import { dataHeader } from '../key/data-request.ts'
import { headerValue, type RequestHeaders } from '../request.ts'
import type { Reason } from './reason.ts'

/** What goes out in place of a page that is not to be had: the client-side shell, a problem document (RFC 9457), or one line of text. */
export type StandIn = 'shell' | 'problem' | 'text'

/** What decides on it. */
export interface Unserved {
  readonly asksHtml: boolean
  /** GET and HEAD read; a form that was sent must not look as if it had arrived. */
  readonly reads: boolean
  readonly hasShell: boolean
}

/** The table of stand-ins. */
export function standInFor({ asksHtml, reads, hasShell }: Unserved): StandIn {
  if (!asksHtml) return 'problem'
  return reads && hasShell ? 'shell' : 'text'
}

// Browsers send a hundred characters; longer fields take milliseconds to read.
const MOST_LENGTH = 1_024

const HTML: readonly string[] = ['text/html', 'application/xhtml+xml']
const OFFERED: readonly string[] = [...HTML, 'application/problem+json', 'application/json']

/** Whether a request asks for HTML: its Accept names it, and likes nothing of what programs read better. That anything is accepted asks for nothing. */
export function asksForHtml(headers: RequestHeaders): boolean {
  const accept = (headerValue(headers, 'accept') ?? '').toLowerCase()
  if (accept.length > MOST_LENGTH || dataHeader(headers, () => false) !== undefined) return false
  const negotiator = new Negotiator({ headers: { accept } })
  if (!negotiator.mediaTypes().some((type) => HTML.includes(type))) return false
  const [best = ''] = negotiator.mediaTypes([...OFFERED])
  return HTML.includes(best)
}

/** An app's own word for its trouble, 503 and 429 among them, is no error of its renders. */
const ERRORS: ReadonlySet<number> = new Set([500, 502, 504])

/** What an error page says to people; what it says to programs is theirs. */
const FOR_PEOPLE: ReadonlySet<string> = new Set([...HTML, 'text/plain', ''])

/** Whether the shell may take the place of an error that the app has answered; `type`: its media type, empty where it names none. */
export function isReplaceable(status: number, type: string): boolean {
  return ERRORS.has(status) && FOR_PEOPLE.has(type)
}

/** What a problem document says of the reason (RFC 9457 3.1.4). */
export function problemDetail(reason: Reason): string {
  return DETAILS[reason] ?? 'The page could not be made.'
}

const DETAILS: Readonly<Partial<Record<Reason, string>>> = {
  'turned-away': 'Too many pages are being made; this one must wait for its turn.',
  'bypass-limit': 'Too many requests are being answered; this one must wait for its turn.',
  timeout: 'The page was not made in time.',
  deadline: 'The page was not made in time.',
  resting: 'The page could not be made a moment ago.',
  'only-if-cached': 'Nothing is kept that may be served.',
}
