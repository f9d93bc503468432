import { createServer, type Server } from 'node:http'
import type { RenderCache } from '@ssr-cache/core'
import { NodeRequest, sendNodeResponse } from 'srvx/node'
import { forwardFetch } from './forward-fetch.ts'
import type { Upstream } from './upstream.ts'

/** The gateway as a function from `Request` to `Response`, with srvx between it and Node's server. */
export function fetchGateway(cache: RenderCache, upstream: Upstream): Server {
  const answer = cache.fetch(forwardFetch(upstream))
  return createServer(async (req, res) => {
    await sendNodeResponse(res, await answer(new NodeRequest({ req, res }), res))
  })
}
