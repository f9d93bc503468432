import type { RenderCache } from '@ssr-cache/core'
import { presets } from '@ssr-cache/core/cache-control'
import { expressCache } from '@ssr-cache/express-adapter'
import express, { type ErrorRequestHandler, type Express, type RequestHandler, Router } from 'express'
import { accountPages } from './account.ts'
import { type ApiClient, ApiError, type SessionClient } from './api-client.ts'
import { serveAssets } from './assets.ts'
import { cataloguePages } from './catalogue-pages.ts'
import { invalidationHook } from './invalidation-hook.ts'
import { orData, type SendPage } from './send-page.ts'
import { statsHook } from './stats-hook.ts'

export interface StorefrontOptions {
  readonly api: ApiClient & SessionClient
  readonly cache: RenderCache
  readonly hookSecret: string
  readonly sendPage: SendPage
}

export function createStorefront({ api, cache, hookSecret, sendPage: render }: StorefrontOptions): Express {
  const sendPage = orData(render)
  const app = express()
  app.disable('x-powered-by')
  app.use(securityFields)
  app.get('/healthz', (_request, response) => void response.set('cache-control', presets.error).send('ok\n'))
  app.use('/assets', serveAssets())
  app.use(invalidationHook({ cache, secret: hookSecret }), statsHook({ cache, secret: hookSecret }))
  const pages = Router().use(accountPages(api, sendPage), cataloguePages(api, sendPage))
  app.use(expressCache(cache, pages))
  app.use(answerError(sendPage))
  return app
}

// No nonce: a page that carries one cannot be shared. Everything is loaded from files of our own.
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "connect-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

const securityFields: RequestHandler = (_request, response, next) => {
  response.set({
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'referrer-policy': 'strict-origin-when-cross-origin',
    'x-content-type-options': 'nosniff',
  })
  next()
}

/** No page is kept that could stand in: an error to people and crawlers alike, which nobody stores. */
function answerError(sendPage: SendPage): ErrorRequestHandler {
  return async (error, { method, originalUrl }, response, next) => {
    if (response.headersSent) return next(error)
    const status = statusOf(error)
    // A back end that is away fails for every visitor: one line each, and no stack that would tell nothing new.
    if (status >= 500)
      console.error(`${method} ${originalUrl}: ${status}`, error instanceof ApiError ? error.message : error)
    response.status(status).set({ 'cache-control': presets.error, 'x-robots-tag': 'noindex' })
    if (status === 503) response.set('retry-after', '5')
    await sendPage(response, { kind: 'error', status })
  }
}

/** Express and its body parsers put the status of a bad request on their errors. */
function statusOf(error: unknown): number {
  if (error instanceof ApiError) return 503
  if (!(error instanceof Error && 'status' in error && typeof error.status === 'number')) return 500
  return error.status >= 400 && error.status < 500 ? error.status : 500
}
