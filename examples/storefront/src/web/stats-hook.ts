import type { RenderCache } from '@ssr-cache/core'
import { presets } from '@ssr-cache/core/cache-control'
import { Router } from 'express'
import { bearing } from './bearing.ts'

export interface StatsHookOptions {
  readonly cache: Pick<RenderCache, 'stats'>
  /** Known to whoever watches over the shop, and to us: the figures tell strangers how busy it is. */
  readonly secret: string
}

/** `GET /hooks/stats`: what the cache has counted since the start, for dashboards and for `npm run replay`. */
export function statsHook({ cache, secret }: StatsHookOptions): Router {
  return Router().get('/hooks/stats', bearing(secret), (_request, response) => {
    response.set('cache-control', presets.error).json(cache.stats())
  })
}
