import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { fc, test as property } from '@fast-check/vitest'
import { createRenderCache, type HandlerResponse } from '@ssr-cache/core'
import { type FakeClock, fakeClock } from '@ssr-cache/core/testing'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { AdaptiveAdmission } from '../../src/engine/adaptive-admission.ts'
import { Gate } from '../../src/engine/admission/gate.ts'
import { Place } from '../../src/engine/admission/place.ts'
import { loopDelayMeter } from '../../src/engine/loop-delay.ts'
import { html, openShop, request } from './harness.ts'

vi.mock(import('node:perf_hooks'), async (original) => {
  const hooks = await original()
  return { ...hooks, monitorEventLoopDelay: vi.fn(hooks.monitorEventLoopDelay) }
})

const LOOK_MS = 500
// Until a limit that was too much is tried again for the first time (decision 30).
const FIRST_WAIT_LOOKS = 4

interface Light {
  readonly renderMs: number
  readonly fails: boolean
}

/** A gate whose loop is as late as the test says. */
class Scene {
  loopDelayMs = 0
  isStopped = false
  readonly clock: FakeClock = fakeClock()
  readonly gate: Gate = new Gate({ concurrency: 8, queueLimit: 10_000 })
  readonly adaptive = new AdaptiveAdmission({
    gate: this.gate,
    clock: this.clock,
    bounds: { least: 2, most: 8, maxLoopDelayMs: 50 },
    meter: { read: () => this.loopDelayMs, stop: () => this.#stopped() },
  })

  #stopped(): void {
    this.isStopped = true
  }

  /** Visitors who wait all the time, whose renders take so long. */
  async crowd(renderMs: () => number, end: 'release' | 'fail' = 'release'): Promise<void> {
    for (let i = 0; i < 5_000; i++) {
      void this.gate.apply().place.then((place) => place && this.clock.schedule(renderMs(), () => place[end]()))
    }
    await nextTurn()
  }

  /** One render while nobody waits. */
  async one({ renderMs, fails }: Light): Promise<void> {
    const place = this.gate.tryEnter()
    await this.clock.advanceAsync(renderMs)
    if (fails) place?.fail()
    else place?.release()
  }

  /** The limits after so many looks. */
  async looks(count: number): Promise<readonly number[]> {
    const limits: number[] = []
    for (let look = 0; look < count; look++) {
      await this.clock.advanceAsync(LOOK_MS)
      limits.push(this.gate.limit)
    }
    return limits
  }
}

/** Keeps the event loop busy, and lets it turn in between as seldom as that. */
async function blockLoop(ms: number, turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) {
    const until = performance.now() + ms
    while (performance.now() < until);
    await nextTurn()
  }
}

describe('admission.adaptive', () => {
  test('fewer render side by side while the event loop is late, never fewer than the least, and all of them again afterwards', async () => {
    const scene = new Scene()
    await scene.crowd(() => 100)
    scene.loopDelayMs = 60
    expect(await scene.looks(4)).toEqual([6, 4, 3, 2])
    expect(await scene.looks(2)).toEqual([2, 2])
    await scene.clock.advanceAsync(100)
    expect(scene.gate.running).toBe(2)
    scene.loopDelayMs = 1
    expect((await scene.looks(12)).at(-1)).toBe(8)
    expect(scene.gate.running).toBeLessThanOrEqual(8)
  })

  test('a back end that hangs costs no place: that nothing ends says nothing of the loop', async () => {
    const scene = new Scene()
    await scene.crowd(() => 60_000)
    expect(new Set(await scene.looks(20))).toEqual(new Set([8]))
  })

  test('half of the places are taken at once where renders would only wait for each other in them (Little’s law)', async () => {
    const scene = new Scene()
    // One thread renders them all: each takes as long as all that run beside it.
    await scene.crowd(() => 10 * scene.gate.running)
    scene.loopDelayMs = 60
    await scene.looks(8)
    scene.loopDelayMs = 1
    expect((await scene.looks(20)).at(-1)).toBe(8)
    scene.loopDelayMs = 60
    // Two places are busy all the time with one render each; twice that, and one for what a look rounds.
    expect((await scene.looks(1)).at(-1)).toBeLessThanOrEqual(5)
  })

  const someLights = fc.array(fc.record({ renderMs: fc.integer({ min: 0, max: 20 }), fails: fc.boolean() }), {
    minLength: 1,
    maxLength: 40,
  })

  property.prop([someLights, fc.integer({ min: 50, max: 400 }), fc.integer({ min: 1, max: 12 })], { numRuns: 20 })(
    'what was answered at once or failed before a crowd came, keeps no place from it when the loop is calm again: two are back each second, after one wait',
    async (lights, heavyMs, lateLooks) => {
      const scene = new Scene()
      for (const light of lights) await scene.one(light)
      await scene.looks(2)
      await scene.crowd(() => heavyMs)
      scene.loopDelayMs = 60
      const limit = (await scene.looks(lateLooks)).at(-1) as number
      scene.loopDelayMs = 1
      expect((await scene.looks(FIRST_WAIT_LOOKS + 8 - limit)).at(-1)).toBe(8)
    },
  )

  test.each<[string, Light, number]>([
    ['failed at once', { renderMs: 2, fails: true }, 1],
    ['was answered at once', { renderMs: 2, fails: false }, 1],
    ['was answered at once, ten in each heavy one’s time', { renderMs: 20, fails: false }, 10],
  ])('what %s takes no place from heavy pages: a late loop takes a quarter, and not half', async (_, light, count) => {
    const scene = new Scene()
    for (let i = 0; i < count; i++) await scene.one(light)
    await scene.looks(1)
    await scene.crowd(() => 200)
    for (let i = 0; i < 10; i++) await scene.looks(1)
    scene.loopDelayMs = 60
    expect(await scene.looks(3)).toEqual([6, 4, 3])
  })

  test('nor is a crowd of light pages among which some heavy ones are', async () => {
    const scene = new Scene()
    let rendered = 0
    await scene.crowd(() => (rendered++ % 10 === 0 ? 200 : 2))
    await scene.looks(4)
    await scene.crowd(() => 200)
    while (scene.gate.queued > 5_000) await scene.looks(1)
    await scene.looks(2)
    scene.loopDelayMs = 60
    expect(await scene.looks(3)).toEqual([6, 4, 3])
  })

  test('a crowd whose renders all fail at once is no measure for the one that comes after', async () => {
    const scene = new Scene()
    await scene.crowd(() => 2, 'fail')
    await scene.looks(2)
    await scene.crowd(() => 200)
    await scene.looks(3)
    scene.loopDelayMs = 60
    expect(await scene.looks(3)).toEqual([6, 4, 3])
  })

  test('a wall clock that goes back does not hold the limit down for good', async () => {
    const scene = new Scene()
    await scene.crowd(() => 100)
    scene.loopDelayMs = 60
    await scene.looks(4)
    scene.clock.jump(-3_600_000)
    scene.loopDelayMs = 1
    expect((await scene.looks(12)).at(-1)).toBe(8)
  })

  test('stopped, it looks no more, and ends its measurement (I13)', async () => {
    const scene = new Scene()
    scene.adaptive.stop()
    expect([scene.isStopped, scene.clock.pending]).toEqual([true, 0])
  })

  test('the meter tells how late the loop was since it was asked last', async () => {
    const meter = loopDelayMeter()
    await blockLoop(40, 5)
    expect(meter.read()).toBeGreaterThan(20)
    for (let turn = 0; turn < 5; turn++) await nextTurn()
    expect(meter.read()).toBeLessThan(20)
    meter.stop()
  })
})

describe('a cache with admission.adaptive', () => {
  test.each<[string, boolean, () => HandlerResponse]>([
    ['a page', false, () => html('<p>')],
    ['a redirect', false, () => html('', { location: '/' }, 302)],
    ['that there is no such page', false, () => html('<p>', {}, 404)],
    ['that it cannot now', true, () => html('<p>', {}, 503)],
    [
      'nothing, and throws',
      true,
      () => {
        throw new Error('refused')
      },
    ],
  ])('a render that answers %s counts as failed: %s', async (_, hasFailed, answer) => {
    const fail = vi.spyOn(Place.prototype, 'fail')
    onTestFinished(() => fail.mockRestore())
    const { cache } = openShop({ admission: { adaptive: true } })
    await cache.handle(request('/'), answer).catch(() => {})
    await cache.close()
    expect([fail.mock.calls.length, cache.stats().renders.running]).toEqual([hasFailed ? 1 : 0, 0])
  })

  test('renders fewer pages at once where its own process is busy, says so in its stats, and leaves nothing running when it is closed (I13)', async () => {
    const clock = fakeClock()
    const cache = createRenderCache({
      clock,
      admission: { concurrency: 8, adaptive: { minConcurrency: 3, maxLoopDelayMs: 20 } },
    })
    expect(cache.stats().renders).toMatchObject({ running: 0, queued: 0, limit: 8 })
    await blockLoop(60, 4)
    clock.advance(LOOK_MS)
    expect(cache.stats().renders.limit).toBe(6)
    await cache.close()
    expect(clock.pending).toBe(0)
  })

  test('without it nothing is measured, and no timer runs', async () => {
    vi.mocked(monitorEventLoopDelay).mockClear()
    const clock = fakeClock()
    const cache = createRenderCache({ clock })
    expect(vi.mocked(monitorEventLoopDelay)).not.toHaveBeenCalled()
    expect([clock.pending, cache.stats().renders.limit]).toEqual([0, 8])
    await cache.close()
  })
})
