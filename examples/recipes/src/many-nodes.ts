import { createRenderCache, memoryStore, type RenderCache, tieredStore } from '@ssr-cache/core'
import { redisStore } from '@ssr-cache/redis-adapter'

/** The same in every process. No request waits for Redis longer than `storeTimeoutMs`, over all that it asks. */
export function fleetCache(url: string, storeTimeoutMs = 50): RenderCache {
  const far = redisStore({ url, keyPrefix: 'shop:' })
  const near = memoryStore({ maxBytes: 64 * 1024 ** 2 })
  return createRenderCache({ hosts: ['shop.example'], maxAge: 300, storeTimeoutMs, store: tieredStore(near, far) })
}
