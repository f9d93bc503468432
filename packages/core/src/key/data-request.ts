import { headerValue, type RequestHeaders } from '../request.ts'

/** Headers by which frameworks ask for data at a page's own URL; a page's key must never hold such an answer (P9). */
const DATA_HEADERS: readonly string[] = ['rsc', 'x-inertia', 'hx-request']

const METHOD_OVERRIDES: readonly string[] = ['x-http-method-override', 'x-http-method', 'x-method-override']

/** Whether a GET carries a body, by its framing (RFC 9112 6.3). */
export function hasBody(headers: RequestHeaders): boolean {
  if (headers['transfer-encoding'] !== undefined) return true
  const length = headers['content-length']
  return length !== undefined && length !== '0'
}

/** The header by which this request wants to be read as another method, or `undefined`. */
export function methodOverride(headers: RequestHeaders): string | undefined {
  return firstPresent(METHOD_OVERRIDES, headers)
}

/** The header by which this request asks for data instead of the page, or `undefined`; one that the key holds does not count. */
export function dataHeader(headers: RequestHeaders, isKeyed: (name: string) => boolean): string | undefined {
  const name = firstPresent(DATA_HEADERS, headers)
  if (name !== undefined && !isKeyed(name) && !(name === 'hx-request' && headers['hx-boosted'] !== undefined))
    return name
  const fetched = headers['sec-fetch-dest'] === 'empty' && !isKeyed('sec-fetch-dest')
  return fetched && !(headerValue(headers, 'accept') ?? '').includes('text/html') ? 'sec-fetch-dest' : undefined
}

function firstPresent(names: readonly string[], headers: RequestHeaders): string | undefined {
  for (const name of names) if (headers[name] !== undefined) return name
  return undefined
}

// Whether an Accept field lets HTML through: text/html, XHTML, text/* or */* at a quality above 0. No field accepts everything (RFC 9110 12.5.1).
export function acceptsHtml(accept: string | undefined): boolean {
  if (accept === undefined || accept === '' || accept === '*/*') return true
  let accepted = false
  for (const member of accept.toLowerCase().split(',')) {
    const [range = '', ...parameters] = member.split(';')
    if (!HTML_RANGES.includes(range.trim())) continue
    const refused = parameters.some((parameter) => isZeroQuality(parameter.trim()))
    if (range.trim() === 'text/html') return !refused // the most specific range decides (RFC 9110 12.5.1)
    accepted ||= !refused
  }
  return accepted
}

const HTML_RANGES: readonly string[] = ['text/html', 'application/xhtml+xml', 'text/*', '*/*']

function isZeroQuality(parameter: string): boolean {
  return parameter.startsWith('q=') && Number(parameter.slice(2)) === 0
}
