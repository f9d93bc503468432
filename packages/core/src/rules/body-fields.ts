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
