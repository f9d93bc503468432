import { setImmediate as turn } from 'node:timers/promises'
import { fc } from '@fast-check/vitest'
import type { Generation } from '@ssr-cache/core/store'
import { Redis } from 'ioredis'
import { describe, expect, it, onTestFinished } from 'vitest'
import { forAll } from '../../../test-utils/for-all.ts'
import { redisIsMissing } from '../../../test-utils/redis/program.ts'
import { startRedis } from '../../../test-utils/redis/server.ts'
import { InvalidationIndex } from '../../core/src/store/invalidation-index.ts'
import { type RedisStore, redisStore } from '../src/index.ts'
import { HeardLogger } from './heard-logger.ts'
import { freshPrefix, HARD, SOFT, tag, UNHEARD } from './log-bed.ts'
import { keyOf, pageOf, textOf } from './samples.ts'

const LEASE = { leaseMs: 60_000, graceMs: 10_000 }

describe.skipIf(redisIsMissing)('processes that do things at once (needs a Redis program)', () => {
  const server = forAll(startRedis)

  /** Stores of so many processes, of one fleet. */
  const fleet = (size: number, keyPrefix = freshPrefix()): readonly RedisStore[] =>
    Array.from({ length: size }, () => {
      const store = redisStore({ url: server().url, keyPrefix, logger: new HeardLogger() })
      onTestFinished(() => store.close())
      return store
    })
  const some = <T>(list: readonly T[], i: number): T => list[i % list.length] as T // of a list that is not empty

  it('and write where nothing stands: one of them is stored', async () => {
    const stores = fleet(3)
    const head = (await some(stores, 0).log.read(UNHEARD)).head
    for (let round = 0; round < 20; round++) {
      const key = keyOf(`/${round}`)
      const writes = Array.from({ length: 12 }, (_, i) =>
        some(stores, i).set(key, pageOf(`${i}`, head), { if: { absent: true } }),
      )
      const results = await Promise.all(writes)
      expect(results.filter((result) => result === 'stored')).toHaveLength(1)
      const winner = results.indexOf('stored')
      expect(textOf((await some(stores, 1).get(key, { since: head })).value)).toBe(`${winner}`)
    }
  })

  it('and write renders of any age in any order: the newest stands, and of equals that with the greatest token (V6, X3)', async () => {
    const stores = fleet(3)
    const { epoch } = (await some(stores, 0).log.read(UNHEARD)).head
    const render = fc.record({ position: fc.integer({ min: 0, max: 4 }), token: fc.bigInt({ min: 1n, max: 3n }) })
    let n = 0
    await fc.assert(
      fc.asyncProperty(fc.array(render, { minLength: 2, maxLength: 9 }), async (renders) => {
        const key = keyOf(`/order/${n++}`)
        const writes = renders.map(({ position, token }, i) => {
          const generation = { epoch, position }
          const page = pageOf(`${position} ${token}`, generation, { token })
          return some(stores, i).set(key, page, { if: { notNewerThan: generation, token } })
        })
        await Promise.all(writes)
        const [newest] = renders.toSorted((a, b) => b.position - a.position || Number(b.token - a.token))
        const { value } = await some(stores, 0).get(key, { since: { epoch, position: 0 } })
        expect(textOf(value)).toBe(`${newest?.position} ${newest?.token}`)
      }),
      { numRuns: 100 },
    )
  })

  it('and render: never two under one lease, whoever takes and releases it (I1, X1)', async () => {
    const stores = fleet(4)
    const generation = (await some(stores, 0).log.read(UNHEARD)).head
    const key = keyOf('/rendered')
    const tokens: bigint[] = []
    let rendering = 0
    const visit = async ({ lease }: RedisStore): Promise<void> => {
      for (let i = 0; i < 40; i++) {
        const answer = await lease.take(key, { generation, ...LEASE })
        if (!answer.held) continue
        tokens.push(answer.token)
        expect(++rendering).toBe(1)
        await turn()
        rendering--
        await lease.release(key, answer.token)
      }
    }
    await Promise.all(stores.flatMap((store) => [visit(store), visit(store)]))
    expect(tokens.length).toBeGreaterThan(10)
    expect(tokens).toEqual(tokens.toSorted((a, b) => Number(a - b)))
    expect(new Set(tokens).size).toBe(tokens.length)
  })

  it('and wait for a release that comes while they begin to wait: it is never missed (X1)', async () => {
    const [one, other] = fleet(2) as [RedisStore, RedisStore]
    const generation = (await one.log.read(UNHEARD)).head
    for (let round = 0; round < 40; round++) {
      const key = keyOf(`/awaited/${round}`)
      const answer = await one.lease.take(key, { generation, ...LEASE })
      const { signal } = new AbortController()
      const wait = async (): Promise<void> => {
        for (let i = 0; i < round % 5; i++) await turn()
        await other.lease.released?.(key, { signal })
      }
      const release = async (): Promise<void> => {
        for (let i = 0; i < round % 7; i++) await turn()
        if (answer.held) await one.lease.release(key, answer.token)
      }
      await Promise.all([wait(), wait(), release()])
    }
  })

  it('and purge a URL while it is rendered: what is older is gone or hidden, and what is newer stays (V1, V5, V7)', async () => {
    const stores = fleet(3)
    for (let round = 0; round < 25; round++) {
      const key = keyOf(`/purged/${round}`)
      const { head } = await some(stores, 0).log.read(UNHEARD)
      const write = (store: RedisStore, generation: Generation, text: string) =>
        store.set(key, pageOf(text, generation), { if: { notNewerThan: generation } })
      const [, , purge] = await Promise.all([
        write(some(stores, 0), head, 'older'),
        write(some(stores, 1), head, 'older'),
        some(stores, 2).log.append([{ kind: 'url', url: key.url }], HARD),
        write(some(stores, 1), head, 'older'),
      ])
      const { value, tail } = await some(stores, 0).get(key, { since: UNHEARD })
      const index = new InvalidationIndex()
      expect(tail !== undefined && tail !== 'unread' && index.apply(tail)).toBe(true)
      if (value?.kind === 'page') expect(index.verdict(key.url, value)).toEqual({ kind: 'absent' })
      await Promise.all([
        write(some(stores, 0), purge, 'newer'),
        write(some(stores, 1), head, 'older'),
        some(stores, 2).delete(key, { if: { notNewerThan: head } }),
      ])
      expect(textOf((await some(stores, 1).get(key, { since: purge })).value)).toBe('newer')
    }
  })

  it('and render under a log that is no more, which they have not asked since: it takes no newer page’s place (V6)', async () => {
    const keyPrefix = freshPrefix()
    const [late, quick] = fleet(2, keyPrefix) as [RedisStore, RedisStore]
    const heard: string[] = []
    onTestFinished(late.log.follow((news) => news !== 'cut' && heard.push(news.head.epoch)))
    const key = keyOf('/late')
    const before = (await late.log.read(UNHEARD)).head
    await late.get(key, { since: before })
    const admin = new Redis(server().port)
    await admin.del(`${keyPrefix}log`)
    admin.disconnect()
    const now = await quick.log.append([tag('a')], SOFT)
    await quick.set(key, pageOf('newer', now), { if: { notNewerThan: now } })
    await expect.poll(() => heard, { timeout: 10_000 }).toContain(now.epoch)
    expect(await late.set(key, pageOf('older', before), { if: { notNewerThan: before } })).toBe('superseded')
    expect(textOf((await quick.get(key, { since: now })).value)).toBe('newer')
  })
})
