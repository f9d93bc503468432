import { Redis } from 'ioredis'
import { beforeEach, describe, expect, test } from 'vitest'
import { Fleet, isFresh, PATIENT_MS, versionOf } from '../../../../test-utils/fleet/fleet.ts'
import type { NodeReport, NodeSettings } from '../../../../test-utils/fleet/messages.ts'
import { forAll } from '../../../../test-utils/for-all.ts'
import { type FaultProxy, startFaultProxy } from '../../../../test-utils/redis/fault-proxy.ts'
import { redisIsMissing } from '../../../../test-utils/redis/program.ts'
import { startRedis } from '../../../../test-utils/redis/server.ts'
import { until } from '../../../../test-utils/redis/until.ts'

const LEASE_MS = 2_000
/** How long a visitor waits unless set otherwise. */
const TIMEOUT_MS = 3_000
const SETTINGS = {
  cache: { admission: { timeoutMs: 8_000 }, storeTimeoutMs: PATIENT_MS },
} satisfies Partial<NodeSettings>

describe.skipIf(redisIsMissing)('processes of a fleet (needs a Redis program)', () => {
  const redis = forAll(startRedis)
  const networks = [1, 2, 3, 4].map(() => forAll(() => startFaultProxy(redis())))

  /** Each node has a network of its own. */
  function nodes(count: number, more: Partial<NodeSettings> = {}): NodeSettings[] {
    return networks.slice(0, count).map((of) => ({ ...SETTINGS, ...more, url: `redis://127.0.0.1:${of().port}` }))
  }

  describe('four processes on one Redis', () => {
    const started = forAll(() => Fleet.together(nodes(4)))
    let fleet: Fleet
    beforeEach(() => {
      fleet = started()
      fleet.renderMs = 0
    })

    test('render a cold page once for 200 requests (X1, R5)', async () => {
      fleet.renderMs = 300
      const visits = await fleet.crowd('/cold', 200)
      expect(visits.map(({ status }) => status)).toEqual(Array(200).fill(200))
      expect(new Set(visits.map(({ text }) => text)).size).toBe(1)
      expect(fleet.of('/cold')).toHaveLength(1)
    })

    test('serve the page that one has rendered as a hit (R5, R9)', async () => {
      await fleet.node(0).visit('/shared')
      const visits = await fleet.crowd('/shared', 8)
      expect(visits.every(isFresh)).toBe(true)
      expect(fleet.of('/shared')).toHaveLength(1)
    })

    test('renew the lease of a render that is longer than it (X3)', async () => {
      fleet.renderMs = 1.6 * LEASE_MS
      const visits = await fleet.crowd('/long', 8)
      expect(visits.map(({ status }) => status)).toEqual(Array(8).fill(200))
      expect(fleet.of('/long')).toHaveLength(1)
    })

    test('take over within the lease time from one that hangs, and refuse what it says when it is back (X3)', async () => {
      const path = '/zombie'
      const first = fleet.hold()
      const zombie = fleet.node(0)
      const late = zombie.visit(path)
      await first.reached(1)
      await zombie.signal('SIGSTOP')
      fleet.change(path)
      const second = fleet.hold()
      const others = [1, 2, 3].map((place) => fleet.node(place).visit(path))
      await second.reached(1)
      // While another renders, the old one comes back, writes in vain, and lets go of a lease that is not its own.
      await zombie.signal('SIGCONT')
      first.letGo()
      expect(versionOf(await late)).toBe(1)
      const more = fleet.node(1).visit(path)
      second.letGo()
      for (const visit of await Promise.all([...others, more])) expect(versionOf(visit)).toBe(2)
      for (const visit of await fleet.crowd(path, 4)) expect([versionOf(visit), isFresh(visit)]).toEqual([2, true])
      expect(fleet.of(path)).toHaveLength(2)
    })

    test('go on bringing their own visitors together where Redis is gone (X4)', async () => {
      fleet.renderMs = 300
      for (const network of networks) {
        network().mode = 'refuse'
        network().reset()
      }
      const visits = await fleet.crowd('/alone', 100)
      expect(visits.map(({ status }) => status)).toEqual(Array(100).fill(200))
      const renders = fleet.of('/alone')
      expect([renders.length, new Set(renders.map(({ node }) => node)).size]).toEqual([4, 4])
      for (const network of networks) network().mode = 'pass'
      await until('the fleet is together again', async () => (await fleet.crowd('/alone', 4)).every(isFresh))
    })
  })

  test('render a cold page once for 200 requests within the time that a store has unless set, and find nothing wrong with it (X1, I1)', async () => {
    await using fleet = await Fleet.together(nodes(4, { cache: {} }))
    fleet.renderMs = 300
    const failures = async () => (await Promise.all(fleet.nodes.map((node) => node.call('report')))).map(failuresOf)
    const crowds: { renders: number; failures: readonly number[] }[] = []
    // Other tests may keep this machine busy for as long as a store has: such a crowd does not count, but one of five goes undisturbed.
    for (const path of ['/first', '/second', '/third', '/fourth', '/fifth']) {
      const before = await failures()
      const visits = await fleet.crowd(path, 200)
      expect(visits.map(({ status }) => status)).toEqual(Array(200).fill(200))
      const failed = (await failures()).map((count, node) => count - (before[node] ?? 0))
      crowds.push({ renders: fleet.of(path).length, failures: failed })
      if (failed.every((count) => count === 0) && fleet.of(path).length === 1) break
    }
    expect(crowds).toContainEqual({ renders: 1, failures: [0, 0, 0, 0] })
    for (const { renders } of crowds) expect(renders).toBeLessThanOrEqual(4)
  })

  test('where the process that renders a cold page is killed, those who wait at the others are given it by one of these, all within the time that visitors wait unless set otherwise (X2, I1, C9)', async () => {
    await using fleet = await Fleet.together(nodes(4, { cache: { storeTimeoutMs: PATIENT_MS } }))
    const held = fleet.hold()
    const lost = fleet
      .node(0)
      .visit('/orphan')
      .catch(() => 'lost')
    await held.reached(1)
    const others = [1, 2, 3, 1, 2, 3].map((place) => fleet.node(place).visit('/orphan'))
    held.close()
    await fleet.node(0).signal('SIGKILL')
    expect(await lost).toBe('lost')
    const visits = await Promise.all(others)
    expect(visits.map(({ status }) => status)).toEqual(Array(6).fill(200))
    for (const visit of visits) expect(visit.tookMs).toBeLessThan(TIMEOUT_MS)
    expect(versionOf(await fleet.node(1).visit('/orphan'))).toBe(1)
    expect(fleet.of('/orphan').map(({ node }) => node === fleet.node(0))).toEqual([true, false])
  })

  describe('pages near at hand, before Redis', () => {
    const started = forAll(() => Fleet.together(nodes(2, { near: true, cache: {} })))
    let fleet: Fleet
    beforeEach(() => {
      fleet = started()
    })

    test('are gone in milliseconds when another process purges them (X5, R41)', async () => {
      await fleet.crowd('/near', 4)
      fleet.change('/near')
      await fleet.node(0).call('purge', { urls: ['/near'] })
      const purgedAt = performance.now()
      const first = await fleet.node(1).visit('/near')
      await until('the other has heard of it', async () => versionOf(await fleet.node(1).visit('/near')) === 2)
      // What is on its way takes a moment; a machine that is busy with other tests takes some more.
      expect(performance.now() - purgedAt).toBeLessThan(1_000)
      expect(versionOf(first)).toBeGreaterThanOrEqual(1)
    })

    test('count as stale when news can no longer come, and are caught up with when it does again (X5)', async () => {
      const cut = networks[1]?.() as FaultProxy // one for each node
      await fleet.crowd('/cut', 4)
      expect(isFresh(await fleet.node(1).visit('/cut'))).toBe(true)
      const held = fleet.hold()
      cut.mode = 'hang'
      fleet.change('/cut')
      await fleet.node(0).call('invalidate', { urls: ['/cut'] })
      const cutAt = performance.now()
      await until('the page is stale', async () => !isFresh(await fleet.node(1).visit('/cut')))
      expect(performance.now() - cutAt).toBeLessThan(4_000)
      held.letGo()
      cut.mode = 'pass'
      await until('the new page is there', async () => {
        const visit = await fleet.node(1).visit('/cut')
        return isFresh(visit) && versionOf(visit) === 2
      })
    })

    test('are heard of without their bodies, and what a process says itself does it no harm (X6)', async () => {
      const listener = new Redis(redis().port)
      const heard: string[] = []
      listener.on('pmessage', (_, channel: string, message: string) => heard.push(`${channel} ${message}`))
      await listener.psubscribe('*')
      fleet.made = () => ({ body: `<!doctype html><p>a body that nobody sends ${'x'.repeat(30_000)} version 1` })
      await fleet.crowd('/said', 4)
      await fleet.node(0).call('purge', { urls: ['/said'] })
      fleet.made = () => ({})
      await fleet.node(0).visit('/said')
      await until('something was said', () => heard.length > 0)
      for (let visit = 0; visit < 5; visit++) expect(isFresh(await fleet.node(0).visit('/said'))).toBe(true)
      listener.disconnect()
      expect(heard.filter((message) => message.includes('a body') || message.length > 2_000)).toEqual([])
    })
  })
})

/** How often the store was given up, or failed, whatever it was asked. */
function failuresOf({ storeErrors }: NodeReport): number {
  return Object.values(storeErrors).reduce((sum, count) => sum + count, 0)
}
