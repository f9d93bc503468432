import { Cluster, Redis, type RedisOptions } from 'ioredis'
import { afterEach, describe, expect, it } from 'vitest'
import { startCluster } from '../../test-utils/redis/cluster.ts'
import { startFaultProxy } from '../../test-utils/redis/fault-proxy.ts'
import { redisIsMissing } from '../../test-utils/redis/program.ts'
import { startSentinel } from '../../test-utils/redis/sentinel.ts'
import { startRedis } from '../../test-utils/redis/server.ts'
import { startTls } from '../../test-utils/redis/tls.ts'
import { until } from '../../test-utils/redis/until.ts'

const clients: (Redis | Cluster)[] = []

// The constructor wants `replyMapping` left out rather than undefined.
function client(options: RedisOptions & { replyMapping?: 'legacy' }): Redis {
  const made = new Redis({ host: '127.0.0.1', maxRetriesPerRequest: null, retryStrategy: () => 20, ...options })
  made.on('error', () => {})
  clients.push(made)
  return made
}

afterEach(() => {
  for (const each of clients.splice(0)) each.disconnect()
})

describe.skipIf(redisIsMissing)('a Redis of the tests’ own (needs a Redis program)', () => {
  it('answers, is killed, and starts again on its port with nothing kept', async () => {
    await using server = await startRedis()
    const redis = client({ port: server.port })
    await redis.set('a', '1')
    await server.kill()
    await server.restart()
    expect(await redis.get('a')).toBeNull()
  })

  it('keeps on disk what its settings say', async () => {
    await using server = await startRedis({ settings: ['appendonly yes', 'appendfsync always'] })
    const redis = client({ port: server.port })
    await redis.set('a', '1')
    await server.kill()
    await server.restart()
    expect(await redis.get('a')).toBe('1')
  })

  it('says nothing while it is paused', async () => {
    await using server = await startRedis()
    const redis = client({ port: server.port })
    await redis.ping()
    server.pause()
    await expect(client({ port: server.port, connectTimeout: 100, commandTimeout: 200 }).ping()).rejects.toThrow()
    server.resume()
    expect(await redis.ping()).toBe('PONG')
  })

  it('says what the program said where it does not start', async () => {
    await expect(startRedis({ settings: ['no-such-setting yes'] })).rejects.toThrow(/no-such-setting/)
  })

  it('answers over TLS, and only to who trusts its authority', async () => {
    await using tls = await startTls()
    const { port } = tls.server
    expect(await client({ port, tls: { ca: tls.ca, servername: 'localhost' } }).ping()).toBe('PONG')
    const careful = client({ port, tls: { servername: 'localhost' }, maxRetriesPerRequest: 0 })
    await expect(careful.ping()).rejects.toThrow()
  })

  it('is a cluster of three', async () => {
    await using cluster = await startCluster()
    const redis = new Cluster([...cluster.nodes])
    clients.push(redis)
    await Promise.all(Array.from({ length: 50 }, (_, i) => redis.set(`key ${i}`, i)))
    const sizes = await Promise.all(cluster.servers.map(({ port }) => client({ port }).dbsize()))
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(50)
    expect(Math.min(...sizes)).toBeGreaterThan(0)
  })

  it('is replaced by its replica when Sentinels miss it', async () => {
    await using sentinel = await startSentinel()
    await sentinel.primary.kill()
    await until('another primary', async () => (await sentinel.primaryPort()) === sentinel.replica.port)
    const redis = client({ sentinels: [...sentinel.sentinels], name: sentinel.name })
    expect(await redis.set('a', '1')).toBe('OK')
  })
})

describe.skipIf(redisIsMissing)('a network that fails as it is told (needs a Redis program)', () => {
  it('holds everything back while it hangs, and hands it over afterwards', async () => {
    await using server = await startRedis()
    await using proxy = await startFaultProxy(server)
    const redis = client({ port: proxy.port })
    await redis.ping()
    proxy.mode = 'hang'
    let answered = false
    const answer = redis.set('a', '1').finally(() => (answered = true))
    expect(await client({ port: server.port }).get('a')).toBeNull()
    expect(answered).toBe(false)
    proxy.mode = 'pass'
    expect(await answer).toBe('OK')
  })

  it('refuses, resets, and counts connections', async () => {
    await using server = await startRedis()
    await using proxy = await startFaultProxy(server)
    const redis = client({ port: proxy.port })
    await redis.ping()
    expect(proxy.open).toBe(1)
    proxy.mode = 'refuse'
    proxy.reset()
    expect(proxy.open).toBe(0)
    await until('two refusals', () => proxy.accepted > 2)
    proxy.mode = 'pass'
    expect(await redis.ping()).toBe('PONG')
  })

  it('cuts an answer in its middle, once', async () => {
    await using server = await startRedis()
    await using proxy = await startFaultProxy(server)
    const redis = client({ port: proxy.port, maxRetriesPerRequest: 1 })
    await redis.set('a', 'x'.repeat(1_000))
    proxy.cutAnswersAfter(100)
    expect(await redis.get('a')).toBe('x'.repeat(1_000))
    expect(proxy.accepted).toBe(2)
  })

  it('delays what passes, in order', async () => {
    await using server = await startRedis()
    await using proxy = await startFaultProxy(server)
    proxy.latencyMs = 20
    const redis = client({ port: proxy.port })
    await redis.ping()
    const startedAt = performance.now()
    expect(await Promise.all([redis.incr('n'), redis.incr('n'), redis.incr('n')])).toEqual([1, 2, 3])
    expect(performance.now() - startedAt).toBeGreaterThan(35)
  })
})
