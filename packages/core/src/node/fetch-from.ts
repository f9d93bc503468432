import type { IncomingMessage, ServerResponse } from 'node:http'
import { webResponse } from '../engine/web-response.ts'
import { SsrCacheError } from '../errors.ts'
import type { NarrowedRequest } from '../request.ts'
import { RenderPair } from './render-pair.ts'

/** An app, as `http.createServer` takes it: Express's is one. */
export type NodeApp = (request: IncomingMessage, response: ServerResponse) => unknown

/**
 * Asks an app in this process, without a socket: a `fetch` for GET requests, for `cache.warm` and for tests. The app sees a visitor without an address.
 * @example await cache.warm(['/', '/movies/42'], { origin: 'https://shop.example', through: fetchFrom(app) })
 */
export function fetchFrom(app: NodeApp): (request: Request) => Promise<Response> {
  return async (request) => {
    if (request.method !== 'GET') {
      const message = `fetchFrom must be given a GET request, got ${request.method}. Send others over a socket.`
      throw new SsrCacheError('ERR_SSR_CACHE_REQUEST', message)
    }
    const pair = new RenderPair(askedBy(request), request.signal)
    void run(app, pair)
    const rendered = await pair.rendered
    if (rendered.kind === 'declined') return new Response(null, { status: 404 })
    return webResponse(rendered)
  }
}

/** What an app throws, at once or later, is the end of its answer; of an answer that has ended it changes nothing. */
async function run(app: NodeApp, pair: RenderPair): Promise<void> {
  try {
    await app(pair.request, pair.response)
  } catch (error) {
    if (!pair.response.writableEnded) pair.fail(error)
  }
}

function askedBy({ url, headers }: Request): NarrowedRequest {
  const { protocol, host, pathname, search, href } = new URL(url)
  return {
    method: 'GET',
    scheme: protocol === 'https:' ? 'https' : 'http',
    host,
    path: pathname,
    query: search.slice(1),
    url: href,
    headers: Object.fromEntries(headers),
    scope: '',
    context: undefined,
  }
}
