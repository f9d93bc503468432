import type { RequestListener } from 'node:http'
import compress from '@fastify/compress'
import { createRenderCache } from '@ssr-cache/core'
import { fastifyCache } from '@ssr-cache/fastify-adapter'
import { fastify } from 'fastify'
import { H3, handleCacheHeaders, toResponse, withCacheIsolation } from 'h3'
import { toNodeHandler } from 'h3/node'
import { defineCachedHandler } from 'ocache'
import { CONSTANT, CONSTANT_GZIP, type ConstantAnswer, constantly } from './constant-answer.ts'
import { HOST, PAGE } from './shop.ts'

const DAY_S = 86_400

const newCache = () => createRenderCache({ hosts: [HOST], maxAge: DAY_S })

async function fastifyConstant({ fields, body }: ConstantAnswer = CONSTANT): Promise<RequestListener> {
  const app = fastify()
  app.get('/*', (_, reply) => reply.headers(fields).send(body))
  await app.ready()
  return app.routing
}

async function fastifyPage(plugin: 'cache' | 'compress'): Promise<RequestListener> {
  const app = fastify()
  if (plugin === 'cache') await app.register(fastifyCache, { cache: newCache() })
  else await app.register(compress)
  app.get('/*', (_, reply) => reply.type('text/html; charset=utf-8').send(PAGE))
  await app.ready()
  return app.routing
}

const page = () => new Response(PAGE, { headers: { 'content-type': 'text/html; charset=utf-8' } })

function h3Behind(cached: boolean): RequestListener {
  const app = new H3().get('/**', page)
  // All that it takes of an app is its fetch.
  const served = cached ? ({ fetch: newCache().fetch(app.fetch) } as H3) : app
  return toNodeHandler(served) as RequestListener // of HTTP/1.1, too
}

/** h3 with the page cache that its docs name. */
function h3WithItsCache(): RequestListener {
  const cached = defineCachedHandler(page, {
    maxAge: DAY_S,
    allowQuery: true,
    toResponse: (value, event) => toResponse(value, event as never), // h3's own event, which it hands in
    handleCacheHeaders: (event, conditions) => handleCacheHeaders(event as never, conditions), // as above
  })
  const app = new H3().get('/**', withCacheIsolation(cached as never)) // ocache knows of events what all frameworks have
  return toNodeHandler(app) as RequestListener
}

/** Apps of other frameworks than Express, and of none. */
export const FRAMEWORK_APPS = {
  'node, constant': () => constantly(),
  'node, constant gzip': () => constantly(CONSTANT_GZIP),
  'cache.node, hit': () =>
    newCache().node((_, response) => {
      response.setHeader('content-type', 'text/html; charset=utf-8')
      response.end(PAGE)
    }),
  'cache.fetch of h3, hit': () => h3Behind(true),
  'h3, no cache': () => h3Behind(false),
  'h3, its own cache, hit': () => h3WithItsCache(),
  'fastify, constant': () => fastifyConstant(),
  'fastify, constant gzip': () => fastifyConstant(CONSTANT_GZIP),
  'fastifyCache, hit': () => fastifyPage('cache'),
  '@fastify/compress, reply.send(string)': () => fastifyPage('compress'),
} satisfies Readonly<Record<string, () => RequestListener | Promise<RequestListener>>>
