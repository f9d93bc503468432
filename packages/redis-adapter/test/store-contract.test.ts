import { memoryStore, tieredStore } from '@ssr-cache/core'
import { storeContract } from '@ssr-cache/core/testing'
import { Cluster, Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { forAll } from '../../../test-utils/for-all.ts'
import { startCluster } from '../../../test-utils/redis/cluster.ts'
import { startFaultProxy } from '../../../test-utils/redis/fault-proxy.ts'
import { redisIsMissing } from '../../../test-utils/redis/program.ts'
import { startSentinel } from '../../../test-utils/redis/sentinel.ts'
import { startRedis } from '../../../test-utils/redis/server.ts'
import { startTls } from '../../../test-utils/redis/tls.ts'
import { type RedisStoreOptions, redisStore } from '../src/index.ts'

function contract(optionsNow: () => RedisStoreOptions): void {
  for (const { name, run } of storeContract(() => redisStore(optionsNow()))) {
    it(name, async () => expect(await run()).toBe('passed'))
  }
}

describe.skipIf(redisIsMissing)('the store contract on Redis', () => {
  describe('by URL (R9)', () => {
    const server = forAll(startRedis)
    contract(() => ({ url: server().url }))

    describe('with memory before it (R39)', () => {
      for (const { name, run } of storeContract(() => tieredStore(memoryStore(), redisStore({ url: server().url })))) {
        it(name, async () => expect(await run()).toBe('passed'))
      }
    })
  })

  describe('by a client of the app’s, with its own prefix and no pipelining', () => {
    const server = forAll(startRedis)
    let client: Redis
    beforeAll(() => {
      client = new Redis(server().port, { keyPrefix: 'app:' })
    })
    afterAll(() => client.disconnect())
    contract(() => ({ client, logger: silent }))
  })

  describe('behind a slow network', () => {
    const server = forAll(startRedis)
    const proxy = forAll(() => startFaultProxy(server()))
    beforeAll(() => {
      proxy().latencyMs = 3
    })
    contract(() => ({ connection: { host: proxy().host, port: proxy().port } }))
  })

  describe('a cluster of three (V10)', () => {
    const cluster = forAll(startCluster)
    contract(() => ({ cluster: { nodes: cluster().nodes } }))
  })

  describe('a cluster by a client of the app’s', () => {
    const cluster = forAll(startCluster)
    let client: Cluster
    beforeAll(() => {
      client = new Cluster([...cluster().nodes], { enableAutoPipelining: true })
    })
    afterAll(() => client.disconnect())
    contract(() => ({ client }))
  })

  describe('what Sentinel watches over', () => {
    const sentinel = forAll(startSentinel)
    contract(() => ({ connection: { sentinels: [...sentinel().sentinels], name: sentinel().name } }))
  })

  describe('over TLS', () => {
    const tls = forAll(startTls)
    contract(() => ({ url: tls().server.url, connection: { tls: { ca: tls().ca, servername: 'localhost' } } }))
  })
})

const silent = { debug() {}, info() {}, warn() {}, error() {} }
