import { memoryStore, type RenderCache, type StoreKey, tieredStore } from '@ssr-cache/core'
import { redisStore } from '@ssr-cache/redis-adapter'
import { startRedis } from '../../../test-utils/redis/server.ts'
import { type Contender, type Effort, measure } from './contest.ts'
import { KEYS } from './map-baseline.ts'
import type { Part } from './part.ts'
import { repeatedCall } from './repeated-call.ts'
import { goingRound, HOT_PAGES, warmCache } from './shop.ts'

/** Hits of pages that lie near at hand and in Redis, beside those that lie in memory alone. */
export const redisTieredPart: Part = {
  name: 'redis-tiered',
  about: 'hits in the memory before Redis, beside hits in memory alone',
  async measure(effort) {
    await using redis = await startRedis()
    const alone = await warmCache()
    const tiered = await warmCache({}, '', tieredStore(memoryStore(), redisStore({ url: redis.url })))
    try {
      const baseline = await lookups('cache.lookup(key) on memoryStore', alone, effort)
      const bar = { name: 'tiered hit', most: 1.2 }
      const contenders = [{ ...(await lookups('cache.lookup(key) on tieredStore', tiered, effort)), bar }]
      const note = `${HOT_PAGES} pages of 30 KB in turn, each call awaited. The tiered store is a memoryStore before a redisStore, whose log it follows all the while.`
      return [await measure({ title: 'Hit in the memory before Redis', note, baseline, contenders }, effort)]
    } finally {
      await tiered.close()
    }
  },
}

function lookups(name: string, cache: RenderCache, { roundMs }: Effort): Promise<Contender> {
  const keys = KEYS.map((url) => cache.key({ url }) as StoreKey) // none of them bypasses
  const next = goingRound()
  const input = () => keys[next()] as StoreKey // as many as there are pages
  return repeatedCall({ name, input, call: (key) => cache.lookup(key) }, roundMs)
}
