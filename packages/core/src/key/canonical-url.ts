// One spelling for every URL that RFC 3986 6.2.2 calls equivalent, and no equality beyond that. Imports nothing: renderer, front end,
// mapper and normalizer share it.

/** What stands in a URL, character by character. */
const UNRESERVED = 1
/** Delimiters and other characters that a URL may hold as they are; their encoded form means something else. */
const RESERVED = 2
/** No URL character, but sent by real clients (`"`, `<`, `|`, …): has one meaning, so it gets its encoded form. */
const ENCODE = 3
/** C0 controls, space, DEL and `#`: a target that holds one is malformed. */
const REFUSED = 0

const CLASS = new Uint8Array(128)
const classify = (characters: string, value: number): void => {
  for (const character of characters) CLASS[character.charCodeAt(0)] = value
}
classify('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~', UNRESERVED)
classify("!$&'()*+,;=:@/?[]", RESERVED)
classify('"<>\\^`{|}', ENCODE)

const PERCENT = 0x25
const HEX = '0123456789ABCDEF'

/** Upper-case percent-encoding of one byte. */
function escaped(byte: number): string {
  return `%${HEX[byte >> 4]}${HEX[byte & 15]}`
}

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  const lower = code | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1
}

/** The byte that the escape at `at` stands for, or -1 where there is no well-formed escape. */
function escapedByte(text: string, at: number): number {
  const high = hexDigit(text.charCodeAt(at + 1))
  const low = hexDigit(text.charCodeAt(at + 2))
  return high < 0 || low < 0 ? -1 : high * 16 + low
}

/** Whether every character already stands in its canonical spelling, so that nothing has to be built. */
function isCanonicalText(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code > 127 || (CLASS[code] !== UNRESERVED && CLASS[code] !== RESERVED)) return false
  }
  return true
}

/**
 * Percent-encoding in canonical spelling: unreserved characters decoded, hex in upper case, everything else as it came (RFC 3986 6.2.2.1, 6.2.2.2).
 * Beyond ASCII, characters become the escapes of their UTF-8 bytes. Gives `undefined` for controls, spaces, `#` and lone surrogates; a `%` without
 * two hex digits gives `undefined` where `strict`, and becomes `%25` otherwise: query parsers read both as the same percent sign.
 */
export function canonicalText(text: string, strict: boolean): string | undefined {
  if (isCanonicalText(text)) return text
  let out = ''
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === PERCENT) {
      const byte = escapedByte(text, i)
      if (byte < 0 && strict) return undefined
      out += byte < 0 ? '%25' : byte < 128 && CLASS[byte] === UNRESERVED ? String.fromCharCode(byte) : escaped(byte)
      if (byte >= 0) i += 2
    } else if (code > 127) {
      const point = text.codePointAt(i) as number // i is inside the text
      if (point >= 0xd800 && point <= 0xdfff) return undefined
      out += encodeURIComponent(String.fromCodePoint(point))
      if (point > 0xffff) i++
    } else {
      const kind = CLASS[code]
      if (kind === REFUSED) return undefined
      out += kind === ENCODE ? escaped(code) : text[i]
    }
  }
  return out
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

/**
 * The parts of a query (without its `?`) in their canonical order: by name, repeats in the order sent; empty parts are gone. Only `&` separates.
 * `undefined` where it holds a control, a space or a `#`.
 */
export function canonicalQuery(query: string): readonly QueryPart[] | undefined {
  const text = canonicalText(query, false)
  if (text === undefined) return undefined
  const parts: QueryPart[] = []
  let sorted = true
  for (const part of text.split('&')) {
    if (part === '') continue
    const name = parameterName(part)
    if (parts.length > 0 && (parts[parts.length - 1] as QueryPart).name > name) sorted = false
    parts.push({ name, text: part })
  }
  return sorted ? parts : parts.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
}

function parameterName(part: string): string {
  const end = part.indexOf('=')
  const name = end < 0 ? part : part.slice(0, end)
  if (!name.includes('%') && !name.includes('+')) return name
  const spaced = name.replaceAll('+', ' ')
  try {
    return decodeURIComponent(spaced)
  } catch {
    return spaced // no UTF-8: read as it stands
  }
}
