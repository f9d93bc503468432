import type { RenderCache } from '@ssr-cache/core'
import { presets } from '@ssr-cache/core/cache-control'
import { expressCache } from '@ssr-cache/express-adapter'
import express, { type ErrorRequestHandler, type Express, type RequestHandler, Router } from 'express'
import { accountPages } from './account.ts'
import type { ApiClient } from './api-client.ts'
import { serveAssets } from './assets.ts'
import { cataloguePages } from './catalogue-pages.ts'
import { invalidationHook } from './invalidation-hook.ts'
import { sendPage } from './send-page.tsx'
import { Sessions } from './sessions.ts'

export interface StorefrontOptions {
  readonly api: ApiClient
  readonly cache: RenderCache
  readonly hookSecret: string
}

export function createStorefront({ api, cache, hookSecret }: StorefrontOptions): Express {
  const app = express()
  app.disable('x-powered-by')
  app.use(securityFields)
  app.get('/healthz', (_request, response) => void response.set('cache-control', presets.error).send('ok\n'))
  app.use('/assets', serveAssets())
  app.use(invalidationHook({ cache, secret: hookSecret }))
  const pages = Router().use(accountPages(new Sessions()), cataloguePages(api))
  app.use(expressCache(cache, pages))
  app.use(unavailable)
  return app
}

// No nonce: a page that carries one cannot be shared. Everything is loaded from files of our own.
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
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

/** The catalogue cannot be reached and no page is kept: an error to clients and crawlers alike, and never stored. */
const unavailable: ErrorRequestHandler = async (error, request, response, next) => {
  if (response.headersSent) return next(error)
  console.error(`storefront: ${request.method} ${request.originalUrl}:`, error)
  response.status(503).set({ 'cache-control': presets.error, 'retry-after': '5', 'x-robots-tag': 'noindex' })
  await sendPage(response, { kind: 'unavailable' })
}
