import cookie from '@fastify/cookie'
import helmet from '@fastify/helmet'
import session from '@fastify/session'
import files from '@fastify/static'
import { createRenderCache } from '@ssr-cache/core'
import { fastifyCache } from '@ssr-cache/fastify-adapter'
import fastify, { type FastifyInstance, type FastifyPluginAsync } from 'fastify'

const cache = createRenderCache({ key: { cookies: ['currency'] } })

export async function site(pages: FastifyPluginAsync, secret: string, root: string): Promise<FastifyInstance> {
  const app = fastify()
  // What every answer gets, hits too.
  await app.register(helmet)
  // What those who bypass need; it sets no cookie for strangers.
  await app.register(cookie)
  await app.register(session, { secret, cookie: { secure: 'auto' }, saveUninitialized: false })
  // What is no page has a context of its own, or says so.
  await app.register(files, { root, prefix: '/files/' })
  app.get('/health', { config: { cache: false } }, () => 'well')
  // What is cached has a context, too.
  const cached: FastifyPluginAsync = async (context) => {
    await context.register(fastifyCache, { cache, closeCache: true })
    await context.register(pages)
  }
  await app.register(cached)
  return app
}
