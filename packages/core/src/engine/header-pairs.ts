/** A header's value: several lines as a list. */
type Lines = string | readonly string[] | undefined

/** Headers as callers have them: Headers, a Map or any list of pairs, or an object by name. */
export type HeadersLike = Iterable<readonly [name: string, value: Lines]> | Readonly<Record<string, Lines>>

/** Names and values in order, whichever form they came in. */
export function headerPairs(headers: HeadersLike | undefined): Iterable<readonly [name: string, value: Lines]> {
  if (headers === undefined) return []
  return isPairs(headers) ? headers : Object.entries(headers)
}

function isPairs(headers: HeadersLike): headers is Exclude<HeadersLike, Readonly<Record<string, Lines>>> {
  return typeof (headers as { [Symbol.iterator]?: unknown })[Symbol.iterator] === 'function'
}
