import { type Logger, memoryStore, type RenderCacheOptions, tieredStore } from '@ssr-cache/core'
import { redisStore } from '@ssr-cache/redis-adapter'

/** Who renders a page holds its lease for twice this, and renews it: so long nobody can tell that it has died. */
const STALE_MAX_AGE = 1
/** Longer than that, so that who waits for a process that has died is served by the one that takes over. */
const TIMEOUT_MS = 5_000

/** The pages of all processes in Redis, and those that this one has served lately in its memory, too: they are hits without I/O, and leave with any edit. */
export function sharing(url: string, logger: Logger): Pick<RenderCacheOptions, 'store' | 'downstream' | 'admission'> {
  const far = redisStore({ url, logger, keyPrefix: 'storefront:' })
  return {
    store: tieredStore(memoryStore({ maxBytes: 64 * 1024 ** 2 }), far),
    downstream: { staleMaxAge: STALE_MAX_AGE },
    admission: { timeoutMs: TIMEOUT_MS },
  }
}
