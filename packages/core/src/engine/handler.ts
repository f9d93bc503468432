import { validateHeaderName, validateHeaderValue } from 'node:http'
import type { PreviousPage } from '../context/previous-page.ts'
import { SsrCacheError, shown } from '../errors.ts'
import { type Field, fieldValue } from '../fields.ts'
import type { Watch } from '../key-coverage/watch.ts'
import { watchedRequest } from '../key-coverage/watched-request.ts'
import type { NarrowedRequest } from '../request.ts'
import { declaredLength, lengthError } from '../rules/declared-length.ts'
import { own } from '../store/owned-bytes.ts'
import { wrongLength } from './broken-render.ts'
import { type HeadersLike, headerPairs } from './header-pairs.ts'
import type { Rendered, RenderFunction } from './plan.ts'

/** What a handler may answer with: a Response, or its parts. */
export type HandlerResponse =
  | Response
  | {
      readonly status?: number
      /** By name, or as pairs: Headers, a Map, a list. */
      readonly headers?: Iterable<readonly [string, string]> | Readonly<Record<string, string | readonly string[]>>
      readonly body: string | Uint8Array
    }

/** What a handler is given. */
export interface HandlerInput {
  /** Made from the key alone; a bypassing visitor's own where `shared` is false. */
  readonly request: Request
  /** Whether the answer may become everybody's. */
  readonly shared: boolean
  /** The page that is kept: where it is true still, answer 304 in its place (RFC 9110 15.4.5). `undefined` where there is none, and in a bypass. */
  readonly previous: PreviousPage | undefined
  /** Aborted past `admission.deadlineMs`, and by `close()`. */
  readonly signal: AbortSignal
}

/** Renders a page: for everybody in a shared render, so what it closes over must not be one visitor's. */
export type Handler = (input: HandlerInput) => HandlerResponse | Promise<HandlerResponse>

/** A handler of the web's kind as the engine calls it. */
export function renderFunction(handler: Handler): RenderFunction {
  return async ({ request, previous, signal, watch }) =>
    rendered(await handler({ request: webRequest(request, watch), shared: true, previous, signal }))
}

/** A shared render by an app that is given a Request and nothing else. */
export function sharedHandler(handler: (request: Request) => Response | Promise<Response>): RenderFunction {
  return async ({ request, signal, watch }) =>
    fromResponse(handlerResponse(await handler(webRequest(request, watch, signal))))
}

/** Made from the key alone; `signal` where the Request is all that the app is given. */
export function webRequest(
  { method, url, headers }: NarrowedRequest,
  watch: Watch | undefined,
  signal?: AbortSignal,
): Request {
  const request = new Request(url, { method, headers: { ...headers }, signal: signal ?? null })
  return watch === undefined ? request : watchedRequest(request, watch)
}

/** A response of either kind as status, fields and body. */
export function rendered(response: HandlerResponse): Extract<Rendered, { kind: 'response' }> {
  if (isResponse(response)) return fromResponse(response)
  const { status = 200, headers, body } = (response ?? {}) as Exclude<HandlerResponse, Response> // looked at below
  if (typeof body !== 'string' && !(body instanceof Uint8Array))
    throw noResponse('a Response or { status, headers, body }', response)
  const bytes = typeof body === 'string' ? own(new TextEncoder().encode(body)) : body
  return { kind: 'response', status, fields: fieldsOf(headers), body: bytes }
}

/** By what it says it is: a host may have put a class of its own in the place of the platform's, whose responses the app may also have. */
function isResponse(value: unknown): value is Response {
  return Object.prototype.toString.call(value) === '[object Response]'
}

/** A Response, or the error that says that it is none. */
export function handlerResponse(response: Response): Response {
  if (isResponse(response)) return response
  throw noResponse('a Response', response)
}

function noResponse(expected: string, got: unknown): SsrCacheError {
  const message = `a handler must give ${expected}, got ${shown(got)}. Return new Response(html, { headers: { 'content-type': 'text/html' } }).`
  return new SsrCacheError('ERR_SSR_CACHE_RENDER', message)
}

function fieldsOf(headers: HeadersLike | undefined): readonly Field[] {
  const fields: Field[] = []
  for (const [name, value] of headerPairs(headers)) {
    for (const line of [value].flat()) fields.push(sendable(name, line))
  }
  return fields
}

/** Looked at when it is rendered: what cannot be sent must not be found out at every hit (RFC 9110 5.1, 5.5). */
function sendable(name: string, line: string | undefined): Field {
  try {
    validateHeaderName(name)
    validateHeaderValue(name, line as string) // refuses `undefined`
    return [name.toLowerCase(), String(line)]
  } catch (cause) {
    throw new SsrCacheError(
      'ERR_SSR_CACHE_RENDER',
      `a handler's headers must be names and values that can be sent, got ${shown(name)} with ${shown(line)}. Encode what is not Latin-1, and leave out line breaks.`,
      { cause },
    )
  }
}

/** The fields of a Response, each Set-Cookie in a line of its own. */
export function handlerFields({ headers }: Response): readonly Field[] {
  return Array.from(headers, ([name, value]): Field => [name, value])
}

function fromResponse(response: Response): Extract<Rendered, { kind: 'response' }> {
  const { status, body } = response
  const fields = isFetched(response) ? decodedFields(handlerFields(response)) : handlerFields(response)
  const length = declaredLength(fields)
  if (length === 'malformed') {
    body?.cancel().catch(() => {})
    throw lengthError(fields)
  }
  if (body === null) return { kind: 'response', status, fields, body: new Uint8Array() }
  return { kind: 'response', status, fields, body: new StreamBody(body, isEncoded(fields) ? undefined : length) }
}

/** Whether it is what `fetch` gave, as it gave it: nothing else has a URL. */
function isFetched({ url }: Response): boolean {
  return typeof url === 'string' && url !== ''
}

/** It has been decoded, and says which coding and length it had on its way. */
function decodedFields(fields: readonly Field[]): readonly Field[] {
  if (!isEncoded(fields)) return fields
  return fields.filter(([name]) => name !== 'content-encoding' && name !== 'content-length')
}

/** What is made of another's fields, those of `fetch` among them, may have been decoded, and say the length that it had on its way. */
function isEncoded(fields: readonly Field[]): boolean {
  return fieldValue(fields, 'content-encoding') !== undefined
}

/** A web stream, chunk by chunk. Unlike the platform's own iterator it can be let go while a read is still pending. One of another length than it has said throws. */
class StreamBody implements AsyncIterableIterator<Uint8Array> {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  readonly #length: number | undefined
  #read = 0

  constructor(stream: ReadableStream<Uint8Array>, length: number | undefined) {
    this.#reader = stream.getReader()
    this.#length = length
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    const { done, value } = await this.#reader.read()
    this.#read += value?.length ?? 0
    const length = this.#length ?? this.#read
    if (this.#read > length || (done && this.#read < length)) throw wrongLength(length, this.#read)
    return done ? { done, value: undefined } : { done, value }
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    await this.#reader.cancel()
    return { done: true, value: undefined }
  }
}
