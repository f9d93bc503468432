import { memoryStore, type Store } from '@ssr-cache/core'
import { fakeClock } from '@ssr-cache/core/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  cacheStatus,
  field,
  html,
  openShop,
  request,
  type Shop,
  settled,
  sharedMaxAge,
  stateOf,
  times,
} from './harness.ts'

const PATIENCE_MS = 3_000
const START = Date.UTC(2026, 0, 1)

/** What happens to a crowd: somebody comes, time goes on, or the clock is set. */
type Step = { readonly comes: number } | { readonly advance: number } | { readonly jump: number }

const comes = fc.integer({ min: 1, max: 3 }).map((count): Step => ({ comes: count }))
const advance = fc
  .oneof(fc.constantFrom(1, 999, 1_000, PATIENCE_MS - 1, PATIENCE_MS), fc.integer({ min: 1, max: 4_000 }))
  .map((ms): Step => ({ advance: ms }))
const jump = fc
  .constantFrom(-3_600_000, -PATIENCE_MS, -1_000, -1, 1, 1_000, 3_600_000)
  .map((ms): Step => ({ jump: ms }))

interface Wait {
  readonly cameAt: number
  answeredAt: number | undefined
  status: number | undefined
}

/** Plays a script on one page, whose render ends `renderMs` after the first visitor came. Time is that of timers, which no jump moves. */
async function waits(script: readonly Step[], renderMs: number): Promise<readonly Wait[]> {
  const shop = openShop({ admission: { timeoutMs: PATIENCE_MS, deadlineMs: 60_000 } })
  const seen: Wait[] = []
  let jumped = 0
  const elapsed = (): number => shop.clock.now() - START - jumped
  const visit = async (): Promise<void> => {
    const wait: Wait = { cameAt: elapsed(), answeredAt: undefined, status: undefined }
    seen.push(wait)
    const page = await shop.cache.handle(request('/a'), () => {
      return new Promise((resolve) => shop.clock.schedule(renderMs, () => resolve(html('<p>'))))
    })
    Object.assign(wait, { answeredAt: elapsed(), status: page.status })
  }
  for (const step of script) {
    if ('comes' in step) times(step.comes, () => void visit())
    else if ('advance' in step) await shop.clock.advanceAsync(step.advance)
    else jumped += moved(shop, step.jump)
  }
  await shop.clock.advanceAsync(60_000)
  return seen
}

function moved({ clock }: Shop, ms: number): number {
  clock.jump(ms)
  return ms
}

describe('a crowd that follows one render (R16, C1, C9)', () => {
  test('each waits as long as the render takes, or exactly as long as a visitor waits, whenever and with how many others they came (C9, I8)', async () => {
    const script = fc.array(fc.oneof(comes, comes, advance), { minLength: 1, maxLength: 12 })
    // Never at the very instant at which somebody's patience ends: who is first then is not told.
    const renderMs = fc.integer({ min: 0, max: 9_000 }).map((ms) => ms + 0.5)
    await fc.assert(
      fc.asyncProperty(script, renderMs, async (steps, ms) => {
        const seen = await waits(steps, ms)
        const first = seen[0]?.cameAt ?? 0
        for (const { cameAt, answeredAt, status } of seen) {
          const landsAt = first + ms
          // Whoever comes after the page has landed is given it at once.
          const inTime = landsAt <= cameAt + PATIENCE_MS
          expect({ answeredAt, status }).toEqual({
            answeredAt: inTime ? Math.max(cameAt, landsAt) : cameAt + PATIENCE_MS,
            status: inTime ? 200 : 503,
          })
        }
      }),
      { numRuns: 300 },
    )
  })

  test('nobody waits longer than a visitor may, wherever the clock is set meanwhile (S8, I8)', async () => {
    const script = fc.array(fc.oneof(comes, comes, advance, jump), { minLength: 1, maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(script, async (steps) => {
        for (const { cameAt, answeredAt, status } of await waits(steps, 50_000)) {
          expect([200, 503]).toContain(status)
          if (status === 503) expect((answeredAt ?? Number.NaN) - cameAt).toBeLessThanOrEqual(PATIENCE_MS)
        }
      }),
      { numRuns: 300 },
    )
  })

  test('a clock that is set back while the store is asked puts nobody’s patience off (S8, I8)', async () => {
    const clock = fakeClock()
    const memory = memoryStore({ clock })
    const asked = Promise.withResolvers<void>()
    const { capabilities, lease, log } = memory
    const store: Store = {
      capabilities,
      lease,
      log,
      get: async (key, o) => {
        await asked.promise
        return memory.get(key, o)
      },
      set: (key, value, o) => memory.set(key, value, o),
      delete: (key, o) => memory.delete(key, o),
    }
    const shop = openShop({ clock, store, admission: { timeoutMs: PATIENCE_MS } })
    const visit = shop.get('/a')
    clock.jump(-3_600_000)
    asked.resolve()
    await settled()
    expect(shop.renders.count).toBe(1)
    await clock.advanceAsync(PATIENCE_MS)
    expect(await stateOf(visit)).toBe('resolved')
    expect((await visit).status).toBe(503)
  })

  test('a thousand who come at once cost as many timers as two (R16)', async () => {
    const pending = async (count: number): Promise<number> => {
      const shop = openShop()
      for (const page of times(count, () => shop.get('/a'))) page.catch(() => {})
      await settled()
      return shop.clock.pending
    }
    expect(await pending(1_000)).toBe(await pending(2))
  })

  test('a queued crowd that has lost patience takes its flight along: nothing is rendered for nobody (I8)', async () => {
    const shop = openShop({ admission: { concurrency: 1, queueLimit: 3, timeoutMs: PATIENCE_MS } })
    const busy = shop.get('/busy')
    await settled()
    const crowd = times(5, () => shop.get('/a'))
    await shop.clock.advanceAsync(1_000)
    const later = times(2, () => shop.get('/a'))
    await shop.clock.advanceAsync(2_000)
    for (const page of await Promise.all([busy, ...crowd])) expect(page.status).toBe(503)
    expect(shop.cache.stats().renders).toMatchObject({ running: 1, queued: 1 }) // two still wait
    await shop.clock.advanceAsync(1_000)
    for (const page of await Promise.all(later)) expect(page.status).toBe(503)
    expect(shop.cache.stats().renders).toMatchObject({ running: 1, queued: 0 })
    await shop.renders.last.answers('<p>')
    expect(shop.renders.count).toBe(1)
  })

  test('who comes when the patience of others has just ended is counted by themselves (I8)', async () => {
    const shop = openShop({ admission: { concurrency: 1, queueLimit: 3, timeoutMs: 0, deadlineMs: 10_000 } })
    void shop.get('/busy')
    const warming = shop.cache.warm(['/a'], {
      origin: 'https://shop.example',
      through: (asked) => shop.cache.handle(asked, shop.renders.handler),
    })
    await settled()
    for (let i = 0; i < 2; i++) {
      const visit = shop.get('/a')
      await shop.clock.advanceAsync(0)
      expect((await visit).status).toBe(503)
    }
    expect(shop.cache.stats().renders.queued).toBe(1) // for the warm-up
    await shop.clock.advanceAsync(9_999)
    expect(shop.cache.stats().renders.queued).toBe(1)
    await shop.clock.advanceAsync(1)
    await warming
    expect(shop.renders.count).toBe(1) // that of the page that was busy: nobody is left who wants the other
  })
})

describe('what a crowd is given (I2, I12)', () => {
  test('each the same answer, counted and told one by one', async () => {
    const shop = openShop()
    const crowd = times(4, () => shop.get('/a'))
    await settled()
    await shop.renders.last.answers('<p>')
    const followers = (await Promise.all(crowd)).slice(1)
    expect(new Set(followers.map(({ fields }) => JSON.stringify(fields))).size).toBe(1)
    expect(shop.cache.stats().routes['*']?.answers).toEqual({ miss: 1, follow: 3 })
    const told = shop.told.filter(([name]) => name === 'answer')
    expect(told).toEqual(['miss', 'follow', 'follow', 'follow'].map((answered) => ['answer', { route: '*', answered }]))
  })

  test('a purge while they are answered reaches all whose answer is still to be made (I2)', async () => {
    const shop = openShop()
    let follows = 0
    shop.cache.events.on('answer', ({ answered }) => {
      if (answered === 'follow' && ++follows === 2) void shop.cache.purge({ urls: ['/a'] })
    })
    const crowd = times(4, () => shop.get('/a'))
    await settled()
    await shop.renders.last.answers('<p>')
    const sent = (await Promise.all(crowd)).map((page) => field(page, 'cache-control'))
    expect(sent).toEqual([
      'public, max-age=0, s-maxage=60, stale-if-error=86400',
      'public, max-age=0, s-maxage=60, stale-if-error=86400',
      'private, no-store',
      'private, no-store',
    ])
  })

  test('each is told what there was when they came (I12)', async () => {
    const shop = openShop({ maxAge: 60, staleWhileRevalidate: 0, staleIfError: 10 })
    await shop.render('/a', '<p>old')
    shop.clock.advance(69_000)
    const early = times(2, () => shop.get('/a'))
    await shop.clock.advanceAsync(1_000)
    const late = times(2, () => shop.get('/a'))
    await settled()
    await shop.renders.last.answers('<p>new')
    const pages = await Promise.all([...early, ...late])
    expect(pages.map((page) => cacheStatus(page)['fwd'])).toEqual(['stale', 'stale', 'uri-miss', 'uri-miss'])
    expect(pages.map(sharedMaxAge)).toEqual([60, 60, 60, 60])
  })

  test('each is given back what the URL of their own lost, on a redirect that they share (R66)', async () => {
    const shop = openShop()
    const names = ['mail', 'ad', 'ad', 'post']
    const crowd = names.map((name) => shop.get(`/a?utm_source=${name}`))
    await settled()
    await shop.renders.last.answers(html('', { location: '/next' }, 301))
    expect(shop.renders.count).toBe(1)
    const sent = (await Promise.all(crowd)).map((page) => field(page, 'location'))
    expect(sent).toEqual(names.map((name) => `/next?utm_source=${name}`))
  })
})
