import type { IncomingMessage, ServerResponse } from 'node:http'
import { fastifyCache } from '@ssr-cache/fastify-adapter'
import type { RequestHandler } from 'express'
import fastify, { type FastifyInstance } from 'fastify'
import { RUN } from '../../../express-adapter/test/oracle/app.ts'
import type { Build, Front } from '../../../express-adapter/test/oracle/front.ts'

const NOTHING = '<p>There is nothing here</p>'

/** The apps of the oracle in Fastify: their middleware as hooks above the cache, their pages as one route that answers by Node's own response. */
export const fastifyFront: Front = {
  behind(build) {
    const app = fastify()
    const ready = app
      .register((site, _options, done) => {
        mount(site, build)
        done()
      })
      .ready()
    return (request, response) => void ready.then(() => app.routing(request, response))
  },
  below(_request, response) {
    response.status(404).type('html').send(NOTHING)
  },
  // Where a route has no page, what Fastify answers is kept, as whatever a route answers is.
  ownBelow: { status: 404, html: NOTHING },
}

function mount(app: FastifyInstance, { express, cache, above, pages, context }: Build): void {
  const inner = express().use(pages)
  app.addHook('onRequest', (_request, { raw }, next) => {
    // As the copy without a cache says it, and not only where Express comes to answer.
    raw.setHeader('X-Powered-By', 'Express')
    next()
  })
  for (const middleware of above)
    app.addHook('onRequest', ({ raw }, reply, next) => call(middleware, raw, reply.raw, next))
  app.register(fastifyCache, {
    cache,
    ...(context && { context: ({ raw }, reply) => context(raw as never, reply.raw as never) }),
  })
  // Middleware above has read it.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _payload, done) => done(null))
  app.setNotFoundHandler((_request, reply) => reply.code(404).type('text/html; charset=utf-8').send(NOTHING))
  app.setErrorHandler((error: Error & { readonly run?: number }, _request, reply) => {
    if (error.run !== undefined) reply.header(RUN, String(error.run))
    return reply.code(500).type('text/html; charset=utf-8').send(`<p>Sorry: ${error.message}</p>`)
  })
  app.all('/*', ({ raw, cacheContext }, reply) => {
    Object.assign(reply.raw, { locals: Object.assign(Object.create(null), cacheContext) })
    call(inner, raw, reply.raw, (error) => void (error ? reply.send(error) : reply.callNotFound()))
  })
}

/** Middleware of Express takes Node's own request and response. */
function call(
  middleware: RequestHandler,
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: Error) => void,
): void {
  void middleware(request as never, response as never, next as never)
}
