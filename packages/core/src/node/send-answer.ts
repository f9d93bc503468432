import { type IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { discard } from '../engine/collect.ts'
import type { Answer, Body } from '../engine/plan.ts'
import { type Field, fieldValue } from '../fields.ts'
import { isBodyField } from '../rules/body-fields.ts'
import { isLifetimeField, varyValue } from '../rules/downstream.ts'
import { type Reply, replyTo } from '../rules/reply.ts'
import { guardAsCame, guardShared } from './head-guard.ts'
import { areNeutral, isUntouched, writeWholeHead } from './plain-head.ts'

/** An answer that has bytes. */
export type PageAnswer = Extract<Answer, { kind: 'answer' }>

/**
 * Writes an answer to a visitor: whole, as a head (HEAD), as 304 where the visitor has the page (RFC 9110 13), or the part of a kept page that a Range asks
 * for (RFC 9110 14). Fields that code above has put on the response stay, unless the page has them too; Vary is joined; a Set-Cookie from above, even one
 * that is added while the head is written, makes the answer private. A visitor who has left gets nothing, and a body that breaks off ends the connection.
 * Throws where a field cannot be written, and takes back those that were.
 */
export function sendAnswer(whole: PageAnswer, request: IncomingMessage, response: ServerResponse): void {
  if (response.destroyed || response.headersSent) {
    discard(whole.body)
    return
  }
  const reply = replyTo(request, whole)
  writeHead(reply, response, whole.shared)
  if (reply.sendsContent) {
    sendBody(response, reply.body)
    return
  }
  response.end()
  discard(reply.body)
}

function writeHead(reply: Reply, response: ServerResponse, isShared: boolean): void {
  // What is kept is nobody's: it has no cookie and no nonce of its own.
  const above = isShared && isUntouched(response) ? response.getHeaderNames() : undefined
  if (above?.length === 0) writeAtOnce(reply, response)
  else if (above !== undefined && areNeutral(above)) layDown(reply, response)
  else writeGuarded(reply, response)
}

function writeAtOnce(reply: Reply, response: ServerResponse): void {
  try {
    writeWholeHead(response, reply)
  } catch (error) {
    discard(reply.body)
    throw error
  }
}

function writeGuarded(reply: Reply, response: ServerResponse): void {
  const { fields, asCame } = reply
  const guard =
    asCame === true ? guardAsCame(response, fields) : guardShared(response, fieldValue(fields, 'cache-control'))
  try {
    if (asCame !== true) removeLifetimes(response)
    layDown(reply, response)
  } catch (error) {
    guard.lift()
    throw error
  }
  // A head that has not come by our guard may carry a cookie, and be public.
  if (response.headersSent && !guard.passed) response.destroy()
}

/** Field by field, over those that code above has set. */
function layDown({ status, fields, body, length }: Reply, response: ServerResponse): void {
  try {
    putFields(response, status === 206 && isWrapped(response) ? untransformed(fields) : fields, status === 304)
    if (length !== undefined) response.setHeader('content-length', length)
    response.writeHead(status)
  } catch (error) {
    takeBack(response, fields)
    discard(body)
    throw error
  }
}

/** Compression above would encode a part whose offsets count bytes of the identity; it heeds this (RFC 9111 5.2.2.6). */
function untransformed(fields: readonly Field[]): readonly Field[] {
  return fields.map((field): Field => (field[0] === 'cache-control' ? [field[0], `${field[1]}, no-transform`] : field))
}

/** Whoever says how long a page may be kept says all of it. */
function removeLifetimes(response: ServerResponse): void {
  for (const name of response.getHeaderNames()) if (isLifetimeField(name)) response.removeHeader(name)
}

function putFields(response: ServerResponse, fields: readonly Field[], withoutBody: boolean): void {
  if (withoutBody) for (const name of response.getHeaderNames()) if (isBodyField(name)) response.removeHeader(name)
  for (let i = 0; i < fields.length; i++) {
    const [name, value] = fields[i] as Field // i is inside the list
    if (name === 'vary') putVary(response, value)
    else if (name === 'set-cookie' || isRepeated(fields, i)) response.appendHeader(name, value)
    else response.setHeader(name, value)
  }
}

/** Whether a line before this one has its name. Lists are short: this is cheaper than a set. */
function isRepeated(fields: readonly Field[], at: number): boolean {
  const name = fields[at]?.[0]
  for (let i = 0; i < at; i++) if (fields[i]?.[0] === name) return true
  return false
}

function putVary(response: ServerResponse, value: string): void {
  const above = response.getHeader('vary')
  response.setHeader('vary', above === undefined ? value : (varyValue(String(above), value.split(/ *, */)) ?? value))
}

/** Whoever answers instead must not do so with a page's fields. */
function takeBack(response: ServerResponse, fields: readonly Field[]): void {
  if (response.headersSent) return
  for (const [name] of fields) if (name !== 'set-cookie' && name !== 'vary') response.removeHeader(name)
  // Asked first: once removed, Node would not write it by itself any more.
  if (response.hasHeader('content-length')) response.removeHeader('content-length')
}

function sendBody(response: ServerResponse, body: Body): void {
  if (!(body instanceof Uint8Array)) {
    sendRunning(response, body).catch(() => {})
    return
  }
  // What wraps `end` could change the bytes that are kept for others, so it gets bytes of its own.
  response.end(isWrapped(response) ? Buffer.from(body) : body)
}

/** Writes a body as it comes. The response is destroyed where the body breaks off, and the body is left where the visitor leaves: either rejects. */
export function sendRunning(response: ServerResponse, body: AsyncIterable<Uint8Array>): Promise<void> {
  const source = Readable.from(body)
  source.once('error', () => reset(response))
  return pipeline(source, response)
}

/** Without chunks or a length (HTTP/1.0), a connection that is merely closed is the end of a whole page (RFC 9112 6.3). */
function reset(response: ServerResponse): void {
  const { chunkedEncoding, socket } = response
  const isFramed = chunkedEncoding || response.hasHeader('content-length')
  if (!isFramed && socket instanceof Socket) socket.resetAndDestroy()
}

/** Whether code above has its own way to end the response. */
function isWrapped(response: ServerResponse): boolean {
  return response.end !== ServerResponse.prototype.end
}
