import type { RenderCache, StoreKey } from '@ssr-cache/core'
import { redisStore } from '@ssr-cache/redis-adapter'
import { Redis } from 'ioredis'
import { startRedis } from '../../../test-utils/redis/server.ts'
import { concurrentCall } from './concurrent-call.ts'
import { type Contender, type Effort, measure } from './contest.ts'
import { KEYS, readyKeys } from './map-baseline.ts'
import type { Part } from './part.ts'
import { REDIS_PEERS } from './redis-peers.ts'
import type { TableSamples } from './samples.ts'
import { goingRound, HOST, HOT_PAGES, PAGE, warmCache } from './shop.ts'

const IN_FLIGHT = 64
/** 0.9 of the throughput. */
const MOST = Number((1 / 0.9).toFixed(3))

/** Hits of pages that lie in Redis, beside the bare client. */
export const redisHitPart: Part = {
  name: 'redis-hit',
  about: `hits in Redis with ${IN_FLIGHT} in flight, beside getBuffer of ioredis and other caches`,
  async measure(effort) {
    await using redis = await startRedis()
    const closings: (() => Promise<unknown>)[] = []
    try {
      return [await measured(redis.port, effort, (closing) => closings.push(closing))]
    } finally {
      for (const close of closings) await close()
    }
  },
}

async function measured(
  port: number,
  effort: Effort,
  atEnd: (close: () => Promise<unknown>) => void,
): Promise<TableSamples> {
  // A call waits for another process, as a server's does; but it is a single one, and 64 of them are a fraction of this.
  const roundMs = effort.serverRoundMs / 2
  const client = new Redis(port, { enableAutoPipelining: true })
  atEnd(() => client.quit())
  for (const key of KEYS) await client.set(key, PAGE)
  const bare = { name: 'client.getBuffer(key), auto-pipelined', input: readyKeys(), inFlight: IN_FLIGHT }
  const baseline = await concurrentCall({ ...bare, call: (key) => client.getBuffer(key) }, roundMs)
  const cache = await warmCache({}, '', redisStore({ url: `redis://127.0.0.1:${port}` }))
  atEnd(() => cache.close())
  const contenders = [await lookup(cache, roundMs)]
  for (const [name, make] of Object.entries(REDIS_PEERS)) {
    let renders = 0
    const peer = make(port, async () => ({ status: 200, body: renders++ < HOT_PAGES ? PAGE : notAHit(name) }))
    atEnd(() => peer.close())
    for (const key of KEYS) await peer.read(key)
    contenders.push(await concurrentCall({ name, input: readyKeys(), inFlight: IN_FLIGHT, call: peer.read }, roundMs))
  }
  const note = `${HOT_PAGES} pages of 30 KB in turn, ${IN_FLIGHT} in flight, Redis on this machine. What is compared is time, so the bar is 0.9 of the throughput: a client waits for Redis, and what a hit makes Redis do counts too. A hit of ours is read with the news of the log, inside of its time budget, and is a page that can be sent; the baseline is the bytes. Peers keep the page as text in JSON, and have no memory before Redis.`
  return measure({ title: 'Hit in Redis', note, compares: 'time', baseline, contenders }, effort)
}

function notAHit(name: string): never {
  throw new Error(`expected hits of ${name} only, got a miss`)
}

function lookup(cache: RenderCache, roundMs: number): Promise<Contender> {
  const keys = KEYS.map((url) => cache.key({ url }) as StoreKey) // none of them bypasses
  const next = goingRound()
  const call = async (key: StoreKey): Promise<void> => {
    if ((await cache.lookup(key)) === undefined) throw new Error(`expected a hit of ${HOST}, got a miss`)
  }
  return concurrentCall(
    {
      name: 'cache.lookup(key) on redisStore',
      bar: { name: `Redis hit of a 30 KB page, ${IN_FLIGHT} in flight`, most: MOST },
      input: () => keys[next()] as StoreKey, // as many as there are pages
      inFlight: IN_FLIGHT,
      call,
    },
    roundMs,
  )
}
