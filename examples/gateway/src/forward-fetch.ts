import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { ReadableStream } from 'node:stream/web'
import { endToEndFields, sendInterim } from '@ssr-cache/core/node'
import { fieldsOf, requestFields, responseFields } from './fields.ts'
import { type Upstream, upstreamError } from './upstream.ts'
import { UpstreamError } from './upstream-error.ts'

/**
 * An app of the web's kind that is the origin's word: rejects where there is none. `visitor` is whom interim answers go to: a Response has no place for
 * them, nor for trailers, the order of fields, and statuses above 599.
 */
export function forwardFetch(upstream: Upstream): (request: Request, visitor?: ServerResponse) => Promise<Response> {
  return async (request, visitor) => {
    const { method, url, headers, signal } = request
    const answer = await upstream.ask({
      method,
      target: targetOf(url),
      fields: requestFields([...headers], '1.1'),
      body: hasBody(request) ? Readable.fromWeb(request.body as ReadableStream) : undefined, // there, and one class typed twice
      signal,
      informed: (status, fields) => visitor && sendInterim(visitor, status, endToEndFields(fields)),
    })
    return webResponse(answer, method)
  }
}

/** Either field says that there is one (RFC 9112 6.3); that of a GET or HEAD is not in a Request. */
function hasBody({ headers, body }: Request): boolean {
  return body !== null && (headers.has('content-length') || headers.has('transfer-encoding'))
}

function targetOf(url: string): string {
  return url.slice(url.indexOf('/', url.indexOf('//') + 2))
}

function webResponse(answer: IncomingMessage, method: string): Response {
  const { statusCode: status = 502, httpVersion, rawHeaders } = answer // what a client got has one
  if (status > 599) {
    answer.destroy()
    throw new UpstreamError(502, `The origin answered ${status}, which a Response cannot say.`)
  }
  const headers = responseFields(fieldsOf(rawHeaders), httpVersion).map(([name, value]): [string, string] => [
    name,
    value,
  ])
  const hasContent = method !== 'HEAD' && !WITHOUT_CONTENT.has(status)
  if (!hasContent) answer.resume()
  const content = hasContent ? ReadableStream.from(contentOf(answer)) : null
  return new Response(content as globalThis.ReadableStream | null, { status, headers }) // as above
}

async function* contentOf(answer: IncomingMessage): AsyncGenerator<Uint8Array> {
  try {
    yield* answer
  } catch (error) {
    throw upstreamError(error)
  }
}

/** RFC 9110 15.3.5, 15.3.6, 15.4.5: a Response of these may have no stream. */
const WITHOUT_CONTENT: ReadonlySet<number> = new Set([204, 205, 304])
