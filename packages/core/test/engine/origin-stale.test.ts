import { memoryStore, type Page, SsrCacheError } from '@ssr-cache/core'
import { fakeClock, faultyStore } from '@ssr-cache/core/testing'
import { describe, expect, test } from 'vitest'
import { cacheStatus, field, ORIGIN, renderCount, request, settled } from './harness.ts'
import { lasting, openOrigin, type Said, says } from './origin-harness.ts'

const NOT_MODIFIED = says({ etag: '"a"' }, '', 304)
const lost = (): Error => new Error('the connection was lost')
const WINDOW = 'max-age=10, stale-while-revalidate=60'

describe('Serving stale, through the engine', () => {
  test.each<[string, Said, string]>([
    ['200', lasting(WINDOW, 'two'), 'two'],
    ['304', NOT_MODIFIED, 'one'],
  ])(
    'within the window the old page at once and one refresh behind it, whose %s the next request sees (Must)',
    async (_, then, body) => {
      const { ask, asked, after } = openOrigin({}, lasting(WINDOW, 'one', { etag: '"a"' }), then)
      await ask()
      await after(11)
      const pages = await Promise.all([ask(), ask(), ask()])
      expect(await Promise.all(pages.map((page) => page.text()))).toEqual(['one', 'one', 'one'])
      expect(field(pages[0] as never, 'age')).toBe('11')
      expect(cacheStatus(pages[0] as never)).toMatchObject({ hit: true, ttl: -1 })
      await settled()
      expect(asked).toHaveLength(2)
      const next = await ask()
      expect(await next.text()).toBe(body)
      expect(field(next, 'age')).toBe('0')
      expect(asked).toHaveLength(2)
    },
  )

  test('past the window no stale answer (Must)', async () => {
    const { ask, after } = openOrigin({}, lasting(WINDOW, 'one'), lasting(WINDOW, 'two'))
    await ask()
    await after(70)
    expect(await (await ask()).text()).toBe('two')
  })

  test.each<[string, string, number]>([
    ['must-revalidate', 'max-age=10, must-revalidate', 503],
    ['proxy-revalidate', 'max-age=10, proxy-revalidate', 503],
    ['no-cache', 'no-cache', 503],
    ['s-maxage', 's-maxage=10', 503],
    ['nothing of errors', 'max-age=10', 503],
    ['stale-if-error', 'max-age=10, stale-if-error=60', 200],
    ['s-maxage, and stale-if-error', 's-maxage=10, stale-if-error=60', 200],
    ['must-revalidate, and stale-if-error', 'max-age=10, must-revalidate, stale-if-error=60', 503],
  ])(
    'where the app answers 503 to a validation, and has said %s: %s gives %i (Must)',
    async (_, directives, status) => {
      const { ask, after } = openOrigin({}, lasting(directives, 'one', { etag: '"a"' }), says({}, 'down', 503))
      await ask()
      await after(20)
      const page = await ask()
      expect(page.status).toBe(status)
      expect(await page.text()).toBe(status === 200 ? 'one' : 'down')
    },
  )

  test.each<[string, string, boolean]>([
    ['must-revalidate', 'max-age=10, must-revalidate', false],
    ['proxy-revalidate', 'max-age=10, proxy-revalidate', false],
    ['no-cache', 'no-cache', false],
    ['s-maxage', 's-maxage=10', false],
    ['nothing that forbids it', 'max-age=10', true],
    ['stale-if-error=0', 'max-age=10, stale-if-error=0', false],
  ])('where the connection drops, and the app has said %s: %s (Must)', async (_, directives, isServed) => {
    const { ask, after } = openOrigin(
      { origin: { staleOnDisconnect: 600 } },
      lasting(directives, 'one', { etag: '"a"' }),
      lost(),
    )
    await ask()
    await after(20)
    if (isServed) expect(await (await ask()).text()).toBe('one')
    else await expect(ask()).rejects.toThrow('the connection was lost')
  })

  test('an error answer is no lost connection: staleOnDisconnect says nothing of it', async () => {
    const { ask, after } = openOrigin(
      { origin: { staleOnDisconnect: 600 } },
      lasting('max-age=10', 'one'),
      says({}, 'down', 500),
    )
    await ask()
    await after(20)
    expect((await ask()).status).toBe(500)
  })

  test('an error never replaces a page (I5): the app’s own 5xx goes out as it came, and the page is validated when it is back', async () => {
    const { ask, after, asked } = openOrigin(
      {},
      lasting('max-age=10', 'one', { etag: '"a"' }),
      says({ 'cache-control': 'max-age=600', 'set-cookie': 'sid=1' }, 'down', 500),
      NOT_MODIFIED,
    )
    await ask()
    await after(20)
    const failed = await ask()
    expect([failed.status, field(failed, 'set-cookie'), field(failed, 'cache-control')]).toEqual([
      500,
      'sid=1',
      'max-age=600',
    ])
    await after(31)
    expect(await (await ask()).text()).toBe('one')
    expect(asked).toHaveLength(3)
  })

  test('an error that says how long it lives replaces no page either (I5)', async () => {
    const down = says({ 'cache-control': 'max-age=600' }, 'down', 500)
    const { ask, after } = openOrigin({}, lasting('max-age=10', 'one', { etag: '"a"' }), down, NOT_MODIFIED)
    await ask()
    await after(20)
    expect((await ask()).status).toBe(500)
    await after(31)
    expect(await (await ask()).text()).toBe('one')
  })

  test('credentials that the app refuses, or fails at, neither end a page nor let its key rest (I11)', async () => {
    const authorization = { authorization: 'none' }
    for (const refused of [says({}, 'no', 401), says({}, 'down', 500)]) {
      const { ask, asked, after } = openOrigin({}, lasting(WINDOW, 'one', { etag: '"a"' }), refused, NOT_MODIFIED)
      await ask()
      await after(11)
      expect(await (await ask('/', authorization)).text()).toBe('one')
      await settled()
      expect(await (await ask()).text()).toBe('one')
      await settled()
      expect(asked.map(({ headers }) => headers.get('authorization'))).toEqual([null, 'none', null])
      expect(field(await ask(), 'age')).toBe('0')
    }
  })

  test('a page of a clock that was set back is as old as it was, and lives as long as it would have', async () => {
    const { ask, asked, after, clock } = openOrigin({}, lasting('max-age=60', 'one', { age: '20' }))
    await ask()
    clock.jump(-3_600_000)
    expect(field(await ask(), 'age')).toBe('20')
    await after(39)
    expect(field(await ask(), 'age')).toBe('59')
    await after(1)
    await ask()
    expect(asked).toHaveLength(2)
  })

  test('of a crowd that shares a failure only who led is given its cookies (I4)', async () => {
    const { ask } = openOrigin({}, says({ 'set-cookie': 'sid=1', 'x-any': '1' }, 'down', 500))
    const pages = await Promise.all([ask(), ask()])
    expect(pages.map((page) => [field(page, 'set-cookie'), field(page, 'x-any')])).toEqual([
      ['sid=1', '1'],
      [undefined, '1'],
    ])
    const told = { fwd: 'miss', 'fwd-status': 500, detail: 'status-500' }
    expect(pages.map(cacheStatus)).toEqual([told, { ...told, collapsed: true }])
  })

  test('whoever waits in vain is answered 504, and so is everybody past the deadline (RFC 9110 15.6.5)', async () => {
    const { shop } = openOrigin({ admission: { timeoutMs: 1_000, deadlineMs: 1_500 } })
    const pages = [shop.get('/'), shop.get('/')]
    await shop.clock.advanceAsync(1_000)
    pages.push(shop.get('/'))
    await shop.clock.advanceAsync(500)
    const answers = await Promise.all(pages)
    expect(answers.map(({ status }) => status)).toEqual([504, 504, 504])
    expect(answers.map((page) => cacheStatus(page)['detail'])).toEqual(['timeout', 'timeout', 'deadline'])
    expect(renderCount(shop)).toBe(1)
  })

  test('who is turned away at once may come again: that is a 503, as elsewhere (I8)', async () => {
    const { shop } = openOrigin({ admission: { concurrency: 1, queueLimit: 0 } })
    void shop.get('/busy')
    await settled()
    const page = await shop.get('/')
    expect([page.status, cacheStatus(page)['detail']]).toEqual([503, 'turned-away'])
  })

  test.each([{}, { requestDirectives: true }])(
    'while a key rests after a failure, its old page is served and the app left alone, whatever becomes of the lease service (I5, %j)',
    async (origin) => {
      const clock = fakeClock()
      const store = faultyStore(memoryStore({ clock }), { clock, faults: { take: { kind: 'reject' } } })
      const { ask, asked, after } = openOrigin(
        { origin, clock, store },
        lasting('max-age=10, stale-if-error=600', 'one'),
        says({}, 'down', 500),
      )
      await ask()
      await after(11)
      for (const _ of [1, 2, 3]) expect(await (await ask()).text()).toBe('one')
      expect(asked).toHaveLength(2)
    },
  )

  test.each<[string, unknown]>([
    ['an error', lost()],
    ['an error of ours about something else', new SsrCacheError('ERR_SSR_CACHE_VALUE', 'a value that is none')],
    ['nothing', undefined],
  ])('%s that the app throws is thrown on as it is', async (_, thrown) => {
    const { shop } = openOrigin()
    const visit = shop.get('/')
    await settled()
    await shop.renders.last.throws(thrown)
    await expect(visit).rejects.toBe(thrown)
  })

  test('what the app throws in a fetch handler is a 500, and told to the log with its route', async () => {
    const { shop } = openOrigin({ routes: [{ match: '/p' }] })
    const fetch = shop.cache.fetch(() => Promise.reject(lost()))
    expect((await fetch(request('/p'))).status).toBe(500)
    expect(shop.logged.filter(([level]) => level === 'error')).toMatchObject([
      ['error', expect.anything(), { route: '/p', url: `${ORIGIN}/p`, error: { message: 'the connection was lost' } }],
    ])
  })

  test('an answer that is none, or breaks off, is 502 (RFC 9110 15.6.3)', async () => {
    const { ask, shop } = openOrigin({}, { status: 99, body: '' })
    const page = await ask()
    expect(page.status).toBe(502)
    expect(field(page, 'cache-control')).toBe('no-store')
    expect(cacheStatus(page)).toEqual({ fwd: 'miss', detail: 'thrown' })
    expect(shop.logged.filter(([level]) => level === 'error')).toHaveLength(1)
  })
})

test('half of a body is no page, but the head that says how long it would be is one (RFC 9111 3.3, RFC 9110 8.6)', async () => {
  const half = lasting('max-age=60', 'page', { 'content-length': '5' })
  const cut = openOrigin({}, half)
  await cut.ask()
  await cut.ask()
  expect(cut.asked).toHaveLength(2)
  expect(cut.shop.told).toContainEqual(['failure', expect.objectContaining({ error: 'cut-off' })])
  const head = openOrigin({}, lasting('max-age=60', '', { 'content-length': '5' }))
  expect((await head.ask('/', {}, 'HEAD')).status).toBe(200)
  expect(head.shop.told.filter(([name]) => name === 'failure')).toEqual([])
  const known = openOrigin({}, says({ 'content-length': '5' }, '', 304))
  expect(cacheStatus(await known.ask('/', { 'if-none-match': '"a"' }))['detail']).toBe('status')
  expect(known.shop.told.filter(([name]) => name === 'failure')).toEqual([])
})

describe('Invalidation where the app decides (I2)', () => {
  test('an invalidated page is validated at the next visit, and counts its windows from the record', async () => {
    const { ask, asked, after, shop } = openOrigin(
      {},
      lasting('max-age=100, stale-if-error=50', 'one', { etag: '"a"' }),
      says({}, '', 500),
    )
    await ask('/p')
    await shop.cache.invalidate({ urls: ['/p'] })
    expect(await (await ask('/p')).text()).toBe('one')
    expect(asked[1]?.headers.get('if-none-match')).toBe('"a"')
    await after(51)
    expect((await ask('/p')).status).toBe(500)
  })

  test('what is purged is neither served nor validated: the app is asked about nothing', async () => {
    const { ask, asked, shop } = openOrigin({}, lasting('max-age=100', 'one', { etag: '"a"' }))
    await ask('/p')
    await shop.cache.purge({ prefix: '/' })
    await ask('/p')
    expect(asked[1]?.headers.get('if-none-match')).toBeNull()
  })

  test('a purge beats a render that began before it (V6)', async () => {
    const { shop } = openOrigin()
    const { cache, renders, get } = shop
    const pages = [get('/p'), get('/p')]
    await settled()
    await cache.purge({ urls: ['/p'] })
    await renders.last.answers(lasting('max-age=100', 'old', { 'x-any': '1' }))
    for (const page of await Promise.all(pages)) expect([await page.text(), field(page, 'x-any')]).toEqual(['old', '1'])
    expect(cacheStatus((await pages[1]) as Page)).toMatchObject({ fwd: 'uri-miss', collapsed: true })
    const next = get('/p')
    await settled()
    expect(renders.count).toBe(2)
    await renders.last.answers(lasting('max-age=100', 'new'))
    expect(await (await next).text()).toBe('new')
  })

  test('what was purged while the app failed does not stand in', async () => {
    const { shop, after } = openOrigin({ origin: { staleOnDisconnect: 600 } })
    const { cache, renders, get } = shop
    const first = get('/p')
    await settled()
    await renders.last.answers(lasting('max-age=10', 'old'))
    await first
    await after(11)
    const page = get('/p')
    await settled()
    await cache.purge({ urls: ['/p'] })
    await renders.last.throws(lost())
    await expect(page).rejects.toThrow('the connection was lost')
  })

  test('a page whose data may not have arrived yet lives for the grace alone (settleMs)', async () => {
    const { ask, asked, after, shop } = openOrigin({}, lasting('max-age=600'))
    await shop.cache.invalidate({ urls: ['/p'], settleMs: 5_000 })
    await ask('/p')
    await after(9)
    await ask('/p')
    expect(asked).toHaveLength(1)
    await after(1)
    await ask('/p')
    expect(asked).toHaveLength(2)
  })

  test('a purge beats a 304 that is under way: all look again, and the app is asked about nothing', async () => {
    const { shop, after } = openOrigin()
    const { cache, renders, get } = shop
    const first = get('/p')
    await settled()
    await renders.last.answers(lasting('max-age=10', 'old', { etag: '"a"' }))
    await first
    await after(11)
    const pages = [get('/p'), get('/p')]
    await settled()
    await cache.purge({ urls: ['/p'] })
    await renders.last.answers(NOT_MODIFIED)
    expect(renders.count).toBe(3)
    expect(renders.last.input.request.headers.get('if-none-match')).toBeNull()
    await renders.last.answers(lasting('max-age=10', 'new'))
    expect(await Promise.all(pages.map(async (page) => (await page).text()))).toEqual(['new', 'new'])
  })
})
