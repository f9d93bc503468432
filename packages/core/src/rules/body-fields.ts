/** What describes the bytes of a body: an answer without the page's has none of them (RFC 9110 15.4.5). */
const BODY_FIELDS: ReadonlySet<string> = new Set([
  'content-encoding',
  'content-language',
  'content-length',
  'content-range',
  'content-type',
])

export function isBodyField(name: string): boolean {
  return BODY_FIELDS.has(name)
}

const MEASURES: ReadonlySet<string> = new Set(['content-encoding', 'content-length', 'content-range'])

/** Whether a field says how the very bytes are written: a 304, which has none, cannot change what is true of those that are kept (RFC 9111 3.2). */
export function measuresBytes(name: string): boolean {
  return MEASURES.has(name)
}
