import { SsrCacheError, shown } from '../errors.ts'
import { type Field, fieldValue } from '../fields.ts'

/** What a message says of its own length: nothing, a number of bytes, or nonsense: what is no number, and several that differ. */
export type DeclaredLength = number | 'malformed' | undefined

/** The Content-Length of a message (RFC 9110 8.6). A number that is said several times is that number. */
export function declaredLength(fields: readonly Field[]): DeclaredLength {
  const text = fieldValue(fields, 'content-length')
  if (text === undefined) return undefined
  const [length = '', ...others] = text.split(',').map((member) => member.trim())
  return /^\d+$/.test(length) && others.every((other) => other === length) ? Number(length) : 'malformed'
}

/** What is said of a length that is malformed. */
export function lengthError(fields: readonly Field[]): SsrCacheError {
  const got = shown(fieldValue(fields, 'content-length'))
  const message = `a response must have one Content-Length, a whole number of bytes, got ${got}. Set it once, or leave it to Node.`
  return new SsrCacheError('ERR_SSR_CACHE_RENDER', message)
}

/** Of lengths that contradict each other none may go out, nor end the process in whichever callback wrote them: the body is framed otherwise, and `failed` told. */
export function measurable(fields: readonly Field[], failed: (error: unknown) => void): readonly Field[] {
  if (declaredLength(fields) !== 'malformed') return fields
  failed(lengthError(fields))
  return fields.filter(([name]) => name !== 'content-length')
}
