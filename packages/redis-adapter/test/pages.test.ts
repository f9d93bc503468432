import { fc, test } from '@fast-check/vitest'
import type { Generation, Precondition } from '@ssr-cache/core/store'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { forAll } from '../../../test-utils/for-all.ts'
import { redisIsMissing } from '../../../test-utils/redis/program.ts'
import { startRedis } from '../../../test-utils/redis/server.ts'
import { until } from '../../../test-utils/redis/until.ts'
import { permits } from '../../core/src/store/precondition.ts'
import { type RedisStore, redisStore } from '../src/index.ts'
import { HeardLogger } from './heard-logger.ts'
import { freshPrefix, HARD, UNHEARD } from './log-bed.ts'
import { keyOf, pageOf, textOf } from './samples.ts'

const ABSENT = { if: { absent: true } } as const

describe.skipIf(redisIsMissing)('pages in Redis (needs a Redis program)', () => {
  const server = forAll(startRedis)
  let client: Redis
  beforeAll(() => {
    client = new Redis(server().port)
  })
  afterAll(() => client.disconnect())

  /** One process' store; two with one prefix are two processes. */
  const open = (keyPrefix = freshPrefix(), logger = new HeardLogger()): RedisStore => {
    const store = redisStore({ url: server().url, keyPrefix, logger })
    onTestFinished(() => store.close())
    return store
  }
  const headOf = async (store: RedisStore): Promise<Generation> => (await store.log.read(UNHEARD)).head
  const namesIn = (keyPrefix: string): Promise<string[]> => client.keys(`${keyPrefix}*`)
  const read = async (store: RedisStore, key = keyOf('/a')) => textOf((await store.get(key, { since: UNHEARD })).value)

  /** A store with one page, and the name under which it lies. */
  const withPage = async (text = 'kept') => {
    const keyPrefix = freshPrefix()
    const logger = new HeardLogger()
    const store = open(keyPrefix, logger)
    const head = await headOf(store)
    await store.set(keyOf('/a'), pageOf(text, head), ABSENT)
    const name = (await namesIn(keyPrefix)).find((each) => each.startsWith(`${keyPrefix}p:`)) as string // just written
    return { store, keyPrefix, head, name, logger }
  }

  it('written by one process are read by another, with what both have heard (R5, R9, R39)', async () => {
    const { keyPrefix, head } = await withPage('rendered once')
    const found = await open(keyPrefix).get(keyOf('/a'), { since: head })
    expect(textOf(found.value)).toBe('rendered once')
    expect(found.tail).toBeUndefined()
  })

  it('of caches with different prefixes are kept apart', async () => {
    await withPage()
    expect(await read(open())).toBeUndefined()
  })

  it('cost one round trip: the page and the log’s news go out in one piece, for all who ask in one turn', async () => {
    const { keyPrefix, head } = await withPage()
    const commands = new Redis(server().port, { enableAutoPipelining: true })
    onTestFinished(() => commands.disconnect())
    const store = redisStore({ client: commands, keyPrefix })
    onTestFinished(() => store.close())
    const ask = () => store.get(keyOf('/a'), { since: head })
    await ask()
    const write = vi.spyOn(commands.stream, 'write')
    await client.config('RESETSTAT')
    await Promise.all(Array.from({ length: 64 }, ask))
    expect(write).toHaveBeenCalledTimes(1)
    const calls = await client.info('commandstats')
    expect(calls).toContain('cmdstat_get:calls=64,')
    expect(calls).toContain('cmdstat_evalsha:calls=1,')
  })

  it('and their lifetimes are written in one command: nothing of ours lives for ever (F8)', async () => {
    const { keyPrefix, name } = await withPage()
    await client.config('RESETSTAT')
    const now = Date.now()
    const short = { freshUntil: now, staleUntil: now, errorUntil: now, deleteAt: now + 5_000 }
    const store = open(keyPrefix)
    await store.set(keyOf('/b'), pageOf('short', await headOf(store), short), ABSENT)
    const { token } = (await store.lease.take(keyOf('/b'), { generation: UNHEARD, leaseMs: 1_000, graceMs: 10 })) as {
      token: bigint
    }
    await store.lease.release(keyOf('/b'), token, { restMs: 1_000 })
    const names = (await namesIn(keyPrefix)).filter((each) => !each.includes('log'))
    expect(names).toHaveLength(5)
    for (const each of names) expect(await client.pttl(each)).toBeGreaterThan(0)
    expect(await client.pttl(name)).toBeGreaterThan(600_000)
    // The commands of scripts count, too: pages are set, and never given a lifetime afterwards.
    expect(await client.info('commandstats')).toContain('cmdstat_set:calls=1,')
  })

  it('that are over already, or would be within the millisecond, are refused', async () => {
    const store = open()
    const head = await headOf(store)
    for (const deleteAt of [0, Date.now() - 1, Number.NaN]) {
      expect(await store.set(keyOf('/a'), pageOf('over', head, { deleteAt }), ABSENT)).toBe('refused')
    }
    expect(await store.set(keyOf('/a'), pageOf('long', head, { deleteAt: 1e17 }), ABSENT)).toBe('stored')
  })

  describe('what lies where a page belongs (F5)', () => {
    it.each(['hash', 'list'] as const)('a %s of another program: a miss, counted, and left alone', async (kind) => {
      const { store, name, head } = await withPage()
      await client.del(name)
      await (kind === 'hash' ? client.hset(name, 'a', '1') : client.rpush(name, 'a'))
      expect(await read(store)).toBeUndefined()
      expect(await store.set(keyOf('/a'), pageOf('new', head), ABSENT)).toBe('refused')
      expect(await store.delete(keyOf('/a'))).toBe(false)
      expect(store.stats()).toMatchObject({ foreign: 2, unreadable: 0 })
      expect(await client.type(name)).toBe(kind)
    })

    it('a string of another program: a miss, counted, and left alone', async () => {
      const { store, name, head } = await withPage()
      await client.set(name, '{"__proto__":{"admin":true}}')
      expect(await read(store)).toBeUndefined()
      expect(await store.set(keyOf('/a'), pageOf('new', head), { if: { notNewerThan: head } })).toBe('refused')
      expect(store.stats()).toMatchObject({ foreign: 2, unreadable: 0 })
      expect(await client.get(name)).toBe('{"__proto__":{"admin":true}}')
    })

    it.each<[string, (bytes: Buffer) => Buffer]>([
      ['truncated', (bytes) => bytes.subarray(0, 300)],
      ['cut to a few bytes', (bytes) => bytes.subarray(0, 10)],
      ['of an older format', (bytes) => bytes.fill(0, 4, 5)],
      ['damaged', (bytes) => bytes.fill(0, bytes.length - 2)],
    ])('a page that is %s: a miss, counted, removed, and written anew', async (_, change) => {
      const { store, name, head } = await withPage()
      await client.set(name, change((await client.getBuffer(name)) as Buffer))
      expect(await read(store)).toBeUndefined()
      expect(store.stats()).toMatchObject({ foreign: 0, unreadable: 1 })
      await until('it to be removed', async () => (await client.exists(name)) === 0)
      expect(await store.set(keyOf('/a'), pageOf('new', head), ABSENT)).toBe('stored')
      expect(await read(store)).toBe('new')
    })

    it('a page that was written since the damage was read: it stays', async () => {
      const { store, name, head } = await withPage()
      const whole = (await client.getBuffer(name)) as Buffer
      await client.set(name, whole.subarray(0, 300))
      const reading = read(store)
      await store.set(keyOf('/a'), pageOf('new', head), { if: { notNewerThan: head } })
      await reading
      // What is sent later is done later: the removal, if it was sent, is through.
      expect(await store.delete(keyOf('/elsewhere'))).toBe(false)
      expect(await read(store)).toBe('new')
    })
  })

  describe('purged by URL', () => {
    it('have their bytes freed: all hosts and variants, and no record of them is kept (V19)', async () => {
      const { store, keyPrefix, head } = await withPage()
      await store.set(keyOf('/a', { variant: 'de' }), pageOf('de', head), ABSENT)
      await store.set(keyOf('/a', { url: 'https://other.example/a' }), pageOf('other', head), ABSENT)
      await store.set(keyOf('/b'), pageOf('b', head), ABSENT)
      await store.log.append([{ kind: 'url', url: '/a' }], HARD)
      const left = (await namesIn(keyPrefix)).filter((name) => !name.includes('log'))
      expect(left.map((name) => name.slice(keyPrefix.length, keyPrefix.length + 1)).sort()).toEqual(['p', 'u'])
      expect(await read(store, keyOf('/b'))).toBe('b')
    })

    it('stay where they were rendered after it (V7)', async () => {
      const { store, head } = await withPage()
      const later = { epoch: head.epoch, position: head.position + 1 }
      await store.set(keyOf('/a'), pageOf('since', later), { if: { notNewerThan: later } })
      expect(await store.log.append([{ kind: 'url', url: '/a' }], HARD)).toEqual(later)
      expect(await read(store)).toBe('since')
    })

    it('a thousand variants go in more than one step', async () => {
      const keyPrefix = freshPrefix()
      const store = open(keyPrefix)
      const head = await headOf(store)
      const keys = Array.from({ length: 1_001 }, (_, i) => keyOf('/a', { variant: String(i) }))
      await Promise.all(keys.map((key) => store.set(key, pageOf('x', head), ABSENT)))
      await store.log.append([{ kind: 'url', url: 'https://shop.example/a' }], HARD)
      expect((await namesIn(keyPrefix)).filter((name) => !name.includes('log'))).toEqual([])
    })

    it('are hidden even where their bytes cannot be freed, and the purge has not failed', async () => {
      const { store, keyPrefix, logger } = await withPage()
      const index = (await namesIn(keyPrefix)).find((name) => name.startsWith(`${keyPrefix}u:`)) as string // beside the page
      await client.set(index, 'of another program')
      await store.log.append([{ kind: 'url', url: '/a' }], HARD)
      const { tail } = await store.get(keyOf('/a'), { since: UNHEARD })
      expect(tail).toMatchObject({ records: [{ hard: true, targets: [{ kind: 'url', url: '/a' }] }] })
      expect(logger.lines).toEqual([expect.stringContaining('give each its own "keyPrefix"')])
    })
  })

  it('that expired leave the index of their URL', async () => {
    const { store, keyPrefix, head } = await withPage()
    const now = Date.now()
    const gone = { freshUntil: now, staleUntil: now, errorUntil: now, deleteAt: now + 30 }
    await store.set(keyOf('/a', { variant: 'de' }), pageOf('de', head, gone), ABSENT)
    const index = (await namesIn(keyPrefix)).find((name) => name.startsWith(`${keyPrefix}u:`)) as string // beside the page
    expect(await client.zcard(index)).toBe(2)
    await until('the page to expire', async () => (await read(store, keyOf('/a', { variant: 'de' }))) === undefined)
    await store.set(keyOf('/a', { variant: 'fr' }), pageOf('fr', head), ABSENT)
    expect(await client.zcard(index)).toBe(2)
  })

  it('of two variants of one URL whose keys have one hash are never mistaken for each other (K4)', async () => {
    const { store, head } = await withPage()
    const other = keyOf('/a', { variant: 'de', id: keyOf('/a').id })
    expect(await read(store, other)).toBeUndefined()
    expect(await store.delete(other)).toBe(false)
    expect(await read(store)).toBe('kept')
    expect(await store.set(other, pageOf('de', head), ABSENT)).toBe('stored')
    expect(await read(store)).toBeUndefined()
  })

  it('that were purged do not come back by an older render: the record counts, whatever the bytes (V1, M7)', async () => {
    const { store, head } = await withPage()
    await store.log.append([{ kind: 'url', url: '/a' }], HARD)
    await store.set(keyOf('/a'), pageOf('older', head), { if: { notNewerThan: head } })
    const { tail } = await store.get(keyOf('/a'), { since: head })
    expect(tail).toMatchObject({ records: [{ hard: true }] })
  })

  it('are written by the rules of preconditions that every store has (V6, V13)', async () => {
    const epochs = ['now', 'before', 'long before']
    const generation = fc.record({ epoch: fc.constantFrom(...epochs), position: fc.integer({ min: -1, max: 3 }) })
    const token = fc.constantFrom(0n, 1n, 2n ** 32n, 2n ** 33n, 2n ** 53n + 1n, 2n ** 53n + 2n, 2n ** 100n)
    const store = open()
    const { epoch } = await headOf(store)
    const own = (at: Generation): Generation => ({ ...at, epoch: at.epoch === 'now' ? epoch : at.epoch })
    let n = 0
    await fc.assert(
      fc.asyncProperty(generation, token, generation, fc.option(token, { nil: undefined }), async (a, t, b, u) => {
        const key = keyOf(`/${n++}`)
        const standing = pageOf('standing', own(a), { token: t })
        await store.set(key, standing, ABSENT)
        const condition: Precondition = { notNewerThan: own(b), ...(u !== undefined && { token: u }) }
        const isAllowed = permits(condition, { value: standing, revision: '' }, epoch)
        const result = await store.set(key, pageOf('new', own(b)), { if: condition })
        expect(result).toBe(isAllowed ? 'stored' : 'superseded')
        expect(await read(store, key)).toBe(isAllowed ? 'new' : 'standing')
      }),
      { numRuns: 200 },
    )
  })

  test('deleted with a precondition go only if it holds', async () => {
    const { store, head } = await withPage()
    const newer = { epoch: head.epoch, position: head.position + 1 }
    await store.set(keyOf('/a'), pageOf('newer', newer), { if: { notNewerThan: newer } })
    expect(await store.delete(keyOf('/a'), { if: { notNewerThan: head } })).toBe(false)
    expect(await store.delete(keyOf('/a'), { if: { notNewerThan: newer } })).toBe(true)
  })
})
