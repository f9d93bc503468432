// How canonical URL text is spelled in names of files and folders. A path is a sequence of tokens:
//
//   a-z 0-9 - _ = & + , @ ( )    themselves
//   !m                           the upper-case letter M
//   !2e                          any other character of a URL as it stands there (here `.`)
//   !!e4                         the URL's own escape %E4
//   !/                           nothing: the name went on in the folder below
//   /                            between two segments
//
// `!` begins a token and is itself written `!21`; after it a letter, a digit, `!` and `/` tell the forms apart, and each form has one length. So a
// path reads as tokens in one way only, and two texts never have one name. Both file systems' rules hold by the alphabet alone: no upper case, nothing
// beyond ASCII, no forbidden character, no `~` (an NTFS short name), no `$` (CONIN$), no `%` (some reader might decode it), and no dot but the
// extension's: no `..`, no hidden file, no trailing dot, no second extension that a web server might run (`x.php.html`). Only device names are left.

/** Bytes of text in one name. With extension and the escape of a device name at most 236: the other 19 up to 255 are a writer's, for suffixes. */
export const NAME_BYTES = 220

const TO_ESCAPE = /%(..)|[^a-z0-9\-_=&+,@()]/g
const TOKEN = /!!..|![a-z]|!..|[^!]/g
const ESCAPE = /!(?:!(..)|([a-z])|(..))/g

/** Names that Windows takes for devices, with any extension; those with superscript digits cannot be spelled in ASCII. */
const DEVICE = /^(?:con|prn|aux|nul|(?:com|lpt)[0-9])(?![^.])/

/** Canonical URL text (a path segment, a query, an origin) as tokens. */
export function escapeText(text: string): string {
  return text.replace(TO_ESCAPE, (character, hex: string | undefined) => {
    if (hex !== undefined) return `!!${hex.toLowerCase()}`
    return character >= 'A' && character <= 'Z' ? `!${character.toLowerCase()}` : escapeCharacter(character)
  })
}

function escapeCharacter(character: string): string {
  return `!${character.charCodeAt(0).toString(16)}`
}

/** The way back. What `escapeText` never wrote gives some text whose own escape is another: callers compare. */
export function unescapeText(name: string): string {
  return name.replace(ESCAPE, (_, encoded?: string, upper?: string, hex?: string) => {
    if (encoded !== undefined) return `%${encoded.toUpperCase()}`
    return upper?.toUpperCase() ?? String.fromCharCode(Number.parseInt(hex as string, 16)) // one of the three groups is there
  })
}

/** A path segment as tokens. An empty one must have a name too: `index`; the segment `index` gets another. */
export function escapeSegment(segment: string): string {
  if (segment === '') return 'index'
  return segment === 'index' ? `${escapeCharacter('i')}ndex` : escapeText(segment)
}

/** The way back; `index` alone is the empty segment. */
export function unescapeSegment(name: string): string {
  return name === 'index' ? '' : unescapeText(name)
}

/** Tokens cut into names that every file system takes: each but the last is a folder that ends in `!`; the last gets `extension`. */
export function fileNames(escaped: string, extension: string): string {
  if (escaped.length <= NAME_BYTES) return withoutDevice(escaped + extension)
  let path = ''
  let name = ''
  for (const token of escaped.match(TOKEN) ?? []) {
    if (name.length + token.length > NAME_BYTES) {
      path += `${name}!/`
      name = ''
    }
    name += token
  }
  return path + withoutDevice(name + extension)
}

function withoutDevice(name: string): string {
  return DEVICE.test(name) ? escapeCharacter(name.charAt(0)) + name.slice(1) : name
}
