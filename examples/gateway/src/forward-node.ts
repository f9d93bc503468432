import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { endToEndFields, originForm, sendInterim } from '@ssr-cache/core/node'
import { fieldsOf, requestFields, responseFields } from './fields.ts'
import type { Upstream } from './upstream.ts'

/** Answers a request with what the origin answers. */
export type Forward = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/** An app of Node's kind that is the origin's word: rejects where there is none, and breaks off where it does. */
export function forwardNode(upstream: Upstream): Forward {
  return async (request, response) => {
    const left = new AbortController()
    response.once('close', () => left.abort())
    const { method = 'GET', url = '/', httpVersion } = request // Node's parser always sets both
    const answer = await upstream.ask({
      method,
      target: originForm(url),
      fields: requestFields(fieldsOf(request.rawHeaders), httpVersion),
      body: hasBody(request) ? request : undefined,
      trailers: () => fieldsOf(request.rawTrailers),
      signal: left.signal,
      informed: (status, fields) => sendInterim(response, status, endToEndFields(fields)),
    })
    await sendAnswer(answer, response)
  }
}

/** Either field says that there is one (RFC 9112 6.3). */
function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || headers['content-length'] !== undefined
}

async function sendAnswer(answer: IncomingMessage, response: ServerResponse): Promise<void> {
  const { statusCode = 502, statusMessage, httpVersion, rawHeaders } = answer // a client's message has a status
  response.writeHead(statusCode, statusMessage, responseFields(fieldsOf(rawHeaders), httpVersion).flat())
  answer.once('end', () => {
    const trailers = fieldsOf(answer.rawTrailers)
    if (trailers.length > 0) response.addTrailers(trailers as [string, string][]) // Node does not change them
  })
  // The response is destroyed where the answer breaks off: the visitor sees a break, and not an end.
  await pipeline(answer, response).catch(() => {})
}
