import KeyvRedis from '@keyv/redis'
import { createCache } from 'async-cache-dedupe'
import { BentoCache, bentostore } from 'bentocache'
import { redisDriver } from 'bentocache/drivers/redis'
import { Cacheable } from 'cacheable'
import { Redis } from 'ioredis'
import Keyv from 'keyv'
import { defineCachedFunction } from 'ocache'

/** A page as these caches keep it: text, which all of them put in JSON. */
interface KeptText {
  readonly status: number
  readonly body: string
}

/** A cache of another project with its pages in Redis, by its read-through call. */
export interface RedisPeer {
  readonly read: (key: string) => Promise<unknown>
  close(): Promise<unknown>
}

type MakePeer = (port: number, render: () => Promise<KeptText>) => RedisPeer

const HOUR_S = 3_600

/** Clients of ioredis gather their commands, as ours does; those of node-redis always do. */
function gathering(port: number): Redis {
  return new Redis(port, { enableAutoPipelining: true })
}

/** Caches that read through to Redis, without a memory of their own before it. */
export const REDIS_PEERS: Readonly<Record<string, MakePeer>> = {
  'BentoCache getOrSet'(port, render) {
    const client = gathering(port)
    const pages = bentostore().useL2Layer(redisDriver({ connection: client as never })) // typed for ioredis 5
    const cache = new BentoCache({ default: 'pages', stores: { pages } })
    return {
      read: (key) => cache.getOrSet({ key, factory: render, ttl: HOUR_S * 1_000 }),
      close: () => client.quit(),
    }
  },
  'ocache defineCachedFunction'(port, render) {
    const client = gathering(port)
    const storage = {
      get: async <T>(key: string) => JSON.parse((await client.get(key)) ?? 'null') as T | null, // as it was written
      set: async (key: string, value: unknown) => void (await client.set(key, JSON.stringify(value), 'EX', HOUR_S)),
    }
    const read = defineCachedFunction((_key: string) => render(), {
      name: 'page',
      maxAge: HOUR_S,
      getKey: (key) => encodeURIComponent(key),
      storage,
    })
    return { read, close: () => client.quit() }
  },
  'async-cache-dedupe'(port, render) {
    const client = gathering(port)
    const cache = createCache({ ttl: HOUR_S, storage: { type: 'redis', options: { client: client as never } } }) // typed for ioredis 5
    return { read: cache.define('page', render).page, close: () => client.quit() }
  },
  'cacheable getOrSet'(port, render) {
    const keyv = new Keyv({ store: new KeyvRedis(`redis://127.0.0.1:${port}`) })
    const cache = new Cacheable({ primary: keyv })
    return { read: (key) => cache.getOrSet(key, render, { ttl: HOUR_S * 1_000 }), close: () => keyv.disconnect() }
  },
  '@keyv/redis'(port, render) {
    const keyv = new Keyv({ store: new KeyvRedis(`redis://127.0.0.1:${port}`), namespace: 'plain' })
    const read = async (key: string): Promise<unknown> => {
      const kept = await keyv.get(key)
      if (kept !== undefined) return kept
      const page = await render()
      await keyv.set(key, page, HOUR_S * 1_000)
      return page
    }
    return { read, close: () => keyv.disconnect() }
  },
}
