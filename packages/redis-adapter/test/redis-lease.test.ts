import { fc } from '@fast-check/vitest'
import type { Clock, Generation, Held, HeldByAnother, StoreKey } from '@ssr-cache/core/store'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { forAll } from '../../../test-utils/for-all.ts'
import { startFaultProxy } from '../../../test-utils/redis/fault-proxy.ts'
import { redisIsMissing } from '../../../test-utils/redis/program.ts'
import { startRedis } from '../../../test-utils/redis/server.ts'
import { until } from '../../../test-utils/redis/until.ts'
import { localLease } from '../../core/src/store/local-lease.ts'
import { type RedisStoreOptions, redisStore } from '../src/index.ts'
import { tagOf } from '../src/key-names.ts'
import { HeardLogger } from './heard-logger.ts'
import { freshPrefix, UNHEARD } from './log-bed.ts'
import { keyOf, pageOf } from './samples.ts'

const LONG = { leaseMs: 60_000, graceMs: 10_000 }
const key = keyOf('/a')
const NO_SIGNAL = new AbortController().signal

describe.skipIf(redisIsMissing)('the lease in Redis (needs a Redis program)', () => {
  const server = forAll(startRedis)
  const proxy = forAll(() => startFaultProxy(server()))
  let client: Redis
  beforeAll(() => {
    client = new Redis(server().port)
  })
  afterAll(() => client.disconnect())

  /** One process; two with one prefix share their leases. */
  const open = (options: Partial<RedisStoreOptions> = {}) => {
    const logger = new HeardLogger()
    const store = redisStore({ url: server().url, keyPrefix: freshPrefix(), logger, ...options })
    onTestFinished(() => store.close())
    return store
  }
  const take = async (store: ReturnType<typeof open>, generation = UNHEARD): Promise<Held> => {
    const answer = await store.lease.take(key, { generation, ...LONG })
    if (!answer.held) throw new Error('expected to get the lease')
    return answer
  }
  const refused = async (store: ReturnType<typeof open>): Promise<HeldByAnother> => {
    const answer = await store.lease.take(key, { generation: UNHEARD, ...LONG })
    if (answer.held) throw new Error('expected another to hold the lease')
    return answer
  }
  const clockOff = (offsetMs: number): Clock => ({
    now: () => Date.now() + offsetMs,
    schedule: (ms, run) => setTimeout(run, ms),
    cancel: () => {},
  })

  it('is one for all processes, whose clocks may be five minutes apart (X1, X7)', async () => {
    const keyPrefix = freshPrefix()
    const late = open({ keyPrefix, clock: clockOff(-300_000) })
    const early = open({ keyPrefix, clock: clockOff(300_000) })
    const { graceUntil, token } = await take(late)
    const other = await refused(early)
    expect(Math.abs(other.graceUntil - 600_000 - graceUntil)).toBeLessThan(5_000)
    expect(Math.abs(other.endsAt - 300_000 - Date.now() - LONG.leaseMs)).toBeLessThan(5_000)
    await late.lease.release(key, token, { restMs: 30_000 })
    expect(Math.abs((await refused(early)).restUntil - 300_000 - Date.now() - 30_000)).toBeLessThan(5_000)
  })

  it('lets a late writer write nothing while who took over renders, though nothing stands there yet (X3)', async () => {
    const keyPrefix = freshPrefix()
    const [one, other] = [open({ keyPrefix }), open({ keyPrefix })]
    const { head } = await one.log.read(UNHEARD)
    const dead = await one.lease.take(key, { generation: head, leaseMs: 1, graceMs: 1 })
    if (!dead.held) throw new Error('expected to get the lease')
    const write = (token: bigint) => {
      return one.set(key, pageOf(`by ${token}`, head, { token }), { if: { notNewerThan: head, token } })
    }
    expect(await write(dead.token)).toBe('stored')
    await until('the lease to end', async () => (await other.lease.take(key, { generation: head, ...LONG })).held)
    expect(await write(dead.token)).toBe('superseded')
    const heir = BigInt(String(await client.hget(`${keyPrefix}l:${tagOf(key.url)}:${key.id}`, 't')))
    expect([await write(heir), await write(heir)]).toEqual(['stored', 'stored'])
    expect(await write(heir - 1n)).toBe('superseded')
  })

  it('lets a late writer write nothing over the page of who took over, and free nobody’s lease (X3)', async () => {
    const keyPrefix = freshPrefix()
    const [one, other] = [open({ keyPrefix }), open({ keyPrefix })]
    const { head } = await one.log.read(UNHEARD)
    const dead = await one.lease.take(key, { generation: head, leaseMs: 1, graceMs: 1 })
    await until('the lease to end', async () => (await other.lease.take(key, { generation: head, ...LONG })).held)
    if (!dead.held) throw new Error('expected to get the lease')
    const page = pageOf('late', head, { token: dead.token })
    const heirs = pageOf('heir', head, { token: dead.token + 1_000_000_000n })
    expect(await other.set(key, heirs, { if: { notNewerThan: head, token: heirs.token } })).toBe('stored')
    expect(await one.set(key, page, { if: { notNewerThan: head, token: page.token } })).toBe('superseded')
    expect(await one.lease.renew(key, dead.token, LONG)).toBe(false)
    await one.lease.release(key, dead.token)
    await refused(one)
  })

  it('has greater tokens for ever: after a release, after its record is gone, and where a page has one (X3)', async () => {
    const store = open()
    const { head } = await store.log.read(UNHEARD)
    const tokens: bigint[] = []
    for (let i = 0; i < 3; i++) {
      const { token } = await take(store)
      tokens.push(token)
      await store.lease.release(key, token)
    }
    await client.flushall()
    tokens.push((await take(store)).token)
    // As if the page had been made under a clock that was an hour ahead.
    const ahead = BigInt(Date.now() + 3_600_000) * 1_000n
    await client.flushall()
    await store.set(key, pageOf('ahead', head, { token: ahead }), { if: { absent: true } })
    tokens.push((await take(store)).token)
    expect(tokens).toEqual(tokens.toSorted((a, b) => Number(a - b)))
    expect(new Set(tokens).size).toBe(5)
    expect(tokens.at(-1)).toBe(ahead + 1n)
  })

  it('of a key whose page has a token that no server made is taken all the same', async () => {
    const store = open()
    const { head } = await store.log.read(UNHEARD)
    await store.set(key, pageOf('x', head, { token: 2n ** 100n }), { if: { absent: true } })
    expect((await take(store)).token).toBeLessThan(2n ** 53n)
  })

  it('answers as the one that is in a process (I1, V1)', async () => {
    const generation: fc.Arbitrary<Generation> = fc.record({
      epoch: fc.constantFrom('a', 'b'),
      position: fc.integer({ min: -1, max: 2 }),
    })
    const who = fc.nat(3)
    const step = fc.oneof(
      fc.record({ kind: fc.constant('take' as const), generation, evenIfResting: fc.boolean() }),
      fc.record({ kind: fc.constant('renew' as const), who }),
      fc.record({ kind: fc.constant('release' as const), who, rests: fc.boolean() }),
    )
    const store = open()
    let n = 0
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const one = keyOf(`/${n++}`)
        const model = localLease()
        const tokens: [model: bigint, store: bigint][] = []
        for (const each of steps) {
          if (each.kind === 'take') {
            const expected = model.take(one, { ...each, ...LONG })
            const got = await store.lease.take(one, { ...each, ...LONG })
            expect(shape(got)).toEqual(shape(expected))
            if (got.held && expected.held) tokens.push([expected.token, got.token])
            continue
          }
          const [modelToken, token] = tokens[each.who] ?? [-1n, -1n]
          if (each.kind === 'renew') {
            const renewed = await store.lease.renew(one, token, LONG)
            expect(renewed === false).toBe(model.renew(one, modelToken, LONG) === false)
          } else {
            const rest = each.rests ? { restMs: 60_000 } : undefined
            model.release(one, modelToken, rest)
            await store.lease.release(one, token, rest)
          }
        }
      }),
      { numRuns: 100 },
    )
  })

  describe('that others wait for', () => {
    it('wakes them by its release, in every process (X1)', async () => {
      const keyPrefix = freshPrefix()
      const [one, other] = [open({ keyPrefix }), open({ keyPrefix })]
      const { token } = await take(one)
      let isWoken = false
      const woken = other.lease.released?.(key, { signal: NO_SIGNAL }).then(() => {
        isWoken = true
      })
      await until('the other to listen', () => listenersOf(keyPrefix, key))
      expect(isWoken).toBe(false)
      await one.lease.release(key, token)
      await woken
      // Nobody listens any more.
      await until('the other to stop', async () => !(await listenersOf(keyPrefix, key)))
    })

    it('lets them go where messages can no longer be heard, and where they no longer wait (I7)', async () => {
      const keyPrefix = freshPrefix()
      const store = open({ keyPrefix, url: `redis://127.0.0.1:${proxy().port}` })
      await take(store)
      const woken = store.lease.released?.(key, { signal: NO_SIGNAL })
      await until('to be listened to', () => listenersOf(keyPrefix, key))
      proxy().reset()
      await woken
      const waits = new AbortController()
      const waited = store.lease.released?.(key, waits)
      await until('to be listened to again', () => listenersOf(keyPrefix, key))
      waits.abort()
      await waited
      await until('nobody to listen', async () => !(await listenersOf(keyPrefix, key)))
    })

    it('lets them go where there is no Redis, and not at once, so that they do not ask in a circle', async () => {
      const store = open({ url: 'redis://127.0.0.1:1' })
      const turns: string[] = []
      setImmediate(() => turns.push('a turn'))
      await store.lease.released?.(key, { signal: NO_SIGNAL })
      expect(turns).toEqual(['a turn'])
    })
  })

  async function listenersOf(keyPrefix: string, { id }: StoreKey): Promise<boolean> {
    const channels = (await client.pubsub('CHANNELS', `${keyPrefix}w:${id}`)) as string[] // names of channels
    return channels.length > 0
  }
})

/** What can be told without a clock. */
function shape(answer: Held | HeldByAnother): unknown {
  return answer.held ? 'held' : { rests: answer.restUntil > 0, ends: answer.endsAt > 0 }
}
