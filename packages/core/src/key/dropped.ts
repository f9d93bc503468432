import { headerValue, type VisitorRequest } from '../request.ts'
import { canonicalQuery } from './canonical-url.ts'
import { cookieNames } from './cookies.ts'
import type { KeySettings } from './key-settings.ts'
import { whyDropped } from './normalize-url.ts'

/** Something that a request carried and no shared render will see. */
export interface Dropped {
  readonly kind: 'query' | 'cookie' | 'header'
  readonly name: string
  readonly why: 'tracking' | 'ignored' | 'not-allowed' | 'not-in-key'
}

/** Headers that every narrowed request has a fixed or derived value for. */
const REPLACED: readonly string[] = ['host', 'accept', 'cookie']

/** All of it, for explanations; not for the hit path. */
export function droppedFrom(request: VisitorRequest, settings: KeySettings): readonly Dropped[] {
  return [
    ...droppedQueries(request.target, settings),
    ...droppedCookies(request, settings),
    ...droppedHeaders(request, settings),
  ]
}

function droppedQueries(target: string, settings: KeySettings): Dropped[] {
  const question = target.indexOf('?')
  const parts = question < 0 ? [] : (canonicalQuery(target.slice(question + 1)) ?? [])
  return parts.flatMap(({ name }) => {
    const why = whyDropped(name, settings)
    return why === undefined ? [] : [{ kind: 'query' as const, name, why }]
  })
}

function droppedCookies({ headers }: VisitorRequest, settings: KeySettings): Dropped[] {
  return cookieNames(headerValue(headers, 'cookie') ?? '')
    .filter((name) => !settings.cookies.includes(name))
    .map((name) => ({ kind: 'cookie', name, why: 'not-in-key' }))
}

function droppedHeaders({ headers }: VisitorRequest, settings: KeySettings): Dropped[] {
  const seen = new Set([...REPLACED, ...settings.passThrough, ...settings.headers.map(([name]) => name)])
  return Object.keys(headers)
    .filter((name) => headers[name] !== undefined && !seen.has(name))
    .map((name) => ({ kind: 'header', name, why: 'not-in-key' }))
}
