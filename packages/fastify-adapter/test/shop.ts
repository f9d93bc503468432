import { createRenderCache, type RenderCache, type RenderCacheOptions } from '@ssr-cache/core'
import { type FakeClock, fakeClock } from '@ssr-cache/core/testing'
import { type FastifyCacheOptions, fastifyCache } from '@ssr-cache/fastify-adapter'
import fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify'
import { type Asked, type Reply, type Site, served } from '../../../test-utils/serve.ts'

/** An app with a cache, served. */
export interface Shop extends Site {
  readonly app: FastifyInstance
  readonly cache: RenderCache
  readonly clock: FakeClock
  /** One page, asked for like a browser does. */
  get(path: string, headers?: Asked['headers']): Promise<Reply>
}

/** How an app is made. */
export interface Built {
  /** Registered before the cache. */
  readonly above?: (app: FastifyInstance) => unknown
  /** What the cache stands above. */
  readonly pages: (app: FastifyInstance, cache: RenderCache) => unknown
  readonly cache?: RenderCacheOptions
  readonly plugin?: Omit<FastifyCacheOptions, 'cache'>
  readonly server?: FastifyServerOptions
}

const SILENT = { debug() {}, info() {}, warn() {}, error() {} }

/** Builds an app round a cache whose time stands still, and serves it. */
export async function open({ above, pages, cache: options, plugin, server }: Built): Promise<Shop> {
  const clock = fakeClock()
  const cache = createRenderCache({ clock, logger: SILENT, ...options })
  const app = fastify(server)
  await above?.(app)
  await app.register(fastifyCache, { cache, ...plugin })
  await pages(app, cache)
  await app.ready()
  const site = await served(app.server)
  return {
    ...site,
    app,
    cache,
    clock,
    get: (path, headers = {}) => site.ask(path, { headers: { accept: 'text/html', ...headers } }),
    async [Symbol.asyncDispose]() {
      await site[Symbol.asyncDispose]()
      await app.close()
      await cache.close()
    },
  }
}

/** A hook that counts who comes, and a promise that `size` have come: a render that waits for it has them all as followers. */
export function crowd(size: number): {
  readonly arrive: (app: FastifyInstance) => void
  readonly everyone: Promise<void>
} {
  const { promise, resolve } = Promise.withResolvers<void>()
  let arrived = 0
  return {
    everyone: promise,
    arrive(app) {
      app.addHook('onRequest', (request, _reply, next) => {
        next()
        if (!request.isSharedRender && ++arrived === size) resolve()
      })
    },
  }
}

export { isHit } from '../../../test-utils/hit.ts'
