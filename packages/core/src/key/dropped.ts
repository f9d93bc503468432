import { headerValue, type VisitorRequest } from '../request.ts'
import { canonicalQuery } from './canonical-url.ts'
import { cookieNames } from './cookies.ts'
import type { KeySettings } from './key-settings.ts'
import { whyDropped } from './normalize-url.ts'
import { bucketed } from './variant.ts'

/** Something that a request carried and no shared render will see. */
export interface Dropped {
  readonly kind: 'query' | 'cookie' | 'header'
  readonly name: string
  /** `no-bucket`: it is keyed, but its bucket gave no value for it, or threw. */
  readonly why: 'tracking' | 'ignored' | 'not-allowed' | 'not-in-key' | 'no-bucket'
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
  const unreported = new Set([...REPLACED, ...settings.passThrough])
  const buckets = new Map(settings.headers)
  return Object.keys(headers).flatMap((name): Dropped[] => {
    const value = headerValue(headers, name)
    if (value === undefined || unreported.has(name)) return []
    const bucket = buckets.get(name)
    if (bucket === undefined) return [{ kind: 'header', name, why: 'not-in-key' }]
    return bucketed(bucket, value) === undefined ? [{ kind: 'header', name, why: 'no-bucket' }] : []
  })
}
