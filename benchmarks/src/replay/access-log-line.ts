import { logTime } from './log-time.ts'

/** A request as a line of the log has it. Text is latin1: a character is a byte. */
export interface LoggedRequest {
  readonly kind: 'request'
  readonly format: LogFormat
  /** Address or name of who asked. */
  readonly client: string
  /** Epoch milliseconds. */
  readonly at: number
  readonly method: string
  /** As it was sent: not yet known to be one that can be sent again. */
  readonly target: string
  readonly referer?: string
  readonly userAgent?: string
}

export type LogFormat = 'common' | 'combined'

/** `no-request`: a line of a log, of a connection on which nobody asked for anything in HTTP. */
export type LogLine = LoggedRequest | { readonly kind: 'no-request' } | { readonly kind: 'malformed' }

const MALFORMED: LogLine = { kind: 'malformed' }

const QUOTED = '"((?:[^"\\\\]|\\\\.)*)"'
// host ident user [time] "request" status bytes. User names may hold spaces; the time's length is bounded, so that no line takes quadratic time.
const COMMON = new RegExp(`^(\\S+) \\S+ .*? \\[([^\\]]{1,40})\\] ${QUOTED} (?:\\d{3}|-) (?:\\d+|-)(?= |$)`, 's')
const REFERER_AND_AGENT = new RegExp(`^ ${QUOTED} ${QUOTED}(?= |$)`, 's')

/**
 * Reads one line in the common log format, or in the combined one, which has referer and user agent too. Fields that a server adds at the end are let be.
 * A line that is cut off is malformed.
 */
export function accessLogLine(line: string): LogLine {
  const common = COMMON.exec(line)
  if (common === null) return MALFORMED
  const [whole, client = '', time = '', request = ''] = common
  const at = logTime(time)
  const rest = line.slice(whole.length)
  const combined = REFERER_AND_AGENT.exec(rest)
  // A quote that has begun belongs to a referer that is cut off.
  if (at === undefined || (combined === null && rest.startsWith(' "'))) return MALFORMED
  const asked = requestLine(unescaped(request))
  if (asked === undefined) return { kind: 'no-request' }
  const format = combined === null ? 'common' : 'combined'
  return { kind: 'request', format, client, at, ...asked, ...sentFields(combined) }
}

/** `GET /a b HTTP/1.1`: what stands between method and version, spaces and all, since servers write down what they were sent. */
function requestLine(text: string): Pick<LoggedRequest, 'method' | 'target'> | undefined {
  const [, method, target] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+) (.+?)(?: HTTP\/\d(?:\.\d)?)?$/s.exec(text) ?? []
  return method === undefined || target === undefined ? undefined : { method, target }
}

function sentFields(combined: RegExpExecArray | null): Pick<LoggedRequest, 'referer' | 'userAgent'> {
  const [, referer = '-', userAgent = '-'] = combined ?? []
  return {
    ...(referer !== '-' && { referer: unescaped(referer) }),
    ...(userAgent !== '-' && { userAgent: unescaped(userAgent) }),
  }
}

const LETTERS: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }

/** Apache writes `\"`, `\\`, `\n` and `\xe4`, nginx `\x22` and `\xE4`. */
function unescaped(text: string): string {
  if (!text.includes('\\')) return text
  return text.replace(/\\(?:x([0-9a-fA-F]{2})|(.))/gs, (_, hex: string | undefined, letter = '') =>
    hex === undefined ? (LETTERS[letter] ?? letter) : String.fromCharCode(Number.parseInt(hex, 16)),
  )
}
