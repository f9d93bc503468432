import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { redisIsMissing } from '../../../test-utils/redis/program.ts'
import { type RedisServer, startRedis } from '../../../test-utils/redis/server.ts'
import { storeInACluster, storeOnTheAppsClient, storeOverTls, storeUnderSentinel } from '../src/redis.ts'

describe.skipIf(redisIsMissing)('the recipes for Redis (needs a Redis program)', () => {
  let server: RedisServer
  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(() => server[Symbol.asyncDispose]())

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
