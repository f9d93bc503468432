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
  for (const name of METHOD_OVERRIDES) if (headers[name] !== undefined) return name
  return undefined
}

/**
 * The header by which this request asks for data instead of the page, or `undefined`. One that is keyed does not count, since its answers have keys
 * of their own; beside it, and beside htmx's boost, which fetches whole pages, `Sec-Fetch-Dest: empty` says nothing more.
 */
export function dataHeader(headers: RequestHeaders, isKeyed: (name: string) => boolean): string | undefined {
  let explained = isKeyed('sec-fetch-dest')
  for (const name of DATA_HEADERS) {
    if (headers[name] === undefined) continue
    explained = true
    if (!isKeyed(name) && !isBoosted(name, headers)) return name
  }
  return !explained && isFetchOfData(headers) ? 'sec-fetch-dest' : undefined
}

function isBoosted(name: string, headers: RequestHeaders): boolean {
  return name === 'hx-request' && headers['hx-boosted'] !== undefined
}

function isFetchOfData(headers: RequestHeaders): boolean {
  if (headerValue(headers, 'sec-fetch-dest') !== 'empty') return false
  return !(headerValue(headers, 'accept') ?? '').toLowerCase().includes('text/html')
}
