import { setImmediate as turn } from 'node:timers/promises'
import type { Target } from '@ssr-cache/core/store'
import { Redis } from 'ioredis'
import { describe, expect, it, vi } from 'vitest'
import { forAll } from '../../../test-utils/for-all.ts'
import { redisIsMissing } from '../../../test-utils/redis/program.ts'
import { startRedis } from '../../../test-utils/redis/server.ts'
import { until } from '../../../test-utils/redis/until.ts'
import { freshPrefix, HARD, type LogNode, openLog, positions, SOFT, tag, UNHEARD } from './log-bed.ts'

describe.skipIf(redisIsMissing)('the invalidation log in Redis (needs a Redis program)', () => {
  const server = forAll(startRedis)

  /** How often the server was given each command, by scripts too, while `run` ran. */
  async function commandsOf(
    { commands }: LogNode,
    run: () => Promise<unknown>,
  ): Promise<Readonly<Record<string, number>>> {
    await commands.config('RESETSTAT')
    await run()
    const lines = (await commands.info('commandstats')).matchAll(/cmdstat_([^:]+):calls=(\d+)/g)
    return Object.fromEntries([...lines].map(([, name, calls]) => [name, Number(calls)]))
  }

  it('begins by being asked, as one log for whoever asks', async () => {
    const keyPrefix = freshPrefix()
    await using one = await openLog(server(), { keyPrefix })
    await using other = await openLog(server(), { keyPrefix })
    const [first, second] = await Promise.all([one.log.read(UNHEARD), other.log.read(UNHEARD)])
    expect(first).toEqual(second)
    expect(first).toMatchObject({ records: [], lowWater: 0 })
  })

  it('tells what was purged before it began nobody knows: what is older than it counts as absent (V8)', async () => {
    await using node = await openLog(server())
    expect((await node.log.read(UNHEARD)).purgeLowWater).toBe(0)
  })

  it('gives each record the next position, whichever process appends', async () => {
    const keyPrefix = freshPrefix()
    await using one = await openLog(server(), { keyPrefix })
    await using other = await openLog(server(), { keyPrefix })
    const heads = await Promise.all([1, 2, 3, 4, 5, 6].map((i) => (i % 2 ? one : other).log.append([tag('a')], SOFT)))
    expect(heads.map(({ position }) => position).sort()).toEqual([1, 2, 3, 4, 5, 6])
    expect(new Set(heads.map(({ epoch }) => epoch)).size).toBe(1)
  })

  it('says what was appended as it was: any string, lone halves of surrogates and NUL too (V14, V18)', async () => {
    await using node = await openLog(server())
    const names = ['*', '[ab]', 'é 漢 😀', '\ud800', '\udc00\ud800', '\0', 'a b\r\nc', '"\\', '__proto__', '', '\u2028']
    const targets: Target[] = [
      ...names.map(tag),
      { kind: 'url', url: '/a?b=%20' },
      { kind: 'prefix', prefix: 'https://shop.example/g/' },
      { kind: 'all' },
    ]
    const { position } = await node.log.append(targets, { hard: true, settleMs: 5_000.5 })
    const { records } = await node.log.read(UNHEARD)
    expect(records).toEqual([{ position, targets, hard: true, settleMs: 5_000.5, at: expect.any(Number) }])
  })

  it('takes ten thousand targets in one record, and keeps them apart from the next (V11)', async () => {
    await using node = await openLog(server())
    const targets = Array.from({ length: 10_000 }, (_, i) => tag(`movie:${i} with a name that is not short`))
    await node.log.append(targets, SOFT)
    await node.log.append([tag('b')], SOFT)
    const { records } = await node.log.read(UNHEARD)
    expect(records).toMatchObject([{ targets }, { targets: [tag('b')] }])
  })

  it('dates records by the clock of the server, and by no other', async () => {
    await using node = await openLog(server())
    const [before] = await node.commands.time()
    await node.log.append([tag('a')], SOFT)
    const { records } = await node.log.read(UNHEARD)
    const at = records !== 'too-many' ? (records[0]?.at ?? 0) : 0
    expect(at).toBeGreaterThanOrEqual(Number(before) * 1_000)
    expect(at).toBeLessThan((Number(before) + 60) * 1_000)
  })

  it('costs one command and no scan to invalidate a tag, however many pages have it (V10)', async () => {
    await using node = await openLog(server())
    const pages = Array.from({ length: 50_000 }, (_, i) => ['set', `page:${i}`, 'movies'])
    await node.commands.pipeline(pages).exec()
    await node.log.append([tag('warm')], SOFT)
    const calls = await commandsOf(node, () => node.log.append([tag('movies')], SOFT))
    const { info, time, hmget, hset, publish, evalsha, ...others } = calls
    expect({ evalsha, hmget, hset, time, publish }).toEqual({ evalsha: 1, hmget: 1, hset: 1, time: 1, publish: 1 })
    expect(Object.keys(others).filter((name) => !name.startsWith('config'))).toEqual([])
    await node.commands.flushall()
  })

  it('clears all in one step, which costs what one tag costs (V19)', async () => {
    await using node = await openLog(server())
    await node.log.append([tag('warm')], SOFT)
    const calls = await commandsOf(node, () => node.log.append([{ kind: 'all' }], HARD))
    expect(calls).toMatchObject({ evalsha: 1, hset: 1 })
    expect(calls).not.toHaveProperty('scan')
  })

  it('reads on from where the reader is, by pages of one round trip', async () => {
    await using node = await openLog(server())
    for (let i = 0; i < 4; i++) await node.log.append([tag(`${i}`)], SOFT)
    const { head } = await node.log.read(UNHEARD)
    await Promise.all(Array.from({ length: 1_200 }, (_, i) => node.log.append([tag(`${i}`)], SOFT)))
    const calls = await commandsOf(node, async () => {
      const tail = await node.log.read(head)
      expect(positions(tail)).toEqual(Array.from({ length: 1_200 }, (_, i) => 5 + i))
      expect(tail.head.position).toBe(1_204)
    })
    expect(calls).toMatchObject({ evalsha: 3 })
  })

  it('has the news of many pages read in one command, and says nothing where there are none (I2)', async () => {
    await using node = await openLog(server())
    const { head } = await node.log.read(UNHEARD)
    const calls = await commandsOf(node, async () => {
      const checks = Array.from({ length: 64 }, () => node.log.check(head))
      expect(await Promise.all(checks)).toEqual(Array.from({ length: 64 }, () => undefined))
    })
    expect(calls).toMatchObject({ evalsha: 1 })
    // More than half of what it would take Redis: the server is known since it was connected to.
    expect(calls['info']).toBeUndefined()
    const { position } = await node.log.append([tag('a')], SOFT)
    expect(await node.log.check(head)).toMatchObject({ records: [{ position }] })
  })

  it('asks anew for a page that is read after something was heard (I2)', async () => {
    const keyPrefix = freshPrefix()
    await using one = await openLog(server(), { keyPrefix })
    await using other = await openLog(server(), { keyPrefix })
    const { head } = await one.log.read(UNHEARD)
    const early = one.log.check(head)
    const at = await other.log.append([tag('a')], SOFT)
    expect(await one.log.check(head)).toMatchObject({ head: at })
    await early
  })

  it.each([true, false])(
    'asks when the turn ends, and nobody shares what was asked before (I2; auto-pipelining: %s)',
    async (is) => {
      const commands = new Redis(server().port, { enableAutoPipelining: is })
      await using node = await openLog(commands)
      const { head } = await node.log.read(UNHEARD)
      const asked = vi.spyOn(commands, 'evalsha')
      const checks = [node.log.check(head), node.log.check(head)]
      await null
      checks.push(node.log.check(head))
      expect(asked).not.toHaveBeenCalled()
      await turn()
      expect(asked).toHaveBeenCalledTimes(1)
      checks.push(node.log.check(head))
      await Promise.all(checks)
      expect(asked).toHaveBeenCalledTimes(2)
    },
  )

  it('lets no more than a hundred records travel with a page: more are unread, and fetched behind it', async () => {
    await using node = await openLog(server())
    const { head } = await node.log.read(UNHEARD)
    await Promise.all(Array.from({ length: 100 }, () => node.log.append([tag('a')], SOFT)))
    const tail = await node.log.check(head)
    expect(tail !== 'unread' && tail && positions(tail)).toHaveLength(100)
    await node.log.append([tag('a')], SOFT)
    expect(await node.log.check(head)).toBe('unread')
  })

  describe('read by several pages', () => {
    /** Lets `happen` happen between the pages of each reading. */
    function betweenPages({ commands }: LogNode, happen: () => Promise<unknown>): void {
      const evalsha = commands.evalsha.bind(commands) as (...args: unknown[]) => Promise<unknown> // whichever overload
      let calls = 0
      vi.spyOn(commands, 'evalsha').mockImplementation(async (...args: unknown[]) => {
        if (++calls % 2 === 0) await happen()
        return evalsha(...args)
      })
    }

    const appendTo = ({ log }: LogNode, count: number) =>
      Promise.all(Array.from({ length: count }, (_, i) => log.append([tag(`${i}`)], SOFT)))

    it('is read from the beginning where it began anew meanwhile', async () => {
      const keyPrefix = freshPrefix()
      await using one = await openLog(server(), { keyPrefix })
      await using other = await openLog(server(), { keyPrefix })
      await appendTo(other, 600)
      let isLost = false
      betweenPages(one, async () => {
        if (isLost) return
        isLost = true
        await other.commands.del(`${keyPrefix}log`)
        await appendTo(other, 550)
      })
      const { head } = await other.log.read(UNHEARD)
      const tail = await one.log.read(UNHEARD)
      expect(tail.head.epoch).not.toBe(head.epoch)
      expect(positions(tail)).toEqual(Array.from({ length: 550 }, (_, i) => 1 + i))
    })

    it('is read from the beginning where it was trimmed meanwhile, and not for ever', async () => {
      const keyPrefix = freshPrefix()
      await using one = await openLog(server(), { keyPrefix })
      await using other = await openLog(server(), { keyPrefix, maxRecords: 600 })
      await appendTo(other, 600)
      let times = 1
      betweenPages(one, async () => {
        if (times-- > 0) await appendTo(other, 550)
      })
      expect(await one.log.read(UNHEARD)).toMatchObject({ head: { position: 1_150 }, lowWater: 550 })
      times = Number.POSITIVE_INFINITY
      await expect(one.log.read(UNHEARD)).rejects.toMatchObject({ code: 'ERR_SSR_CACHE_STORE' })
    })
  })

  describe('keeps to its limits', () => {
    it('of records: the oldest go, and readers from before them are told that it was too many', async () => {
      await using node = await openLog(server(), { maxRecords: 5 })
      const { head } = await node.log.read(UNHEARD)
      for (let i = 1; i <= 8; i++) await node.log.append([tag(`${i}`)], i === 2 ? HARD : SOFT)
      expect(await node.log.read({ ...head, position: 2 })).toMatchObject({
        head: { position: 8 },
        records: 'too-many',
        lowWater: 8,
        purgeLowWater: 2,
      })
      const kept = await node.log.read({ ...head, position: 3 })
      expect(positions(kept)).toEqual([4, 5, 6, 7, 8])
      expect(kept).toMatchObject({ lowWater: 3, purgeLowWater: 2 })
      expect(await node.log.check(head)).toMatchObject({ records: 'too-many', purgeLowWater: 2 })
    })

    it('of bytes: one long record pushes out as many as it takes, and counts as hit if it is too long itself', async () => {
      await using node = await openLog(server(), { maxBytes: 2_000 })
      for (let i = 0; i < 10; i++) await node.log.append([tag('x'.repeat(100))], SOFT)
      const long = await node.log.append([tag('y'.repeat(1_920))], HARD)
      expect(positions(await node.log.read(UNHEARD))).toEqual([11])
      await node.log.append([tag('z'.repeat(3_000))], SOFT)
      expect(await node.log.read(UNHEARD)).toMatchObject({ records: [], lowWater: 12, purgeLowWater: long.position })
    })

    it('counts the bytes of what it holds, and of nothing else', async () => {
      await using node = await openLog(server(), { maxRecords: 3, keyPrefix: 'counted:' })
      for (let i = 1; i <= 9; i++) await node.log.append([tag('é'.repeat(i))], SOFT)
      const fields = await node.commands.hgetall('counted:log')
      const kept = Object.entries(fields).filter(([name]) => /^\d+$/.test(name))
      expect(kept.map(([name]) => name)).toEqual(['7', '8', '9'])
      expect(Number(fields['bytes'])).toBe(kept.reduce((sum, [, record]) => sum + Buffer.byteLength(record), 0))
    })
  })

  describe('lets records outlive the longest life of an entry (V9)', () => {
    /** Makes the log's records look `ms` older than they are. */
    async function age({ commands }: LogNode, key: string, ms: number): Promise<void> {
      const fields = await commands.hgetall(key)
      for (const [name, value] of Object.entries(fields)) {
        if (name === 'first') await commands.hset(key, name, Number(value) - ms)
        const [at, rest] = [Number.parseInt(value, 10), value.slice(value.indexOf(' '))]
        if (/^\d+$/.test(name)) await commands.hset(key, name, `${at - ms}${rest}`)
      }
    }

    const DAY = 86_400_000

    it('keeps what is younger, and trims what is older with the next', async () => {
      await using node = await openLog(server(), { keyPrefix: 'aged:' })
      node.log.outlive(DAY)
      await node.log.append([tag('a')], HARD)
      await node.log.append([tag('b')], SOFT)
      await age(node, 'aged:log', DAY - 60_000)
      await node.log.append([tag('c')], SOFT)
      expect(positions(await node.log.read(UNHEARD))).toEqual([1, 2, 3])
      await age(node, 'aged:log', DAY)
      await node.log.append([tag('d')], SOFT)
      const tail = await node.log.read(UNHEARD)
      expect(positions(tail)).toEqual([3, 4])
      expect(tail).toMatchObject({ lowWater: 2, purgeLowWater: 1 })
    })

    it('trims faster than records come, and no more than a few at a time', async () => {
      await using node = await openLog(server(), { keyPrefix: 'crowd:' })
      for (let i = 0; i < 20; i++) await node.log.append([tag('a')], SOFT)
      await age(node, 'crowd:log', DAY)
      await node.log.append([tag('b')], SOFT)
      expect(await node.log.read(UNHEARD)).toMatchObject({ lowWater: 8 })
    })

    it('is told again of lives by a log that began anew, and is told little', async () => {
      await using node = await openLog(server(), { keyPrefix: 'told:' })
      await node.log.append([tag('a')], SOFT)
      const calls = await commandsOf(node, async () => {
        node.log.outlive(1_000_000)
        await node.commands.ping()
        for (let i = 0; i < 10; i++) node.log.outlive(1_000_000 + i)
        await node.commands.ping()
      })
      expect(calls).toMatchObject({ evalsha: 1, hset: 1 })
      await node.commands.del('told:log')
      await node.log.append([tag('b')], SOFT)
      node.log.outlive(1_000_000)
      await node.commands.ping()
      expect(Number(await node.commands.hget('told:log', 'life'))).toBeGreaterThanOrEqual(1_000_000)
    })
  })

  describe('is found out to be another', () => {
    it('after FLUSHALL or eviction: by its epoch, and whoever comes from before misses nothing (V8)', async () => {
      await using node = await openLog(server(), { keyPrefix: 'lost:' })
      const before = await node.log.append([tag('a')], SOFT)
      await node.commands.del('lost:log')
      const after = await node.log.append([tag('b')], SOFT)
      expect(after.epoch).not.toBe(before.epoch)
      const tail = await node.log.check(before)
      expect(tail).toMatchObject({ head: after, records: [{ position: 1 }], purgeLowWater: 0 })
    })

    it('in every reading, though nobody has appended yet', async () => {
      await using node = await openLog(server(), { keyPrefix: 'gone:' })
      const before = await node.log.append([tag('a')], SOFT)
      await node.commands.del('gone:log')
      expect((await node.log.read(before)).head.epoch).not.toBe(before.epoch)
      await node.commands.del('gone:log')
      expect(await node.log.check(before)).toMatchObject({ records: [], purgeLowWater: 0 })
    })

    it('never by the same name twice, if one process begins it every time', async () => {
      await using node = await openLog(server(), { keyPrefix: 'again:' })
      const epochs = new Set<string>()
      for (let i = 0; i < 20; i++) {
        await node.commands.del('again:log')
        epochs.add((await node.log.read(UNHEARD)).head.epoch)
      }
      expect(epochs.size).toBe(20)
    })

    it('where another server has it than the one that it was written on, whose tail may be lost', async () => {
      await using node = await openLog(server(), { keyPrefix: 'moved:' })
      const before = await node.log.append([tag('a')], SOFT)
      await node.commands.hset('moved:log', 'run', '0123456789abcdef')
      const tail = await node.log.check(before)
      expect(tail).toMatchObject({ records: [], purgeLowWater: 0 })
      expect(tail !== 'unread' && tail?.head.epoch).not.toBe(before.epoch)
    })

    it('beside the first page that is read from a server that was started again, though it kept the log (V8)', async () => {
      await using keeping = await startRedis({ settings: ['save 3600 1'] })
      await using node = await openLog(keeping)
      const before = await node.log.append([tag('a')], SOFT)
      expect(await node.log.check(before)).toBeUndefined()
      await keeping.shutdown()
      await keeping.restart()
      await until('the connection', () => node.connection.isReady)
      const tail = await node.log.check(before)
      expect(tail).toMatchObject({ head: { position: 0 }, purgeLowWater: 0 })
      expect(tail !== 'unread' && tail?.head.epoch).not.toBe(before.epoch)
    })

    it('not by what is answered on another connection than it was asked on: that may lead to another server', async () => {
      await using own = await startRedis()
      // The app's client: what was not answered it sends once more.
      const client = new Redis(own.port, { enableAutoPipelining: true, retryStrategy: () => 20 })
      await using node = await openLog(client)
      const { head } = await node.log.read(UNHEARD)
      own.pause()
      const check = node.log.check(head)
      await turn()
      await turn()
      client.stream.destroy()
      await until('the connection to be lost', () => !node.connection.isReady)
      own.resume()
      expect(await check).toBe('unread')
      await until('the connection', () => node.connection.isReady)
      expect(await node.log.check(head)).toBeUndefined()
    })

    it('where somebody wrote something else over it, or damaged it', async () => {
      await using node = await openLog(server(), { keyPrefix: 'foreign:' })
      const before = await node.log.append([tag('a')], SOFT)
      await node.commands.set('foreign:log', 'something else')
      const after = await node.log.append([tag('b')], SOFT)
      expect(after).toEqual({ epoch: expect.not.stringMatching(before.epoch), position: 1 })
      await node.commands.hset('foreign:log', 'head', 'many')
      expect((await node.log.read(after)).head).toEqual({ epoch: expect.not.stringMatching(after.epoch), position: 0 })
    })
  })

  it.each([
    ['is missing', undefined],
    ['is no record', 'x'],
    ['names a kind that this version does not know', '1764000000000 0 0 [["planet","mars"]]'],
    ['has no list of targets', '1764000000000 0 0 {}'],
    ['breaks off', '1764000000000 0 0 [["tag","a'],
    ['names nothing', '1764000000000 0 0 [["tag"]]'],
    ['has a span that is none', '1764000000000 0 soon [["all"]]'],
  ])('takes a record that %s for a purge of everything', async (_, text) => {
    await using node = await openLog(server(), { keyPrefix: 'damaged:' })
    const { head } = await node.log.read(UNHEARD)
    const { position } = await node.log.append([tag('a')], SOFT)
    if (text === undefined) await node.commands.hdel('damaged:log', `${position}`)
    else await node.commands.hset('damaged:log', `${position}`, text)
    expect(await node.log.check(head)).toMatchObject({
      records: [{ position, hard: true, targets: [{ kind: 'all' }] }],
    })
    await node.commands.del('damaged:log')
  })

  it('counts a damaged record as a purge when it is trimmed, too', async () => {
    await using node = await openLog(server(), { maxRecords: 2, keyPrefix: 'rotten:' })
    await node.log.append([tag('a')], SOFT)
    await node.commands.hset('rotten:log', '1', 'x')
    for (const name of ['b', 'c', 'd']) await node.log.append([tag(name)], SOFT)
    expect(await node.log.read(UNHEARD)).toMatchObject({ lowWater: 2, purgeLowWater: 1 })
  })

  it('goes on after SCRIPT FLUSH', async () => {
    await using node = await openLog(server())
    const { head } = await node.log.read(UNHEARD)
    await node.commands.script('FLUSH')
    const at = await node.log.append([tag('a')], SOFT)
    await node.commands.script('FLUSH')
    expect(await node.log.check(head)).toMatchObject({ head: at })
  })

  it('works for a user who may neither ask INFO nor publish: what is lost on another server is then not noticed', async () => {
    await using admin = await openLog(server())
    await admin.commands.call('ACL', 'SETUSER', 'modest', 'on', '>secret', '~*', '+@all', '-info', '-publish')
    const { ownRedis } = await import('../src/dial.ts')
    const commands = ownRedis(`redis://modest:secret@127.0.0.1:${server().port}`, { enableReadyCheck: false })
    await using node = await openLog(commands)
    const { head } = await node.log.read(UNHEARD)
    await node.log.append([tag('a')], SOFT)
    expect(await node.log.check(head)).toMatchObject({ records: [{ position: 1 }] })
  })
})
