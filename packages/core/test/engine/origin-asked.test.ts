import { type Answer, type Field, memoryStore, type NarrowedRequest, type VisitorRequest } from '@ssr-cache/core'
import { fakeClock, faultyStore } from '@ssr-cache/core/testing'
import { describe, expect, test } from 'vitest'
import { cacheStatus, field, ORIGIN, openShop, request, settled, stateOf } from './harness.ts'
import { lasting, openOrigin, says } from './origin-harness.ts'

const HEEDING = { origin: { requestDirectives: true } }

describe('What visitors ask of caches (RFC 9111 5.2.1)', () => {
  test.each(['no-cache', 'max-age=0', 'no-store', 'only-if-cached'])(
    'is not heeded unless an option says so: %s (I11)',
    async (value) => {
      const { ask, asked } = openOrigin({}, lasting('max-age=60'))
      await ask()
      expect(cacheStatus(await ask('/', { 'cache-control': value }))).toMatchObject({ hit: true })
      expect(asked).toHaveLength(1)
    },
  )

  test.each([
    ['no-cache', { 'cache-control': 'no-cache' }],
    ['Pragma', { pragma: 'no-cache' }],
    ['max-age', { 'cache-control': 'max-age=4' }],
    ['min-fresh', { 'cache-control': 'min-fresh=56' }],
  ])('%s: a fresh page is validated first (Good)', async (_, headers) => {
    const { ask, asked, after } = openOrigin(HEEDING, lasting('max-age=60', 'one', { etag: '"a"' }), says({}, '', 304))
    await ask()
    await after(5)
    const page = await ask('/', headers)
    expect(asked[1]?.headers.get('if-none-match')).toBe('"a"')
    expect(cacheStatus(page)).toMatchObject({ fwd: 'request', 'fwd-status': 304 })
    expect([await page.text(), field(page, 'age')]).toEqual(['one', '0'])
  })

  test.each([
    ['max-stale', 'max-stale=10', false],
    ['max-stale without a figure', 'max-stale', false],
    ['less max-stale than that', 'max-stale=4', true],
  ])('%s: a stale page will do (Good)', async (_, value, isAsked) => {
    const { ask, asked, after } = openOrigin(HEEDING, lasting('max-age=10', 'one'))
    await ask()
    await after(15)
    const page = await ask('/', { 'cache-control': value })
    expect(asked).toHaveLength(isAsked ? 2 : 1)
    if (!isAsked) expect(cacheStatus(page)).toMatchObject({ hit: true, ttl: -5 })
  })

  test('a page in its stale window goes out at once to whom its age will do, and is refreshed behind (RFC 5861 3)', async () => {
    const { ask, asked, after } = openOrigin(HEEDING, lasting('max-age=10, stale-while-revalidate=20', 'one'))
    await ask()
    await after(15)
    const page = await ask('/', { 'cache-control': 'max-age=100' })
    expect([cacheStatus(page)['detail'], await page.text()]).toEqual(['refreshing', 'one'])
    await settled()
    expect(asked).toHaveLength(2)
  })

  test('max-stale does not overrule must-revalidate (RFC 9111 5.2.2.2)', async () => {
    const { ask, asked, after } = openOrigin(HEEDING, lasting('max-age=10, must-revalidate', 'one'))
    await ask()
    await after(15)
    await ask('/', { 'cache-control': 'max-stale' })
    expect(asked).toHaveLength(2)
  })

  test('only-if-cached is 504 where nothing is kept that would do, and the app hears of nothing (Good)', async () => {
    const { ask, asked, after, shop } = openOrigin(HEEDING, lasting('max-age=10', 'one'))
    const only = { 'cache-control': 'only-if-cached' }
    expect((await ask('/', only)).status).toBe(504)
    await ask()
    expect((await ask('/', only)).status).toBe(200)
    await after(10)
    expect((await ask('/', only)).status).toBe(504)
    expect(asked).toHaveLength(1)
    const away = shop.told.flatMap(([, event]) => ('answered' in event && event.answered !== 'hit' ? [event] : []))
    const turned = expect.objectContaining({ answered: 'turned-away', reason: 'only-if-cached' })
    expect(away).toEqual([turned, expect.objectContaining({ answered: 'miss' }), turned])
  })

  test.each([
    ['max-age=100', '/new'],
    ['no-cache', '/'],
  ])(
    '%s: whoever asks for %s waits for the app no longer than timeoutMs, with what the store takes (I8, C9)',
    async (value, target) => {
      const clock = fakeClock()
      const store = faultyStore(memoryStore({ clock }), { clock, faults: { get: { kind: 'late', ms: 40 } } })
      const admission = { timeoutMs: 1_000 }
      const shop = openShop({ freshness: 'origin', ...HEEDING, clock, store, admission })
      const kept = shop.render('/', lasting('max-age=10'))
      await clock.advanceAsync(40)
      await kept
      await clock.advanceAsync(10_000)
      const page = shop.get(target, { headers: { 'cache-control': value } })
      await clock.advanceAsync(40)
      expect(shop.renders.count).toBe(1)
      await clock.advanceAsync(959)
      expect(await stateOf(page)).toBe('pending')
      await clock.advanceAsync(1)
      expect(await stateOf(page)).toBe('resolved')
      expect((await page).status).toBe(504)
    },
  )

  test('no-store: what is kept is served, and an answer is kept for nobody (Good)', async () => {
    const { ask, asked, shop } = openOrigin(HEEDING, lasting('max-age=10', 'one'))
    const secret = { 'cache-control': 'no-store' }
    await ask('/', secret)
    expect(shop.told).toContainEqual([
      'unshareable',
      expect.objectContaining({ reason: 'no-store', culprit: 'request' }),
    ])
    await ask('/')
    await ask('/', secret)
    expect(asked).toHaveLength(2)
  })
})

describe('Explaining, where the app decides (I12)', () => {
  test('which fields of the request the page varies by, and how it stands', async () => {
    const { shop, ask, after } = openOrigin(
      { routes: [{ match: '/p' }] },
      lasting('max-age=10', 'one', { vary: 'x, y', etag: '"a"' }),
    )
    await ask('/p', { x: 'secret' })
    const explained = await shop.cache.explain(request('/p?utm_source=mail', { headers: { x: 'secret' } }))
    expect(explained).toMatchObject({ decision: 'shared', route: '/p', dropped: [], page: { state: 'none' } })
    const same = await shop.cache.explain(request('/p', { headers: { x: 'secret' } }))
    expect(same).toMatchObject({
      decision: 'shared',
      variant: { x: expect.stringMatching(/^#/) },
      page: { state: 'fresh', status: 200 },
    })
    await after(10)
    expect((await shop.cache.explain(request('/p', { headers: { x: 'secret' } }))).page?.state).toBe('expired')
    expect(await shop.cache.explain(request('/p', { method: 'POST' }))).toMatchObject({
      decision: 'bypass',
      reason: 'method',
    })
  })

  test('a ready key finds the variant of its request, and no other', async () => {
    const { shop, ask } = openOrigin({}, lasting('max-age=10', 'one', { vary: 'x' }))
    await ask('/p', { x: '1' })
    const lookup = async (headers: Record<string, string>) => {
      const key = shop.cache.key(request('/p', { headers }))
      return key && (await shop.cache.lookup(key))
    }
    expect(await (await lookup({ x: '1' }))?.text()).toBe('one')
    expect(await lookup({ x: '2' })).toBeUndefined()
    expect(shop.cache.key(request('/p', { method: 'POST' }))).toBeUndefined()
  })

  test('while the cache is off, the app answers everybody, with its own fields', async () => {
    const { ask, asked, shop } = openOrigin({ enabled: false }, lasting('max-age=10'))
    for (const _ of [1, 2]) {
      const page = await ask()
      expect(field(page, 'cache-control')).toBe('max-age=10')
      expect(cacheStatus(page)).toEqual({ fwd: 'bypass', detail: 'off' })
    }
    expect(asked).toHaveLength(2)
    expect(shop.cache.stats().routes['*']?.reasons).toEqual({ off: { count: 2, culprits: {} } })
  })

  test('a cache that is on by option keeps pages as one that is on by itself', async () => {
    const { ask, asked } = openOrigin({ enabled: true }, lasting('max-age=10'))
    for (const _ of [1, 2]) await ask()
    expect(asked).toHaveLength(1)
  })

  test('pages that are often asked for can be warmed again (R17)', async () => {
    const { shop, ask } = openOrigin({}, lasting('max-age=10'))
    await ask('/often')
    expect(shop.cache.hottest(1)).toEqual([`${ORIGIN}/often`])
  })
})

describe('what adapters are told, where the app decides', () => {
  const VISITOR = { method: 'GET', scheme: 'https', host: 'shop.example', target: '/', headers: {} } as const

  /** An app that says this, then, as adapters ask it; and what it was asked. */
  function adapted(fields: readonly Field[], then: Promise<void> = Promise.resolve()) {
    const { shop } = openOrigin()
    const asked: NarrowedRequest[] = []
    const ask = async (visitor: VisitorRequest): Promise<Answer> => {
      const plan = shop.cache.plan(visitor)
      if (plan.kind === 'refused') return plan.answer
      if (plan.kind !== 'shared') throw new Error(plan.kind)
      expect(plan.asCame).toBe(true)
      return plan.answer(async ({ request: sent }) => {
        asked.push(sent)
        await then
        return { kind: 'response', status: 200, fields, body: new TextEncoder().encode('page') }
      })
    }
    return { shop, ask, asked }
  }

  test('all goes out as it came, and whether it is kept for others', async () => {
    const { ask } = adapted([['cache-control', 'max-age=60']])
    const [own, kept] = await Promise.all([ask(VISITOR), ask(VISITOR)])
    expect(own).toMatchObject({ kind: 'answer', asCame: true, shared: false })
    expect(kept).toMatchObject({ kind: 'answer', asCame: true, shared: true })
    expect(await ask(VISITOR)).toMatchObject({ kind: 'answer', asCame: true, shared: true })
  })

  test('so does what a purge has hit while it was made, which is kept for nobody (V6)', async () => {
    const purged = Promise.withResolvers<void>()
    const { shop, ask } = adapted([['cache-control', 'max-age=60']], purged.promise)
    const pages = [ask(VISITOR), ask(VISITOR)]
    await settled()
    await shop.cache.purge({ urls: ['/'] })
    purged.resolve()
    for (const page of await Promise.all(pages))
      expect(page).toMatchObject({ kind: 'answer', asCame: true, shared: false })
  })

  test('what code above has put on a request tells pages apart, and is refused where it is too long (I7)', async () => {
    const { ask, asked } = adapted([['cache-control', 'max-age=60']])
    for (const context of ['gold', 'silver', 'gold']) await ask({ ...VISITOR, context })
    expect(asked.map(({ context }) => context)).toEqual(['gold', 'silver'])
    expect(await ask({ ...VISITOR, context: 'x'.repeat(10_000) })).toMatchObject({ status: 431 })
  })

  test('a header that is there and has no value is none', async () => {
    const { ask, asked } = adapted([])
    await ask({ ...VISITOR, headers: { 'x-none': undefined, 'x-any': '1' } })
    expect(Object.keys(asked[0]?.headers ?? {})).toEqual(['x-any', 'host'])
  })
})
