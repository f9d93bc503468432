import { createRenderCache, type RenderCache, type RenderCacheOptions } from '@ssr-cache/core'
import { type FakeClock, fakeClock } from '@ssr-cache/core/testing'
import express5, { type RequestHandler } from 'express'
import express4 from 'express4'
import { type Asked, type Reply, type Site, serve } from '../../../test-utils/serve.ts'

export type Express = typeof express5
export type App = express5.Express

/** The same suite for both: their types differ where the tests do not look. */
export const VERSIONS: readonly (readonly [name: string, express: Express])[] = [
  ['Express 4', express4 as unknown as Express],
  ['Express 5', express5],
]

/** An app with a cache, served. */
export interface Shop extends Site {
  readonly app: App
  readonly cache: RenderCache
  readonly clock: FakeClock
  /** One page, asked for like a browser does. */
  get(path: string, headers?: Asked['headers']): Promise<Reply>
}

/** Builds an app round a cache whose time stands still, and serves it. */
export async function open(
  express: Express,
  build: (app: App, cache: RenderCache) => void,
  options: RenderCacheOptions = {},
): Promise<Shop> {
  const clock = fakeClock()
  const logger = { debug() {}, info() {}, warn() {}, error() {} }
  const cache = createRenderCache({ clock, logger, ...options })
  const app = express()
  build(app, cache)
  const site = await serve(app)
  return {
    ...site,
    app,
    cache,
    clock,
    get: (path, headers = {}) => site.ask(path, { headers: { accept: 'text/html', ...headers } }),
    async [Symbol.asyncDispose]() {
      await site[Symbol.asyncDispose]()
      await cache.close()
    },
  }
}

/** Middleware that counts who comes, and a promise that `size` have come: a render that waits for it has them all as followers. */
export function crowd(size: number): { readonly arrive: RequestHandler; readonly everyone: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>()
  let arrived = 0
  return {
    everyone: promise,
    arrive(_request, _response, next) {
      arrived++
      next()
      if (arrived === size) resolve()
    },
  }
}

export { isHit } from '../../../test-utils/hit.ts'
