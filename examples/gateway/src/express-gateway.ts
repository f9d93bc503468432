import { createServer, type Server } from 'node:http'
import type { RenderCache } from '@ssr-cache/core'
import { expressCache } from '@ssr-cache/express-adapter'
import express from 'express'
import { sendFault } from './fault.ts'
import { forwardNode } from './forward-node.ts'
import type { Upstream } from './upstream.ts'

/** The gateway on Express. */
export function expressGateway(cache: RenderCache, upstream: Upstream): Server {
  const app = express()
  app.disable('x-powered-by')
  app.use(expressCache(cache, forwardNode(upstream)))
  app.use(((error, _request, response, _next) => sendFault(error, response)) satisfies express.ErrorRequestHandler)
  return createServer(app)
}
