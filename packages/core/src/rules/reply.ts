import { fieldValue } from '../fields.ts'
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
  /** Whether a message of this status has content, whose length is told even where it stays here (RFC 9110 8.6). */
  readonly hasContent: boolean
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
  const hasContent = status !== 204 && status !== 205
  return { status, fields, body, hasContent, sendsContent: hasContent && method !== 'HEAD' }
}

function isKnown({ status, fields }: WholeAnswer, headers: RequestHeaders): boolean {
  if (status !== 200 || !isConditional(headers)) return false
  return isNotModified(headers, { etag: fieldValue(fields, 'etag'), lastModified: fieldValue(fields, 'last-modified') })
}

/** Nothing that describes the content goes along: the client has its own (RFC 9110 15.4.5). */
function notModified({ fields, body }: WholeAnswer): Reply {
  const own = fields.filter(([name]) => !isBodyField(name))
  return { status: 304, fields: own, body, hasContent: false, sendsContent: false }
}
