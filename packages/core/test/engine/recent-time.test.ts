import { createRenderCache, memoryStore, systemClock, type VisitorRequest } from '@ssr-cache/core'
import { fakeClock } from '@ssr-cache/core/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { collectGarbage } from '../../../../test-utils/collect-garbage.ts'
import { RecentTime } from '../../src/engine/recent-time.ts'
import { html } from './harness.ts'

const START = Date.UTC(2026, 0, 1)

/** The platform's time, which only the test moves, and timers that fire when it says so: a turn of the event loop. */
let platform = START
const turn = (): void => void vi.advanceTimersByTime(1)

beforeEach(() => {
  platform = START
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  vi.spyOn(systemClock, 'now').mockImplementation(() => platform)
})

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('the time of a moment ago', () => {
  it('is what the clock says, for those who ask now and then', () => {
    const recent = new RecentTime(systemClock)
    for (let asked = 0; asked < 1_000; asked++) {
      if (asked % 10 === 0) platform++
      expect(recent.now()).toBe(platform)
    }
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is read once in a while within one millisecond, and anew after a turn of the event loop', () => {
    const recent = new RecentTime(systemClock)
    for (let asked = 0; asked < 1_000; asked++) expect(recent.now()).toBe(START)
    expect(vi.mocked(systemClock.now).mock.calls.length).toBeLessThan(100)
    expect(vi.getTimerCount()).toBe(1)
    for (const _ of ['once', 'and again']) {
      platform++
      turn()
      for (let asked = 0; asked < 100; asked++) expect(recent.now()).toBe(platform)
    }
  })

  it('is behind by no more than sixteen who ask, where the event loop does not turn', () => {
    const recent = new RecentTime(systemClock)
    for (let asked = 0; asked < 100; asked++) recent.now()
    platform += 5_000
    for (let asked = 0; asked < 16; asked++) recent.now()
    expect(recent.now()).toBe(platform)
  })

  it('is always what a clock of the caller’s own says: that one may jump', () => {
    const clock = fakeClock()
    const recent = new RecentTime(clock)
    for (let asked = 0; asked < 100; asked++) recent.now()
    clock.jump(-60_000)
    expect(recent.now()).toBe(clock.now())
    expect(clock.pending).toBe(0)
  })

  it('is always what a test says that has put time into the place of the platform’s', () => {
    vi.restoreAllMocks()
    vi.useFakeTimers()
    const recent = new RecentTime(systemClock)
    for (let asked = 0; asked < 100; asked++) recent.now()
    vi.setSystemTime(Date.now() + 3_600_000)
    expect(recent.now()).toBe(Date.now())
  })
})

describe('a cache on the platform’s clock', () => {
  const shown = { method: 'GET', scheme: 'https', host: 'shop.example', headers: {} } as const
  const visitor = (target: string): VisitorRequest => ({ ...shown, target })

  it('serves nothing as fresh for longer than its lifetime and what sixteen who ask take, while the event loop does not turn (I5)', async () => {
    const cache = createRenderCache({ maxAge: 1, staleWhileRevalidate: 0, staleIfError: 0 })
    let loadedAt = 0
    let oldest = 0
    const load = (): number => {
      loadedAt = platform
      return platform
    }
    for (let asked = 0; asked < 1_000; asked++) {
      oldest = Math.max(oldest, platform - (await cache.value('menu', {}, load)))
      // Whatever is rendered between two of them takes 20 ms.
      if (asked >= 100) platform += 20
    }
    expect(loadedAt).toBeGreaterThan(START)
    expect(oldest).toBeLessThanOrEqual(1_000 + 17 * 20)
  })

  it('gives whoever comes first for a page all of their patience, however long hits have kept the event loop from turning (I8)', async () => {
    const cache = createRenderCache({ maxAge: 60, admission: { timeoutMs: 200 } })
    const ask = async (target: string) => {
      const plan = cache.plan(visitor(target))
      if (plan.kind !== 'shared') throw new Error(plan.kind)
      return plan.answer(async () => {
        turn()
        await Promise.resolve()
        return { kind: 'response', status: 200, fields: [['content-type', 'text/html']], body: new Uint8Array([1]) }
      })
    }
    for (let asked = 0; asked < 100; asked++) await ask('/menu')
    for (let asked = 0; asked < 8; asked++) {
      await ask('/menu')
      platform += 100
    }
    expect(await ask('/new')).toMatchObject({ kind: 'answer', status: 200 })
  })
})

describe('what a cache notes beside a kept page', () => {
  it('is of no use for another page, whatever a store hands out with it (K1)', async () => {
    const inner = memoryStore()
    const margin = { note: undefined }
    const store = {
      capabilities: inner.capabilities,
      lease: inner.lease,
      log: inner.log,
      get: (...given: Parameters<typeof inner.get>) => ({ ...inner.get(...given), margin }),
      set: inner.set.bind(inner),
      delete: inner.delete.bind(inner),
    }
    const cache = createRenderCache({ store })
    const ask = async (path: string): Promise<string> => {
      const page = await cache.handle({ url: `https://shop.example${path}` }, () => html(`page of ${path}`))
      return page.text()
    }
    for (const path of ['/a', '/b', '/a', '/b', '/a', '/b']) expect(await ask(path)).toBe(`page of ${path}`)
  })

  it('keeps no cache that was closed: its store may live on', async () => {
    vi.useRealTimers()
    vi.restoreAllMocks()
    const store = memoryStore()
    const inner = { ...store, get: store.get.bind(store), set: store.set.bind(store), delete: store.delete.bind(store) }
    const { capabilities, lease, log } = store
    const lasting = { ...inner, capabilities, lease, log, close: () => {} }
    const closed = async (): Promise<WeakRef<object>> => {
      const cache = createRenderCache({ store: lasting })
      for (let visit = 0; visit < 3; visit++) {
        await cache.handle({ url: 'https://shop.example/a' }, () => html('<p>'))
      }
      await cache.close()
      return new WeakRef(cache.events)
    }
    const ref = await closed()
    await vi.waitFor(() => {
      collectGarbage()
      // Not the object itself: what an assertion has seen stays in memory.
      expect(ref.deref() === undefined).toBe(true)
    })
    expect(store.size).toBe(1)
  })
})
