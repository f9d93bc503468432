import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http'
import { Agent as SecureAgent, request as secureRequest } from 'node:https'
import type { Readable } from 'node:stream'
import type { Field } from '@ssr-cache/core/node'
import { fieldsOf } from './fields.ts'
import { UpstreamError } from './upstream-error.ts'

/** Where the origin is, and how long it may keep silent. */
export interface UpstreamOptions {
  readonly origin: URL
  /** Milliseconds without a byte from the origin when it is the origin's turn. */
  readonly timeoutMs: number
}

/** A request as the origin is to get it. */
export interface Question {
  readonly method: string
  /** Path and query, or `*`. */
  readonly target: string
  readonly fields: readonly Field[]
  /** `undefined`: none. */
  readonly body?: Readable | undefined
  /** What came after the body, once it has ended (RFC 9110 6.5). */
  readonly trailers?: () => readonly Field[]
  /** Breaks off, without a word to anybody, where the visitor has left. */
  readonly signal?: AbortSignal | undefined
  /** Told of each interim answer but 100 and 101 (RFC 9110 15.2). */
  readonly informed?: (status: number, fields: readonly Field[]) => void
}

/** An HTTP origin, asked over connections that are kept. */
export class Upstream {
  readonly #options: UpstreamOptions
  readonly #agent: Agent
  readonly #request: typeof request

  constructor(options: UpstreamOptions) {
    const isSecure = options.origin.protocol === 'https:'
    this.#options = options
    this.#agent = isSecure ? new SecureAgent({ keepAlive: true }) : new Agent({ keepAlive: true })
    this.#request = isSecure ? secureRequest : request
  }

  /** The answer as soon as its head is there. Its body breaks off where the connection does. @throws {@link UpstreamError} */
  async ask(question: Question): Promise<IncomingMessage> {
    const asking = this.#send(question)
    try {
      return await answerTo(asking)
    } catch (error) {
      if (!wasClosedMeanwhile(asking, upstreamError(error)) || !isRepeatable(question)) throw error
      return await answerTo(this.#send(question))
    }
  }

  /** Closes the connections that are kept. */
  close(): void {
    this.#agent.destroy()
  }

  #send({ method, target, fields, body, trailers, signal, informed }: Question): ClientRequest {
    const { origin, timeoutMs } = this.#options
    const asking = this.#request({
      hostname: origin.hostname.replace(/^\[|\]$/g, ''), // of an IPv6 address
      port: origin.port,
      method,
      path: target,
      headers: framed(hosted(fields, origin), method, body).flat(),
      agent: this.#agent,
      timeout: timeoutMs,
      ...(signal !== undefined && { signal }),
    })
    limitSilence(asking, timeoutMs)
    asking.on('information', ({ statusCode, rawHeaders }) => {
      if (statusCode !== 100) informed?.(statusCode, fieldsOf(rawHeaders))
    })
    sendBody(asking, body, trailers)
    return asking
  }
}

/** HTTP/1.0 need not name a host, HTTP/1.1 must (RFC 9112 3.2). */
function hosted(fields: readonly Field[], origin: URL): readonly Field[] {
  return fields.some(([name]) => name === 'host') ? fields : [['host', origin.host], ...fields]
}

/** Whose length is not told comes in chunks; without a body, a method that may well have one says so (RFC 9110 8.6). */
function framed(fields: readonly Field[], method: string, body: Readable | undefined): readonly Field[] {
  const isMeasured = fields.some(([name]) => name === 'content-length')
  if (body !== undefined) return isMeasured ? fields : [...fields, ['transfer-encoding', 'chunked']]
  const unmeasured = fields.filter(([name]) => name !== 'content-length')
  return MOSTLY_WITHOUT_BODY.has(method) ? unmeasured : [...unmeasured, ['content-length', '0']]
}

const MOSTLY_WITHOUT_BODY: ReadonlySet<string> = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE'])

/** Not by a pipeline: that would end the visitor's connection together with the origin's, and an answer that came early with it. */
function sendBody(asking: ClientRequest, body: Readable | undefined, trailers: Question['trailers']): void {
  if (body === undefined) {
    asking.end()
    return
  }
  // The origin may want to answer before there is a first byte.
  asking.flushHeaders()
  body.pipe(asking, { end: false })
  body.once('end', () => {
    const after = trailers?.() ?? []
    if (after.length > 0 && asking.chunkedEncoding) asking.addTrailers(after as [string, string][]) // Node does not change them
    asking.end()
  })
  body.once('error', (error) => asking.destroy(error))
}

function answerTo(asking: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    asking.once('response', (answer: IncomingMessage) => {
      if (isStatus(answer.statusCode)) resolve(answer)
      else asking.destroy(new UpstreamError(502, `The origin answered ${answer.statusCode}, which is no status.`))
    })
    // Also after the answer: of bytes behind a complete message, which is complete all the same, and of whatever an answer's own body tells.
    asking.on('error', (error) => reject(upstreamError(error)))
    // Without a word: of an origin that has taken up a protocol which nobody asked for (101).
    asking.once('close', () => reject(new UpstreamError(502, 'The origin closed the connection without an answer.')))
  })
}

/** Of a final answer. HTTP has none above 599 (RFC 9110 15), but origins have. */
function isStatus(code: number | undefined): boolean {
  return code !== undefined && code >= 200
}

function limitSilence(asking: ClientRequest, timeoutMs: number): void {
  let answer: IncomingMessage | undefined
  asking.once('response', (given: IncomingMessage) => {
    answer = given
  })
  asking.on('timeout', () => {
    const isOriginsTurn =
      answer === undefined ? asking.writableEnded || asking.writableNeedDrain : answer.readableLength === 0
    if (isOriginsTurn) asking.destroy(new UpstreamError(504, `The origin said nothing for ${timeoutMs} ms.`))
  })
}

/** An origin may close a kept connection before it sees this request (RFC 9112 9.3.1). */
function wasClosedMeanwhile({ reusedSocket }: ClientRequest, { cause }: UpstreamError): boolean {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  return reusedSocket && (code === 'ECONNRESET' || code === 'EPIPE')
}

/** RFC 9110 9.2.2. A body that has begun to flow cannot be sent again. */
function isRepeatable({ method, body, signal }: Question): boolean {
  return (method === 'GET' || method === 'HEAD') && body === undefined && signal?.aborted !== true
}

/** What breaks while the origin is asked, or while its answer is read, as the one error that says so. */
export function upstreamError(cause: unknown): UpstreamError {
  if (cause instanceof UpstreamError) return cause
  const reason = cause instanceof Error && 'code' in cause ? cause.code : String(cause)
  return new UpstreamError(502, `The origin could not be asked, or broke off (${reason}).`, { cause })
}
