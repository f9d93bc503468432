import { optionError, SsrCacheError } from '../errors.ts'
import { checkObject, refuseUnknown } from '../option-checks.ts'
import { refuseContradictions } from './contradictions.ts'
import { checkSeconds } from './delta-seconds.ts'
import { type CacheControl, DIRECTIVE_BY_NAME, DIRECTIVES, type Directive, type Draft } from './directives.ts'
import { fieldNames } from './field-names.ts'
import { isToken } from './token.ts'

/** What to say in a field: a {@link CacheControl}, in which `false` and `undefined` leave a directive out. */
export interface CacheControlOptions {
  /** Any cache may store it. @default false */
  readonly public?: boolean | undefined
  /** Only the visitor's own cache may store it; or the names of the fields that are that visitor's. @default false */
  readonly private?: boolean | readonly string[] | undefined
  /** Never reused without asking the origin; or the names of the fields that are not. @default false */
  readonly noCache?: boolean | readonly string[] | undefined
  /** Nobody stores it. @default false */
  readonly noStore?: boolean | undefined
  /** Nobody changes the content on its way. @default false */
  readonly noTransform?: boolean | undefined
  /** Only caches that know the status code store it; `noStore` beside it is for the others. @default false */
  readonly mustUnderstand?: boolean | undefined
  /** Whole seconds, 0 to 2147483648. @default undefined */
  readonly maxAge?: number | undefined
  /** Whole seconds in shared caches, 0 to 2147483648. @default undefined */
  readonly sMaxAge?: number | undefined
  /** Once stale, never reused without asking the origin. @default false */
  readonly mustRevalidate?: boolean | undefined
  /** The same for shared caches. @default false */
  readonly proxyRevalidate?: boolean | undefined
  /** The content does not change while it is fresh. @default false */
  readonly immutable?: boolean | undefined
  /** Whole seconds past freshness, 0 to 2147483648. @default undefined */
  readonly staleWhileRevalidate?: number | undefined
  /** Whole seconds past freshness, 0 to 2147483648. @default undefined */
  readonly staleIfError?: number | undefined
  /** Directives without an option of their own; `true` for one without value. @default {} */
  readonly extensions?: Readonly<Record<string, string | true>> | undefined
}

const KNOWN: readonly string[] = [...DIRECTIVES.map(({ key }) => key), 'extensions']

/**
 * The directives that options ask for, checked: field names and extension names in lower case, nothing that is `false`.
 * @throws SsrCacheError `ERR_SSR_CACHE_OPTION` for a wrong type, unit, range or name; `ERR_SSR_CACHE_CACHE_CONTROL` for a contradiction and for
 * options that ask for nothing.
 */
export function checkedDirectives(options: CacheControlOptions): CacheControl {
  checkObject('options', options)
  refuseUnknown('', options, KNOWN)
  const draft: Draft = {}
  for (const directive of DIRECTIVES) take(draft, directive, options)
  const extensions = checkedExtensions(options.extensions)
  if (extensions !== undefined) draft.extensions = extensions
  if (Object.keys(draft).length === 0) {
    throw new SsrCacheError(
      'ERR_SSR_CACHE_CACHE_CONTROL',
      'a field needs at least one directive, got none. Say noStore.',
    )
  }
  refuseContradictions(draft)
  return draft
}

function take(draft: Draft, directive: Directive, options: CacheControlOptions): void {
  const { key } = directive
  const value: unknown = options[key]
  if (value === undefined) return
  switch (directive.kind) {
    case 'lifetime':
      checkSeconds(key, value)
      draft[directive.key] = value
      return
    case 'scoped': {
      const scope = Array.isArray(value) ? checkedNames(key, value) : checkedFlag(key, value, 'true or field names')
      if (scope !== false) draft[directive.key] = scope
      return
    }
    default:
      if (checkedFlag(key, value, 'true or false')) draft[directive.key] = true
  }
}

function checkedFlag(key: string, value: unknown, expected: string): boolean {
  if (typeof value === 'boolean') return value
  throw optionError(key, expected, value, 'Write true, or leave it out.')
}

function checkedNames(key: string, value: readonly unknown[]): readonly string[] {
  const names = value.every((name) => typeof name === 'string' && isToken(name)) && fieldNames(value.join())
  if (names) return names
  throw optionError(
    key,
    'true or a list of field names',
    value,
    "Write ['set-cookie'], or true for the whole response.",
  )
}

function checkedExtensions(extensions: CacheControlOptions['extensions']): CacheControl['extensions'] {
  if (extensions === undefined) return undefined
  checkObject('extensions', extensions)
  const checked = Object.create(null) as Record<string, string | true> // what has no prototype has no type either
  for (const [written, value] of Object.entries(extensions)) {
    const name = written.toLowerCase()
    checkExtensionName(written, name, name in checked)
    checkExtensionValue(`extensions.${written}`, value)
    checked[name] = value
  }
  return Object.keys(checked).length === 0 ? undefined : checked
}

function checkExtensionName(written: string, name: string, taken: boolean): void {
  const own = DIRECTIVE_BY_NAME.get(name)
  if (own !== undefined) throw optionError('extensions', 'free of known directives', written, `Write ${own.key}.`)
  if (taken) throw optionError('extensions', 'names that differ by more than letter case', written, 'Leave one out.')
  if (!isToken(written)) {
    throw optionError('extensions', 'directive names (RFC 9110 5.6.2)', written, "Use letters, digits and '-'.")
  }
}

function checkExtensionValue(at: string, value: unknown): asserts value is string | true {
  if (value === true || (typeof value === 'string' && isPrintable(value))) return
  throw optionError(at, 'true or a string of printable ASCII', value, 'Write true for a directive without value.')
}

/** RFC 9110 5.5: what a field value may hold without anybody reading it in two ways. */
function isPrintable(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 0x20 || code > 0x7e) return false
  }
  return true
}
