import { isToken } from '../cache-control/token.ts'
import { type Field, fieldValue } from '../fields.ts'

/** The request fields that chose a response, lower case, in order of the alphabet; `'*'` where no request can be told to have chosen it (RFC 9110 12.5.5). */
export function varyNames(fields: readonly Field[]): readonly string[] | '*' {
  const names = new Set<string>()
  for (const member of (fieldValue(fields, 'vary') ?? '').split(',')) {
    const name = member.trim().toLowerCase()
    // What is no field name is on no request, and would match all of them.
    if (name !== '' && (name === '*' || !isToken(name))) return '*'
    if (name !== '') names.add(name)
  }
  return [...names].sort()
}
