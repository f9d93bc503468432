import { createRenderCache } from '@ssr-cache/core'
import { fastifyCache } from '@ssr-cache/fastify-adapter'
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'

/** `locate` says from where a visitor comes. */
export async function site(locate: (request: FastifyRequest) => string): Promise<FastifyInstance> {
  const app = fastify()
  const context = (request: FastifyRequest) => ({ country: locate(request) })
  await app.register(fastifyCache, { cache: createRenderCache(), context })
  app.get('/', ({ cacheContext }, reply) =>
    reply.type('text/html').send(`<p>Prices for ${cacheContext?.['country']}</p>`),
  )
  return app
}
