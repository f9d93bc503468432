import { createRenderCache, type RenderCacheEvents } from '@ssr-cache/core'
import { Redis } from 'ioredis'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startCluster } from '../../../test-utils/redis/cluster.ts'
import { startFaultProxy } from '../../../test-utils/redis/fault-proxy.ts'
import { SLOW_TO_LOAD, whileLoading } from '../../../test-utils/redis/loading.ts'
import { redisIsMissing } from '../../../test-utils/redis/program.ts'
import { startSentinel } from '../../../test-utils/redis/sentinel.ts'
import { type RedisServer, startRedis } from '../../../test-utils/redis/server.ts'
import { until } from '../../../test-utils/redis/until.ts'
import { type RedisStore, type RedisStoreOptions, redisStore } from '../src/index.ts'
import { HeardLogger } from './heard-logger.ts'
import { HARD, UNHEARD } from './log-bed.ts'
import { keyOf, pageOf, textOf } from './samples.ts'

const LEASE = { generation: UNHEARD, leaseMs: 1_000, graceMs: 100 }
const ABSENT = { if: { absent: true } } as const

function open(options: Partial<RedisStoreOptions>) {
  const logger = new HeardLogger()
  const store = redisStore({ logger, ...options })
  onTestFinished(() => store.close())
  return { store, logger }
}

/** What each operation of the port comes to: `fine`, or the code that it was rejected with. */
async function outcomes(store: RedisStore): Promise<Readonly<Record<string, string>>> {
  const key = keyOf('/outcome')
  const operations = {
    get: () => store.get(key, { since: UNHEARD }),
    set: () => store.set(key, pageOf('page', UNHEARD), { if: { notNewerThan: UNHEARD } }),
    delete: () => store.delete(key),
    take: () => store.lease.take(key, LEASE),
    renew: () => store.lease.renew(key, 1n, LEASE),
    release: () => store.lease.release(key, 1n),
    append: () => store.log.append([{ kind: 'tag', tag: 'a' }], HARD),
    read: () => store.log.read(UNHEARD),
  }
  const told = Object.entries(operations).map(async ([name, run]) => {
    const outcome = await Promise.resolve(run()).then(
      () => 'fine',
      (error: { readonly code?: string }) => String(error.code),
    )
    return [name, outcome] as const
  })
  return Object.fromEntries(await Promise.all(told))
}

const FAILED = 'ERR_SSR_CACHE_STORE'
const ALL_FAILED = {
  get: FAILED,
  set: FAILED,
  delete: FAILED,
  take: FAILED,
  renew: FAILED,
  release: FAILED,
  append: FAILED,
  read: FAILED,
}

describe.skipIf(redisIsMissing)('a Redis that fails (needs a Redis program)', () => {
  it('refused: every operation says so, at once, and purges fail loudly (F1, F7)', async () => {
    const { store } = open({ url: 'redis://127.0.0.1:1' })
    expect(await outcomes(store)).toEqual(ALL_FAILED)
    expect(store.stats().state).toBe('lost')
  })

  it('hung at start: once it is known, every operation says so at once (F2)', async () => {
    await using server = await startRedis()
    await using proxy = await startFaultProxy(server)
    proxy.mode = 'hang'
    const { store, logger } = open({ url: `redis://127.0.0.1:${proxy.port}` })
    expect(await outcomes(store)).toEqual(ALL_FAILED)
    expect(logger.lines).toEqual([expect.stringMatching(/tim(e|ed) ?out/i)])
    proxy.mode = 'pass'
    await until('it to be there again', () => store.stats().state === 'ready')
    expect((await outcomes(store))['get']).toBe('fine')
  })

  it('loading its data: every operation says so at once, who comes meanwhile waits no longer than others, and both are well when it has loaded (F4, LOADING)', async () => {
    await using server = await startRedis({ settings: SLOW_TO_LOAD })
    const before = open({ url: server.url })
    await until('it to be connected', () => before.store.stats().state === 'ready')
    const stores = [before.store]
    await whileLoading(server, async () => {
      expect(await outcomes(before.store)).toEqual(ALL_FAILED)
      expect(before.logger.lines).toEqual([expect.stringMatching(/^error: .*LOADING.* Redis is starting; wait\.$/)])
      const { store } = open({ url: server.url })
      stores.push(store)
      expect(await outcomes(store)).toEqual(ALL_FAILED)
    })
    for (const store of stores) {
      await until('all to be well', async () => Object.values(await outcomes(store)).every((each) => each === 'fine'))
    }
  })

  it('hung in mid-traffic: a connection that owes an answer is given up, and made anew when it can be (F2)', async () => {
    await using server = await startRedis()
    const { store } = open({ url: server.url, connection: { socketTimeout: 200 } })
    await store.log.read(UNHEARD)
    server.pause()
    expect(await outcomes(store)).toEqual(ALL_FAILED)
    server.resume()
    await until('it to be there again', () => store.stats().state === 'ready')
    expect((await outcomes(store))['get']).toBe('fine')
  })

  it('hung behind the app’s own client, which never gives a connection up: nothing piles up in it, and it is there again when Redis is (F2, I7)', async () => {
    await using server = await startRedis()
    const client = new Redis(server.port, { enableAutoPipelining: true })
    onTestFinished(() => client.disconnect())
    const { store, logger } = open({ client })
    const cache = createRenderCache({ hosts: ['shop.example'], maxAge: 60, store, logger })
    onTestFinished(() => cache.close())
    const visit = async (path: string): Promise<Response> => {
      const request = new Request(`https://shop.example${path}`, { headers: { accept: 'text/html' } })
      const page = await cache.handle(
        request,
        () => new Response('<p>page</p>', { headers: { 'content-type': 'text/html' } }),
      )
      return page.toResponse()
    }
    await store.log.read(UNHEARD)
    await client.config('RESETSTAT')
    server.pause()
    for (let i = 0; i < 20; i++) {
      const visits = await Promise.all(Array.from({ length: 10 }, (_, j) => visit(`/${i}/${j}`)))
      for (const { status } of visits) expect(status).toBe(200)
    }
    server.resume()
    const calls = await client.info('commandstats')
    // The first ten, and those that look whether Redis is back.
    expect(Number(/cmdstat_get:calls=(\d+)/.exec(calls)?.[1])).toBeLessThan(50)
    await until('pages to be shared again', async () => {
      await visit('/back')
      return (await visit('/back')).headers.get('cache-status')?.includes('; hit') ?? false
    })
  })

  it('killed in mid-traffic and started again: it works without a restart of ours, and what was purged meanwhile is made good (F3)', async () => {
    await using server = await startRedis()
    const { store } = open({ url: server.url })
    const other = open({ url: server.url }).store
    const { head } = await store.log.read(UNHEARD)
    await store.set(keyOf('/a'), pageOf('before', head), ABSENT)
    await server.kill()
    expect(await outcomes(store)).toEqual(ALL_FAILED)
    await server.restart()
    await until('both to be back', () => [store, other].every((each) => each.stats().state === 'ready'))
    await other.log.append([{ kind: 'all' }], HARD)
    const { value, tail } = await store.get(keyOf('/a'), { since: head })
    expect(value).toBeUndefined()
    // It has lost everything: another log, in which what is older than its beginning counts as absent.
    expect(tail).toMatchObject({ purgeLowWater: expect.any(Number) })
    expect(tail !== undefined && tail !== 'unread' && tail.head.epoch).not.toBe(head.epoch)
  })

  it.each<[string, (server: RedisServer, client: Redis) => Promise<unknown>, Readonly<Record<string, string>>]>([
    [
      'READONLY',
      // A replica of nobody: it still has what it had, and takes no writes.
      (_, client) => client.replicaof('127.0.0.1', 1),
      { set: FAILED, delete: 'fine', take: FAILED, append: FAILED },
    ],
    [
      'OOM',
      (_, client) => client.config('SET', 'maxmemory', '1'),
      { get: 'fine', set: FAILED, take: FAILED, append: FAILED },
    ],
    [
      'MISCONF',
      async (_, client) => {
        await client.config('SET', 'dir', '/proc')
        await client.config('SET', 'save', '3600 1')
        await client.set('x', 'y')
        await client.bgsave().catch(() => {})
        await until('saving to fail', async () => (await client.info('persistence')).includes('last_bgsave_status:err'))
      },
      { set: FAILED, take: FAILED, append: FAILED },
    ],
  ])(
    '%s: what it cannot do is rejected cleanly, and the page is served all the same (F4, I6)',
    async (name, fail, told) => {
      await using server = await startRedis({ settings: ['enable-protected-configs yes'] })
      const client = new Redis(server.port)
      onTestFinished(() => client.disconnect())
      const { store, logger } = open({ url: server.url, connection: { reconnectOnError: null } })
      await store.log.read(UNHEARD)
      await fail(server, client)
      expect(await outcomes(store)).toMatchObject(told)
      expect(logger.lines).toContainEqual(expect.stringContaining(name))
      await servesPages(store)
    },
  )

  it('MOVED and CROSSSLOT, since it is one node of a cluster and was given as a server: rejected cleanly, with the way out (F4)', async () => {
    await using cluster = await startCluster()
    const { store, logger } = open({ url: `redis://127.0.0.1:${cluster.servers[0]?.port}` })
    const found = await Promise.allSettled(
      Array.from({ length: 20 }, (_, i) => store.get(keyOf(`/${i}`), { since: UNHEARD })),
    )
    expect(new Set(found.map(({ status }) => status))).toContain('rejected')
    for (const each of found) if (each.status === 'rejected') expect(each.reason.code).toBe(FAILED)
    expect(logger.lines).toContainEqual(expect.stringMatching(/MOVED.*write "cluster" instead of "url"/))
    await servesPages(store)
  })

  it('WRONGTYPE where a lease belongs: rejected cleanly, and the page is served (F4)', async () => {
    await using server = await startRedis()
    const client = new Redis(server.port)
    onTestFinished(() => client.disconnect())
    const { store } = open({ url: server.url })
    await store.lease.take(keyOf('/outcome'), LEASE)
    const [name] = (await client.keys('*:l:*')).concat(await client.keys('*l:{*')) as [string]
    await client.set(name, 'of another program')
    expect(await outcomes(store)).toMatchObject({
      get: 'fine',
      set: 'fine',
      take: FAILED,
      renew: FAILED,
      release: FAILED,
    })
  })

  it('a cluster whose nodes serve not all slots: said in plain words, and written to once they do', async () => {
    await using cluster = await startCluster(3, ['cluster-require-full-coverage no'])
    const key = keyOf('/unserved')
    const nodes = cluster.servers.map(({ port }) => new Redis(port))
    onTestFinished(() => {
      for (const node of nodes) node.disconnect()
    })
    for (const node of nodes) await node.call('CLUSTER', 'DELSLOTSRANGE', 100, 16_383)
    const { store, logger } = open({ cluster: { nodes: cluster.nodes } })
    const writing = () => store.set(key, pageOf('page', UNHEARD), { if: { notNewerThan: UNHEARD } })
    await expect(writing()).rejects.toMatchObject({ code: FAILED })
    expect(logger.lines).toContainEqual(expect.stringMatching(/Part of the cluster is gone/))
    // Each takes back what was its own: the others may not have forgotten that yet.
    const share = Math.ceil(16_384 / 3)
    for (const [i, node] of nodes.entries())
      await node.call('CLUSTER', 'ADDSLOTSRANGE', Math.max(100, i * share), Math.min(16_383, (i + 1) * share - 1))
    await until('the page to be written', () => writing().then(...[() => true, () => false]))
  })

  it('one node of a cluster is gone: pages of the others are read, without the log’s word where that node has the log', async () => {
    await using cluster = await startCluster()
    const { store } = open({ cluster: { nodes: cluster.nodes }, keyPrefix: 'shop:' })
    const { head } = await store.log.read(UNHEARD)
    const keys = Array.from({ length: 30 }, (_, i) => keyOf(`/${i}`))
    for (const key of keys) await store.set(key, pageOf(key.url, head), ABSENT)
    const slot = new Redis(cluster.servers[0]?.port ?? 0)
    onTestFinished(() => slot.disconnect())
    const at = Number(await slot.call('CLUSTER', 'KEYSLOT', 'shop:log'))
    const owner = cluster.servers[Math.floor(at / Math.ceil(16_384 / 3))]
    owner?.pause()
    const found = await Promise.allSettled(
      keys.map((key) => Promise.race([store.get(key, { since: head }), rejectSoon()])),
    )
    owner?.resume()
    const read = found.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
    expect(read.length).toBeGreaterThan(0)
    for (const each of read) expect(each.tail).toBe('unread')
    expect(read.every(({ value }) => textOf(value)?.startsWith('https://shop.example/'))).toBe(true)
    expect(store.stats().unread).toBe(read.length)
  })

  it('a primary that is killed under Sentinel: the store finds the next one by itself (F3)', async () => {
    await using sentinel = await startSentinel()
    const { store } = open({ connection: { sentinels: [...sentinel.sentinels], name: sentinel.name } })
    const { head } = await store.log.read(UNHEARD)
    await store.set(keyOf('/a'), pageOf('before', head), ABSENT)
    await sentinel.primary.kill()
    await until('another primary', async () => (await sentinel.primaryPort()) === sentinel.replica.port)
    await until('pages to be written again', async () => {
      const write = store.set(keyOf('/b'), pageOf('after', head), { if: { notNewerThan: head } })
      return (await write.catch(() => 'failed')) === 'stored'
    })
    const { head: later } = await store.log.read(UNHEARD)
    expect(later.epoch).not.toBe(head.epoch)
  })

  it('closed in the middle of writing: what was begun is finished first', async () => {
    await using server = await startRedis()
    const [one, other] = [open({ url: server.url }), open({ url: server.url })]
    const { head } = await one.store.log.read(UNHEARD)
    const keys = Array.from({ length: 50 }, (_, i) => keyOf(`/${i}`))
    const writes = keys.map((key) => one.store.set(key, pageOf('last', head), { if: { notNewerThan: head } }))
    await new Promise(setImmediate)
    const more = one.store.delete(keyOf('/0'), { if: { revision: 'none' } })
    await Promise.resolve()
    await one.store.close()
    expect(await Promise.all(writes)).toEqual(keys.map(() => 'stored'))
    expect(await more).toBe(false)
    expect(one.logger.lines).toEqual([])
    expect(textOf((await other.store.get(keyOf('/49'), { since: UNHEARD })).value)).toBe('last')
  })

  it('closed: nothing of it is left, neither connections nor listeners, and it says so (I13)', async () => {
    await using server = await startRedis()
    const client = new Redis(server.port)
    onTestFinished(() => client.disconnect())
    const { store } = open({ url: server.url })
    const stop = store.log.follow(() => {})
    await store.log.read(UNHEARD)
    await until('both connections', async () => connections(await client.client('LIST')) === 3)
    await store.close()
    stop()
    await until('none but ours', async () => connections(await client.client('LIST')) === 1)
    await expect(store.get(keyOf('/a'), { since: UNHEARD })).rejects.toMatchObject({ code: 'ERR_SSR_CACHE_CLOSED' })
    await expect(store.log.append([{ kind: 'all' }], HARD)).rejects.toMatchObject({ code: 'ERR_SSR_CACHE_CLOSED' })
    await store.close()
  })
})

function connections(list: unknown): number {
  return String(list).trim().split('\n').length
}

function rejectSoon(): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>()
  setTimeout(() => reject(new Error('no answer')), 1_000).unref()
  return promise
}

/** Two visitors are served; that the store failed is an event, and no error. */
async function servesPages(store: RedisStore): Promise<void> {
  const errors: RenderCacheEvents['store-error'][0][] = []
  const cache = createRenderCache({ store, logger: new HeardLogger(), maxAge: 60 })
  cache.events.on('store-error', (event) => errors.push(event))
  const visitor = () => new Request('https://shop.example/a', { headers: { accept: 'text/html' } })
  for (const _ of [1, 2]) {
    const page = await cache.handle(
      visitor(),
      () => new Response('<p>page</p>', { headers: { 'content-type': 'text/html' } }),
    )
    expect(await page.toResponse().text()).toBe('<p>page</p>')
  }
  await cache.close()
  expect(errors.length).toBeGreaterThan(0)
}
