import { deltaSeconds } from './delta-seconds.ts'
import { type CacheControl, DIRECTIVE_BY_NAME, type Directive, type Draft } from './directives.ts'
import { fieldNames } from './field-names.ts'
import { type ScannedDirective, scan } from './scan.ts'

/**
 * Reads a Cache-Control field of a response, in one text or in its lines (RFC 9111 5.2). It never throws, takes time in proportion to the length,
 * and of two readings takes the one that caches less: of repeated lifetimes the shortest; 0 for a lifetime that is quoted, negative, fractional,
 * missing, followed by letters or with space round its `=`; `noStore` where a double quote is stray or never closed. Lifetimes of 2^31 seconds
 * and more are 2^31 (RFC 9111 1.2.2). Directives that it does not know are kept in `extensions`.
 *
 * @example parseCacheControl('public, max-age=0, s-maxage=60') // { public: true, maxAge: 0, sMaxAge: 60 }
 */
export function parseCacheControl(field: string | readonly string[] | undefined): CacheControl {
  const scans = typeof field === 'string' ? [scan(field)] : (field ?? []).map(scan) // no quoted string goes on in the next line
  const directives = scans.flatMap((line) => line.directives)
  const draft: Draft = {}
  for (const scanned of directives) {
    const known = DIRECTIVE_BY_NAME.get(scanned.name)
    if (known !== undefined) apply(draft, known, scanned)
  }
  if (scans.some((line) => !line.quotesMatch)) {
    draft.noStore = true
    delete draft.mustUnderstand // it would make noStore a word to others
  }
  const extensions = extensionsOf(directives)
  if (extensions !== undefined) draft.extensions = extensions
  return Object.freeze(draft)
}

function apply(draft: Draft, directive: Directive, scanned: ScannedDirective): void {
  switch (directive.kind) {
    case 'lifetime':
      draft[directive.key] = Math.min(draft[directive.key] ?? Number.POSITIVE_INFINITY, lifetime(scanned))
      return
    case 'restriction':
      draft[directive.key] = true
      return
    case 'permission':
      if (scanned.intact && scanned.value === undefined) draft[directive.key] = true
      return
    case 'scoped':
      draft[directive.key] = wider(draft[directive.key], scope(scanned))
  }
}

function lifetime({ value, quoted, intact }: ScannedDirective): number {
  return intact && !quoted && value !== undefined ? (deltaSeconds(value) ?? 0) : 0
}

/** The named fields, or `true` for the whole response where they cannot be read. */
function scope({ value, quoted, intact }: ScannedDirective): true | readonly string[] {
  return intact && quoted && value !== undefined ? (fieldNames(value) ?? true) : true
}

function wider(one: true | readonly string[] | undefined, other: true | readonly string[]): true | readonly string[] {
  if (one === undefined) return other
  return one === true || other === true ? true : [...new Set([...one, ...other])]
}

/** The first of each name counts; RFC 9111 has no rule for repeats of what nobody knows. No prototype: a name can be anything. */
function extensionsOf(directives: readonly ScannedDirective[]): Readonly<Record<string, string | true>> | undefined {
  let extensions: Record<string, string | true> | undefined
  for (const { name, value, intact } of directives) {
    if (!intact || DIRECTIVE_BY_NAME.has(name)) continue
    extensions ??= Object.create(null) as Record<string, string | true> // what has no prototype has no type either
    extensions[name] ??= value ?? true
  }
  return extensions === undefined ? undefined : Object.freeze(extensions)
}
