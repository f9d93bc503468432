import { Redis } from 'ioredis'
import { describe, expect, it, onTestFinished } from 'vitest'
import { forAll } from '../../../test-utils/for-all.ts'
import { startFaultProxy } from '../../../test-utils/redis/fault-proxy.ts'
import { redisIsMissing } from '../../../test-utils/redis/program.ts'
import { startRedis } from '../../../test-utils/redis/server.ts'
import { until } from '../../../test-utils/redis/until.ts'
import { Connection } from '../src/connection.ts'
import { ownRedis } from '../src/dial.ts'
import { Trouble } from '../src/trouble.ts'
import { HeardLogger } from './heard-logger.ts'

describe.skipIf(redisIsMissing)('a connection to one server', () => {
  const server = forAll(startRedis)
  const proxy = forAll(() => startFaultProxy(server()))

  const connect = (port = server().port) => {
    const logger = new HeardLogger()
    const commands = ownRedis(`redis://127.0.0.1:${port}`, {})
    const connection = new Connection(commands, { isOwn: true, trouble: new Trouble(logger) })
    onTestFinished(() => connection.close())
    return { connection, commands, logger }
  }

  /** Listens to `channel`, and keeps what it is told in order. */
  const listen = (connection: Connection, channel: string) => {
    const heard: string[] = []
    const stop = connection.subscriber.listen(channel, {
      joined: () => heard.push('joined'),
      left: () => heard.push('left'),
      message: (payload) => heard.push(String(payload)),
    })
    return { heard, stop }
  }

  it('is waited for while it is made for the first time, and then no more', async () => {
    const { connection, logger } = connect()
    expect(connection.state).toBe('opening')
    await connection.ready()
    expect(connection.ready()).toBeUndefined()
    expect(await connection.commands.ping()).toBe('PONG')
    expect(logger.lines).toEqual([])
  })

  it('tells at once that nobody answers, says so once, and is there again without a restart (F1, F3)', async () => {
    proxy().mode = 'refuse'
    const { connection, logger } = connect(proxy().port)
    await expect(connection.ready()).rejects.toMatchObject({ code: 'ERR_SSR_CACHE_STORE' })
    await until('more than one attempt', () => proxy().accepted > 3)
    expect(() => connection.ready()).toThrow('ERR_SSR_CACHE_STORE: Redis must be connected')
    expect(logger.lines).toHaveLength(1)
    proxy().mode = 'pass'
    await until('to be connected again', () => connection.isReady)
    expect(connection.ready()).toBeUndefined()
    expect(logger.lines.at(-1)).toBe('info: Redis answers again')
  })

  it('connects a client of the app’s that was told to wait until it is used', async () => {
    const client = new Redis(server().port, { lazyConnect: true })
    onTestFinished(() => client.disconnect())
    const connection = new Connection(client, { isOwn: false, trouble: new Trouble(new HeardLogger()) })
    await connection.ready()
    expect(connection.state).toBe('ready')
    await connection.close()
  })

  it('rejects what waits for an answer when it breaks, and sends nothing twice (F3)', async () => {
    const { connection, commands } = connect(proxy().port)
    await connection.ready()
    await commands.set('counted', '0')
    proxy().cutAnswersAfter(0)
    await expect(commands.incr('counted')).rejects.toThrow()
    await until('to be connected again', () => connection.isReady)
    expect(await commands.get('counted')).toBe('1')
  })

  it('passes messages on, and tells whoever listens when some may be missed (X5)', async () => {
    const { connection, commands } = connect(proxy().port)
    await connection.ready()
    const one = listen(connection, 'news')
    const other = listen(connection, 'news')
    await until('both to have joined', () => one.heard.length === 1 && other.heard.length === 1)
    await commands.publish('news', 'first')
    await until('a message', () => other.heard.includes('first'))
    proxy().reset()
    await until('both to have joined again', () => [one, other].every(({ heard }) => heard.at(-1) === 'joined'))
    expect(one.heard).toEqual(['joined', 'first', 'left', 'joined'])
    expect(other.heard).toEqual(one.heard)
  })

  it('joins who comes later, tells who stopped nothing more, and begins anew for who comes again', async () => {
    const { connection, commands } = connect()
    const first = listen(connection, 'late')
    await until('the first to have joined', () => first.heard.length === 1)
    const second = listen(connection, 'late')
    expect(second.heard).toEqual([])
    await until('the second to have joined', () => second.heard.length === 1)
    first.stop()
    second.stop()
    const third = listen(connection, 'late')
    await until('the third to have joined', () => third.heard.length === 1)
    await commands.publish('late', 'heard')
    await until('a message', () => third.heard.includes('heard'))
    expect(first.heard).toEqual(['joined'])
    expect(second.heard).toEqual(['joined'])
    await connection.subscriber.ping()
  })

  it('keeps no listeners and connections over 100 reconnects (F3)', async () => {
    const { connection, commands } = connect(proxy().port)
    const { heard } = listen(connection, 'kept')
    await until('to have joined', () => heard.length === 1)
    const listeners = () => commands.eventNames().map((name) => commands.listenerCount(name))
    await connection.ready()
    const before = listeners()
    for (let i = 1; i <= 100; i++) {
      proxy().reset()
      await until(`reconnect ${i}`, () => heard.length === 1 + 2 * i && connection.isReady)
    }
    expect(listeners()).toEqual(before)
    expect(proxy().open).toBe(2)
  })

  it('leaves a client that it was given open, with none of its own listeners, and closes its own (I13)', async () => {
    const client = new Redis(server().port)
    onTestFinished(() => client.disconnect())
    const untouched = client.eventNames().length
    const connection = new Connection(client, { isOwn: false, trouble: new Trouble(new HeardLogger()) })
    await connection.ready()
    const { heard } = listen(connection, 'given')
    await until('to have joined', () => heard.length === 1)
    await connection.close()
    expect(await client.ping()).toBe('PONG')
    expect(client.eventNames()).toHaveLength(untouched)
    await until(
      'one connection to be left',
      async () =>
        String(await client.client('LIST'))
          .trim()
          .split('\n').length === 1,
    )
    expect(() => connection.ready()).toThrow('ERR_SSR_CACHE_CLOSED')
  })
})
