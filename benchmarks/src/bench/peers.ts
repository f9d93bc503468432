import { createCache } from 'async-cache-dedupe'
import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { LRUCache } from 'lru-cache'
import { createMemoryStorage, defineCachedFunction } from 'ocache'

/** What is kept of a page: the same object for every cache. */
export interface KeptPage {
  readonly status: number
  readonly body: string
}

/** Gives the page of a key: the kept one, or what `render` makes of it, once for all who ask meanwhile. */
export type ReadThrough = (key: string) => Promise<unknown>

/** A cache of another project, by its read-through call. */
export interface Peer {
  readonly name: string
  /** `render` is called where nothing is kept. Pages stay for an hour, all of them fit. */
  make(render: (key: string) => Promise<KeptPage>): ReadThrough
}

const HOUR_S = 3_600
const MOST_PAGES = 100_000

export const PEERS: readonly Peer[] = [
  {
    name: 'lru-cache fetch',
    make(render) {
      const cache = new LRUCache<string, KeptPage>({ max: MOST_PAGES, ttl: HOUR_S * 1_000, fetchMethod: render })
      return (key) => cache.fetch(key)
    },
  },
  {
    name: 'async-cache-dedupe',
    make(render) {
      const cache = createCache({ ttl: HOUR_S, storage: { type: 'memory', options: { size: MOST_PAGES } } })
      return cache.define('page', render).page
    },
  },
  {
    name: 'ocache defineCachedFunction',
    make(render) {
      const storage = createMemoryStorage({ maxSize: MOST_PAGES, maxBytes: Number.POSITIVE_INFINITY })
      return defineCachedFunction(render, { name: 'page', maxAge: HOUR_S, getKey: (key) => key, storage })
    },
  },
  {
    name: 'BentoCache getOrSet',
    make(render) {
      const pages = bentostore().useL1Layer(memoryDriver({ maxItems: MOST_PAGES, serialize: false }))
      const cache = new BentoCache({ default: 'pages', stores: { pages } })
      return (key) => cache.getOrSet({ key, factory: () => render(key), ttl: HOUR_S * 1_000 })
    },
  },
]
