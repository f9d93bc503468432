import { type Field, fieldValue } from '../fields.ts'
import type { RequestHeaders } from '../request.ts'
import { isBodyField } from './body-fields.ts'
import { isConditional, isNotModified } from './conditional.ts'
import { partialAnswer, type WholeAnswer } from './partial-answer.ts'

/** What a client said that decides how much of an answer it is sent. */
export interface Asking {
  readonly method?: string | undefined
  readonly headers: RequestHeaders
}

/** An answer as one client is sent it. */
export interface Reply extends WholeAnswer {
  /**
   * Content-Length to be told, in bytes, even where the content stays here (RFC 9110 8.6); `undefined` where there is none, where it is not known, or stands among
   * the fields as the app has said it.
   */
  readonly length: number | undefined
  /** Whether it goes along: not to HEAD (RFC 9110 9.3.2). */
  readonly sendsContent: boolean
}

/**
 * What one client is sent of an answer: all of it, its head (HEAD), nothing where the client has the page (RFC 9110 13.2.2), or the part of a kept page that a
 * Range asks for (RFC 9110 14.2). In this order, in every adapter.
 */
export function replyTo({ method, headers }: Asking, whole: WholeAnswer): Reply {
  if (whole.status === 304 || isKnown(whole, headers)) return notModified(whole)
  const { status, fields, body } =
    headers['range'] === undefined ? whole : (partialAnswer(method, headers, whole) ?? whole)
  const { asCame = false } = whole
  const hasContent = status !== 204 && status !== 205
  const isHead = method === 'HEAD'
  const isMeasured = hasContent && body instanceof Uint8Array && !(isHead && asCame && isAppsHead(fields, body))
  const length = isMeasured ? body.length : undefined
  const sent = asCame && length !== undefined ? unmeasured(fields) : fields
  return { status, fields: sent, body, length, sendsContent: hasContent && !isHead, asCame }
}

/** The app that was asked for a head says how long a body would be, or not, and sends none (RFC 9110 8.6, 9.3.2). */
function isAppsHead(fields: readonly Field[], body: Uint8Array): boolean {
  return body.length === 0 || fieldValue(fields, 'content-length') !== undefined
}

/** What goes out is measured anew. */
function unmeasured(fields: readonly Field[]): readonly Field[] {
  return fields.filter(([name]) => name !== 'content-length')
}

function isKnown({ status, fields, asCame, standsIn }: WholeAnswer, headers: RequestHeaders): boolean {
  if (status !== 200 || standsIn === true || !isConditional(headers)) return false
  // Where the app gave no Last-Modified, its Date counts (RFC 9111 4.3.2).
  const lastModified = fieldValue(fields, 'last-modified') ?? (asCame ? fieldValue(fields, 'date') : undefined)
  return isNotModified(headers, { etag: fieldValue(fields, 'etag'), lastModified })
}

/** Nothing that describes the content goes along: the client has its own (RFC 9110 15.4.5). */
function notModified({ fields, body, asCame = false }: WholeAnswer): Reply {
  const own = fields.filter(([name]) => !isBodyField(name))
  return { status: 304, fields: own, body, length: undefined, sendsContent: false, asCame }
}
