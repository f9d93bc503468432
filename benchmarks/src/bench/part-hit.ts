import type { RenderCache, StoreKey } from '@ssr-cache/core'
import { type Contender, type Effort, measure } from './contest.ts'
import { KEYS, mapBaseline, readyKeys } from './map-baseline.ts'
import type { Part } from './part.ts'
import { PEERS } from './peers.ts'
import { repeatedCall } from './repeated-call.ts'
import type { TableSamples } from './samples.ts'
import { goingRound, HOT_PAGES, PAGE, warmCache } from './shop.ts'

/** Hits of a hundred pages in turn by a ready key. */
export const hitPart: Part = {
  name: 'hit',
  about: 'hits by a ready key, beside a Map and other caches',
  async measure(effort) {
    return [await measured(effort)]
  },
}

async function measured(effort: Effort): Promise<TableSamples> {
  const { roundMs } = effort
  const baseline = await mapBaseline(roundMs)
  const cache = await warmCache()
  const contenders = [await lookup(cache, roundMs)]
  for (const peer of PEERS) {
    const read = peer.make(async () => ({ status: 200, body: PAGE }))
    for (const key of KEYS) await read(key)
    contenders.push(await repeatedCall({ name: peer.name, input: readyKeys(), call: read }, roundMs))
  }
  const note = `${HOT_PAGES} pages of 30 KB in turn, each call awaited; a hit gives the kept object. apicache is a middleware and cannot be asked by key.`
  return measure({ title: 'Hit by a ready key', note, baseline, contenders }, effort)
}

function lookup(cache: RenderCache, roundMs: number): Promise<Contender> {
  const keys = KEYS.map((url) => cache.key({ url }) as StoreKey) // none of them bypasses
  const next = goingRound()
  return repeatedCall(
    {
      name: 'cache.lookup(key)',
      bar: { name: 'hit by a ready key', most: 1.5 },
      input: () => keys[next()] as StoreKey, // as many as there are pages
      call: (key) => cache.lookup(key),
    },
    roundMs,
  )
}
