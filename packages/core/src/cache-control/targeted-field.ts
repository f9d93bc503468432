import {
  type BareItem,
  isValidKeyStr,
  isValidTokenStr,
  parseDictionary,
  serializeDictionary,
  Token,
} from 'structured-headers'
import { optionError } from '../errors.ts'
import { type CacheControlOptions, checkedDirectives } from './cache-control-options.ts'
import { MAX_SECONDS } from './delta-seconds.ts'
import { type CacheControl, DIRECTIVE_BY_NAME, DIRECTIVES, type Directive, type Draft } from './directives.ts'
import { fieldNames } from './field-names.ts'

/**
 * Reads a targeted field such as CDN-Cache-Control, in one text or in its lines: a strict Dictionary (RFC 9213 2.1, RFC 9651 3.2). One error, one
 * directive whose value is of the wrong type, or no directive at all, and the whole field is as if it were not there: `undefined`. Parameters
 * are ignored; lifetimes of 2^31 seconds and more are 2^31. It never throws.
 *
 * @example parseTargetedField('max-age=600, stale-while-revalidate=60') // { maxAge: 600, staleWhileRevalidate: 60 }
 * @example parseTargetedField('max-age="600"') // undefined
 */
export function parseTargetedField(field: string | readonly string[] | undefined): CacheControl | undefined {
  const text = typeof field === 'string' ? field : (field ?? []).join(', ')
  const members = membersOf(text)
  if (members === undefined || members.size === 0 || hasDecimalLifetime(text)) return undefined
  const draft: Draft = {}
  const extensions = Object.create(null) as Record<string, string | true> // what has no prototype has no type either
  for (const [name, value] of members) {
    const known = DIRECTIVE_BY_NAME.get(name)
    if (known !== undefined && !apply(draft, known, value)) return undefined
    const text = known === undefined ? extensionText(value) : undefined
    if (text !== undefined) extensions[name] = text
  }
  if (Object.keys(extensions).length > 0) draft.extensions = Object.freeze(extensions)
  return Object.freeze(draft)
}

/** A member's item without its parameters; `undefined` for an inner list, which no directive takes. */
type MemberValue = BareItem | undefined

function membersOf(text: string): ReadonlyMap<string, MemberValue> | undefined {
  try {
    return new Map(
      [...parseDictionary(text)].map(([name, [value]]) => [name, Array.isArray(value) ? undefined : value]),
    )
  } catch {
    return undefined
  }
}

/** `max-age=60.0` is a Decimal, not an Integer (RFC 9651 3.3.2); the parsed value is the number 60 for both. */
function hasDecimalLifetime(text: string): boolean {
  const unquoted = text.replace(/"(?:[^"\\]|\\.)*"/g, '')
  return /(?:^|[ \t,])(?:s-maxage|max-age|stale-while-revalidate|stale-if-error)=-?\d+\./.test(unquoted)
}

/** Whether the value is of the type that RFC 9213 2.1 infers for this directive, and if so, notes it. */
function apply(draft: Draft, directive: Directive, value: MemberValue): boolean {
  switch (directive.kind) {
    case 'lifetime':
      if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) return false
      draft[directive.key] = Math.min(value, MAX_SECONDS) + 0 // `-0` is an Integer too, and `Object.is` tells it from 0
      return true
    case 'scoped': {
      const scope = typeof value === 'string' ? fieldNames(value) : value
      if (scope !== true && !Array.isArray(scope)) return false
      draft[directive.key] = scope
      return true
    }
    default:
      if (value !== true) return false
      draft[directive.key] = true
      return true
  }
}

/** Types that a Cache-Control directive cannot have (dates, bytes, lists, `?0`) are left out. */
function extensionText(value: MemberValue): string | true | undefined {
  if (value === true || typeof value === 'string') return value
  return typeof value === 'number' || value instanceof Token ? String(value) : undefined
}

/**
 * Writes a targeted field such as CDN-Cache-Control: a Dictionary (RFC 9213 2.1) with the directives that the options name.
 *
 * @throws SsrCacheError as {@link createCacheControl}; also for an extension whose name cannot be the key of a Dictionary.
 * @example createTargetedField({ maxAge: 600, staleWhileRevalidate: 60 }) // 'max-age=600, stale-while-revalidate=60'
 */
export function createTargetedField(options: CacheControlOptions): string {
  const said = checkedDirectives(options)
  const members = new Map<string, [BareItem, Map<string, BareItem>]>()
  for (const { name, key } of DIRECTIVES) {
    const value = said[key]
    if (value !== undefined) members.set(name, [typeof value === 'object' ? value.join(', ') : value, new Map()])
  }
  for (const [name, value] of Object.entries(said.extensions ?? {})) {
    checkKey(name)
    members.set(name, [value === true ? true : extensionItem(value), new Map()])
  }
  return serializeDictionary(members)
}

/** RFC 9213 2.1: an Integer or a Token where the text is one, otherwise a String, so that it is read back as it was. */
function extensionItem(text: string): BareItem {
  if (/^(?:0|-?[1-9]\d{0,14})$/.test(text)) return Number(text)
  return isValidTokenStr(text) ? new Token(text) : text
}

function checkKey(name: string): void {
  if (isValidKeyStr(name)) return
  throw optionError(
    'extensions',
    'keys of a Dictionary (RFC 9651 3.1.2)',
    name,
    "Begin with a letter, then letters, digits, '_', '-', '.', '*'.",
  )
}
