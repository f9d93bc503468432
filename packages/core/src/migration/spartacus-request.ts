import type { NarrowedRequest } from '../request.ts'

/** As much of Express' request as is known of a page before it is rendered: what its key holds. */
export interface SpartacusRequest {
  readonly method: string
  /** Path and query, as Express has it where nothing is mounted. */
  readonly url: string
  readonly originalUrl: string
  readonly path: string
  /** Parameters by name; one that comes several times as a list. */
  readonly query: Readonly<Record<string, string | readonly string[]>>
  readonly protocol: 'http' | 'https'
  readonly hostname: string
  readonly headers: Readonly<Record<string, string | undefined>>
  get(name: string): string | undefined
  header(name: string): string | undefined
}

/** The request of a shared render in the shape in which functions of a Spartacus app look at one. */
export function spartacusRequest({ method, scheme, host, path, query, headers }: NarrowedRequest): SpartacusRequest {
  const url = query === '' ? path : `${path}?${query}`
  const get = (name: string): string | undefined =>
    Object.hasOwn(headers, name.toLowerCase()) ? headers[name.toLowerCase()] : undefined
  return {
    method,
    url,
    originalUrl: url,
    path,
    query: parameters(query),
    protocol: scheme,
    hostname: host.replace(/:\d+$/, ''),
    headers,
    get,
    header: get,
  }
}

function parameters(query: string): SpartacusRequest['query'] {
  const search = new URLSearchParams(query)
  const named = [...new Set(search.keys())].map((name) => {
    const values = search.getAll(name)
    return [name, values.length > 1 ? values : (values[0] ?? '')] as const
  })
  return Object.fromEntries(named)
}
