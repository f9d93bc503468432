import {
  createRenderCache,
  type Entry,
  memoryStore,
  type Page,
  pageContext,
  type RenderCacheOptions,
  type Store,
} from '@ssr-cache/core'
import { fakeClock, faultyStore } from '@ssr-cache/core/testing'
import { describe, expect, test, vi } from 'vitest'
import { cacheStatus, field, html, openShop, request, type Shop, settled, stateOf, times } from './harness.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** A memory store, and everything that was written to it. */
function watched(clock: ReturnType<typeof fakeClock>, maxBytes?: number): { store: Store; written: Entry[] } {
  const inner = memoryStore({ clock, ...(maxBytes === undefined ? {} : { maxBytes }) })
  const written: Entry[] = []
  const set: Store['set'] = (key, value, o) => {
    if (value.kind === 'page') written.push(value)
    return inner.set(key, value, o)
  }
  return {
    store: {
      ...inner,
      log: inner.log,
      lease: inner.lease,
      capabilities: inner.capabilities,
      get: inner.get.bind(inner),
      delete: inner.delete.bind(inner),
      close: inner.close.bind(inner),
      set,
    },
    written,
  }
}

describe('what is stored, and when (R8, R14)', () => {
  test('the page is stored before anybody is answered, where the option says so (R8)', async () => {
    const clock = fakeClock()
    const written = Promise.withResolvers<void>()
    const store = faultyStore(memoryStore({ clock }), {
      faults: { set: { kind: 'wait', until: written.promise } },
      clock,
    })
    const shop = openShop({ clock, store, write: 'before' })
    const visitors = times(3, () => shop.get('/a'))
    await settled()
    await shop.renders.last.answers('<p>')
    expect(await stateOf(visitors[0] as Promise<unknown>)).toBe('pending')
    written.resolve()
    await settled()
    expect((await Promise.all(visitors)).map(({ status }) => status)).toEqual([200, 200, 200])
  })

  test('with when its render began and ended, until when it lives, and what it was made from (R8, R14)', async () => {
    const clock = fakeClock()
    const { store, written } = watched(clock)
    const shop = openShop({ clock, store, build: { id: 'build-7' }, routes: [{ match: '/a', tags: ['route'] }] })
    const began = clock.now()
    const visit = shop.cache.handle(request('/a?x=1'), (input) => {
      pageContext()?.tag('page')
      return shop.renders.handler(input)
    })
    await clock.advanceAsync(2_000)
    await shop.renders.last.answers(html('<p>', { 'x-app': '1' }))
    await visit
    const ended = began + 2_000
    expect(written).toHaveLength(1)
    expect(written[0]).toMatchObject({
      kind: 'page',
      status: 200,
      body: bytes('<p>'),
      tags: ['route', 'page'],
      build: 'build-7',
      renderStartedAt: began,
      storedAt: ended,
      freshUntil: ended + 60_000,
      staleUntil: ended + 660_000,
      errorUntil: ended + 86_460_000,
      deleteAt: ended + 86_460_000,
      etag: expect.stringMatching(/^W\/"[\w-]{20,}"$/),
    })
    expect(written[0]?.fields).toContainEqual(['x-app', '1'])
    expect(shop.cache.key(request('/a?x=1'))).toMatchObject({
      url: 'https://shop.example/a?x=1',
      full: 'https://shop.example/a?x=1',
      variant: '',
    })
  })

  test('in a store of its own, on its own clock, where none was handed in (R2)', async () => {
    const clock = fakeClock()
    const cache = createRenderCache({ clock, keyCoverage: false })
    await cache.handle(request('/a'), () => html('<p>'))
    const page = await cache.handle(request('/a'), () => html('<p>other'))
    expect(await page.text()).toBe('<p>')
    clock.advance(60_000)
    expect(cacheStatus(await cache.handle(request('/a'), () => html('<p>')))).toMatchObject({ hit: true, ttl: 0 })
  })

  test('under the token of its lease: a render that comes back late is refused by it (I1, V6)', async () => {
    const clock = fakeClock()
    const store = memoryStore({ clock })
    const set = vi.spyOn(store, 'set')
    await openShop({ clock, store }).render('/a', '<p>')
    const [, entry, { if: precondition }] = set.mock.calls[0] ?? expect.unreachable()
    expect(precondition).toEqual({ notNewerThan: store.log.head, token: expect.any(BigInt) })
    expect((entry as { token: bigint }).token).toBe((precondition as { token: bigint }).token)
    expect((precondition as { token: bigint }).token > 0n).toBe(true)
  })

  test('under no token where the lease service does not answer: one render per process is what is left (I1)', async () => {
    const clock = fakeClock()
    const store = memoryStore({ clock })
    const set = vi.spyOn(store, 'set')
    vi.spyOn(store.lease, 'take').mockImplementation(() => {
      throw new Error('gone')
    })
    await openShop({ clock, store }).render('/a', '<p>')
    const [, entry, { if: precondition }] = set.mock.calls[0] ?? expect.unreachable()
    expect([(entry as { token: bigint }).token, precondition]).toEqual([0n, { notNewerThan: store.log.head }])
  })

  test('equal bytes have equal validators, and other bytes others', async () => {
    const shop = openShop()
    const etags = await Promise.all(
      ['<p>1', '<p>2', '<p>1'].map(async (body, i) => field(await shop.render(`/${i}`, body), 'etag')),
    )
    expect(etags[0]).toBe(etags[2])
    expect(etags[0]).not.toBe(etags[1])
    expect(etags[0]).toMatch(/^W\/"[\w-]{27}"$/)
  })

  test('pages of another build are kept apart, and found by the same tags and URLs (DESIGN §8)', async () => {
    const clock = fakeClock()
    const store = memoryStore({ clock })
    const [blue, green] = ['blue', 'green'].map((id) => openShop({ clock, store, build: { id } })) as [Shop, Shop]
    await blue.render('/a', '<p>blue')
    expect((await green.cache.explain(request('/a'))).page?.state).toBe('none')
    await green.render('/a', '<p>green')
    expect(await blue.body('/a')).toBe('<p>blue')
    await blue.cache.purge({ urls: ['/a'] })
    expect((await green.cache.explain(request('/a'))).page?.state).toBe('none')
  })
})

describe('a page is the same on a hit as on a miss (I10)', () => {
  const page = (): Response =>
    new Response('<p>grüße', {
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'last-modified': 'Mon, 01 Jan 2024 00:00:00 GMT',
        link: '</a.css>; rel=preload',
        'content-language': 'de',
      },
    })
  const comparable = (fields: readonly (readonly [string, string])[]): unknown =>
    fields.filter(([name]) => name !== 'cache-status' && name !== 'cache-control')

  test('bytes, status and fields, but for Cache-Status and the lifetime', async () => {
    const shop = openShop()
    const miss = await shop.cache.handle(request('/a'), page)
    shop.clock.advance(5_000)
    const hit = await shop.cache.handle(request('/a'), page)
    expect(cacheStatus(hit)).toMatchObject({ hit: true })
    expect(hit.status).toBe(miss.status)
    expect(await hit.bytes()).toEqual(await miss.bytes())
    expect(comparable(hit.fields)).toEqual(comparable(miss.fields))
  })

  test('nothing that a caller holds can change what is kept', async () => {
    const shop = openShop()
    const source = bytes('<p>kept')
    const miss = await shop.render('/a', { headers: { 'content-type': 'text/html' }, body: source })
    source.fill(0)
    ;(await miss.bytes()).fill(0)
    const hit = await shop.get('/a')
    ;(await hit.bytes()).fill(0)
    new Uint8Array(await hit.toResponse().arrayBuffer()).fill(0)
    expect(() => (hit.fields as unknown as string[][]).push(['x', 'y'])).toThrow(TypeError)
    expect(() => {
      ;(hit.fields as [string, string][])[0]![1] = 'x'
    }).toThrow(TypeError)
    expect(await shop.body('/a')).toBe('<p>kept')
    expect(await miss.text()).toBe('<p>kept')
  })

  test('a page can be read as bytes, as text and as a Response, as often as one likes', async () => {
    const shop = openShop()
    await shop.cache.handle(request('/a'), page)
    const hit = await shop.get('/a')
    const response = hit.toResponse()
    expect(response.status).toBe(200)
    expect(response.headers.get('content-language')).toBe('de')
    expect(await response.text()).toBe('<p>grüße')
    expect(await hit.text()).toBe('<p>grüße')
    expect(await hit.toResponse().text()).toBe('<p>grüße')
  })

  test('a hit takes no promise: the plan answers at once, and answers of one second are one object', async () => {
    const shop = openShop()
    await shop.render('/a', '<p>')
    const visitor = { method: 'GET', scheme: 'https', host: 'shop.example', target: '/a', headers: {} } as const
    const ask = (): unknown => {
      const plan = shop.cache.plan(visitor)
      return plan.kind === 'shared' ? plan.answer(() => expect.unreachable()) : plan
    }
    const timers = shop.clock.pending
    const first = ask()
    expect(first).toMatchObject({ kind: 'answer', status: 200, shared: true })
    expect(ask()).toBe(first)
    expect(shop.clock.pending).toBe(timers)
    shop.clock.advance(1_000)
    expect(ask()).not.toBe(first)
  })

  test('lookup by a ready key answers at once, renders nothing, and knows only keys of its own', async () => {
    const shop = openShop()
    const key = shop.cache.key(request('/a')) as NonNullable<ReturnType<Shop['cache']['key']>>
    expect(shop.cache.lookup(key)).toBeUndefined()
    await shop.render('/a', '<p>')
    const page = shop.cache.lookup(key)
    expect(page).toMatchObject({ status: 200 })
    expect(shop.cache.lookup(key)).toBe(page)
    shop.clock.advance(60_000)
    expect(cacheStatus((await shop.cache.lookup(key)) as NonNullable<Awaited<typeof page>>)).toMatchObject({
      hit: true,
      detail: 'stale',
    })
    shop.clock.advance(600_000)
    expect(shop.cache.lookup(key)).toBeUndefined()
    expect(shop.renders.count).toBe(0)
    expect(() => shop.cache.lookup({ id: 'a', full: 'a', url: 'a', variant: '' })).toThrow(
      /ERR_SSR_CACHE_REQUEST: lookup must be given a ready key/,
    )
  })

  test('there is no key for what bypasses or is malformed', () => {
    const shop = openShop({ routes: [{ match: '/account/*rest', cache: false }] })
    for (const target of ['/account/x', '/a?preview=1', '/%zz']) expect(shop.cache.key(request(target))).toBeUndefined()
    expect(shop.cache.key(request('/a', { method: 'POST' }))).toBeUndefined()
  })
})

describe('bodies (B2, B4, I7)', () => {
  const stream = (...chunks: unknown[]): ReadableStream =>
    new ReadableStream({
      start(controller) {
        for (const chunk of chunks) controller.enqueue(chunk)
        controller.close()
      },
    })
  const HTML = { 'content-type': 'text/html' }

  test.each<[string, () => ConstructorParameters<typeof Response>[0]]>([
    ['text', () => '<p>hello'],
    ['bytes', () => bytes('<p>hello') as Uint8Array<ArrayBuffer>],
    ['a stream of many chunks', () => stream(bytes('<p>'), bytes(''), bytes('hel'), bytes('lo'))],
  ])('a render may answer with %s', async (_, body) => {
    const shop = openShop()
    await shop.cache.handle(request('/a'), () => new Response(body(), { headers: HTML }))
    expect(await shop.body('/a')).toBe('<p>hello')
  })

  test('a slice of a larger buffer is kept alone, and its buffer may be used for other things (B4)', async () => {
    const clock = fakeClock()
    const store = memoryStore({ clock })
    const shop = openShop({ clock, store })
    const pool = new Uint8Array(4_000_000)
    pool.set(bytes('<p>slice'), 1_000)
    await shop.render('/a', { headers: HTML, body: pool.subarray(1_000, 1_008) })
    pool.fill(0)
    expect(await shop.body('/a')).toBe('<p>slice')
    expect(store.bytes).toBeLessThan(10_000)
  })

  test('a buffer that the render fills anew for each chunk, and after the last, changes nothing that was read from it (B4)', async () => {
    const shop = openShop()
    const buffer = new Uint8Array(3)
    const chunks = ['<p>', 'hel', 'lo!']
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          const next = chunks.shift()
          buffer.set(bytes(next ?? 'XXX'))
          if (next === undefined) controller.close()
          else controller.enqueue(buffer)
        },
      },
      { highWaterMark: 0 },
    )
    const page = await shop.cache.handle(request('/a'), () => new Response(body, { headers: HTML }))
    expect(await page.text()).toBe('<p>hello!')
    expect(await shop.body('/a')).toBe('<p>hello!')

    const single = bytes('<p>one')
    const one = await shop.cache.handle(request('/b'), () => new Response(stream(single), { headers: HTML }))
    single.fill(0)
    expect(await one.text()).toBe('<p>one')
  })

  test('chunks that are no bytes are refused: they would be kept as zeros', async () => {
    const shop = openShop()
    const visit = shop.cache.handle(request('/a'), () => new Response(stream('<p>text'), { headers: HTML }))
    await expect(visit).rejects.toMatchObject({ code: 'ERR_SSR_CACHE_RENDER' })
    expect((await shop.cache.explain(request('/a'))).page?.state).toBe('none')
  })

  test('a page over maxPageBytes passes through to its visitor, whole, and is not kept (B2, I7)', async () => {
    const shop = openShop({ maxPageBytes: 10 })
    const page = await shop.cache.handle(
      request('/a'),
      () => new Response(stream(bytes('<p>0123'), bytes('456789')), { headers: HTML }),
    )
    expect(await page.text()).toBe('<p>0123456789')
    expect(field(page, 'cache-control')).toBe('private, no-store')
    expect(cacheStatus(page)).toEqual({ fwd: 'miss', detail: 'too-large' })
    expect((await shop.cache.explain(request('/a'))).page?.state).toBe('marked')
    expect(shop.logged).toContainEqual(['warn', expect.stringContaining('too-large'), expect.anything()])
  })

  test('such a page as a Response is a stream, which can be left (B6)', async () => {
    const shop = openShop({ maxPageBytes: 10 })
    const large = (): Promise<Page> =>
      shop.cache.handle(request('/a'), () => new Response(stream(bytes('<p>0123'), bytes('456789')), { headers: HTML }))
    expect(await (await large()).toResponse().text()).toBe('<p>0123456789')
    await (await large()).toResponse().body?.cancel()
    await settled()
    expect(shop.cache.stats()).toMatchObject({ flights: 0, bypasses: { running: 0 } })
  })

  test.each([9, 10, 11])('exactly maxPageBytes is kept: %d of 10', async (size) => {
    const shop = openShop({ maxPageBytes: 10 })
    await shop.render('/a', html('x'.repeat(size)))
    expect((await shop.cache.explain(request('/a'))).page?.state).toBe(size > 10 ? 'marked' : 'fresh')
  })

  test('a failure over maxPageBytes is a failure: shared, no mark (I4)', async () => {
    const shop = openShop({ maxPageBytes: 10 })
    const visitors = times(3, () => shop.get('/a'))
    await settled()
    await shop.renders.last.answers(html('<h1>a very long apology', {}, 500))
    const pages = await Promise.all(visitors)
    expect(pages.map(({ status }) => status)).toEqual([500, 500, 500])
    for (const page of pages) expect(await page.text()).toBe('')
    expect(shop.renders.count).toBe(1)
    expect((await shop.cache.explain(request('/a'))).page?.state).toBe('none')
  })

  test('one oversize page does not push the others out (B2)', async () => {
    const clock = fakeClock()
    const store = memoryStore({ clock, maxBytes: 100_000 })
    const shop = openShop({ clock, store })
    await shop.render('/small', '<p>small')
    const page = await shop.render('/large', html('x'.repeat(90_000)))
    expect((await page.bytes()).length).toBe(90_000)
    expect(await shop.body('/small')).toBe('<p>small')
    expect(shop.renders.count).toBe(0)
  })

  test('expired pages leave memory without being asked for (B3)', async () => {
    const clock = fakeClock()
    const store = memoryStore({ clock })
    const shop = openShop({ clock, store, staleWhileRevalidate: 10, staleIfError: 10 })
    for (let i = 0; i < 50; i++) await shop.render(`/${i}`, '<p>')
    expect(store.size).toBe(50)
    await clock.advanceAsync(71_000)
    expect(store.size).toBe(0)
    expect(clock.pending).toBe(0)
  })
})

describe('statuses (R64, S3, P8)', () => {
  const options: RenderCacheOptions = { maxAge: 86_400 }

  test.each([
    [200, 'fresh', 'public, max-age=0, s-maxage=86400, stale-if-error=86400'],
    [203, 'fresh', 'public, max-age=0, s-maxage=86400, stale-if-error=86400'],
    [301, 'fresh', 'public, max-age=0, s-maxage=3600'],
    [308, 'fresh', 'public, max-age=0, s-maxage=3600'],
    [404, 'fresh', 'public, max-age=0, s-maxage=10'],
    [410, 'fresh', 'public, max-age=0, s-maxage=3600'],
    [201, 'marked', 'private, no-store'],
    [206, 'marked', 'private, no-store'],
    [302, 'marked', 'private, no-store'],
    [303, 'marked', 'private, no-store'],
    [307, 'marked', 'private, no-store'],
    [400, 'marked', 'private, no-store'],
    [401, 'marked', 'private, no-store'],
    [403, 'marked', 'private, no-store'],
    [429, 'none', 'no-store'],
    [500, 'none', 'no-store'],
    [502, 'none', 'no-store'],
    [503, 'none', 'no-store'],
  ])('%d: the key is %s afterwards, and the answer says %s (R64)', async (status, state, cacheControl) => {
    const shop = openShop(options)
    const page = await shop.render('/a', html('<p>', { location: '/b' }, status))
    expect(page.status).toBe(status)
    expect(field(page, 'cache-control')).toBe(cacheControl)
    expect((await shop.cache.explain(request('/a'))).page?.state).toBe(state)
  })

  test('an empty 204 is nobody’s page (P8)', async () => {
    const shop = openShop()
    const page = await shop.cache.handle(request('/a'), () => new Response(null, { status: 204 }))
    expect(page.status).toBe(204)
    expect(page.toResponse().body).toBeNull()
    expect((await shop.cache.explain(request('/a'))).page?.state).toBe('marked')
  })

  test('a figure of zero keeps errors out altogether (R64)', async () => {
    const shop = openShop({ statusMaxAge: { 404: 0 } })
    const visitors = times(3, () => shop.get('/a'))
    await settled()
    await shop.renders.last.answers(html('<p>none', {}, 404))
    for (const page of await Promise.all(visitors)) expect(field(page, 'cache-control')).toBe('private, no-store')
    expect(shop.renders.count).toBe(1)
    expect((await shop.cache.explain(request('/a'))).page?.state).toBe('none')
  })

  test('content metadata pages live for 300 seconds because the render says so (R61)', async () => {
    const shop = openShop()
    const page = await shop.cache.handle(request('/a'), async () => {
      await null
      pageContext()?.maxAge(300)
      return html('<p>')
    })
    expect(field(page, 'cache-control')).toContain('s-maxage=300')
  })

  test('the render’s word replaces the route’s, which replaces the cache’s (R61)', async () => {
    const shop = openShop({ maxAge: 60, routes: [{ match: '/movies/:id', maxAge: 120 }] })
    expect(field(await shop.render('/home', '<p>'), 'cache-control')).toContain('s-maxage=60')
    expect(field(await shop.render('/movies/1', '<p>'), 'cache-control')).toContain('s-maxage=120')
    const said = await shop.cache.handle(request('/movies/2'), () => {
      pageContext()?.maxAge(30).maxAge(90)
      return html('<p>')
    })
    expect(field(said, 'cache-control')).toContain('s-maxage=30')
  })
})
