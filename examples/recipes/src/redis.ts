import { createRenderCache, memoryStore, type RenderCache, tieredStore } from '@ssr-cache/core'
import { type RedisStore, redisStore } from '@ssr-cache/redis-adapter'
import { Redis } from 'ioredis'

// #region fleet
/**
 * The same in every process: what one has rendered all serve, and each keeps what it serves most in its own memory. No request waits for Redis longer than
 * `storeTimeoutMs`, over all that it asks.
 */
export function cacheOfTheFleet(url: string, storeTimeoutMs = 50): RenderCache {
  const store = tieredStore(memoryStore({ maxBytes: 64 * 1024 ** 2 }), redisStore({ url, keyPrefix: 'shop:' }))
  return createRenderCache({ hosts: ['shop.example'], maxAge: 300, staleWhileRevalidate: 600, storeTimeoutMs, store })
}
// #endregion

// #region client
/** The client is the app's: it is used as it is, and left open. */
export function storeOnTheAppsClient(url: string): { store: RedisStore; client: Redis } {
  const client = new Redis(url, {
    enableAutoPipelining: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    socketTimeout: 5_000,
  })
  return { store: redisStore({ client, keyPrefix: 'shop:' }), client }
}
// #endregion

// #region sentinel
export function storeUnderSentinel(password: string): RedisStore {
  const sentinels = ['10.0.0.1', '10.0.0.2', '10.0.0.3'].map((host) => ({ host, port: 26_379 }))
  return redisStore({ connection: { sentinels, name: 'main', password } })
}
// #endregion

// #region cluster
/** Any nodes to begin with; the others are found. */
export function storeInACluster(password: string): RedisStore {
  const nodes = ['10.0.0.1', '10.0.0.2', '10.0.0.3'].map((host) => ({ host, port: 6_379 }))
  return redisStore({ cluster: { nodes, options: { redisOptions: { password, tls: {} } } } })
}
// #endregion

// #region tls
export function storeOverTls(url: `rediss://${string}`, ca: string): RedisStore {
  return redisStore({ url, connection: { tls: { ca } } })
}
// #endregion
