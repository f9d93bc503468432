import type { NameList } from './name-list.ts'

/**
 * Calls `visit` for each cookie of a Cookie field, in order; stops when it answers true. RFC 6265 4.2.1, read leniently: only `;` separates, also inside
 * quotes, and what has no `=` or no name is no cookie.
 */
function visitCookies(header: string, visit: (name: string, value: string) => boolean): void {
  for (const part of header.split(';')) {
    const equals = part.indexOf('=')
    const name = equals < 0 ? '' : part.slice(0, equals).trim()
    if (name !== '' && visit(name, part.slice(equals + 1))) return
  }
}

/** The value of the first cookie called `name`, as sent; `undefined` where there is none. One parse for key and render: repeats do not count. */
export function cookieValue(header: string, name: string): string | undefined {
  let first: string | undefined
  visitCookies(header, (found, value) => {
    if (found !== name) return false
    first = value.trim()
    return true
  })
  return first
}

/** The names of all cookies that were sent, in order. */
export function cookieNames(header: string): readonly string[] {
  const names: string[] = []
  visitCookies(header, (name) => {
    names.push(name)
    return false
  })
  return names
}

/** The entry of `list` that the first listed cookie falls under, or `undefined` where none is listed. */
export function listedCookie(header: string, list: NameList): string | undefined {
  let entry: string | undefined
  visitCookies(header, (name) => {
    entry = list.entryFor(name)
    return entry !== undefined
  })
  return entry
}
