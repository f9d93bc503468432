/** A name of a cookie list: exact, or the beginning of names where it ends with `*`. */
export interface CookieNames {
  /** The listed name or pattern's own culprit: the first cookie of `header` that is listed, by its name; `undefined` where none is. */
  find(header: string): string | undefined
}

/** Calls `visit` for each cookie of a Cookie field, in order; stops when it answers true. RFC 6265 4.2.1, read leniently; only `;` separates. */
function visitCookies(header: string, visit: (name: string, valueAt: number, end: number) => boolean): void {
  let at = 0
  while (at < header.length) {
    let end = header.indexOf(';', at)
    if (end < 0) end = header.length
    let start = at
    while (start < end && isSpace(header.charCodeAt(start))) start++
    const equals = header.indexOf('=', start)
    if (equals > start && equals < end) {
      let nameEnd = equals
      while (isSpace(header.charCodeAt(nameEnd - 1))) nameEnd--
      if (visit(header.slice(start, nameEnd), equals + 1, end)) return
    }
    at = end + 1
  }
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09
}

/** The value of the first cookie called `name`, as sent; `undefined` where there is none. One parse for key and render: repeats do not count. */
export function cookieValue(header: string, name: string): string | undefined {
  let value: string | undefined
  visitCookies(header, (found, valueAt, end) => {
    if (found !== name) return false
    value = header.slice(valueAt, end).trim()
    return true
  })
  return value
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

/** Compiles a list of names, each exact or ending in `*`. */
export function cookieList(names: readonly string[]): CookieNames {
  const exact = new Set(names.filter((name) => !name.endsWith('*')))
  const beginnings = names.filter((name) => name.endsWith('*')).map((name) => name.slice(0, -1))
  const listed = (name: string): boolean => {
    if (exact.has(name)) return true
    for (const beginning of beginnings) if (name.startsWith(beginning)) return true
    return false
  }
  return {
    find(header) {
      let culprit: string | undefined
      visitCookies(header, (name) => {
        if (listed(name)) culprit = name
        return culprit !== undefined
      })
      return culprit
    },
  }
}
