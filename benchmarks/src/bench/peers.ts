import { createCache } from 'async-cache-dedupe'
import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { LRUCache } from 'lru-cache'
import { createMemoryStorage, defineCachedFunction } from 'ocache'

/** What is kept of a page: the same object for every cache. */
export interface KeptPage {
  readonly status: number
  readonly body: string | Uint8Array
}

/** Gives the page of a key: the kept one, or what `render` makes of it, once for all who ask meanwhile. */
export type ReadThrough = (key: string) => Promise<KeptPage | undefined>

export type PeerName = 'lru-cache fetch' | 'async-cache-dedupe' | 'ocache defineCachedFunction' | 'BentoCache getOrSet'

/** A cache of another project, by its read-through call. */
export interface Peer {
  readonly name: PeerName
  /** `render` is called where nothing is kept. Pages stay for an hour, and as many as `mostPages`: a number that all of them fit in, unless it is given. */
  make(render: (key: string) => Promise<KeptPage>, mostPages?: number): ReadThrough
}

const HOUR_S = 3_600
const MOST_PAGES = 100_000

export const PEERS: readonly Peer[] = [
  {
    name: 'lru-cache fetch',
    make(render, mostPages = MOST_PAGES) {
      const cache = new LRUCache<string, KeptPage>({ max: mostPages, ttl: HOUR_S * 1_000, fetchMethod: render })
      return (key) => cache.fetch(key)
    },
  },
  {
    name: 'async-cache-dedupe',
    make(render, mostPages = MOST_PAGES) {
      const cache = createCache({ ttl: HOUR_S, storage: { type: 'memory', options: { size: mostPages } } })
      return cache.define('page', render).page
    },
  },
  {
    name: 'ocache defineCachedFunction',
    make(render, mostPages = MOST_PAGES) {
      const storage = createMemoryStorage({ maxSize: mostPages, maxBytes: Number.POSITIVE_INFINITY })
      return defineCachedFunction(render, { name: 'page', maxAge: HOUR_S, getKey: (key) => key, storage })
    },
  },
  {
    name: 'BentoCache getOrSet',
    make(render, mostPages = MOST_PAGES) {
      const pages = bentostore().useL1Layer(memoryDriver({ maxItems: mostPages, serialize: false }))
      const cache = new BentoCache({ default: 'pages', stores: { pages } })
      return (key) => cache.getOrSet({ key, factory: () => render(key), ttl: HOUR_S * 1_000 })
    },
  },
]
