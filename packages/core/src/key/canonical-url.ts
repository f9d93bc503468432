// One spelling for every URL that RFC 3986 6.2.2 calls equivalent, and no equality beyond that. Imports nothing: renderer, front end,
// mapper and normalizer share it.

/** What may have another spelling: all but unreserved characters, delimiters, and escapes beyond ASCII in upper case, as browsers send them. */
const ODD = /%(?![89A-F][\dA-F])(?:[\dA-Fa-f]{2})?|[^%\w.~!$&'()*+,;=:@/?[\]-]/gu

/** RFC 3986 2.3. */
const UNRESERVED = /[\w.~-]/

/** No URL characters, but sent by real clients: they have one meaning, so they get their encoded form. */
const ENCODE = '"<>\\^`{|}'

/**
 * Percent-encoding in canonical spelling: unreserved characters decoded, hex in upper case, everything else as it came (RFC 3986 6.2.2.1, 6.2.2.2).
 * Beyond ASCII, characters become the escapes of their UTF-8 bytes. Gives `undefined` for controls, spaces, `#` and lone surrogates; a `%` without
 * two hex digits gives `undefined` where `strict`, and becomes `%25` otherwise: query parsers read both as the same percent sign.
 */
export function canonicalText(text: string, strict: boolean): string | undefined {
  if (text.search(ODD) < 0) return text
  let isMalformed = false
  const canonical = text.replace(ODD, (odd) => {
    if (odd.length === 3) return canonicalEscape(odd)
    if (odd === '%' ? strict : odd < '\x7f' ? !ENCODE.includes(odd) : !isCharacter(odd)) isMalformed = true
    return isMalformed ? '' : encodeURIComponent(odd)
  })
  return isMalformed ? undefined : canonical
}

/** Decoded where it stands for an unreserved character. */
function canonicalEscape(sent: string): string {
  const character = String.fromCharCode(Number.parseInt(sent.slice(1), 16))
  return UNRESERVED.test(character) ? character : sent.toUpperCase()
}

/** Whether it is beyond ASCII, and no half of a surrogate pair. */
function isCharacter(text: string): boolean {
  return text > '\x7f' && (text.length > 1 || text < '\ud800' || text > '\udfff')
}

/** RFC 3986 5.2.4 on a path that begins with a slash: `/a/../b` is `/b`; nothing climbs above the root; `//` stays. */
function withoutDotSegments(path: string): string {
  if (!path.includes('/.')) return path
  const segments = path.split('/')
  const out: string[] = ['']
  for (let i = 1; i < segments.length; i++) {
    const segment = segments[i] as string // i is inside the array
    const last = i === segments.length - 1
    if (segment === '..' && out.length > 1) out.pop()
    if (segment !== '.' && segment !== '..') out.push(segment)
    else if (last) out.push('')
  }
  return out.join('/')
}

/**
 * The canonical spelling of a path that begins with `/`: unreserved escapes decoded, hex in upper case, dot segments resolved. `%2F %5C %00 %23 %3F`
 * are never decoded; `//`, letter case, `;` and a trailing slash are kept. `undefined` where the path is malformed. Applying it twice changes nothing.
 */
export function canonicalPath(path: string): string | undefined {
  if (path.charCodeAt(0) !== 0x2f || path.includes('?')) return undefined
  const text = canonicalText(path, true)
  return text === undefined ? undefined : withoutDotSegments(text)
}

/** One `name=value` of a query, in canonical spelling, as it was sent otherwise. */
export interface QueryPart {
  /** The name as a parser reads it: decoded once, `+` as space. */
  readonly name: string
  /** The canonical text, with its value where it has one. */
  readonly text: string
}

/** Up to here, parts are put in their place one by one: to sort a handful takes V8 three times as long. Beyond, that would take the square of their number. */
const FEW = 9

/**
 * The parts of a query (without its `?`) in their canonical order: by name, repeats in the order sent; empty parts are gone. Only `&` separates.
 * `undefined` where it holds a control, a space or a `#`.
 */
export function canonicalQuery(query: string): readonly QueryPart[] | undefined {
  const text = canonicalText(query, false)
  if (text === undefined) return undefined
  const parts: QueryPart[] = []
  for (const part of text.split('&')) {
    if (part === '') continue
    const name = parameterName(part)
    let at = parts.length
    for (; at > 0 && at < FEW && (parts[at - 1] as QueryPart).name > name; at--) parts[at] = parts[at - 1] as QueryPart
    parts[at] = { name, text: part }
  }
  return parts.length > FEW ? parts.sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name))) : parts
}

function parameterName(part: string): string {
  const end = part.indexOf('=')
  const name = end < 0 ? part : part.slice(0, end)
  if (!/[%+]/.test(name)) return name
  const spaced = name.replaceAll('+', ' ')
  try {
    return decodeURIComponent(spaced)
  } catch {
    return spaced // no UTF-8: read as it stands
  }
}
