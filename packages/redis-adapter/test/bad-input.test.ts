import { createServer, type Socket } from 'node:net'
import type { Store } from '@ssr-cache/core'
import { createRenderCache } from '@ssr-cache/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { redisIsMissing } from '../../../test-utils/redis/program.ts'
import { startRedis } from '../../../test-utils/redis/server.ts'
import { until } from '../../../test-utils/redis/until.ts'
import { type RedisStoreOptions, redisStore } from '../src/index.ts'
import { HeardLogger } from './heard-logger.ts'
import { UNHEARD } from './log-bed.ts'

describe('redisStore refuses when it is made', () => {
  it.each<[unknown, string]>([
    [undefined, '"redisStore" must be an object, got undefined'],
    [{}, '"redisStore" must be told one place to keep pages in, got 0 (number). Write { url:'],
    [{ url: 'redis://a', cluster: { nodes: [1] } }, '"redisStore" must be told one place to keep pages in, got 2'],
    [
      { urls: 'redis://a' },
      '"redisStore.urls" must be left out (there is no such option), got "redis://a" (string). Write url.',
    ],
    [
      { url: 'localhost:6379' },
      '"redisStore.url" must be a URL of Redis, got "localhost:6379" (string). Write \'redis://localhost:6379\'',
    ],
    [{ url: 'http://a' }, 'must be a URL of Redis'],
    [{ url: 'redis://a/shop' }, 'must be a URL of Redis'],
    [{ url: 6379 }, 'must be a URL of Redis, got 6379 (number)'],
    [{ url: 'https://user:hunter2@a' }, 'got "https://…@a" (string)'],
    [
      { client: { get() {} } },
      '"redisStore.client" must be a client of ioredis, got "[object Object]" (string). Write new Redis(url)',
    ],
    [{ connection: 'a' }, '"redisStore.connection" must be an object'],
    [{ cluster: [{ port: 1 }] }, '"redisStore.cluster" must be an object'],
    [{ cluster: { nodes: [] } }, '"redisStore.cluster.nodes" must be a list of one or more nodes'],
    [{ cluster: { nodes: [1], redisOptions: {} } }, '"redisStore.cluster.redisOptions" must be left out'],
    [{ cluster: { nodes: [1], options: 1 } }, '"redisStore.cluster.options" must be an object'],
    [{ url: 'redis://a', keyPrefix: '{shop}' }, '"redisStore.keyPrefix" must be some text without braces'],
    [{ url: 'redis://a', keyPrefix: '' }, '"redisStore.keyPrefix" must be some text without braces'],
    [
      { url: 'redis://a', syncTimeoutMs: '2s' },
      '"redisStore.syncTimeoutMs" must be a whole number of milliseconds >= 1',
    ],
    [{ url: 'redis://a', logger: {} }, '"redisStore.logger.info" must be a function'],
    [{ url: 'redis://a', clock: {} }, '"redisStore.clock.now" must be a function'],
  ])('%o', (options, message) => {
    const error = { code: 'ERR_SSR_CACHE_OPTION', message: expect.stringContaining(message) }
    expect(() => redisStore(options as RedisStoreOptions)).toThrow(expect.objectContaining(error))
  })
})

/** A cache of one page, on a store that says what is wrong. */
function open(options: Partial<RedisStoreOptions>) {
  const logger = new HeardLogger()
  const store = redisStore({ logger, ...options })
  const cache = createRenderCache({ store, logger: new HeardLogger(), maxAge: 60 })
  onTestFinished(() => cache.close())
  const visit = async () => {
    const page = await cache.handle(
      new Request('https://shop.example/a', { headers: { accept: 'text/html' } }),
      () => new Response('<p>page</p>', { headers: { 'content-type': 'text/html' } }),
    )
    return page.toResponse().text()
  }
  return { store, cache, logger, visit }
}

const ask = (store: Store) => store.get({ id: 'a', full: 'a', url: 'https://a/', variant: '' }, { since: UNHEARD })

describe.skipIf(redisIsMissing)('a Redis that will not do (needs a Redis program)', () => {
  it('with another password is told of once, with the way out and without the password; the app serves, and it is tried again', async () => {
    await using server = await startRedis({ settings: ['requirepass right'] })
    const { store, logger, visit } = open({ url: `redis://:hunter2@127.0.0.1:${server.port}` })
    expect(await visit()).toBe('<p>page</p>')
    await until('it to be said', () => logger.lines.length > 0)
    await until('more than one attempt', async () => store.stats().state === 'lost')
    expect(await visit()).toBe('<p>page</p>')
    expect(logger.lines).toEqual([
      expect.stringMatching(/^error: .*WRONGPASS.*write them into "url" or "connection"\.$/),
    ])
    expect(logger.lines[0]).not.toContain('hunter2')
  })

  it('that wants a password and is given none is told of in the same way', async () => {
    await using server = await startRedis({ settings: ['requirepass right'] })
    const { logger, visit } = open({ url: server.url })
    expect(await visit()).toBe('<p>page</p>')
    await until('it to be said', () => logger.lines.length > 0)
    expect(logger.lines[0]).toMatch(/NOAUTH.*another user name or password/)
  })

  it('at a host that is none, or a port where nobody listens, is told of with the way out (F1)', async () => {
    const nobody = open({ url: 'redis://127.0.0.1:1' })
    const nowhere = open({ url: 'redis://no-such-host.invalid:6379' })
    for (const { visit } of [nobody, nowhere]) expect(await visit()).toBe('<p>page</p>')
    await until('both to be said', () => nobody.logger.lines.length > 0 && nowhere.logger.lines.length > 0)
    expect(nobody.logger.lines).toEqual([expect.stringMatching(/ECONNREFUSED.*look whether Redis runs/)])
    expect(nowhere.logger.lines).toEqual([expect.stringMatching(/no-such-host.*(typing error|resolver)/)])
  })

  it('without the commands that are needed is named with them, and serves once it has them', async () => {
    await using server = await startRedis({ settings: ['rename-command EVALSHA ""', 'rename-command ZADD ""'] })
    const { store, logger, visit } = open({ url: server.url })
    expect(await visit()).toBe('<p>page</p>')
    await until('it to be said', () => logger.lines.length > 0)
    expect(logger.lines).toEqual([expect.stringContaining('got one without EVALSHA, ZADD. Take back "rename-command"')])
    expect(store.stats().state).toBe('unfit')
    await expect(ask(store)).rejects.toThrow('EVALSHA')
    await expect(store.log.append([{ kind: 'all' }], { hard: true, settleMs: 0 })).rejects.toThrow('EVALSHA')
  })

  it('that is too old is named with its version, and used as soon as a newer one answers', async () => {
    const sockets: Socket[] = []
    let version = '5.0.14'
    const old = createServer((socket) => {
      sockets.push(socket)
      socket.on('data', (data) => answerAs(version, socket, String(data)))
    })
    await new Promise<void>((resolve) => old.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void old.close())
    const { port } = old.address() as { port: number }
    const { store, logger, visit } = open({ url: `redis://127.0.0.1:${port}` })
    expect(await visit()).toBe('<p>page</p>')
    await until('it to be said', () => logger.lines.length > 0)
    expect(logger.lines).toEqual([
      expect.stringContaining('must be Redis 6.2 or newer, or Valkey, got Redis 5.0.14. Upgrade the server.'),
    ])
    version = '6.2.0'
    for (const socket of sockets) socket.destroy()
    await until('the newer one to be used', () => store.stats().state === 'ready')
    expect(logger.lines.at(-1)).toBe('info: Redis answers again')
  })

  it('whose user may not do what is needed is told of once, and pages that can be kept are', async () => {
    await using server = await startRedis({
      settings: ['user default on nopass ~* &* +@all', 'user shop on >pw ~* resetchannels +@all -info -command'],
    })
    const { store, logger } = open({ url: `redis://shop:pw@127.0.0.1:${server.port}` })
    expect(await ask(store)).toMatchObject({ tail: { records: [] } })
    const stop = store.log.follow(() => {})
    await until('it to be said', () => logger.lines.length > 0)
    stop()
    expect(logger.lines).toEqual([expect.stringMatching(/NOPERM.*give it the rights that the README/)])
  })

  it('over TLS is not trusted without its authority, and one without TLS is not mistaken for one with', async () => {
    await using server = await startRedis()
    const { logger, visit } = open({ url: `rediss://127.0.0.1:${server.port}` })
    expect(await visit()).toBe('<p>page</p>')
    await until('it to be said', () => logger.lines.length > 0)
    expect(logger.lines[0]).toMatch(/^error: Redis failed, and the app goes on without it: /)
  })
})

/** As much of a server as a client asks for while it connects. */
function answerAs(version: string, socket: Socket, asked: string): void {
  for (const [, name] of asked.matchAll(/\*\d+\r\n\$\d+\r\n(\w+)\r\n/g)) {
    const info = `redis_version:${version}\r\nloading:0\r\n`
    if (name?.toLowerCase() === 'hello') socket.write('%1\r\n$5\r\nproto\r\n:3\r\n')
    else if (name?.toLowerCase() === 'info') socket.write(`$${info.length}\r\n${info}\r\n`)
    else if (name?.toLowerCase() === 'command') socket.write("-ERR unknown command 'COMMAND'\r\n")
    else socket.write('+OK\r\n')
  }
}
