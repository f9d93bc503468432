import type { Field } from '../fields.ts'
import { headerValue, type RequestHeaders } from '../request.ts'
import { endToEndFields } from './connection-fields.ts'
import type { OriginRequest, OriginResponse } from './exchange.ts'
import { lifeOf, type OriginLife } from './life.ts'
import { explicitSeconds } from './lifetime.ts'
import type { OriginSettings } from './settings.ts'
import { isHeuristicallyCacheable, isStorableStatus, isUnderstood } from './statuses.ts'
import { varyNames } from './vary.ts'
import { type Word, wordOf } from './word.ts'

/** Why a response is not stored. */
export type UnstorableReason =
  | 'method'
  | 'status'
  | 'no-store'
  | 'private'
  | 'authorization'
  | 'set-cookie'
  | 'vary'
  | 'no-freshness'

/** What may be done with a response of the app, whose body is whole. */
export type OriginVerdict =
  | {
      readonly kind: 'storable'
      /** What is stored, and given to everyone but whoever asked first. */
      readonly fields: readonly Field[]
      /** What it varies by: request fields, lower case. */
      readonly vary: readonly string[]
      readonly life: OriginLife
    }
  | { readonly kind: 'unstorable'; readonly reason: UnstorableReason; readonly culprit?: string }

type Refusal = Extract<OriginVerdict, { kind: 'unstorable' }>

/** Whether a response may be stored in a shared cache, and as what (RFC 9111 3, 3.1, 3.5). Only GET fills. */
export function storable(request: OriginRequest, response: OriginResponse, settings: OriginSettings): OriginVerdict {
  const word = wordOf(response.fields, settings.targetedFields)
  const refusal =
    refusedExchange(request, response) ?? refusedByWord(response.status, word) ?? refusedByAuthorization(request, word)
  if (refusal !== undefined) return refusal
  const said = withoutNamed(endToEndFields(response.fields), word)
  const cookies = refusedByCookie(said, settings.setCookie)
  if (cookies !== undefined) return cookies
  const vary = varyNames(response.fields)
  if (vary === '*') return unstorable('vary', '*')
  const life = lifeOf(response, word, settings)
  if (!isWorthKeeping(response, word, life)) return unstorable('no-freshness')
  const fields = settings.setCookie === 'keep' ? said : withoutCookies(said)
  return { kind: 'storable', fields, vary, life }
}

function unstorable(reason: UnstorableReason, culprit?: string): Refusal {
  return culprit === undefined ? { kind: 'unstorable', reason } : { kind: 'unstorable', reason, culprit }
}

function refusedExchange({ method }: OriginRequest, { status }: OriginResponse): Refusal | undefined {
  if (method !== 'GET') return unstorable('method', method)
  return isStorableStatus(status) ? undefined : unstorable('status', String(status))
}

/**
 * RFC 9111 3, 5.2.2.3, 5.2.2.5, 5.2.2.7. `private` with field names would let the rest be stored; whoever writes it means a person, so nothing is.
 * `must-understand` is what makes `no-store` a word to others, where the status is one that we know.
 */
function refusedByWord(status: number, { directives }: Word): Refusal | undefined {
  const { mustUnderstand, noStore } = directives
  if (directives.private !== undefined) return unstorable('private')
  if (mustUnderstand === true) return isUnderstood(status) ? undefined : unstorable('status', String(status))
  return noStore === true ? unstorable('no-store') : undefined
}

/** RFC 9111 3.5: an answer to credentials is its visitor's, unless it says that it may be shared. */
function refusedByAuthorization({ headers }: OriginRequest, { directives }: Word): Refusal | undefined {
  if (!isAuthorized(headers)) return undefined
  const { public: isPublic, mustRevalidate, sMaxAge } = directives
  const isShared = isPublic === true || mustRevalidate === true || sMaxAge !== undefined
  return isShared ? undefined : unstorable('authorization')
}

function isAuthorized(headers: RequestHeaders): boolean {
  return headerValue(headers, 'authorization') !== undefined
}

/** RFC 9111 5.2.2.4: what a qualified `no-cache` names may not be sent again unvalidated, so it is not stored, and the rest lives by its lifetime. */
function withoutNamed(fields: readonly Field[], { directives: { noCache } }: Word): readonly Field[] {
  if (noCache === undefined || noCache === true) return fields
  return fields.filter(([name]) => !noCache.includes(name))
}

function refusedByCookie(fields: readonly Field[], setCookie: OriginSettings['setCookie']): Refusal | undefined {
  if (setCookie === 'strip' || setCookie === 'keep') return undefined
  for (const [name, value] of fields) {
    if (name !== 'set-cookie') continue
    const cookie = value.slice(0, Math.max(0, value.indexOf('='))).trim()
    if (setCookie === 'refuse' || !setCookie.includes(cookie)) return unstorable('set-cookie', cookie)
  }
  return undefined
}

function withoutCookies(fields: readonly Field[]): readonly Field[] {
  return fields.filter(([name]) => name !== 'set-cookie')
}

/** RFC 9111 3, last condition: explicit freshness, or a status or directive that allows storing without; and then there must be a use for it. */
function isWorthKeeping(response: OriginResponse, word: Word, life: OriginLife): boolean {
  if (life.keptUntil <= response.receivedAt) return false
  const isExplicit = explicitSeconds(response, word) !== undefined
  return isExplicit || word.directives.public === true || isHeuristicallyCacheable(response.status)
}
