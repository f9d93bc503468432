// RFC 3986 and nothing else, as a referee: written from its text, by its own regular expression and its own loop, and not from the code that it judges.

/** Appendix B. */
const PARTS = /^(?:([^:/?#]+):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#.*)?$/s

/** One text for all http(s) URLs that are equivalent by 6.2.2 and 6.2.3, without fragment, which is never sent. */
export function rfc3986(url: string): string {
  const [, scheme = '', authority = '', path = '', query] = PARTS.exec(url) ?? []
  const port = scheme.toLowerCase() === 'http' ? /:(?:80)?$/ : /:(?:443)?$/
  const place = removeDotSegments(percentNormalized(path)) || '/'
  const search = query === undefined ? '' : `?${percentNormalized(query)}`
  return `${scheme.toLowerCase()}://${authority.toLowerCase().replace(port, '')}${place}${search}`
}

/** Characters that no URI may hold as their escapes, by the mapping of RFC 3987 3.1; a `%` of no escape as the one of a percent sign. */
export function asUri(text: string): string {
  return text
    .replace(/[^\x21-\x7e]|["<>\\^`{|}]/gu, (character) => Buffer.from(character).toString('hex').replace(/../g, '%$&'))
    .replace(/%(?![\da-f]{2})/gi, '%25')
}

/** 6.2.2.1 and 6.2.2.2. */
function percentNormalized(text: string): string {
  return text.replace(/%[\da-f]{2}/gi, (encoded) => {
    const character = String.fromCharCode(Number.parseInt(encoded.slice(1), 16))
    return /[A-Za-z0-9._~-]/.test(character) ? character : encoded.toUpperCase()
  })
}

/** 5.2.4, step by step. */
function removeDotSegments(path: string): string {
  let input = path
  let output = ''
  while (input !== '') {
    if (/^\.\.?\//.test(input)) input = input.replace(/^\.\.?\//, '')
    else if (/^\/\.(?=\/|$)/.test(input)) input = input.slice(2) || '/'
    else if (/^\/\.\.(?=\/|$)/.test(input)) {
      input = input.slice(3) || '/'
      output = output.replace(/\/?[^/]*$/, '')
    } else if (input === '.' || input === '..') input = ''
    else {
      const segment = /^\/?[^/]*/.exec(input)?.[0] ?? ''
      output += segment
      input = input.slice(segment.length)
    }
  }
  return output
}
