import { type ServerResponse, STATUS_CODES } from 'node:http'
import { UpstreamError } from './upstream-error.ts'

/** The answer where the origin gave none and nothing kept may stand in: no framework's error page. */
export function sendFault(error: unknown, response: ServerResponse): void {
  // Whoever has left needs none, and half an answer must not look like a whole one.
  if (response.destroyed || response.headersSent) {
    response.destroy()
    return
  }
  const status = error instanceof UpstreamError ? error.status : 500
  console.error(status === 500 ? error : String(error))
  const body = `${STATUS_CODES[status]}\n`
  const fields = { 'content-type': 'text/plain; charset=utf-8', 'content-length': body.length }
  response.writeHead(status, { ...fields, 'cache-control': 'no-store' }).end(body)
}
