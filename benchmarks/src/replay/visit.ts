import { createHash } from 'node:crypto'
import type { LoggedRequest } from './access-log-line.ts'

/** A request that is sent again. */
export interface Visit {
  readonly method: 'GET' | 'HEAD' | 'OPTIONS'
  /** Percent-encoded, with its slash. */
  readonly path: string
  /** With its question mark, as the log has it; empty where there was none. */
  readonly query: string
  readonly headers: Readonly<Record<string, string>>
  /** Epoch milliseconds, by the log. */
  readonly at: number
}

/** Why a line is not sent again. */
export type SkipReason =
  | 'empty line'
  | 'line too long'
  | 'malformed line'
  | 'no request'
  | 'method'
  | 'target'
  | 'asset'

/** The visit that a logged request was, or why there is none. */
export function visitOf(request: LoggedRequest): Visit | SkipReason {
  const { method } = request
  if (!isSafe(method)) return 'method'
  const target = originForm(request.target)
  if (target === undefined) return 'target'
  const question = target.indexOf('?')
  const path = question < 0 ? target : target.slice(0, question)
  if (isAsset(path)) return 'asset'
  return { method, path, query: target.slice(path.length), headers: headersOf(request), at: request.at }
}

/** RFC 9110 9.2.1. Any other method would change something; TRACE, safe too, is sent by no client. */
function isSafe(method: string): method is Visit['method'] {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS'
}

/** A target of our own site (RFC 9112 3.2.1), also where a proxy was meant. Bytes that a request line cannot hold are percent-encoded. */
function originForm(target: string): string | undefined {
  const own = target.replace(/^https?:\/\/[^/?#]*/i, '')
  const rooted = own === '' || own.startsWith('?') ? `/${own}` : own
  if (!rooted.startsWith('/')) return undefined
  return rooted.replace(/[^!-~]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)
}

// Of pages that a program makes; another extension is a file's (R35).
const PAGE_EXTENSIONS: ReadonlySet<string> = new Set(
  'html htm xhtml shtml phtml php php3 php4 php5 asp aspx jsp jspx do action cgi pl cfm'.split(' '),
)

/** A file has an extension with a letter in it: `/reset.css`, but not `/releases/2.10`. */
function isAsset(path: string): boolean {
  const [, extension] = /\.([0-9A-Za-z]{1,10})$/.exec(path) ?? []
  if (extension === undefined || !/[A-Za-z]/.test(extension)) return false
  return !PAGE_EXTENSIONS.has(extension.toLowerCase())
}

function headersOf({ client, referer, userAgent }: LoggedRequest): Visit['headers'] {
  return {
    // The log does not have it; it is what browsers and crawlers ask for a page with.
    accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
    'accept-encoding': 'gzip, deflate, br',
    // As every visitor of a site with analytics has one: no key holds it, and no shared render may see it.
    cookie: `visitor=${createHash('sha256').update(client).digest('hex').slice(0, 16)}`,
    ...(referer !== undefined && { referer: fieldText(referer) }),
    ...(userAgent !== undefined && { 'user-agent': fieldText(userAgent) }),
  }
}

/** What a field value may hold (RFC 9110 5.5). */
function fieldText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what has to go
  return text.replace(/[\x00-\x08\x0a-\x1f\x7f]/g, '').trim()
}
