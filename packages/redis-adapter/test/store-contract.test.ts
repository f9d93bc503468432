import { memoryStore, tieredStore } from '@ssr-cache/core'
import { storeContract } from '@ssr-cache/core/testing'
import { Cluster, Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RedisCluster, startCluster } from '../../../test-utils/redis/cluster.ts'
import { type FaultProxy, startFaultProxy } from '../../../test-utils/redis/fault-proxy.ts'
import { redisIsMissing } from '../../../test-utils/redis/program.ts'
import { type RedisSentinel, startSentinel } from '../../../test-utils/redis/sentinel.ts'
import { type RedisServer, startRedis } from '../../../test-utils/redis/server.ts'
import { type RedisTls, startTls } from '../../../test-utils/redis/tls.ts'
import { type RedisStoreOptions, redisStore } from '../src/index.ts'

function contract(optionsNow: () => RedisStoreOptions): void {
  for (const { name, run } of storeContract(() => redisStore(optionsNow()))) {
    it(name, async () => expect(await run()).toBe('passed'))
  }
}

describe.skipIf(redisIsMissing)('the store contract on Redis', () => {
  describe('by URL (R9)', () => {
    let server: RedisServer
    beforeAll(async () => {
      server = await startRedis()
    })
    afterAll(() => server[Symbol.asyncDispose]())
    contract(() => ({ url: server.url }))

    describe('with memory before it (R39)', () => {
      for (const { name, run } of storeContract(() => tieredStore(memoryStore(), redisStore({ url: server.url })))) {
        it(name, async () => expect(await run()).toBe('passed'))
      }
    })
  })

  describe('by a client of the app’s, with its own prefix and no pipelining', () => {
    let server: RedisServer
    let client: Redis
    beforeAll(async () => {
      server = await startRedis()
      client = new Redis(server.port, { keyPrefix: 'app:' })
    })
    afterAll(async () => {
      client.disconnect()
      await server[Symbol.asyncDispose]()
    })
    contract(() => ({ client, logger: silent }))
  })

  describe('behind a slow network', () => {
    let server: RedisServer
    let proxy: FaultProxy
    beforeAll(async () => {
      server = await startRedis()
      proxy = await startFaultProxy(server)
      proxy.latencyMs = 3
    })
    afterAll(async () => {
      await proxy[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
    })
    contract(() => ({ connection: { host: proxy.host, port: proxy.port } }))
  })

  describe('a cluster of three (V10)', () => {
    let cluster: RedisCluster
    beforeAll(async () => {
      cluster = await startCluster()
    })
    afterAll(() => cluster[Symbol.asyncDispose]())
    contract(() => ({ cluster: { nodes: cluster.nodes } }))
  })

  describe('a cluster by a client of the app’s', () => {
    let cluster: RedisCluster
    let client: Cluster
    beforeAll(async () => {
      cluster = await startCluster()
      client = new Cluster([...cluster.nodes], { enableAutoPipelining: true })
    })
    afterAll(async () => {
      client.disconnect()
      await cluster[Symbol.asyncDispose]()
    })
    contract(() => ({ client }))
  })

  describe('what Sentinel watches over', () => {
    let sentinel: RedisSentinel
    beforeAll(async () => {
      sentinel = await startSentinel()
    })
    afterAll(() => sentinel[Symbol.asyncDispose]())
    contract(() => ({ connection: { sentinels: [...sentinel.sentinels], name: sentinel.name } }))
  })

  describe('over TLS', () => {
    let tls: RedisTls
    beforeAll(async () => {
      tls = await startTls()
    })
    afterAll(() => tls[Symbol.asyncDispose]())
    contract(() => ({ url: tls.server.url, connection: { tls: { ca: tls.ca, servername: 'localhost' } } }))
  })
})

const silent = { debug() {}, info() {}, warn() {}, error() {} }
