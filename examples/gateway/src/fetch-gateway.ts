import { createServer, type Server } from 'node:http'
import type { RenderCache } from '@ssr-cache/core'
import { NodeRequest, sendNodeResponse } from 'srvx/node'
import { sendFault } from './fault.ts'
import { forwardFetch } from './forward-fetch.ts'
import type { Forward } from './forward-node.ts'
import type { Upstream } from './upstream.ts'

/** The gateway as a function from `Request` to `Response`, with srvx between it and Node's server. */
export function fetchGateway(cache: RenderCache, upstream: Upstream): Server {
  const answer = cache.fetch(forwardFetch(upstream))
  const send: Forward = async (req, res) => sendNodeResponse(res, await answer(new NodeRequest({ req, res }), res))
  return createServer((request, response) => {
    send(request, response).catch((error: unknown) => sendFault(error, response))
  })
}
