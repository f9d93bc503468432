import { AsyncResource } from 'node:async_hooks'
import { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { brokenRender, wrongLength } from '../engine/broken-render.ts'
import type { Rendered, RenderInput } from '../engine/plan.ts'
import { isSsrCacheError } from '../errors.ts'
import type { Watch } from '../key-coverage/watch.ts'
import type { NarrowedRequest } from '../request.ts'
import { declaredLength, lengthError } from '../rules/declared-length.ts'
import { DeadSocket } from './dead-socket.ts'
import { Head } from './head.ts'
import { type GivenHeaders, hookHead, type WriteHead } from './head-hook.ts'
import { RenderBody } from './render-body.ts'

/** What else a shared render is handed. */
export interface RenderPairOptions {
  /** In development: notices what the render reads. @default undefined */
  readonly watch?: Watch | undefined
  /** Takes interim answers. @default undefined (they are dropped) */
  readonly interim?: RenderInput['interim']
}

/**
 * Node's own request and response for one shared render: the request holds the narrowed request and nothing else, the response goes to nobody. Frameworks
 * may set prototypes on both. What is written comes out of `rendered` as soon as there is a head; bytes follow as they are asked for. Interim answers (1xx) go
 * to `interim`; trailers are dropped, since they belong to one transfer.
 */
export class RenderPair {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Rejects where the response is destroyed, fails or is aborted before it has a head; later than that, the body throws. */
  readonly rendered: Promise<Rendered>
  readonly #socket: DeadSocket
  readonly #body: RenderBody
  readonly #settle: { resolve: (rendered: Rendered) => void; reject: (error: unknown) => void }
  #hasHead = false
  #isWhole = false
  /** Content-Length as the render gave it; `undefined` where it gave none, or the status has no body. */
  #declared: number | undefined
  #written = 0

  constructor(narrowed: NarrowedRequest, signal: AbortSignal, { watch, interim }: RenderPairOptions = {}) {
    const { promise, ...settle } = Promise.withResolvers<Rendered>()
    this.rendered = promise
    this.#settle = settle
    // Whoever needs it waits for it; a render that nobody waits for any more must not end the process.
    promise.catch(() => {})
    const abort = (): unknown => this.#socket.destroy(asError(signal.reason))
    this.#body = new RenderBody(() => this.#socket.destroy())
    this.#socket = new DeadSocket({
      encrypted: narrowed.scheme === 'https',
      isBody: () => this.#hasHead,
      take: this.#takeIn(new AsyncResource('SharedRender')),
      interim,
      gone: (error) => {
        signal.removeEventListener('abort', abort)
        this.#gone(error)
      },
    })
    this.request = requestOf(narrowed, this.#socket as unknown as Socket) // what is missing of a net.Socket is its connection
    if (watch !== undefined) watchHeaders(this.request, watch)
    this.response = this.#responseTo(this.request)
    signal.addEventListener('abort', abort, { once: true })
    if (signal.aborted) abort()
  }

  /** The app has no page here. Does nothing once there is a head: it had one. */
  decline(): void {
    if (this.#hasHead) return
    this.#settle.resolve({ kind: 'declined' })
    this.#socket.destroy()
  }

  /** The app failed. After the head, the page counts as cut off. */
  fail(error: unknown): void {
    this.#settle.reject(error)
    this.#socket.destroy(asError(error))
  }

  /** What the handler hears of (drain, finish, callbacks) it hears in the async context that it was called in, not in its reader's. */
  #takeIn(render: AsyncResource) {
    return (bytes: Uint8Array, taken: () => void): void => {
      this.#written += bytes.length
      if (this.#declared !== undefined && this.#written > this.#declared)
        this.fail(wrongLength(this.#declared, this.#written))
      else this.#body.write(bytes, () => render.runInAsyncScope(taken))
    }
  }

  #responseTo(request: IncomingMessage): ServerResponse {
    const response = new ServerResponse(request)
    const socket = this.#socket
    response.assignSocket(socket as unknown as Socket) // as above
    hookHead(response, (write, headers) => this.#head(write, headers))
    Object.defineProperty(response, 'writableNeedDrain', NEED_DRAIN)
    socket.on('drain', () => {
      if (!response.writableEnded) response.emit('drain')
    })
    // What is written after the end is written in vain, so the page is not what its handler meant it to be. Once it is read nothing can change it.
    response.on('error', (error) => {
      if (!this.#isWhole)
        this.fail(response.writableEnded ? brokenRender('was written to after its end', error) : error)
    })
    response.once('finish', () => this.#finish())
    return response
  }

  #head(write: WriteHead, headers: GivenHeaders): void {
    const { response } = this
    write(headers)
    // From here on only the body goes through the socket, without head and without framing.
    Object.assign(response, { _headerSent: true })
    response.chunkedEncoding = false
    const fields = new Head(response, headers).fields()
    const { statusCode: status } = response
    const isBodiless = status === 204 || status === 304 || this.request.method === 'HEAD'
    const declared = isBodiless ? undefined : declaredLength(fields)
    this.#hasHead = true
    if (declared === 'malformed') {
      this.fail(lengthError(fields))
      return
    }
    this.#declared = declared
    this.#settle.resolve({ kind: 'response', status, fields, body: this.#body })
  }

  #finish(): void {
    if (this.#declared !== undefined && this.#written !== this.#declared) {
      this.fail(wrongLength(this.#declared, this.#written))
      return
    }
    // Lets the request end, and close, as it does behind a server, where somebody hears of it.
    if (this.request.eventNames().length > 0) this.request.resume()
    // Not before the error of what was written right after the end; and not inside of the socket's own last callback, in which a destroyed stream makes an
    // error for nobody (a quarter of what a pair costs).
    process.nextTick(() => this.#close())
  }

  #close(): void {
    this.#isWhole = !this.#socket.destroyed
    if (!this.#isWhole) return
    this.#body.end()
    this.#socket.destroy()
  }

  #gone(error: Error | null): void {
    if (this.#isWhole) return
    const cutOff = isSsrCacheError(error) ? error : brokenRender('was closed before it was ended', error ?? undefined)
    this.#settle.reject(error ?? cutOff)
    this.#body.break(cutOff)
    this.request.destroy()
  }
}

/**
 * A server's part in back-pressure: there is none here to reset Node's own flag and to tell the writer. On the response itself, for frameworks set its
 * prototype; one getter for all, since V8 makes an object with an accessor of its own a slow one (a third of what a pair costs).
 */
const NEED_DRAIN: PropertyDescriptor & ThisType<ServerResponse> = {
  configurable: true,
  get() {
    return !this.writableEnded && this.socket?.writableNeedDrain === true
  },
}

function requestOf({ method, host, path, query, headers }: NarrowedRequest, socket: Socket): IncomingMessage {
  const request = new IncomingMessage(socket)
  request.httpVersion = '1.1'
  request.httpVersionMajor = 1
  request.httpVersionMinor = 1
  request.method = method
  request.url = query === '' ? path : `${path}?${query}`
  const given: Readonly<Record<string, string>> = { ...headers, host }
  request.headers = given
  const distinct: Record<string, string[]> = {}
  for (const name of Object.keys(given)) {
    const value = given[name] as string // a key of its own
    distinct[name] = [value]
    request.rawHeaders.push(name, value)
  }
  request.headersDistinct = distinct
  request.complete = true
  // Its end is there for whoever reads; most never ask.
  request._read = endOfBody
  return request
}

function endOfBody(this: IncomingMessage): void {
  this.push(null)
}

/** Every way to a header of Node's request is watched; who takes the raw list has read it whole. */
function watchHeaders(request: IncomingMessage, watch: Watch): void {
  request.headers = watch.headers(request.headers)
  request.headersDistinct = watch.headers(request.headersDistinct)
  let { rawHeaders } = request
  Object.defineProperty(request, 'rawHeaders', {
    configurable: true,
    enumerable: true,
    get() {
      watch.all()
      return rawHeaders
    },
    set(given: string[]) {
      rawHeaders = given
    },
  })
}

/** Streams are destroyed with errors only; anything may be thrown. */
function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error), { cause: error })
}
