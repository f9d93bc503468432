import { type Cluster, Redis } from 'ioredis'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type RedisCluster, startCluster } from '../../../test-utils/redis/cluster.ts'
import { redisIsMissing } from '../../../test-utils/redis/program.ts'
import { startSentinel } from '../../../test-utils/redis/sentinel.ts'
import type { RedisServer } from '../../../test-utils/redis/server.ts'
import { until } from '../../../test-utils/redis/until.ts'
import { InvalidationIndex } from '../../core/src/store/invalidation-index.ts'
import { ownCluster, ownRedis } from '../src/dial.ts'
import { type RedisStore, redisStore } from '../src/index.ts'
import { HeardLogger } from './heard-logger.ts'
import { Follower, freshPrefix, HARD, openLog, SOFT, tag, UNHEARD } from './log-bed.ts'
import { keyOf, pageOf } from './samples.ts'

describe.skipIf(redisIsMissing)('the log of several servers (needs a Redis program)', () => {
  it('is another one after a failover that lost its tail, though new records took the places of the lost (V5, V8)', async () => {
    await using sentinel = await startSentinel()
    const keyPrefix = freshPrefix()
    const connect = () => ownRedis(undefined, { sentinels: [...sentinel.sentinels], name: sentinel.name })
    await using one = await openLog(connect(), { keyPrefix, syncTimeoutMs: 400 })
    await using behind = await openLog(connect(), { keyPrefix, syncTimeoutMs: 400 })
    const kept = await one.log.append([tag('kept')], SOFT)
    await until('the replica to have it', async () => (await one.commands.wait(1, 100)) === 1)
    const follower = new Follower(one.log)
    await until('the first word', () => follower.knows(kept))
    sentinel.replica.pause()
    const lost = await one.log.append([tag('lost')], HARD)
    await sentinel.primary.kill()
    sentinel.replica.resume()
    await until('another primary', async () => (await sentinel.primaryPort()) === sentinel.replica.port)
    await until('connections to it', () => one.connection.isReady && behind.connection.isReady)
    // Whoever appends first may be somebody who has not heard of the lost one.
    const next = await behind.log.append([tag('next')], SOFT)
    expect(next.epoch).not.toBe(lost.epoch)
    expect(next.position).toBeLessThanOrEqual(lost.position)
    for (const since of [kept, lost]) {
      expect(await one.log.check(since)).toMatchObject({ head: { epoch: next.epoch }, purgeLowWater: 0 })
    }
    await until('the follower to know', () => follower.knows(next))
  })

  it('lies on one node of a cluster, is heard of through any, and is read whatever that node’s share of the pages (X5)', async () => {
    await using cluster = await startCluster()
    const keyPrefix = freshPrefix()
    await using one = await openLog(ownCluster(cluster.nodes, {}), { keyPrefix, syncTimeoutMs: 600_000 })
    await using other = await openLog(ownCluster(cluster.nodes.slice(1), {}), { keyPrefix })
    const before = await one.log.append([tag('a')], SOFT)
    const follower = new Follower(one.log)
    await until('the first word', () => follower.knows(before))
    await until('to be subscribed', () => one.connection.subscriber.ping().then(...[() => true, () => false]))
    const at = await other.log.append([tag('b'), { kind: 'prefix', prefix: '/g' }, { kind: 'url', url: '/a' }], HARD)
    await until('the news', () => follower.knows(at))
    const pages = Array.from({ length: 30 }, (_, i) => `page:${i}`)
    const client = one.commands as Cluster // made above
    const asked = await Promise.all([one.log.check(before), ...pages.map((page) => client.getBuffer(page))])
    expect(asked[0]).toMatchObject({ head: at, records: [{ position: at.position }] })
    expect(await one.log.read(UNHEARD)).toMatchObject({ head: at })
  })

  it('is gone with its node, and pages on the others, which it may have purged, count as absent then (V8, V12)', async () => {
    await using cluster = await startCluster(3, ['cluster-require-full-coverage no'])
    const keyPrefix = freshPrefix()
    const open = () => {
      const store = redisStore({ cluster: { nodes: cluster.nodes }, keyPrefix, logger: new HeardLogger() })
      onTestFinished(() => store.close())
      return store
    }
    const store = open()
    const { head } = await store.log.read(UNHEARD)
    const keys = Array.from({ length: 12 }, (_, i) => keyOf(`/${i}`))
    for (const key of keys) await store.set(key, pageOf('purged', head, { tags: ['a'] }), { if: { absent: true } })
    await store.log.append([tag('a')], HARD)
    const owner = await ownerOf(cluster, `${keyPrefix}log`)
    await owner.kill()
    const read = (at: RedisStore) => Promise.allSettled(keys.map((key) => at.get(key, { since: head })))
    await until('pages without the log’s word', async () => {
      const found = await read(store)
      return found.some((each) => each.status === 'fulfilled' && each.value.value && each.value.tail === 'unread')
    })
    await expect(store.log.append([tag('b')], SOFT)).rejects.toMatchObject({ code: 'ERR_SSR_CACHE_STORE' })
    await owner.restart()
    // Of a process that never heard of the purge.
    const other = open()
    await until('the log to be another', async () => {
      const [read] = await Promise.allSettled([other.log.read(UNHEARD)])
      return read.status === 'fulfilled' && read.value.head.epoch !== head.epoch
    })
    const index = new InvalidationIndex()
    index.apply(await other.log.read(UNHEARD))
    const left = (await read(other)).map((each) => (each.status === 'fulfilled' ? each.value.value : undefined))
    const verdicts = left.flatMap((value, i) =>
      value?.kind === 'page' ? [index.verdict(keys[i]?.url ?? '', value).kind] : [],
    )
    expect(new Set(verdicts)).toEqual(new Set(['absent']))
  })
})

/** The server that has `key`. */
async function ownerOf({ servers }: RedisCluster, key: string): Promise<RedisServer> {
  for (const server of servers) {
    const client = new Redis(server.port)
    const isThere = await client.exists(key).catch(() => 0)
    client.disconnect()
    if (isThere === 1) return server
  }
  throw new Error(`expected ${key} on one of ${servers.length} servers, got none`)
}
