import { createRenderCache, fromSpartacusOptions } from '@ssr-cache/core'
import { expressCache } from '@ssr-cache/express-adapter'
import express, { type Express, type RequestHandler } from 'express'

const ssrOptions = { timeout: 3000, concurrency: 10, ttl: 300_000, cache: true }

/** `render` has no engine of Spartacus around it any more; `documentFilePath` is the shell that it was given. */
export function shop(render: RequestHandler, documentFilePath: string): Express {
  const options = fromSpartacusOptions({ ...ssrOptions, documentFilePath })
  const cache = createRenderCache({ ...options, hosts: ['shop.example'] })
  return express().use(expressCache(cache, render))
}
