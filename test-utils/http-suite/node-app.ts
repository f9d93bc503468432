import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline, Readable } from 'node:stream'
import type { App, Seen } from './app.ts'

/** Answers a request of Node's with an app of any kind; what the app throws comes out. */
export async function answerNode(app: App, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { status = 200, fields = [], body = '' } = await app(seenBy(request))
  response.statusCode = status
  for (const [name, value] of fields) response.appendHeader(name, value)
  if (typeof body === 'string') response.end(body)
  // A body that breaks off breaks the answer off.
  else pipeline(Readable.from(body), response, () => {})
}

export function seenBy(request: IncomingMessage): Seen {
  return {
    method: request.method ?? '',
    target: request.url ?? '',
    host: request.headers.host,
    headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)])),
    async bodyBytes() {
      let bytes = 0
      for await (const chunk of request) bytes += (chunk as Buffer).length // no encoding is set
      return bytes
    },
  }
}
