import { type Field, fieldValue } from '../../fields.ts'
import { mediaType } from '../../rules/storable.ts'
import type { Course } from './course.ts'
import type { Seen } from './seen.ts'

/** What of a course can tell who is to blame. */
export type Evidence = Pick<Course, 'url' | 'headers' | 'explained'>

/** Who is to blame for a reason: by the cache's own word, or else by what can be seen from outside. */
export function culpritsOf(reason: string, last: Seen, evidence: Evidence): readonly string[] {
  const { explained } = evidence
  const told = typeof explained === 'string' ? undefined : explained
  if (told?.explanation.reason === reason && told.explanation.culprit !== undefined) return [told.explanation.culprit]
  const suspects = suspectsOf(reason, last, evidence)
  // Counted for all pages of the route: of this page only where it can be seen on it, too.
  const counted = Object.keys(told?.counts?.reasons[reason]?.culprits ?? {})
  const both = suspects.filter((name) => counted.includes(name))
  return both.length > 0 ? both : suspects.length > 0 ? suspects : counted.length === 1 ? counted : []
}

function suspectsOf(reason: string, { status, fields }: Seen, { url, headers }: Evidence): readonly string[] {
  switch (reason) {
    case 'cookie':
      return cookieNames(headers['cookie'])
    case 'query':
      return [...new Set(url.searchParams.keys())]
    case 'host-not-allowed':
      return [headers['host'] ?? url.host]
    case 'set-cookie':
      return setCookies(fields)
    case 'vary':
      return varied(fields)
    case 'status':
      return [String(status)]
    case 'content-encoding':
      return listOf(fieldValue(fields, 'content-encoding'))
    case 'content-type':
      return listOf(mediaType(fieldValue(fields, 'content-type')))
    default:
      return /^status-\d+$/.test(reason) ? [reason.slice('status-'.length)] : []
  }
}

/** Names of the cookies that an answer sets; their values are shown to nobody. */
export function setCookies(fields: readonly Field[]): readonly string[] {
  return fields.flatMap(([name, value]) => (name === 'set-cookie' ? [value.split('=', 1)[0]?.trim() ?? ''] : []))
}

function cookieNames(cookie: string | undefined): readonly string[] {
  return listOf(cookie, ';').map((pair) => pair.split('=', 1)[0] ?? '')
}

/** What is in `ignoreVary` by default is to blame for nothing. */
function varied(fields: readonly Field[]): readonly string[] {
  const names = listOf(fieldValue(fields, 'vary')?.toLowerCase())
  return names.filter((name) => name !== 'accept-encoding' && name !== 'origin')
}

function listOf(value: string | undefined, separator = ','): readonly string[] {
  return (value ?? '')
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== '')
}
