import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { redisIsMissing } from '../../../test-utils/redis/program.ts'
import { type RedisServer, startRedis } from '../../../test-utils/redis/server.ts'
import { until } from '../../../test-utils/redis/until.ts'
import {
  cacheOfTheFleet,
  storeInACluster,
  storeOnTheAppsClient,
  storeOverTls,
  storeUnderSentinel,
} from '../src/redis.ts'

describe.skipIf(redisIsMissing)('the recipes for Redis (needs a Redis program)', () => {
  let server: RedisServer
  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(() => server[Symbol.asyncDispose]())

  test('what one process has rendered all serve, and a purge reaches them all (R5, R39, R41)', async () => {
    const caches = [1, 2].map(() => cacheOfTheFleet(server.url))
    onTestFinished(async () => void (await Promise.all(caches.map((cache) => cache.close()))))
    let renders = 0
    const visit = async (i: number): Promise<string> => {
      const page = await caches[i]?.handle(new Request('https://shop.example/movies/42'), () => {
        return new Response(`render ${++renders}`, { headers: { 'content-type': 'text/html' } })
      })
      return (await page?.text()) ?? ''
    }
    expect(await visit(0)).toBe('render 1')
    await until('the other to have it', async () => (await visit(1)) === 'render 1')
    await caches[0]?.purge({ urls: ['/movies/42'] })
    await until('the other to render it anew', async () => (await visit(1)) !== 'render 1')
  })

  test('a client of the app’s is left open', async () => {
    const { store, client } = storeOnTheAppsClient(server.url)
    await store.log.read({ epoch: '', position: -1 })
    await store.close()
    expect(await client.ping()).toBe('PONG')
    client.disconnect()
  })
})

test('stores are made at once, whether or not anybody answers there (F1)', async () => {
  const stores = [storeUnderSentinel('secret'), storeInACluster('secret'), storeOverTls('rediss://127.0.0.1:1', '')]
  expect(stores.map((store) => store.stats().state)).toEqual(['opening', 'opening', 'opening'])
  await Promise.all(stores.map((store) => store.close()))
})
