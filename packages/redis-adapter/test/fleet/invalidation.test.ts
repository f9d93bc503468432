import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  Fleet,
  type FleetNode,
  isFresh,
  PATIENT_MS,
  type Visit,
  versionOf,
} from '../../../../test-utils/fleet/fleet.ts'
import { forAll } from '../../../../test-utils/for-all.ts'
import { redisIsMissing } from '../../../../test-utils/redis/program.ts'
import { startRedis } from '../../../../test-utils/redis/server.ts'
import { until } from '../../../../test-utils/redis/until.ts'

const FIVE_MINUTES = 300_000

describe.skipIf(redisIsMissing)('invalidation in a fleet (needs a Redis program)', () => {
  const redis = forAll(startRedis)
  const started = forAll(() => {
    const clocks = [0, 0, FIVE_MINUTES, -FIVE_MINUTES]
    // Clocks decide lifetimes: longer ones than the clocks are apart.
    const cache = { maxAge: 3_600, storeTimeoutMs: PATIENT_MS }
    return Fleet.together(clocks.map((skewMs) => ({ url: redis().url, skewMs, cache })))
  })
  let client: Redis
  let fleet: Fleet

  beforeAll(() => {
    client = new Redis(redis().port)
    fleet = started()
  })
  afterAll(() => client.disconnect())
  beforeEach(() => {
    fleet.made = () => ({})
  })

  /** All that visitors see from now on, on any node: never again as fresh what was rendered of data before this version. */
  async function expectNowhereFresh(path: string, before: number): Promise<void> {
    for (const visit of await fleet.crowd(path, 8)) {
      if (isFresh(visit)) expect(versionOf(visit), `fresh on ${visit.node.pid}`).toBeGreaterThanOrEqual(before)
    }
  }

  async function untilFresh(path: string, version: number): Promise<void> {
    await until(`${path} is fresh everywhere, of version ${version}`, async () => {
      const visits = await fleet.crowd(path, 4)
      return visits.every((visit) => isFresh(visit) && versionOf(visit) === version)
    })
  }

  const PAIRS: readonly (readonly [string, number, number])[] = [
    ['whose clocks agree', 0, 1],
    ['of which the one that invalidates is five minutes ahead (X7)', 1, 2],
    ['of which the one that invalidates is five minutes behind (X7)', 1, 3],
    ['whose clocks are ten minutes apart (X7)', 2, 3],
  ]

  describe.each(PAIRS)('two processes %s', (_, rendersAt, saysAt) => {
    let renders: FleetNode
    let says: FleetNode
    const own = (path: string): string => `${path}-${rendersAt}-${saysAt}`

    beforeAll(() => {
      renders = fleet.node(rendersAt)
      says = fleet.node(saysAt)
    })

    /** One render is under way on data that change meanwhile; what becomes of it, and of who comes afterwards. */
    async function during(path: string, invalidated: () => Promise<void>): Promise<{ readonly caller: Visit }> {
      const held = fleet.hold()
      const caller = renders.visit(path)
      await held.reached(1)
      held.close()
      fleet.change(path)
      await invalidated()
      held.letGo()
      return { caller: await caller }
    }

    test('a page that is purged while it is rendered is its own caller’s, and nobody who comes later joins (V1, V5)', async () => {
      const path = own('/purged')
      const held = fleet.hold()
      const caller = renders.visit(path)
      await held.reached(1)
      held.close()
      fleet.change(path)
      await says.call('purge', { urls: [path] })
      const later = await Promise.all([renders.visit(path), says.visit(path)])
      expect(later.map(versionOf)).toEqual([2, 2])
      held.letGo()
      expect(versionOf(await caller)).toBe(1)
      for (const visit of await fleet.crowd(path, 8)) expect(versionOf(visit)).toBe(2)
      expect(fleet.of(path)).toHaveLength(2)
    })

    test('a tag that the route names is invalidated while its page is rendered: nobody who comes later gets that page as fresh (V2, V5)', async () => {
      const path = own('/known/2')
      const { caller } = await during(path, () => says.call('invalidate', { tags: [`known:${path.slice(7)}`] }))
      expect(versionOf(caller)).toBe(1)
      await expectNowhereFresh(path, 2)
      await untilFresh(path, 2)
    })

    test('a tag that a render finds on its way is invalidated before it is known (V3, V5)', async () => {
      const path = own('/found')
      fleet.made = () => ({ tags: [own('tag')] })
      const { caller } = await during(path, () => says.call('invalidate', { tags: [own('tag')] }))
      expect(versionOf(caller)).toBe(1)
      await expectNowhereFresh(path, 2)
      await untilFresh(path, 2)
    })

    test('a refresh in the background is overtaken by an invalidation from another process (V4, V5)', async () => {
      const path = own('/refreshed')
      await renders.visit(path)
      fleet.change(path)
      await says.call('invalidate', { urls: [path] })
      await during(path, () => says.call('invalidate', { urls: [path] }))
      await expectNowhereFresh(path, 3)
      await untilFresh(path, 3)
    })

    test('a render that began before the invalidation and ends last overwrites nothing (V6)', async () => {
      const path = own('/last')
      const held = fleet.hold()
      const slow = renders.visit(path)
      await held.reached(1)
      held.close()
      fleet.change(path)
      await says.call('invalidate', { urls: [path] })
      await untilFresh(path, 2)
      held.letGo()
      expect(versionOf(await slow)).toBe(1)
      for (const visit of await fleet.crowd(path, 8)) expect([isFresh(visit), versionOf(visit)]).toEqual([true, 2])
    })

    test('a page that is rendered at once after a purge is valid (V7)', async () => {
      const path = own('/again')
      await renders.visit(path)
      for (let version = 2; version <= 6; version++) {
        fleet.change(path)
        await says.call('purge', { urls: [path] })
        expect(versionOf(await says.visit(path))).toBe(version)
        expect(versionOf(await renders.visit(path))).toBe(version)
      }
      await untilFresh(path, 6)
    })

    test('an invalidated page is served stale and refreshed once; a purged one never again, even with the app down (V12)', async () => {
      const path = own('/hard')
      await renders.visit(path)
      fleet.change(path)
      await says.call('invalidate', { urls: [path] })
      const held = fleet.hold()
      const stale = await fleet.crowd(path, 8)
      expect(stale.map((visit) => [versionOf(visit), isFresh(visit)])).toEqual(Array(8).fill([1, false]))
      await held.reached(1)
      held.letGo()
      await untilFresh(path, 2)
      fleet.made = () => ({ status: 500, body: 'down' })
      await says.call('purge', { urls: [path] })
      for (const visit of await fleet.crowd(path, 8)) expect(visit.status).toBeGreaterThanOrEqual(500)
    })

    test('a reader of the old page does not take away the new one (V13)', async () => {
      const path = own('/reader')
      await renders.visit(path)
      fleet.change(path)
      await says.call('invalidate', { urls: [path] })
      // What this refresh is given turns out to be somebody's own.
      const held = fleet.hold()
      fleet.made = () => ({ isPrivate: true })
      await renders.visit(path)
      await held.reached(1)
      held.close()
      fleet.made = () => ({})
      fleet.change(path)
      await says.call('purge', { urls: [path] })
      expect(versionOf(await says.visit(path))).toBe(3)
      fleet.made = () => ({ isPrivate: true })
      held.letGo()
      await until('the old refresh is over', () => fleet.of(path)[1]?.endedAt !== undefined)
      await until('nothing is left of it', async () => (await renders.call('report')).background === 0)
      for (const visit of await fleet.crowd(path, 8)) expect([isFresh(visit), versionOf(visit)]).toEqual([true, 3])
    })
  })

  describe('the records of the log', () => {
    const logKeys = () => client.keys('*log*')

    test('when they are lost, nothing that was kept before counts, on any node and at any visit (V8)', async () => {
      await fleet.crowd('/lost', 4)
      await untilFresh('/lost', 1)
      fleet.change('/lost')
      await client.del(...(await logKeys()))
      // A purge may have been among what was lost.
      for (const visit of await fleet.crowd('/lost', 8)) expect(versionOf(visit)).toBe(2)
      await untilFresh('/lost', 2)
    })

    test('outlive the longest life of what is kept, its error window included (V9)', async () => {
      await fleet.node(0).visit('/lasting')
      await fleet.node(0).call('invalidate', { tags: ['lasting'] })
      const lives = async (keys: readonly string[]) => Promise.all(keys.map((key) => client.pttl(key)))
      const pages = await lives(await client.keys('*p:{*'))
      const log = await lives(await logKeys())
      expect(log.length).toBeGreaterThan(0)
      // -1: for ever.
      for (const life of log) expect(life === -1 || life > Math.max(...pages)).toBe(true)
      expect(Math.max(...pages)).toBeGreaterThan(86_400_000)
    })

    test('of 10,000 tags evict no page (V11)', async () => {
      await fleet.crowd('/stays', 4)
      for (let call = 0; call < 100; call++) {
        const tags = Array.from({ length: 100 }, (_, i) => `tag ${call} ${i}`)
        await fleet.node(call % 4).call('invalidate', { tags })
      }
      await until('all have heard of it', async () => (await fleet.crowd('/stays', 4)).every(isFresh))
      expect(fleet.of('/stays')).toHaveLength(1)
    })

    test('hit every page of a tag by one command, however many there are: nothing is looked for (V10)', async () => {
      const pages = Array.from({ length: 200 }, (_, i) => `/many/${i}`)
      fleet.made = () => ({ tags: ['many'] })
      await Promise.all(pages.map((path, i) => fleet.node(i % 4).visit(path)))
      await client.config('RESETSTAT')
      for (const path of pages) fleet.change(path)
      await fleet.node(0).call('invalidate', { tags: ['many'] })
      const visits = await Promise.all(pages.map((path, i) => fleet.node(i % 4).visit(path)))
      for (const visit of visits) if (isFresh(visit)) expect(versionOf(visit)).toBe(2)
      const commands = (await client.info('commandstats')).match(/cmdstat_\w+/g)
      expect(commands?.filter((name) => /scan|keys|unlink|flush/.test(name))).toEqual([])
    })
  })
})
