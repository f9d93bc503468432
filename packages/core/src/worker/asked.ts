import type { IncomingMessage } from 'node:http'
import { pageContext, surroundings } from '../context/page-context.ts'
import { brokenRender } from '../engine/broken-render.ts'
import type { HandlerInput } from '../engine/handler.ts'
import { SsrCacheError, shown } from '../errors.ts'
import type { Field } from '../fields.ts'
import { unnoticed } from '../key-coverage/noticing.ts'
import { isWatched, unnoticedHeaders } from '../key-coverage/watched-request.ts'
import { nodeVisitor } from '../node/node-visitor.ts'
import { originForm } from '../node/origin-form.ts'
import type { ReadsOutside } from './reads.ts'
import type { SentRequest } from './thread-messages.ts'
import type { PageOutside } from './told.ts'

/** What a render can be asked for by: what handlers are given, a Request, or Node's own request (Express's, Fastify's `request.raw`). */
export type Asked = HandlerInput | Request | IncomingMessage

/** One request for a render. */
export interface Asking {
  readonly request: SentRequest
  /** The page of a shared render. */
  readonly page: PageOutside | undefined
  /** In development. */
  readonly reads: ReadsOutside | undefined
  /** Calls back when nobody needs the answer any more, with the reason; what it gives stops that. */
  onAbort(call: (reason: unknown) => void): () => void
}

/** What was asked, whichever way. */
export function askingBy(asked: Asked): Asking {
  const page = pageOutside()
  if (isRequest(asked)) return byRequest(asked, asked.signal, page)
  if (isRequest((asked as Partial<HandlerInput>)?.request)) {
    const { request, signal } = asked as HandlerInput // looked at in the line before
    return byRequest(request, signal, page)
  }
  if (typeof (asked as Partial<IncomingMessage>)?.rawHeaders === 'object') return byNode(asked as IncomingMessage, page)
  const message = `a render must be asked for by what a handler is given, a Request, or a request of Node's, got ${shown(asked)}. Write (input) => render(input).`
  throw new SsrCacheError('ERR_SSR_CACHE_REQUEST', message)
}

function pageOutside(): PageOutside | undefined {
  const around = surroundings()
  const context = pageContext()
  return around === undefined || context === undefined ? undefined : { around, context }
}

function isRequest(value: unknown): value is Request {
  return Object.prototype.toString.call(value) === '[object Request]'
}

function byRequest(request: Request, signal: AbortSignal, page: PageOutside | undefined): Asking {
  const { method, url, body } = request
  const headers = Array.from(unnoticedHeaders(request), ([name, value]): Field => [name, value])
  const reads = isWatched(request)
    ? readsOf(
        page,
        (name) => request.headers.get(name),
        () => request.headers.keys(),
      )
    : undefined
  return { request: { method, url, headers, body }, page, reads, onAbort: (call) => onAbort(signal, call) }
}

/** What a body parser has left of the body is not asked for: whoever parsed it hands it over as data. */
function byNode(request: IncomingMessage, page: PageOutside | undefined): Asking {
  const headers = unnoticed(request.headers)
  const isNoticed = headers !== request.headers
  const reads = isNoticed
    ? readsOf(
        page,
        (name) => request.headers[name],
        () => Object.keys(request.headers),
      )
    : undefined
  const sent = { method: request.method ?? 'GET', url: urlOf(request), headers: linesOf(headers), body: null }
  return { request: sent, page, reads, onAbort: (call) => onClose(request, call) }
}

function readsOf(
  page: PageOutside | undefined,
  header: (name: string) => unknown,
  everyHeader: () => unknown,
): ReadsOutside {
  return { header, everyHeader, variant: page?.context.variant ?? {} }
}

/** As frameworks have it, where one has been over it. */
function urlOf(request: IncomingMessage): string {
  const { originalUrl, protocol } = request as { readonly originalUrl?: unknown; readonly protocol?: unknown } // Express's, looked at below
  const { scheme, host, target } = nodeVisitor(request, undefined)
  const path = typeof originalUrl === 'string' ? originForm(originalUrl) : target
  return `${typeof protocol === 'string' ? protocol : scheme}://${host}${path}`
}

function linesOf(headers: IncomingMessage['headers']): readonly Field[] {
  return Object.entries(headers).flatMap(([name, value]) => [value ?? []].flat().map((line): Field => [name, line]))
}

function onAbort(signal: AbortSignal, call: (reason: unknown) => void): () => void {
  const abort = (): void => call(signal.reason)
  if (signal.aborted) abort()
  // By the platform's own method: to the check of what keys cover, a listener looks like a copy of the request.
  EventTarget.prototype.addEventListener.call(signal, 'abort', abort)
  return () => signal.removeEventListener('abort', abort)
}

/** The visitor has left, or the shared render was aborted, whose connection is the cache's own. */
function onClose({ socket }: IncomingMessage, call: (reason: unknown) => void): () => void {
  const close = (): void => call(brokenRender('has nobody left who waits for it'))
  if (socket.destroyed) close()
  socket.once('close', close)
  return () => void socket.removeListener('close', close)
}
