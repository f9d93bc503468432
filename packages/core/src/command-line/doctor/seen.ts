import { type Item, parseList, Token } from 'structured-headers'
import { type Field, fieldValue } from '../../fields.ts'
import type { Reply } from '../exchange.ts'

/** What this library's cache says of an answer (RFC 9211 2). */
export interface OwnMember {
  readonly hit: boolean
  readonly stored: boolean
  /** Seconds of freshness that are left; negative where it is stale. */
  readonly ttl: number | undefined
  readonly detail: string | undefined
}

/** A cache between the app and whoever asks, and what it says of itself. */
export interface FrontCache {
  readonly name: string
  readonly said: string
  /** It answered by itself: the app was not asked. */
  readonly hit: boolean
}

/** One answer, read from outside. */
export interface Seen {
  readonly status: number
  readonly fields: readonly Field[]
  readonly ms: number
  readonly isCutOff: boolean
  /** `undefined` where the answer did not come by this library's cache. */
  readonly own: OwnMember | undefined
  readonly front: readonly FrontCache[]
}

/** Reads an answer's fields. */
export function seen({ status, fields, ms, isCutOff = false }: Omit<Reply, 'body'>): Seen {
  const members = membersOf(fieldValue(fields, 'cache-status'))
  // Members stand in the order of the way back: the first is closest to the app (RFC 9211 2).
  const at = members.findLastIndex(({ name }) => name === 'ssr-cache')
  const front = [...members.slice(at + 1).map(frontOf), ...vendors(fields), ...aged(fields)]
  const own = members[at]
  return { status, fields, ms, isCutOff, own: own && ownOf(own), front }
}

interface Member {
  readonly name: string
  readonly parameters: Item[1]
}

/** A field that is malformed says nothing (RFC 8941 4.2). */
function membersOf(text: string | undefined): readonly Member[] {
  if (text === undefined) return []
  try {
    return parseList(text).flatMap(([item, parameters]) =>
      Array.isArray(item) ? [] : [{ name: String(item), parameters }],
    )
  } catch {
    return []
  }
}

function ownOf({ parameters }: Member): OwnMember {
  const ttl = parameters.get('ttl')
  const detail = parameters.get('detail')
  return {
    hit: parameters.get('hit') === true,
    stored: parameters.get('stored') === true,
    ttl: typeof ttl === 'number' ? ttl : undefined,
    detail: detail instanceof Token || typeof detail === 'string' ? detail.toString() : undefined,
  }
}

function frontOf({ name, parameters }: Member): FrontCache {
  const said = [...parameters].map(([key, value]) => (value === true ? key : `${key}=${String(value)}`)).join('; ')
  return { name, said, hit: parameters.get('hit') === true }
}

/** What CDNs and proxies said before RFC 9211, and most still say. */
const VENDORS: readonly (readonly [field: string, name: string])[] = [
  ['cf-cache-status', 'Cloudflare'],
  ['x-vercel-cache', 'Vercel'],
  ['x-cache', 'a cache in front'],
  ['x-cache-status', 'a cache in front'],
  ['x-proxy-cache', 'a cache in front'],
]

function vendors(fields: readonly Field[]): readonly FrontCache[] {
  return VENDORS.flatMap(([field, name]) => {
    const value = fieldValue(fields, field)
    if (value === undefined) return []
    return [{ name, said: `${field}: ${value}`, hit: /\b(hit|stale|updating|revalidated)\b/i.test(value) }]
  })
}

/** An answer that has aged was kept by somebody (RFC 9111 5.1); this library's own answers say what remains instead. */
function aged(fields: readonly Field[]): readonly FrontCache[] {
  const age = fieldValue(fields, 'age')
  if (!(Number(age) > 0)) return []
  return [{ name: fieldValue(fields, 'via') ?? 'a cache in front', said: `age: ${age}`, hit: true }]
}
