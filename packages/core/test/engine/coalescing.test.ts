import { memoryStore, pageContext } from '@ssr-cache/core'
import { fakeClock } from '@ssr-cache/core/testing'
import { describe, expect, test } from 'vitest'
import { cacheStatus, field, html, openShop, request, settled, sharedMaxAge, stateOf, times } from './harness.ts'

describe('one render for all who ask (I1, R16)', () => {
  test('50 at once on a cold page: one render, the same bytes for all, nothing left in flight (C1)', async () => {
    const shop = openShop()
    const visitors = times(50, () => shop.get('/a'))
    await settled()
    expect(shop.renders.count).toBe(1)
    await shop.renders.last.answers('<p>hello')
    const bodies = await Promise.all(visitors.map(async (page) => (await page).text()))
    expect(new Set(bodies)).toEqual(new Set(['<p>hello']))
    expect(shop.cache.stats()).toMatchObject({ flights: 0, background: 0, renders: { running: 0, queued: 0 } })
    expect(shop.clock.pending).toBe(1) // the store's own, for the page that is kept
  })

  test('whoever comes to a cold page waits for its render (R16)', async () => {
    const shop = openShop()
    const visit = shop.get('/a')
    expect(await stateOf(visit)).toBe('pending')
    await shop.renders.last.answers('<p>hello')
    expect(await (await visit).text()).toBe('<p>hello')
  })

  test('the first is told that it was rendered and kept, the others that they shared it (I12)', async () => {
    const shop = openShop()
    const visitors = times(3, () => shop.get('/a'))
    await settled()
    await shop.renders.last.answers('<p>hello')
    const [first, ...others] = (await Promise.all(visitors)).map(cacheStatus)
    expect(first).toEqual({ fwd: 'uri-miss', stored: true, ttl: 60 })
    expect(others).toEqual(times(2, () => ({ fwd: 'uri-miss', stored: true, collapsed: true, ttl: 60 })))
  })

  test('pages that differ are rendered side by side', async () => {
    const shop = openShop()
    const visitors = ['/a', '/b', '/a?x=1'].map((target) => shop.get(target))
    await settled()
    expect(shop.renders.all.map(({ input }) => input.request.url)).toEqual(
      ['/a', '/b', '/a?x=1'].map((target) => `https://shop.example${target}`),
    )
    for (const render of shop.renders.all) await render.answers(render.input.request.url)
    expect(await Promise.all(visitors.map(async (page) => (await page).text()))).toEqual([
      'https://shop.example/a',
      'https://shop.example/b',
      'https://shop.example/a?x=1',
    ])
  })

  test('the next visitor after the render is a hit', async () => {
    const shop = openShop()
    await shop.render('/a', '<p>hello')
    const page = await shop.get('/a')
    expect(await page.text()).toBe('<p>hello')
    expect(cacheStatus(page)).toEqual({ hit: true, ttl: 60 })
    expect(shop.renders.count).toBe(0)
  })

  test('more pages in flight than memory holds: nobody is turned away by eviction, and no flight is lost (C7)', async () => {
    const clock = fakeClock()
    const store = memoryStore({ maxBytes: 16_000, clock })
    const small = openShop({ admission: { concurrency: 100 }, clock, store })
    const visitors = times(50, (i) => [small.get(`/${i}`), small.get(`/${i}`)]).flat()
    await settled()
    expect(small.renders.count).toBe(50)
    for (const render of small.renders.all) await render.answers(render.input.request.url)
    const bodies = await Promise.all(visitors.map(async (page) => (await page).text()))
    expect(bodies).toEqual(times(50, (i) => times(2, () => `https://shop.example/${i}`)).flat())
    expect(small.renders.count).toBe(50)
    expect(small.cache.stats().flights).toBe(0)
  })
})

describe('a render that fails is one failure for all (C2, I4)', () => {
  test('it rejects: one render, 50 rejections with its own error, and the next request renders again (C2)', async () => {
    const shop = openShop()
    const visitors = times(50, () => shop.get('/a'))
    await settled()
    const error = new Error('the shop is closed')
    await shop.renders.last.throws(error)
    const outcomes = await Promise.allSettled(visitors)
    expect(outcomes).toEqual(times(50, () => ({ status: 'rejected', reason: error })))
    expect(shop.renders.count).toBe(1)
    expect(shop.cache.stats().flights).toBe(0)

    const next = shop.get('/a')
    await settled()
    expect(shop.renders.count).toBe(2)
    await shop.renders.last.answers('<p>open')
    expect(await (await next).text()).toBe('<p>open')
  })

  test.each<[string, () => never]>([
    [
      'throws synchronously',
      () => {
        throw new Error('at once')
      },
    ],
    [
      'throws undefined',
      () => {
        throw undefined
      },
    ],
    ['gives no promise and no response', () => 42 as never],
    ['gives undefined', () => undefined as never],
    ['gives a response without a body', () => ({ status: 200 }) as never],
    ['gives a status that HTTP does not have', () => ({ status: 99, headers: {}, body: 'x' }) as never],
  ])('it %s: everybody is answered, and the key is free (C3)', async (_, handler) => {
    const shop = openShop()
    const visitors = times(3, () => shop.cache.handle(request('/a'), handler))
    const outcomes = await Promise.allSettled(visitors)
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    expect(shop.cache.stats()).toMatchObject({ flights: 0, renders: { running: 0 } })
    expect(await (await shop.render('/a', '<p>next')).text()).toBe('<p>next')
  })

  test('what is no response is said to be none, with the way out (C3)', async () => {
    const shop = openShop()
    await expect(shop.cache.handle(request('/a'), () => 42 as never)).rejects.toThrow(
      /^ERR_SSR_CACHE_RENDER: a handler must give a Response or { status, headers, body }, got 42 \(number\)\. Return new Response/,
    )
  })

  test('an outage that answers 500 to 500 visitors is one render, shared, and no mark (C8)', async () => {
    const shop = openShop()
    const visitors = times(500, () => shop.get('/a'))
    await settled()
    await shop.renders.last.answers(html('<h1>down', { 'cache-control': 'public, max-age=60' }, 500))
    const pages = await Promise.all(visitors)
    expect(shop.renders.count).toBe(1)
    expect(new Set(pages.map(({ status }) => status))).toEqual(new Set([500]))
    expect(new Set(pages.map((page) => field(page, 'cache-control')))).toEqual(new Set(['no-store']))
    expect((await shop.cache.explain(request('/a'))).page?.state).toBe('none')

    const crowd = times(5, () => shop.get('/a'))
    await settled()
    expect(shop.renders.count).toBe(2) // no mark: they still share one render
    await shop.renders.last.answers('<p>up')
    await Promise.all(crowd)
  })

  test('a failure that sets a cookie gives it to nobody who only followed (I4)', async () => {
    const shop = openShop()
    const visitors = times(3, () => shop.get('/a'))
    await settled()
    await shop.renders.last.answers(html('<h1>down', { 'set-cookie': 'sid=1' }, 500))
    const [, ...followers] = await Promise.all(visitors)
    expect(followers.map((page) => field(page, 'set-cookie'))).toEqual([undefined, undefined])
  })
})

describe('only pages that may be shared are shared (I4, C8)', () => {
  test.each<[string, () => ReturnType<typeof html>, string]>([
    ['sets a cookie', () => html('<p>mine', { 'set-cookie': 'sid=1' }), 'set-cookie'],
    ['says private', () => html('<p>mine', { 'cache-control': 'private' }), 'private'],
    ['says no-store', () => html('<p>mine', { 'cache-control': 'no-store' }), 'no-store'],
    [
      'calls private()',
      () => {
        pageContext()?.private()
        return html('<p>mine')
      },
      'private',
    ],
    ['varies by what the key does not hold', () => html('<p>mine', { vary: 'user-agent' }), 'vary'],
  ])('the first page %s: no follower sees it, and they render side by side (C8)', async (_, own, reason) => {
    const shop = openShop()
    const begun: (() => void)[] = []
    let number = 0
    const visitors = times(5, () =>
      shop.cache.handle(request('/a'), async () => {
        const mine = ++number
        await new Promise<void>((resolve) => begun.push(resolve))
        const response = own()
        return { ...response, body: `<p>${mine}` } as ReturnType<typeof html>
      }),
    )
    await settled()
    expect(begun).toHaveLength(1)
    begun[0]?.()
    await settled()
    expect(begun).toHaveLength(5) // the four others, side by side
    for (const go of begun) go()
    const pages = await Promise.all(visitors)
    expect(new Set(await Promise.all(pages.map((page) => page.text()))).size).toBe(5)
    for (const page of pages) {
      expect(field(page, 'cache-control')).toBe('private, no-store')
      expect(cacheStatus(page)).toEqual({ fwd: 'miss', detail: reason })
    }
  })

  test('the next crowd does not queue behind one (hit-for-miss), and the first page that may be shared ends the mark (C8)', async () => {
    const shop = openShop()
    await shop.render('/a', html('<p>mine', { 'set-cookie': 'sid=1' }))
    const crowd = times(4, () => shop.get('/a'))
    await settled()
    expect(shop.renders.count).toBe(4)
    await shop.renders.at(2).answers('<p>for all')
    const later = await shop.get('/a')
    expect(await later.text()).toBe('<p>for all')
    expect(shop.renders.count).toBe(4)
    for (const render of [0, 1, 3].map((i) => shop.renders.at(i)))
      await render.answers(html('<p>mine', { 'set-cookie': 'sid=2' }))
    await Promise.all(crowd)
    expect(await shop.body('/a')).toBe('<p>for all') // what was one visitor's does not push it out
  })

  test('the mark ends after 120 seconds (C8)', async () => {
    const shop = openShop()
    await shop.render('/a', html('<p>mine', { 'set-cookie': 'sid=1' }))
    expect((await shop.cache.explain(request('/a'))).page?.state).toBe('marked')
    shop.clock.advance(119_999)
    expect((await shop.cache.explain(request('/a'))).page?.state).toBe('marked')
    shop.clock.advance(1)
    const crowd = times(3, () => shop.get('/a'))
    await settled()
    expect(shop.renders.count).toBe(1)
    await shop.renders.last.answers('<p>for all')
    await Promise.all(crowd)
  })

  test('a clock that is set back does not lengthen the mark (S8, I7)', async () => {
    const shop = openShop()
    await shop.render('/a', html('<p>mine', { 'set-cookie': 'sid=1' }))
    shop.clock.jump(-3_600_000)
    shop.clock.advance(120_000)
    expect((await shop.cache.explain(request('/a'))).page?.state).toBe('none')
  })

  test('renders side by side stay under the cap (C8, I7)', async () => {
    const shop = openShop({ admission: { concurrency: 2, timeoutMs: 60_000 } })
    await shop.render('/a', html('<p>mine', { 'set-cookie': 'sid=1' }))
    const crowd = times(5, () => shop.get('/a'))
    await settled()
    expect(shop.renders.count).toBe(2)
    expect(shop.cache.stats().renders).toMatchObject({ running: 2, queued: 3 })
    while (shop.cache.stats().renders.running > 0) {
      for (const render of shop.renders.all) await render.answers(html('<p>mine', { 'set-cookie': 'sid=1' }))
    }
    await Promise.all(crowd)
    expect(shop.renders.count).toBe(5)
  })
})

describe('who neither joins nor leads (C10, P12)', () => {
  test.each<[string, string, RequestInit]>([
    ['a draft', '/a?preview=1', {}],
    ['a session', '/a', { headers: { cookie: 'sessionid=1' } }],
    ['Authorization', '/a', { headers: { authorization: 'Basic x' } }],
    ['a POST (P12)', '/a', { method: 'POST' }],
    ['a request for data (P9)', '/a', { headers: { accept: 'application/json' } }],
  ])('%s renders for itself, beside a shared render of the same page', async (_, target, init) => {
    const shop = openShop()
    const shared = shop.get('/a')
    await settled()
    const own = shop.get(target, init)
    await settled()
    expect(shop.renders.all.map(({ input }) => input.shared)).toEqual([true, false])
    await shop.renders.at(1).answers('<p>mine')
    expect(await (await own).text()).toBe('<p>mine')
    expect(await stateOf(shared)).toBe('pending')
    await shop.renders.at(0).answers('<p>for all')
    expect(await (await shared).text()).toBe('<p>for all')
    expect(await shop.body('/a')).toBe('<p>for all')
  })

  test('a bypass that comes first is joined by nobody (C10)', async () => {
    const shop = openShop()
    const own = shop.get('/a?preview=1')
    const shared = shop.get('/a')
    await settled()
    expect(shop.renders.count).toBe(2)
    await shop.renders.at(0).answers('<p>draft')
    await shop.renders.at(1).answers('<p>for all')
    expect(await (await own).text()).toBe('<p>draft')
    expect(await (await shared).text()).toBe('<p>for all')
  })

  test('HEAD is answered from GET, and a miss renders as GET (P12)', async () => {
    const shop = openShop()
    const head = shop.get('/a', { method: 'HEAD' })
    const get = shop.get('/a')
    await settled()
    expect(shop.renders.count).toBe(1)
    expect(shop.renders.last.input.request.method).toBe('GET')
    await shop.renders.last.answers('<p>whole')
    await head
    expect(await (await get).text()).toBe('<p>whole')
    expect(cacheStatus(await shop.get('/a', { method: 'HEAD' }))).toMatchObject({ hit: true })
  })
})

describe('a visitor who leaves harms nobody (I9, C6)', () => {
  test('the first gives up: the render goes on, the second gets the page, and it is kept (C6)', async () => {
    const shop = openShop()
    const controller = new AbortController()
    const first = shop.get('/a', { signal: controller.signal })
    const second = shop.get('/a')
    await settled()
    controller.abort()
    await settled()
    expect(shop.renders.last.input.signal.aborted).toBe(false)
    await shop.renders.last.answers('<p>whole')
    expect(await (await second).text()).toBe('<p>whole')
    await first
    expect(await shop.body('/a')).toBe('<p>whole')
    expect(shop.renders.count).toBe(1)
  })

  test('everybody gives up waiting: the page is rendered to its end, and kept (C6, I9)', async () => {
    const shop = openShop()
    const visitors = times(3, () => shop.get('/a'))
    await settled()
    await shop.clock.advanceAsync(3_000)
    expect((await Promise.all(visitors)).map(({ status }) => status)).toEqual([503, 503, 503])
    await shop.renders.last.answers('<p>late')
    expect(await shop.body('/a')).toBe('<p>late')
    expect(shop.renders.count).toBe(1)
  })

  test('half a page is never kept (I9)', async () => {
    const shop = openShop()
    const broken = async function* (): AsyncGenerator<Uint8Array> {
      yield new TextEncoder().encode('<p>half')
      throw new Error('cut off')
    }
    const visit = shop.cache.handle(
      request('/a'),
      () => new Response(ReadableStream.from(broken()), { headers: { 'content-type': 'text/html' } }),
    )
    await expect(visit).rejects.toThrow('cut off')
    expect((await shop.cache.explain(request('/a'))).page?.state).toBe('none')
  })
})

test('a miss is sent with its lifetime, whole (R11)', async () => {
  const shop = openShop()
  expect(sharedMaxAge(await shop.render('/a', '<p>hello'))).toBe(60)
})

describe('an app that has no page here (A1)', () => {
  const visitor = { method: 'GET', scheme: 'https', host: 'shop.example', target: '/a', headers: {} } as const

  test('everybody who waited goes on below; nothing is kept, marked or resting', async () => {
    const shop = openShop()
    const given = Promise.withResolvers<{ readonly kind: 'declined' }>()
    let renders = 0
    const render = (): typeof given.promise => {
      renders++
      return given.promise
    }
    const ask = (): unknown => {
      const plan = shop.cache.plan(visitor)
      return plan.kind === 'shared' ? plan.answer(render) : plan
    }
    const answers = times(3, ask)
    await settled()
    given.resolve({ kind: 'declined' })
    expect(await Promise.all(answers)).toEqual(times(3, () => ({ kind: 'declined' })))
    expect(renders).toBe(1)
    expect((await shop.cache.explain(request('/a'))).page).toEqual({ state: 'none', rendering: false, restUntil: 0 })
    expect(shop.cache.stats().routes['*']?.answers).toEqual({ declined: 3 })
    expect(shop.told).toContainEqual(['render', expect.objectContaining({ outcome: 'declined' })])
    expect(await (await shop.render('/a', '<p>')).text()).toBe('<p>')
  })

  test('a stale page whose refresh declines is served on', async () => {
    const shop = openShop()
    await shop.render('/a', '<p>old')
    await shop.clock.advanceAsync(60_000)
    const plan = shop.cache.plan(visitor)
    if (plan.kind === 'shared') await plan.answer(() => ({ kind: 'declined' }))
    await settled()
    expect(await shop.body('/a')).toBe('<p>old')
  })
})
