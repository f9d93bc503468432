import { type Field, fieldValue } from '../fields.ts'
import { headerValue, type RequestHeaders } from '../request.ts'

/** Fields that belong to one connection (RFC 9111 3.1, RFC 9110 7.6.1), and Trailer: what is stored has none. */
const OF_ONE_CONNECTION: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** The fields that go further than one connection: none of those above, and none that Connection names. The order and all lines stay as they came. */
export function endToEndFields(fields: readonly Field[]): readonly Field[] {
  const named = namesIn(fieldValue(fields, 'connection'))
  return fields.filter(([name]) => !OF_ONE_CONNECTION.has(name) && !named.has(name))
}

/** The same of a request, which goes on to the app (RFC 9110 7.6.1). */
export function endToEndHeaders(headers: RequestHeaders): RequestHeaders {
  const named = namesIn(headerValue(headers, 'connection'))
  const forwarded = Object.create(null) as Record<string, RequestHeaders[string]> // what has no prototype has no type either
  for (const [name, value] of Object.entries(headers)) {
    if (!OF_ONE_CONNECTION.has(name) && !named.has(name)) forwarded[name] = value
  }
  return forwarded
}

function namesIn(connection: string | undefined): ReadonlySet<string> {
  return new Set((connection ?? '').split(',').map((name) => name.trim().toLowerCase()))
}
