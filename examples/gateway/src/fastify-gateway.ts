import { METHODS, type Server } from 'node:http'
import type { RenderCache } from '@ssr-cache/core'
import { fastifyCache } from '@ssr-cache/fastify-adapter'
import Fastify from 'fastify'
import { sendFault } from './fault.ts'
import { forwardNode } from './forward-node.ts'
import type { Upstream } from './upstream.ts'

/** The gateway on Fastify. */
export async function fastifyGateway(cache: RenderCache, upstream: Upstream): Promise<Server> {
  const app = Fastify({ exposeHeadRoutes: false, return503OnClosing: false })
  await app.register(fastifyCache, { cache })
  // No body is parsed, and no Content-Type asked for: what there is flows on as it comes.
  for (const method of METHODS) app.addHttpMethod(method, { hasBody: false, overrideExisting: true })
  const forward = forwardNode(upstream)
  app.all('/*', ({ raw }, reply) => forward(raw, reply.raw))
  app.setErrorHandler((error, _request, reply) => {
    reply.hijack()
    sendFault(error, reply.raw)
  })
  await app.ready()
  return app.server
}
