import { createRenderCache } from '@ssr-cache/core'
import { type ExpressMiddleware, expressCache } from '@ssr-cache/express-adapter'
import express5, { type RequestHandler as Handler5, type Request as Request5 } from 'express'
import express4, { type RequestHandler as Handler4, type Request as Request4 } from 'express4'
import { expectTypeOf, test } from 'vitest'

const cache = createRenderCache()

test('handlers, routers and apps of Express 4 fit, and so does what comes out', () => {
  const handler: Handler4 = (request, response) => void response.send(request.originalUrl)
  const app = express4()
  app.use(expressCache(cache, handler))
  app.use('/shop', expressCache(cache, express4.Router()))
  app.get('/movies/:id', expressCache(cache, express4()))
  app.use(
    expressCache(cache, handler, { context: (request: Request4) => ({ country: request.get('x-country') ?? '' }) }),
  )
})

test('handlers, routers and apps of Express 5 fit, and so does what comes out', () => {
  const handler: Handler5 = async (request, response) => void response.send(request.originalUrl)
  const app = express5()
  app.use(expressCache(cache, handler))
  app.use('/shop', expressCache(cache, express5.Router()))
  app.get('/movies/:id', expressCache(cache, express5()))
  app.use(
    expressCache(cache, handler, { context: (request: Request5) => ({ country: request.get('x-country') ?? '' }) }),
  )
})

test('a handler that is written in place may use what Express gives it', () => {
  expressCache(cache, (request, response) => response.status(200).send(request.originalUrl))
})

test('plain handlers of Node fit', () => {
  expectTypeOf(expressCache(cache, (_request, response) => response.end())).toEqualTypeOf<ExpressMiddleware>()
})

test('what is no JSON, no handler or no option does not fit', () => {
  const handler: Handler5 = () => {}
  // @ts-expect-error a date is no JSON
  expressCache(cache, handler, { context: () => ({ at: new Date() }) })
  // @ts-expect-error a promise comes too late for a key
  expressCache(cache, handler, { context: async () => ({ country: 'de' }) })
  // @ts-expect-error an option of the cache
  expressCache(cache, handler, { maxAge: 60 })
  // @ts-expect-error no handler
  expressCache(cache, {})
})
