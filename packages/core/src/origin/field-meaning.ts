/** Request fields that are lists of preferences, in which neither order nor letter case says anything (RFC 9110 12.4.2, 12.5). */
const PREFERENCES: ReadonlySet<string> = new Set(['accept-encoding', 'accept-language'])

/** Request fields that are no lists, in which a comma is a comma and a space is a space. */
const WHOLE: ReadonlySet<string> = new Set(['authorization', 'cookie', 'referer', 'user-agent'])

/**
 * A field's value such that values of one meaning are one text (RFC 9111 4.1): space round it never counts, nor space round the commas of a list, and
 * preferences are compared as names with weights. What holds quoted strings, and preferences that cannot be read, match only themselves.
 */
export function normalizedValue(name: string, value: string): string {
  const text = value.trim()
  if (WHOLE.has(name) || text.includes('"')) return text
  return (PREFERENCES.has(name) ? preferences(text, name) : undefined) ?? members(text).join(', ')
}

/** The members of a list; empty ones are none (RFC 9110 5.6.1). */
function members(list: string): readonly string[] {
  return list
    .split(',')
    .map((member) => member.trim())
    .filter((member) => member !== '')
}

/** `de, en;q=0.5`, sorted by name; `undefined` where a member cannot be read, or one name has two weights. */
function preferences(text: string, name: string): string | undefined {
  const weights = new Map<string, number>()
  for (const member of members(text)) {
    const [, range = '', weight = '1'] = PREFERENCE.exec(member.toLowerCase()) ?? []
    const known = name === 'accept-encoding' ? (ALIASES.get(range) ?? range) : range
    if (range === '' || (weights.get(known) ?? Number(weight)) !== Number(weight)) return undefined
    weights.set(known, Number(weight))
  }
  return [...weights]
    .map(([range, weight]) => (weight === 1 ? range : `${range};q=${weight}`))
    .sort()
    .join(', ')
}

/** RFC 9110 12.4.2: a name, and a weight from 0 to 1 of up to three digits. */
const PREFERENCE = /^([a-z\d*][a-z\d*+.-]*)(?:[ \t]*;[ \t]*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?$/

/** RFC 9110 8.4.1: older names of content codings. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['x-compress', 'compress'],
  ['x-gzip', 'gzip'],
])
