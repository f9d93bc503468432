import { type CacheControl, parseCacheControl, parseTargetedField } from '../cache-control/index.ts'
import { type Field, fieldLines } from '../fields.ts'

/** The directives that count for this cache, and whether a targeted field gave them: then Expires does not count either. */
export interface Word {
  readonly directives: CacheControl
  readonly isTargeted: boolean
}

/** The app's word to this cache: the first targeted field that is valid and says anything, or else Cache-Control (RFC 9213 2.2). */
export function wordOf(fields: readonly Field[], targetedFields: readonly string[]): Word {
  for (const name of targetedFields) {
    const directives = parseTargetedField(fieldLines(fields, name))
    if (directives !== undefined) return { directives, isTargeted: true }
  }
  return { directives: parseCacheControl(fieldLines(fields, 'cache-control')), isTargeted: false }
}
