import { createRenderCache, type RenderCache, type RenderCacheOptions } from '@ssr-cache/core'
import { type FakeClock, fakeClock } from '@ssr-cache/core/testing'
import type { Asked, Reply, Site } from '../serve.ts'
import type { App, Seen } from './app.ts'

/** One way to put the cache in front of an app, served: an adapter and the framework that it is for. */
export type Way = (cache: RenderCache, app: App) => Promise<Site>

/** An app behind a cache whose time stands still, served. */
export interface Front extends Site {
  readonly cache: RenderCache
  readonly clock: FakeClock
  /** What the app was asked, in order. */
  readonly seen: readonly Seen[]
  /** One page, asked for like a browser does. */
  get(path: string, headers?: Asked['headers']): Promise<Reply>
}

const SILENT = { debug() {}, info() {}, warn() {}, error() {} }

/** Puts an app behind a cache and serves it until disposed of. */
export async function openFront(way: Way, app: App, options: RenderCacheOptions = {}): Promise<Front> {
  const clock = fakeClock()
  const cache = createRenderCache({ clock, logger: SILENT, ...options })
  const seen: Seen[] = []
  const site = await way(cache, (asked) => {
    seen.push(asked)
    return app(asked)
  })
  return {
    ...site,
    cache,
    clock,
    seen,
    get: (path, headers = {}) => site.ask(path, { headers: { accept: 'text/html', ...headers } }),
    async [Symbol.asyncDispose]() {
      await site[Symbol.asyncDispose]()
      await cache.close()
    },
  }
}
