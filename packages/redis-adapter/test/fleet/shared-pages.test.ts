import { createRenderCache } from '@ssr-cache/core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Fleet, isFresh, PATIENT_MS, type Visit, versionOf } from '../../../../test-utils/fleet/fleet.ts'
import { forAll } from '../../../../test-utils/for-all.ts'
import { redisIsMissing } from '../../../../test-utils/redis/program.ts'
import { startRedis } from '../../../../test-utils/redis/server.ts'
import { until } from '../../../../test-utils/redis/until.ts'
import { redisStore } from '../../src/index.ts'

describe.skipIf(redisIsMissing)('pages of a fleet (needs a Redis program)', () => {
  const redis = forAll(startRedis)

  function sharedMaxAge({ headers }: Visit): number {
    return Number(/s-maxage=(\d+)/.exec(String(headers['cache-control']))?.[1])
  }

  function ttl({ headers }: Visit): number {
    return Number(/ttl=(-?\d+)/.exec(String(headers['cache-status']))?.[1])
  }

  describe.each([
    ['on Redis alone', false],
    ['with a memory of their own before it', true],
  ])('processes %s (R9)', (_, near) => {
    const two = forAll(() => {
      const settings = { url: redis().url, near, cache: { storeTimeoutMs: PATIENT_MS } }
      return Fleet.together([settings, settings])
    })

    test('give visitors the page that another has rendered, also when all of them were started again (R5, R39)', async () => {
      const settings = { url: redis().url, near, cache: { storeTimeoutMs: PATIENT_MS } }
      const path = `/kept-${near}`
      {
        await using fleet = await Fleet.together([settings, settings])
        await fleet.node(0).visit(path)
        // Written behind the answer.
        await until('the other has it', async () => isFresh(await fleet.node(1).visit(path)))
        expect(fleet.of(path)).toHaveLength(1)
      }
      await using fleet = await Fleet.together([settings, settings])
      expect((await fleet.crowd(path, 4)).every(isFresh)).toBe(true)
      expect(fleet.of(path)).toHaveLength(0)
    })

    test('serve an expired page at once with the same grace everywhere, while one of them refreshes it (R13)', async () => {
      const settings = { url: redis().url, near, cache: { maxAge: 1, storeTimeoutMs: PATIENT_MS } }
      await using fleet = await Fleet.together([settings, settings])
      const path = `/expired-${near}`
      await fleet.crowd(path, 2)
      const held = fleet.hold()
      await until('it is expired', async () => !isFresh(await fleet.node(0).visit(path)))
      await held.reached(1)
      fleet.change(path)
      const visits = await fleet.crowd(path, 20)
      for (const visit of visits) {
        expect([visit.status, versionOf(visit), isFresh(visit)]).toEqual([200, 1, false])
        expect(sharedMaxAge(visit)).toBeGreaterThanOrEqual(1)
        expect(sharedMaxAge(visit)).toBeLessThanOrEqual(10)
      }
      const graces = visits.map(sharedMaxAge)
      expect(Math.max(...graces) - Math.min(...graces)).toBeLessThanOrEqual(1)
      expect(fleet.of(path)).toHaveLength(2)
      held.letGo()
      await until('the new page is there', async () => {
        return (await fleet.crowd(path, 4)).every((visit) => versionOf(visit) >= 1 && visit.text !== '')
      })
    })

    test('show a change of content as soon as they are told of it (R41)', async () => {
      const fleet = two()
      const path = `/price-${near}`
      await fleet.crowd(path, 4)
      fleet.change(path)
      await fleet.node(0).call('purge', { urls: [path] })
      await until('both show it', async () => (await fleet.crowd(path, 4)).every((visit) => versionOf(visit) === 2))
    })

    test('make a cold page of the data that another process has loaded (R74)', async () => {
      const fleet = two()
      const name = `menu-${near}`
      const path = `/of-value/${name}`
      const first = await fleet.node(0).visit(path)
      const second = await fleet.node(1).visit(`${path}?page=2`)
      expect([isFresh(first), isFresh(second), second.text]).toEqual([false, false, first.text])
      expect(fleet.of(`value ${name}`)).toHaveLength(1)
    })
  })

  test('a page is in Redis before its visitor is answered, where that is asked for: its path and content, when its render began and ended, and until when it lives, for whoever comes to another process, though the first be killed at once (R8, R14)', async () => {
    const cache = { storeTimeoutMs: PATIENT_MS, write: 'before' } as const
    const settings = { url: redis().url, cache }
    await using fleet = await Fleet.together([settings, settings])
    fleet.renderMs = 200
    const askedAt = Date.now()
    const first = await fleet.node(0).visit('/entry?page=2')
    const answeredAt = Date.now()
    await fleet.node(0).signal('SIGKILL')
    const store = redisStore({ url: redis().url })
    const reader = createRenderCache({ ...cache, store, hosts: ['fleet.example'] })
    onTestFinished(() => reader.close())
    const { page, url } = await reader.explain(new Request('http://fleet.example/entry?page=2'))
    const { renderStartedAt = 0, storedAt = 0, freshUntil = 0 } = page ?? {}
    expect(url).toBe('http://fleet.example/entry?page=2')
    expect(page).toMatchObject({ state: 'fresh', status: 200, rendering: false })
    expect([renderStartedAt >= askedAt, storedAt <= answeredAt]).toEqual([true, true])
    expect(storedAt - renderStartedAt).toBeGreaterThanOrEqual(200)
    expect(freshUntil - storedAt).toBe(60_000)
    const second = await fleet.node(1).visit('/entry?page=2')
    expect([isFresh(second), second.text]).toEqual([true, first.text])
    expect(fleet.of('/entry?page=2')).toHaveLength(1)
  })

  test('processes of two builds on one Redis, as while a new one goes out, keep their pages and values apart, and both hear of what either invalidates (I2, V5)', async () => {
    const of = (id: string) => ({ url: redis().url, cache: { build: { id }, storeTimeoutMs: PATIENT_MS } })
    await using fleet = await Fleet.together([of('old'), of('old'), of('new'), of('new')])
    const builds = () => fleet.of('/built').map(({ node }) => (fleet.nodes.indexOf(node) < 2 ? 'old' : 'new'))
    await fleet.crowd('/built', 20)
    expect(builds().toSorted()).toEqual(['new', 'old'])
    await Promise.all(fleet.nodes.map((node) => node.visit('/of-value/colours')))
    expect(fleet.of('value colours')).toHaveLength(2)
    fleet.change('/built')
    await fleet.node(3).call('purge', { urls: ['/built'] })
    for (const visit of await fleet.crowd('/built', 20)) expect(versionOf(visit)).toBe(2)
    expect(builds().toSorted()).toEqual(['new', 'new', 'old', 'old'])
  })

  test('a process that was just started serves a stale page at once, with its true age (S7)', async () => {
    const settings = { url: redis().url, cache: { maxAge: 1, storeTimeoutMs: PATIENT_MS } }
    await using fleet = await Fleet.together([settings])
    await fleet.node(0).visit('/old')
    const held = fleet.hold()
    await until('it is stale by two seconds', async () => ttl(await fleet.node(0).visit('/old')) <= -2)
    const cold = await fleet.add(settings)
    await fleet.connected()
    const visit = await cold.visit('/old')
    expect([visit.status, versionOf(visit), isFresh(visit)]).toEqual([200, 1, false])
    expect(ttl(visit)).toBeLessThanOrEqual(-2)
    expect(visit.headers['age']).toBeUndefined()
    expect(fleet.of('/old')).toHaveLength(2)
    held.letGo()
  })
})
