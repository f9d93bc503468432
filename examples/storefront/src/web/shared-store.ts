import { type Logger, memoryStore, type Store, tieredStore } from '@ssr-cache/core'
import { redisStore } from '@ssr-cache/redis-adapter'

/** The pages of all processes in Redis, and those that this one has served lately in its memory, too: they are hits without I/O, and leave with any edit. */
export function sharedStore(url: string, logger: Logger): Store {
  return tieredStore(memoryStore({ maxBytes: 64 * 1024 ** 2 }), redisStore({ url, logger, keyPrefix: 'storefront:' }))
}
