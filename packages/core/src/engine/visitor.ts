import { SsrCacheError, shown } from '../errors.ts'
import { headerValue, type RequestHeaders, type VisitorRequest } from '../request.ts'
import { headerPairs } from './header-pairs.ts'

/** A request as `handle`, `key` and `explain` take it: a Request, or anything with these three. */
export interface RequestLike {
  readonly method?: string
  /** Absolute. */
  readonly url: string
  readonly headers?: Iterable<readonly [string, string]> | RequestHeaders
}

/** A request of the web's kind as the engine takes it. */
export function visitorRequest(request: RequestLike): VisitorRequest {
  const parts = typeof request?.url === 'string' ? /^(https?):\/\/([^/?#]*)([^#]*)/i.exec(request.url) : null
  if (parts === null) {
    throw new SsrCacheError(
      'ERR_SSR_CACHE_REQUEST',
      `a request must have an absolute http(s) url, got ${shown(request?.url)}. Write new Request('https://shop.example/').`,
    )
  }
  const [, scheme = '', host = '', rest = ''] = parts
  return {
    method: request.method ?? 'GET',
    scheme: scheme.toLowerCase() === 'https' ? 'https' : 'http',
    host,
    target: rest.startsWith('/') ? rest : `/${rest}`,
    headers: headersOf(request.headers),
  }
}

function headersOf(headers: RequestLike['headers']): RequestHeaders {
  const record: Record<string, string | readonly string[] | undefined> = Object.create(null)
  for (const [sent, value] of headerPairs(headers)) {
    const name = sent.toLowerCase()
    const known = record[name]
    if (value === undefined) continue
    // A second line must not hide the first: either may hold the session.
    record[name] = known === undefined ? value : headerValue({ [name]: [known, value].flat() }, name)
  }
  return record
}
