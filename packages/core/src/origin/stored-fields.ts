import { type Field, fieldValue } from '../fields.ts'

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
  const connection = (fieldValue(fields, 'connection') ?? '').split(',').map((name) => name.trim().toLowerCase())
  return fields.filter(([name]) => !OF_ONE_CONNECTION.has(name) && !connection.includes(name))
}
