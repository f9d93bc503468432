import rangeParser from 'range-parser'

/** What of a page's bytes is asked for; `first` and `last` are positions, both inside. */
export type RangeDecision =
  | { readonly kind: 'whole' }
  | { readonly kind: 'part'; readonly first: number; readonly last: number }
  | { readonly kind: 'unsatisfiable' }

/** A ranges-specifier of bytes (RFC 9110 14.1.2), without the empty members that a list may have. */
const BYTE_RANGES = /^bytes=[ \t]*(?:\d+-\d*|-\d+)(?:[ \t]*,[ \t]*(?:\d+-\d*|-\d+))*$/i

/**
 * What a Range field asks for of `size` bytes (RFC 9110 14.2). One satisfiable range is a part, none is unsatisfiable. Several are answered with the whole
 * page, and so is what is malformed, of another unit, or asked of no bytes: a server may ignore a Range.
 */
export function rangeOf(text: string, size: number): RangeDecision {
  if (size === 0 || !BYTE_RANGES.test(text) || text.split(',').some(isReversed)) return WHOLE
  const ranges = rangeParser(size, text.replace(SUFFIX, within(size)))
  if (ranges === -2) return WHOLE
  if (ranges === -1) return UNSATISFIABLE
  const [range, another] = ranges
  return range === undefined || another !== undefined ? WHOLE : { kind: 'part', first: range.start, last: range.end }
}

const WHOLE: RangeDecision = Object.freeze({ kind: 'whole' })
const UNSATISFIABLE: RangeDecision = Object.freeze({ kind: 'unsatisfiable' })

/** The last so many bytes. */
const SUFFIX = /([=,][ \t]*)-(\d+)/g

/** A suffix that is longer than the page is all of it (RFC 9110 14.1.2), which the parser takes for unsatisfiable. */
function within(size: number): (suffix: string, before: string, length: string) => string {
  return (_, before, length) => `${before}-${Math.min(Number(length), size)}`
}

/** A range that ends before it begins is malformed (RFC 9110 14.1.1); to the parser it is unsatisfiable. */
function isReversed(member: string): boolean {
  const [first = '', last = ''] = member.slice(member.indexOf('=') + 1).split('-')
  // Two numbers beyond 2 ** 53 may be one to a float.
  return last !== '' && BigInt(first) > BigInt(last)
}

/** The Content-Range of a part, or of none (RFC 9110 14.4). */
export function contentRange(range: Exclude<RangeDecision, { kind: 'whole' }>, size: number): string {
  return range.kind === 'part' ? `bytes ${range.first}-${range.last}/${size}` : `bytes */${size}`
}
