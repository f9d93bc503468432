import { describe, expect, it } from 'vitest'
import { forAll } from '../../../test-utils/for-all.ts'
import { startFaultProxy } from '../../../test-utils/redis/fault-proxy.ts'
import { redisIsMissing } from '../../../test-utils/redis/program.ts'
import { startRedis } from '../../../test-utils/redis/server.ts'
import { until } from '../../../test-utils/redis/until.ts'
import { ownRedis } from '../src/dial.ts'
import { Follower, freshPrefix, type LogNode, openLog, SOFT, tag } from './log-bed.ts'

/** So long that whatever is heard was pushed. */
const NO_HEARTBEAT = { syncTimeoutMs: 600_000 }

describe.skipIf(redisIsMissing)('following the log in Redis (needs a Redis program)', () => {
  const server = forAll(startRedis)
  const proxy = forAll(() => startFaultProxy(server()))

  /** A process that has heard all there is, and hears what comes. */
  async function followed(node: LogNode): Promise<Follower> {
    const follower = new Follower(node.log)
    await until('the first word', () => follower.heard.length > 0)
    await until('to be subscribed', () => node.connection.subscriber.ping().then(...settled))
    return follower
  }

  const settled = [() => true, () => false] as const

  /** What it appends from now on is published to nobody: as if every message were lost. */
  async function silence({ commands }: LogNode): Promise<void> {
    await commands.call('ACL', 'SETUSER', 'silent', 'on', 'nopass', '~*', '+@all', '-publish')
    await commands.call('AUTH', 'silent', 'x')
  }

  it('hears what another process appends by message, without asking (X5)', async () => {
    const keyPrefix = freshPrefix()
    await using one = await openLog(server(), { keyPrefix, ...NO_HEARTBEAT })
    await using other = await openLog(server(), { keyPrefix })
    const follower = await followed(one)
    await one.commands.config('RESETSTAT')
    const at = await other.log.append([tag('a')], { hard: true, settleMs: 7 })
    await until('the news', () => follower.knows(at))
    expect(follower.tails.at(-1)).toEqual({
      head: at,
      records: [{ position: at.position, targets: [tag('a')], hard: true, settleMs: 7, at: expect.any(Number) }],
      lowWater: 0,
      purgeLowWater: 0,
    })
    expect(await one.commands.info('commandstats')).toMatch(/cmdstat_evalsha:calls=1,/)
  })

  it('knows what it appended itself before that has resolved, once, and asks for nothing (V10, X6)', async () => {
    const keyPrefix = freshPrefix()
    await using node = await openLog(server(), { keyPrefix, ...NO_HEARTBEAT })
    await using other = await openLog(server(), { keyPrefix })
    const follower = await followed(node)
    await node.commands.config('RESETSTAT')
    const at = await node.log.append([tag('a')], SOFT)
    expect(follower.knows(at)).toBe(true)
    expect(await node.commands.info('commandstats')).toMatch(/cmdstat_evalsha:calls=1,/)
    const next = await other.log.append([tag('b')], SOFT)
    await until('the news', () => follower.knows(next))
    expect(follower.positions).toEqual([at.position, next.position])
  })

  it('reads what is too long to be sent round (X6)', async () => {
    const keyPrefix = freshPrefix()
    await using one = await openLog(server(), { keyPrefix, ...NO_HEARTBEAT })
    await using other = await openLog(server(), { keyPrefix })
    const follower = await followed(one)
    const lengths: number[] = []
    other.connection.subscriber.listen(`${keyPrefix}log`, { message: ({ length }) => lengths.push(length) })
    await until('to be subscribed', () => other.connection.subscriber.ping().then(...settled))
    const targets = Array.from({ length: 10_000 }, (_, i) => tag(`movie:${i}`))
    const at = await other.log.append(targets, SOFT)
    await until('the news', () => follower.knows(at))
    expect(follower.tails.at(-1)).toMatchObject({ records: [{ targets }] })
    await until('the message', () => lengths.length === 1)
    expect(lengths[0]).toBeLessThan(100)
  })

  it('reads what it missed when a message shows a gap, and ignores what is no message of the log', async () => {
    const keyPrefix = freshPrefix()
    await using one = await openLog(server(), { keyPrefix, ...NO_HEARTBEAT })
    const follower = await followed(one)
    await one.commands.publish(`${keyPrefix}log`, 'anything')
    const { head } = await one.log.read({ epoch: '', position: -1 })
    await one.commands.publish(`${keyPrefix}log`, `${head.epoch} 0 0 0`)
    await using other = await openLog(server(), { keyPrefix })
    await silence(other)
    await other.log.append([tag('a')], SOFT)
    await other.log.append([tag('b')], SOFT)
    await other.commands.call('AUTH', 'default', 'x')
    expect(follower.positions).toEqual([])
    const third = await other.log.append([tag('c')], SOFT)
    await until('the news', () => follower.knows(third))
    expect(follower.positions).toEqual([1, 2, 3])
  })

  it('is told all there is when it begins behind more than travels with a page', async () => {
    const keyPrefix = freshPrefix()
    await using one = await openLog(server(), { keyPrefix })
    await Promise.all(Array.from({ length: 1_100 }, () => one.log.append([tag('a')], SOFT)))
    await using other = await openLog(server(), { keyPrefix, ...NO_HEARTBEAT })
    const follower = await followed(other)
    expect(follower.positions).toHaveLength(1_100)
    expect(follower.cuts).toBe(0)
  })

  it('catches up behind a page whose news were too many to come along', async () => {
    const keyPrefix = freshPrefix()
    await using one = await openLog(server(), { keyPrefix, ...NO_HEARTBEAT })
    await using silent = await openLog(server(), { keyPrefix })
    const follower = await followed(one)
    const { head } = await one.log.read({ epoch: '', position: -1 })
    await silence(silent)
    const heads = await Promise.all(Array.from({ length: 150 }, () => silent.log.append([tag('a')], SOFT)))
    expect(await one.log.check(head)).toBe('unread')
    await until('all of it', () => follower.knows(heads[149] ?? head))
    expect(follower.positions).toHaveLength(150)
  })

  it('says once that it is cut off, when nothing has answered for syncTimeoutMs, and all that it missed afterwards (X5, F2)', async () => {
    const keyPrefix = freshPrefix()
    await using one = await openLog(proxy(), { keyPrefix, syncTimeoutMs: 200 })
    await using other = await openLog(server(), { keyPrefix })
    const follower = await followed(one)
    proxy().mode = 'hang'
    const at = await other.log.append([tag('a')], SOFT)
    await until('to be cut', () => follower.cuts === 1)
    expect(follower.knows(at)).toBe(false)
    proxy().mode = 'pass'
    await until('to catch up', () => follower.knows(at))
    expect(follower.cuts).toBe(1)
    expect(follower.positions).toEqual([at.position])
  })

  it('believes no message while it is cut off: what came before it may have been missed', async () => {
    const keyPrefix = freshPrefix()
    await using other = await openLog(server(), { keyPrefix })
    const allow = (...rights: readonly string[]) =>
      other.commands.call('ACL', 'SETUSER', 'narrow', 'on', 'nopass', '~*', '&*', '+@all', ...rights)
    await allow()
    const commands = ownRedis(`redis://narrow:x@127.0.0.1:${server().port}`, {})
    await using one = await openLog(commands, { keyPrefix, syncTimeoutMs: 200 })
    const follower = await followed(one)
    const messages: Buffer[] = []
    one.connection.subscriber.listen(`${keyPrefix}log`, { message: (payload) => messages.push(payload) })
    await allow('-evalsha', '-eval')
    await until('to be cut', () => follower.cuts === 1)
    const at = await other.log.append([tag('a')], SOFT)
    await until('the message', () => messages.length === 1)
    expect(follower.heard.at(-1)).toBe('cut')
    await allow()
    await until('the news', () => follower.knows(at))
  })

  it('says that nothing was missed, too, once it can', async () => {
    await using node = await openLog(proxy(), { syncTimeoutMs: 200 })
    const follower = await followed(node)
    proxy().mode = 'hang'
    await until('to be cut', () => follower.cuts === 1)
    proxy().mode = 'pass'
    await until('a word', () => follower.heard.at(-1) !== 'cut')
    expect(follower.tails.at(-1)).toMatchObject({ records: [] })
  })

  it('is not cut off where Redis is quiet, or slow within the time', async () => {
    await using node = await openLog(proxy(), { syncTimeoutMs: 400 })
    const follower = await followed(node)
    proxy().latencyMs = 40
    const { accepted } = proxy()
    await node.commands.config('RESETSTAT')
    await until('a dozen heartbeats', async () => {
      const [, calls = 0] = /cmdstat_evalsha:calls=(\d+)/.exec(await node.commands.info('commandstats')) ?? []
      return Number(calls) >= 12
    })
    proxy().latencyMs = 0
    expect(follower.cuts).toBe(0)
    expect(proxy().accepted).toBe(accepted)
    follower.stop()
  })

  it('does not take a process that was busy for a Redis that is slow', async () => {
    await using node = await openLog(server(), { syncTimeoutMs: 200 })
    const follower = await followed(node)
    for (let i = 0; i < 5; i++) {
      const until = performance.now() + 400
      while (performance.now() < until);
      await node.commands.ping()
      await node.log.read({ epoch: '', position: -1 })
    }
    expect(follower.cuts).toBe(0)
  })

  it('is not cut off by the loss of its messages alone, and misses nothing by it (X5)', async () => {
    const keyPrefix = freshPrefix()
    await using one = await openLog(server(), { keyPrefix })
    await using other = await openLog(server(), { keyPrefix })
    const follower = await followed(one)
    for (let i = 1; i <= 5; i++) {
      await other.commands.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
      const at = await other.log.append([tag('a')], SOFT)
      await until('the news', () => follower.knows(at))
    }
    expect(follower.cuts).toBe(0)
    expect(follower.positions).toEqual([1, 2, 3, 4, 5])
  })

  it('reads on as soon as its connection for commands is back', async () => {
    const keyPrefix = freshPrefix()
    await using one = await openLog(proxy(), { keyPrefix, ...NO_HEARTBEAT })
    await using other = await openLog(server(), { keyPrefix })
    await silence(other)
    const follower = await followed(one)
    // Whatever it has begun to read of its own accord is read by now.
    for (let i = 0; i < 3; i++) await one.log.read({ epoch: '', position: -1 })
    const at = await other.log.append([tag('a')], SOFT)
    const id = String(await one.commands.client('ID'))
    expect(follower.knows(at)).toBe(false)
    await other.commands.call('CLIENT', 'KILL', 'ID', id)
    await until('the news', () => follower.knows(at))
  })

  it('tells a log that was flushed by its epoch (V8)', async () => {
    const keyPrefix = freshPrefix()
    await using one = await openLog(server(), { keyPrefix, syncTimeoutMs: 400 })
    const before = await one.log.append([tag('a')], SOFT)
    const follower = await followed(one)
    await one.commands.flushall()
    await until('another epoch', () => follower.tails.at(-1)?.head.epoch !== before.epoch)
    expect(follower.tails.at(-1)).toMatchObject({ records: [], purgeLowWater: 0 })
  })

  it('says that it is cut off where the log went back and kept its name, so that whoever follows reads from where it was', async () => {
    const keyPrefix = freshPrefix()
    await using one = await openLog(server(), { keyPrefix, syncTimeoutMs: 400 })
    await one.log.append([tag('a')], SOFT)
    const before = await one.log.append([tag('b')], SOFT)
    const follower = await followed(one)
    await one.commands.multi().hdel(`${keyPrefix}log`, '2').hset(`${keyPrefix}log`, 'head', 1).exec()
    await until('to be cut, and told so', () => follower.cuts === 1 && follower.heard.at(-1) !== 'cut')
    expect((await one.log.read(before)).head).toEqual({ ...before, position: 1 })
    const again = await one.log.append([tag('c')], SOFT)
    await until('to hear on', () => follower.knows(again))
  })

  it('hears everything once over a hundred reconnects, with no more listeners and connections than before (F3)', async () => {
    const keyPrefix = freshPrefix()
    await using one = await openLog(proxy(), { keyPrefix })
    await using other = await openLog(server(), { keyPrefix })
    const follower = await followed(one)
    const { open } = proxy()
    const listeners = () => one.commands.eventNames().map((name) => one.commands.listenerCount(name))
    const before = listeners()
    for (let i = 1; i <= 100; i++) {
      proxy().reset()
      const at = await other.log.append([tag('a')], SOFT)
      await until(`reconnect ${i}`, () => follower.knows(at))
    }
    await until('both connections', () => proxy().open === open)
    expect(new Set(follower.positions).size).toBe(100)
    expect(listeners()).toEqual(before)
  })

  it('leaves nothing behind when nobody follows any more, and begins anew for who comes then (I13)', async () => {
    const keyPrefix = freshPrefix()
    await using one = await openLog(server(), { keyPrefix, syncTimeoutMs: 200 })
    await using other = await openLog(server(), { keyPrefix })
    const [first, second] = [await followed(one), await followed(one)]
    first.stop()
    first.stop()
    const at = await other.log.append([tag('a')], SOFT)
    await until('the news', () => second.knows(at))
    expect(first.positions).toEqual([])
    second.stop()
    const channels = () => other.commands.pubsub('CHANNELS', `${keyPrefix}*`)
    await until('no subscription', async () => ((await channels()) as readonly string[]).length === 0)
    await other.commands.config('RESETSTAT')
    const next = await other.log.append([tag('b')], SOFT)
    const third = await followed(one)
    expect(third.positions).toEqual([at.position, next.position])
    expect(second.knows(next)).toBe(false)
  })

  it('tells each follower of one process, whenever it comes', async () => {
    const keyPrefix = freshPrefix()
    await using node = await openLog(server(), { keyPrefix, syncTimeoutMs: 400 })
    const first = await followed(node)
    const second = new Follower(node.log)
    await until('a word for the second', () => second.tails.length > 0)
    const at = await node.log.append([tag('a')], SOFT)
    expect([first, second].every((follower) => follower.knows(at))).toBe(true)
  })
})

describe.skipIf(redisIsMissing)('a Redis that fails under the log (needs a Redis program)', () => {
  it('makes invalidations reject, refused or hung, and serves them again when it is back (F3, F7)', async () => {
    await using server = await startRedis()
    await using proxy = await startFaultProxy(server)
    await using node = await openLog(proxy)
    await node.log.append([tag('a')], SOFT)
    proxy.mode = 'refuse'
    proxy.reset()
    await expect(node.log.append([tag('b')], SOFT)).rejects.toMatchObject({ code: 'ERR_SSR_CACHE_STORE' })
    await expect(node.log.read({ epoch: '', position: -1 })).rejects.toMatchObject({ code: 'ERR_SSR_CACHE_STORE' })
    expect(await node.log.check({ epoch: '', position: -1 })).toBe('unread')
    proxy.mode = 'pass'
    await until('to be connected again', () => node.connection.isReady)
    expect((await node.log.append([tag('c')], SOFT)).position).toBe(2)
    proxy.mode = 'hang'
    await expect(node.log.append([tag('d')], SOFT)).rejects.toMatchObject({ code: 'ERR_SSR_CACHE_STORE' })
    proxy.mode = 'pass'
  })

  it('gives an answer that was cut in its middle up, and the record counts if it came so far (F3)', async () => {
    await using server = await startRedis()
    await using proxy = await startFaultProxy(server)
    await using node = await openLog(proxy)
    await node.log.append([tag('a')], SOFT)
    proxy.cutAnswersAfter(3)
    await expect(node.log.append([tag('b')], SOFT)).rejects.toMatchObject({ code: 'ERR_SSR_CACHE_STORE' })
    await until('to be connected again', () => node.connection.isReady)
    expect((await node.log.read({ epoch: '', position: -1 })).records).toHaveLength(2)
  })

  it('is cut off from while it is stopped, and is the same log afterwards (F2)', async () => {
    await using server = await startRedis()
    await using node = await openLog(server, { syncTimeoutMs: 200 })
    const before = await node.log.append([tag('a')], SOFT)
    const follower = new Follower(node.log)
    await until('the first word', () => follower.knows(before))
    server.pause()
    await until('to be cut', () => follower.cuts === 1)
    server.resume()
    await until('a word', () => follower.heard.at(-1) !== 'cut')
    expect(follower.tails.at(-1)?.head).toEqual(before)
  })

  it.each([
    ['with nothing kept', []],
    ['from what it wrote to disk, of which the end may be lost', ['appendonly yes', 'appendfsync always']],
  ])('is another log once it was killed and started again %s (F3)', async (_, settings) => {
    await using server = await startRedis({ settings })
    await using node = await openLog(server, { syncTimeoutMs: 400 })
    const before = await node.log.append([tag('a')], SOFT)
    const follower = new Follower(node.log)
    await until('the first word', () => follower.knows(before))
    await server.kill()
    await server.restart()
    await until('another epoch', () => follower.tails.at(-1)?.head.epoch !== before.epoch)
    expect(follower.tails.at(-1)).toMatchObject({ head: { position: 0 }, records: [], purgeLowWater: 0 })
    expect(await node.log.check(before)).toMatchObject({ head: { position: 0 }, purgeLowWater: 0 })
  })
})
