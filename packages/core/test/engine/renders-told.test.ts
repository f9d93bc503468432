import { memoryStore } from '@ssr-cache/core'
import { fakeClock } from '@ssr-cache/core/testing'
import { describe, expect, test, vi } from 'vitest'
import { html, openShop, type Shop, settled } from './harness.ts'

const MINUTE = 60_000

/** What was told of renders, in order. */
const renders = ({ told }: Shop) =>
  told.flatMap(([name, { ...event }]) => {
    if (name !== 'render') return []
    const { outcome, reason, background, durationMs } = event as Extract<
      Shop['told'][number],
      readonly ['render', unknown]
    >[1]
    return [{ outcome, background, durationMs, ...(reason === undefined ? {} : { reason }) }]
  })

/** An error as frameworks throw it. */
const httpError = (status: number | string, key = 'status') => Object.assign(new Error('no'), { [key]: status })

describe('each render is told once, with what became of it (I12)', () => {
  test.each<[string, Parameters<Shop['render']>[1], object]>([
    ['kept', '<p>', { outcome: 'stored' }],
    ['given to its visitors and kept by nobody', html('<p>', { vary: 'cookie' }), { outcome: 'own', reason: 'vary' }],
    ['a failure', html('down', {}, 503), { outcome: 'failed', reason: 'status-503' }],
  ])('%s', async (_, response, expected) => {
    const shop = openShop()
    const visit = shop.get('/a')
    await settled()
    shop.clock.advance(250)
    await shop.renders.last.answers(response)
    await visit
    expect(renders(shop)).toEqual([{ background: false, durationMs: 250, ...expected }])
  })

  test('a page that nobody may keep for any time is shared', async () => {
    const shop = openShop({ maxAge: 0, staleWhileRevalidate: 0, staleIfError: 0 })
    await shop.render('/a', '<p>')
    expect(renders(shop)).toEqual([{ outcome: 'shared', background: false, durationMs: 0 }])
  })

  test.each([
    [400, 'status', 'status-400'],
    [404, 'statusCode', 'status-404'],
    [499, 'status', 'status-499'],
    [399, 'status', 'thrown'],
    [429, 'status', 'thrown'],
    [500, 'status', 'thrown'],
    ['404', 'status', 'thrown'],
  ])('an error that carries %j as %s: %s', async (status, key, reason) => {
    const shop = openShop()
    const visit = shop.get('/a')
    await settled()
    await shop.renders.last.throws(httpError(status, key))
    await expect(visit).rejects.toThrow('no')
    expect(renders(shop)).toMatchObject([{ outcome: 'failed', reason }])
    expect(shop.cache.stats().resting).toBe(reason === 'thrown' ? 1 : 0)
  })

  test('one that found no place began and ended at once', async () => {
    const shop = openShop({ admission: { concurrency: 1, queueLimit: 0 } })
    void shop.get('/a')
    shop.clock.advance(100)
    await shop.get('/b')
    expect(renders(shop)).toEqual([{ outcome: 'turned-away', background: false, durationMs: 0 }])
    // No old page stands in, so the next visitor may try.
    expect(shop.cache.stats().resting).toBe(0)
  })
})

test('the renders of a marked key, each for one visitor, run behind nobody (I12)', async () => {
  const shop = openShop()
  for (let i = 0; i < 2; i++) await shop.render('/a', html('<p>', { 'set-cookie': 'a=1' }))
  expect(renders(shop).map(({ background }) => background)).toEqual([false, false])
})

test('a refresh that goes well has no reason, and none is counted (I12)', async () => {
  const shop = openShop()
  await shop.render('/a', 'old')
  shop.clock.advance(MINUTE)
  await shop.get('/a')
  await settled()
  await shop.renders.last.answers('new')
  expect(renders(shop).at(-1)).toEqual({ outcome: 'stored', background: true, durationMs: 0 })
  expect(Object.keys(shop.cache.stats().routes['*']?.reasons ?? {})).toEqual(['refreshing'])
})

test('a render that begins when its visitors have left, since the lease was given up, is told as one that nobody waited for (I8, I12)', async () => {
  const clock = fakeClock()
  const store = memoryStore({ clock })
  vi.spyOn(store.lease, 'take').mockImplementation(() => new Promise(() => {}) as never) // it never answers
  const shop = openShop({ clock, store, storeTimeoutMs: 50, admission: { timeoutMs: 20 } })
  const visit = shop.get('/a')
  await clock.advanceAsync(20)
  expect((await visit).status).toBe(503)
  await clock.advanceAsync(50)
  await shop.renders.last.answers('<p>behind')
  expect(renders(shop)).toEqual([{ outcome: 'stored', background: true, durationMs: 20 }])
  expect(shop.cache.stats()).toMatchObject({ flights: 0, renders: { running: 0, queued: 0 } })
})

describe('a refresh that the app answers with an error of its own (S2, I5)', () => {
  async function refreshedWith(error: Error, part: number): Promise<Shop> {
    const shop = openShop({ routes: [{ match: '/*all', refreshAhead: 0.5 }] })
    await shop.render('/a', 'old')
    shop.clock.advance(part * MINUTE)
    for (let visit = 0; visit < 3 && shop.renders.count === 0; visit++) {
      await shop.get('/a')
      await settled()
    }
    await shop.renders.last.throws(error)
    return shop
  }

  test.each([0.75, 1.5])(
    '403, %d of its lifetime after it was stored: the old page stays, and its key rests',
    async (part) => {
      const shop = await refreshedWith(httpError(403), part)
      expect(await shop.body('/a')).toBe('old')
      expect(shop.cache.stats().resting).toBe(1)
    },
  )

  test.each([0.75, 1.5])(
    '404, %d of its lifetime after it was stored: the old page goes, and nothing rests',
    async (part) => {
      const shop = await refreshedWith(httpError(404), part)
      expect(shop.cache.stats().resting).toBe(0)
      expect(await (await shop.render('/a', 'new')).text()).toBe('new')
    },
  )
})

describe('a body that is too large and goes to nobody is let go (B6, I13)', () => {
  function large(status: number, headers: Record<string, string> = {}) {
    const seen = { letGo: false }
    async function* body(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield new TextEncoder().encode('large')
      } finally {
        seen.letGo = true
      }
    }
    const response = new Response(ReadableStream.from(body()), {
      status,
      headers: { 'content-type': 'text/html', ...headers },
    })
    return { seen, response }
  }

  test('that of a failure, which everybody is told without it', async () => {
    const shop = openShop({ maxPageBytes: 3 })
    const { seen, response } = large(503)
    const page = await shop.render('/a', response)
    expect([page.status, await page.text()]).toEqual([503, ''])
    await settled()
    expect(seen.letGo).toBe(true)
    expect(renders(shop)).toMatchObject([{ outcome: 'failed', reason: 'status-503' }])
  })

  test('that of a page whose visitor has left', async () => {
    const shop = openShop({ maxPageBytes: 3 })
    const visit = shop.get('/a')
    await shop.clock.advanceAsync(3_000)
    expect((await visit).status).toBe(503)
    const { seen, response } = large(200)
    await shop.renders.last.answers(response)
    await settled()
    expect(seen.letGo).toBe(true)
    expect(shop.cache.stats().bypasses.running).toBe(0)
  })

  test('that of a refresh, which nobody waits for', async () => {
    const shop = openShop({ maxPageBytes: 3 })
    await shop.render('/a', 'old')
    shop.clock.advance(MINUTE)
    await shop.get('/a')
    await settled()
    const { seen, response } = large(200)
    await shop.renders.last.answers(response)
    await settled()
    expect(seen.letGo).toBe(true)
    expect(shop.cache.stats().bypasses.running).toBe(0)
  })
})
