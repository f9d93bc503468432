import { type HandlerResponse, memoryStore, pageContext } from '@ssr-cache/core'
import { fakeClock, faultyStore } from '@ssr-cache/core/testing'
import { describe, expect, test } from 'vitest'
import { cacheStatus, field, request, settled, stateOf } from './harness.ts'
import { lasting, openOrigin, says } from './origin-harness.ts'

describe('Roots, through the engine', () => {
  test('what says nothing of freshness, and has no validator, is asked for every time (Must)', async () => {
    const { ask, asked } = openOrigin({}, says({ 'content-type': 'text/html' }))
    expect(cacheStatus(await ask())).toEqual({ fwd: 'miss', 'fwd-status': 200, detail: 'no-freshness' })
    await ask()
    expect(asked).toHaveLength(2)
  })

  test('max-age alone is enough: the answer is served again, its fields unchanged but for Age (Must)', async () => {
    const { ask, asked, answers, after, date } = openOrigin()
    const sent = date()
    answers(says({ 'cache-control': 'max-age=60', etag: '"a"', vary: 'X', date: sent, 'x-unknown': 'as sent' }))
    const first = await ask()
    expect(first.fields.filter(([name]) => name !== 'cache-status')).toEqual([
      ['cache-control', 'max-age=60'],
      ['etag', '"a"'],
      ['vary', 'X'],
      ['date', sent],
      ['x-unknown', 'as sent'],
    ])
    await after(3)
    const again = await ask()
    expect(asked).toHaveLength(1)
    expect(await again.text()).toBe('page')
    expect(again.fields).toEqual([
      ['cache-control', 'max-age=60'],
      ['etag', '"a"'],
      ['vary', 'X'],
      ['date', sent],
      ['x-unknown', 'as sent'],
      ['age', '3'],
      ['cache-status', 'ssr-cache; hit; ttl=57'],
    ])
  })

  test('no page of policy mode is served where the app decides from now on, and the other way round', async () => {
    const { shop, ask } = openOrigin(
      { routes: [{ match: '/policy', freshness: 'policy', maxAge: 60 }] },
      lasting('max-age=60'),
    )
    await ask('/')
    expect(shop.cache.key({ url: 'https://shop.example/' })?.full).toBe('https://shop.example/\norigin ')
    expect(shop.cache.key({ url: 'https://shop.example/policy' })?.full).toBe('https://shop.example/policy')
  })
})

describe('Freshness, through the engine', () => {
  test.each<[string, Record<string, string>, number]>([
    ['max-age', { 'cache-control': 'max-age=10' }, 10],
    ['s-maxage before max-age', { 'cache-control': 'max-age=100, s-maxage=10' }, 10],
    ['the Age that it came with', { 'cache-control': 'max-age=20', age: '10' }, 10],
    [
      'max-age=0 before a future Expires',
      { 'cache-control': 'max-age=0', expires: 'Fri, 01 Jan 2027 00:00:00 GMT' },
      0,
    ],
    ['Expires, that is no date', { expires: '0' }, 0],
  ])('%s (Must)', async (_, headers, seconds) => {
    const { ask, asked, after } = openOrigin({}, says(headers))
    await ask()
    if (seconds > 0) {
      await after(seconds - 1)
      await ask()
      expect(asked).toHaveLength(1)
      await after(1)
    }
    await ask()
    expect(asked).toHaveLength(2)
  })

  test('Expires counts from Date, whatever our clock says (Must)', async () => {
    const { ask, asked, answers, after, date } = openOrigin()
    answers(says({ date: date(-5), expires: date(5) }))
    await ask()
    await after(4)
    expect(field(await ask(), 'age')).toBe('9')
    await after(1)
    await ask()
    expect(asked).toHaveLength(2)
  })

  test('several lines of Cache-Control are one (Must)', async () => {
    const { ask, asked, after } = openOrigin({}, says({ 'cache-control': ['max-age=100', 's-maxage=1'] }))
    await ask()
    await after(1)
    await ask()
    expect(asked).toHaveLength(2)
  })

  test('no option of policy mode lengthens a life: grace, defaults and refresh ahead are off', async () => {
    const { ask, asked, after } = openOrigin(
      { maxAge: 600, staleWhileRevalidate: 600, refreshAhead: 0.5 },
      lasting('max-age=10'),
    )
    await ask()
    await after(9)
    await ask()
    expect(asked).toHaveLength(1)
    await after(1)
    await ask()
    expect(asked).toHaveLength(2)
  })
})

describe('Age, through the engine', () => {
  test('Age is what the app said, and the time since (Must)', async () => {
    const { ask, after } = openOrigin({}, lasting('max-age=60', 'page', { age: '7' }))
    expect(field(await ask(), 'age')).toBe('7')
    await after(2)
    expect(field(await ask(), 'age')).toBe('9')
  })

  test('Age grows while the same hit is served, not only when the second of the lifetime changes', async () => {
    const { ask, clock, answers, date } = openOrigin()
    clock.advance(400)
    answers(lasting('max-age=60', 'page', { date: date() }))
    await ask()
    for (const [ms, age] of [
      [0, '0'],
      [599, '0'],
      [1, '1'],
      [999, '1'],
      [1, '2'],
    ] as const) {
      clock.advance(ms)
      expect(field(await ask(), 'age')).toBe(age)
    }
  })
})

describe('What is stored', () => {
  test.each([
    ['private', 'private, max-age=60', 'private'],
    ['no-store in any case', 'NO-STORE, max-age=60', 'no-store'],
  ])('%s is its visitor’s alone, and goes out as it came (Must)', async (_, directives, reason) => {
    const { ask, asked } = openOrigin({}, lasting(directives))
    const page = await ask()
    expect(field(page, 'cache-control')).toBe(directives)
    expect(cacheStatus(page)).toMatchObject({ fwd: 'miss', detail: reason })
    await ask()
    expect(asked).toHaveLength(2)
  })

  test.each([200, 203, 204, 299, 301, 302, 303, 307, 308, 400, 404, 410, 499, 500, 502, 503, 504, 599])(
    '%i with explicit freshness is served again while fresh, and no longer (Must)',
    async (status) => {
      const { ask, asked, after } = openOrigin(
        {},
        says({ 'cache-control': 'max-age=10', location: '/else' }, '', status),
      )
      await ask()
      await after(9)
      const again = await ask()
      expect([again.status, asked.length]).toEqual([status, 1])
      await after(1)
      await ask()
      expect(asked).toHaveLength(2)
    },
  )

  test('of a Set-Cookie nobody else hears: what has one is not stored, unless an option says so (P)', async () => {
    const { ask, asked } = openOrigin({}, lasting('max-age=60', 'page', { 'set-cookie': 'sid=1' }))
    expect(field(await ask(), 'set-cookie')).toBe('sid=1')
    await ask()
    expect(asked).toHaveLength(2)
  })

  test('stripped, a cookie goes to whoever asked first, and to nobody else', async () => {
    const { ask, asked } = openOrigin(
      { origin: { setCookie: ['sid'] } },
      lasting('max-age=60', 'page', { 'set-cookie': 'sid=1' }),
    )
    expect(field(await ask(), 'set-cookie')).toBe('sid=1')
    expect(field(await ask(), 'set-cookie')).toBeUndefined()
    expect(asked).toHaveLength(1)
  })

  test('fields that Connection names, and those of one connection, are not stored (Must)', async () => {
    const more = { connection: 'x-hop', 'x-hop': '1', 'keep-alive': 'timeout=5', te: 'trailers', 'x-kept': '1' }
    const { ask } = openOrigin({}, lasting('max-age=60', 'page', more))
    await ask()
    const { fields } = await ask()
    expect(fields.map(([name]) => name)).toEqual(['cache-control', 'x-kept', 'date', 'age', 'cache-status'])
  })

  test('an answer to credentials is its visitor’s, unless it says that it may be shared (Must)', async () => {
    const { ask, asked, answers } = openOrigin({}, lasting('max-age=60'))
    const authorization = { authorization: 'Basic QTpC' }
    await ask('/a', authorization)
    await ask('/a', authorization)
    expect(asked).toHaveLength(2)
    answers(lasting('max-age=60, public'))
    await ask('/b', authorization)
    expect(cacheStatus(await ask('/b', authorization))).toMatchObject({ hit: true })
    expect(cacheStatus(await ask('/b'))).toMatchObject({ hit: true })
    expect(asked).toHaveLength(3)
  })

  test('credentials that mean nothing do not end the sharing of a page (I11)', async () => {
    const { ask, asked, shop } = openOrigin({}, lasting('max-age=60'))
    await ask('/', { authorization: 'x' })
    const pages = await Promise.all([ask(), ask(), ask()])
    expect(asked).toHaveLength(2)
    expect(pages.map((page) => cacheStatus(page)['collapsed'])).toEqual([undefined, true, true])
    expect(shop.cache.stats().routes['*']?.reasons).toEqual({ authorization: { count: 1, culprits: {} } })
  })

  test('where nothing is shared, the app is asked as each visitor asked (I4, I11)', async () => {
    const { ask, asked } = openOrigin({}, lasting('private'))
    const own = { authorization: 'x', range: 'bytes=0-1', 'if-none-match': '"a"' }
    await ask()
    await ask('/', own)
    await ask('/', {}, 'HEAD')
    expect(asked.map(({ method }) => method)).toEqual(['GET', 'GET', 'HEAD'])
    expect(Object.fromEntries(asked[1]?.headers ?? [])).toMatchObject(own)
  })

  test('tags of the route name the page', async () => {
    const { shop, ask, asked } = openOrigin({ routes: [{ match: '/*rest', tags: ['site'] }] }, lasting('max-age=60'))
    await ask()
    await shop.cache.purge({ tags: ['site'] })
    await ask()
    expect(asked).toHaveLength(2)
  })

  test.each<[string, () => void, string | undefined]>([
    ['private()', () => pageContext()?.private(), 'private'],
    ['more tags than may be', () => pageContext()?.tag('a', 'b'), 'too-many-tags'],
    ['as many tags as may be', () => pageContext()?.tag('a'), undefined],
  ])('what the app says of its page in words holds here, too: %s (I4, I7)', async (_, say, detail) => {
    const { shop } = openOrigin({ maxTags: 2, routes: [{ match: '/*rest', tags: ['site'] }] })
    const said = (): HandlerResponse => {
      say()
      return lasting('max-age=60')
    }
    expect(cacheStatus(await shop.cache.handle(request('/'), said))['detail']).toBe(detail)
    expect(cacheStatus(await shop.cache.handle(request('/'), said))['hit']).toBe(detail === undefined || undefined)
  })
})

describe('The request that the app is given', () => {
  test('as it came: all headers, cookies and the whole query, in its order', async () => {
    const { ask, asked } = openOrigin({}, lasting('max-age=60'))
    await ask('/a?b=2&a=1&utm_source=mail&b=1', { cookie: 'sid=1', 'user-agent': 'Test', 'x-any': '1' })
    expect(asked[0]?.url).toBe('https://shop.example/a?b=2&a=1&utm_source=mail&b=1')
    expect(Object.fromEntries(asked[0]?.headers ?? [])).toEqual({
      cookie: 'sid=1',
      'user-agent': 'Test',
      'x-any': '1',
      host: 'shop.example',
    })
  })

  test('with the host that its key has, whatever the header says', async () => {
    const { ask, asked } = openOrigin({}, lasting('max-age=60'))
    await ask('/', { host: 'evil.example' })
    expect(asked[0]?.headers.get('host')).toBe('shop.example')
  })

  test.each<[string, Record<string, string>]>([
    ['for everybody', {}],
    ['for one visitor', { authorization: 'x' }],
  ])(
    'with what is kept of the page, and a signal that tells it to stop past the deadline, %s (C4)',
    async (_, headers) => {
      const { shop, ask, answers, after, clock } = openOrigin({ admission: { timeoutMs: 500, deadlineMs: 1_000 } })
      answers(lasting('max-age=10', 'one', { etag: '"a"' }))
      await ask()
      await after(11)
      const visit = shop.get('/', { headers })
      await settled()
      const { signal, previous, request: sent } = shop.renders.last.input
      expect([previous?.etag, sent.headers.get('if-none-match')]).toEqual(['"a"', '"a"'])
      expect(signal.aborted).toBe(false)
      await clock.advanceAsync(1_000)
      expect(signal.aborted).toBe(true)
      expect((await visit).status).toBe(504)
      void shop.get('/new', { headers })
      await settled()
      expect(shop.renders.last.input.signal.aborted).toBe(false)
    },
  )

  test('without what belongs to one connection (RFC 9110 7.6.1)', async () => {
    const { ask, asked } = openOrigin({}, lasting('max-age=60'))
    await ask('/', { connection: 'x-hop', 'x-hop': '1', te: 'trailers', 'keep-alive': '5', 'x-any': '1' })
    expect([...(asked[0]?.headers.keys() ?? [])]).toEqual(['host', 'x-any'])
  })

  test('queries that differ in order or in a campaign are different pages (Must)', async () => {
    const { ask, asked } = openOrigin({}, lasting('max-age=60'))
    for (const target of ['/a?x=1&y=2', '/a?y=2&x=1', '/a?x=1&y=2&utm_source=mail', '/a']) await ask(target)
    expect(asked).toHaveLength(4)
    for (const target of ['/a?x=1&y=2', '/a?y=2&x=1', '/a?x=1&y=2&utm_source=mail', '/a']) await ask(target)
    expect(asked).toHaveLength(4)
  })

  test('what bypasses in policy mode is shared here: data, sessions, any type', async () => {
    const { ask, asked } = openOrigin({}, lasting('max-age=60', '{}', { 'content-type': 'application/json' }))
    await ask('/a', { accept: 'application/json', 'sec-fetch-dest': 'empty', rsc: '1', cookie: 'session=1' })
    await ask('/a', { accept: 'image/png' })
    expect(asked).toHaveLength(1)
  })
})

describe('Coalescing where the app decides (I1)', () => {
  test('a crowd before a cold page is one render, and each is given the same bytes (C1)', async () => {
    const { ask, asked } = openOrigin({}, lasting('max-age=60', 'one'))
    const pages = await Promise.all([ask(), ask(), ask('/', { cookie: 'sid=2' })])
    expect(await Promise.all(pages.map((page) => page.text()))).toEqual(['one', 'one', 'one'])
    expect(asked).toHaveLength(1)
    expect(field(pages[1] as never, 'age')).toBe('0')
  })
})

test('a form that was sent, and taken, removes what is kept of its URL, for good (RFC 9111 4.4)', async () => {
  const lives = 'max-age=60, stale-while-revalidate=60'
  const { ask, asked, shop } = openOrigin({}, lasting(lives), says({}, 'done'), lasting(lives, 'changed'))
  await ask('/a')
  await ask('/a', {}, 'POST')
  await settled()
  expect(shop.told.filter(([name]) => name === 'invalidate')).toEqual([
    ['invalidate', { targets: [expect.objectContaining({ kind: 'url' })], hard: true }],
  ])
  expect(await (await ask('/a')).text()).toBe('changed')
  expect(asked.map(({ method }) => method)).toEqual(['GET', 'POST', 'GET'])
})

test('close() waits until everybody can know what a form has made untrue (I2, I13)', async () => {
  const clock = fakeClock()
  const store = faultyStore(memoryStore({ clock }), { clock })
  const { ask, shop } = openOrigin({ clock, store }, says({}, 'done'))
  const slow = Promise.withResolvers<void>()
  store.faults.append = { kind: 'wait', until: slow.promise }
  await ask('/a', {}, 'POST')
  const closed = shop.cache.close()
  expect(await stateOf(closed)).toBe('pending')
  slow.resolve()
  await closed
  expect(shop.told.filter(([name]) => name === 'invalidate')).toHaveLength(1)
})
