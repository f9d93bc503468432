import type { Page } from '@ssr-cache/core'
import { pageContext } from '@ssr-cache/core/context'
import { describe, expect, test } from 'vitest'
import { cacheStatus, field, openShop, renderCount, type Shop, settled, sharedMaxAge, stateOf } from './harness.ts'
import { WrittenBody } from './written-body.ts'

/** Asks for a page whose body the test writes. */
function ask(
  shop: Shop,
  body: WrittenBody,
  o: { target?: string; headers?: Record<string, string>; method?: string } = {},
) {
  const { target = '/a', headers = {}, method = 'GET' } = o
  const page = shop.cache.handle({ method, url: `https://shop.example${target}` }, () => body.page(headers))
  page.catch(() => {})
  return page
}

/** What can be read of a page without waiting. */
class Reading {
  text = ''
  outcome: 'reading' | 'whole' | 'cut off' = 'reading'
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>

  constructor(page: Page) {
    this.#reader = page.toResponse().body?.getReader() as ReadableStreamDefaultReader<Uint8Array> // it has one
    void this.#read()
  }

  leave(): Promise<void> {
    return this.#reader.cancel()
  }

  async #read(): Promise<void> {
    try {
      for (let step = await this.#reader.read(); !step.done; step = await this.#reader.read())
        this.text += new TextDecoder().decode(step.value)
      this.outcome = 'whole'
    } catch {
      this.outcome = 'cut off'
    }
  }
}

async function begun(): Promise<WrittenBody> {
  return new WrittenBody().write('<p>first ')
}

describe('a page that is rendered piece by piece, stream: first', () => {
  test('goes to its first visitor as it comes, and is nobody else’s before its end (I10)', async () => {
    const shop = openShop()
    const body = await begun()
    const page = await ask(shop, body)
    const follower = shop.get('/a')
    const reading = new Reading(page)
    await settled()
    expect(reading.text).toBe('<p>first ')
    expect(await stateOf(follower)).toBe('pending')
    body.end('last</p>')
    await settled()
    expect([reading.text, reading.outcome]).toEqual(['<p>first last</p>', 'whole'])
    expect(await (await follower).text()).toBe('<p>first last</p>')
    expect(await shop.body('/a')).toBe('<p>first last</p>')
    expect(shop.cache.stats().routes['*']?.answers).toEqual({ hit: 1, miss: 1, follow: 1 })
  })

  test('says that nobody has seen its end: private, without a validator', async () => {
    const shop = openShop()
    const body = await begun()
    const page = await ask(shop, body, { headers: { etag: '"app"', 'last-modified': 'Sun, 06 Nov 1994 08:49:37 GMT' } })
    const names = page.fields.map(([name]) => name)
    expect([page.status, field(page, 'cache-control'), names.includes('etag')]).toEqual([
      200,
      'private, no-store',
      false,
    ])
    expect(cacheStatus(page)).toEqual({ fwd: 'uri-miss', detail: 'streamed' })
    const follower = shop.get('/a')
    await settled()
    body.end()
    expect(sharedMaxAge(await follower)).toBe(60)
    const hit = await shop.get('/a')
    const mayDiffer = new Set(['cache-control', 'cache-status', 'etag'])
    const fixed = ({ fields }: Page): unknown => fields.filter(([name]) => !mayDiffer.has(name))
    expect(fixed(page)).toEqual(fixed(hit))
  })

  test('is answered whole, with lifetime and validator, where it comes in one go', async () => {
    const shop = openShop()
    const page = await ask(shop, new WrittenBody().write('<p>').write('all at once').end('</p>'))
    expect([sharedMaxAge(page), field(page, 'etag')?.slice(0, 3)]).toEqual([60, 'W/"'])
    expect(cacheStatus(page)).toEqual({ fwd: 'uri-miss', stored: true, ttl: 60 })
  })

  test('waits for its first bytes: what fails before them has a status of its own (I4)', async () => {
    const shop = openShop()
    const body = new WrittenBody()
    const page = ask(shop, body)
    expect(await stateOf(page)).toBe('pending')
    body.break(new Error('the database is down'))
    await expect(page).rejects.toThrow('the database is down')
  })

  test('is rendered as fast as it can be, however slowly its visitor reads (I9)', async () => {
    const shop = openShop()
    const body = await begun()
    const page = await ask(shop, body)
    for (let i = 0; i < 100; i++) body.write('x')
    body.end()
    await settled()
    expect(body.taken).toBe(101)
    expect(shop.cache.stats().renders.running).toBe(0)
    expect(await shop.body('/a')).toBe(`<p>first ${'x'.repeat(100)}`)
    expect(await page.text()).toBe(`<p>first ${'x'.repeat(100)}`)
  })

  test('is rendered to its end and kept when its visitor has left (I9, C6)', async () => {
    const shop = openShop()
    const body = await begun()
    const page = await ask(shop, body)
    const follower = shop.get('/a')
    await new Reading(page).leave()
    expect(body.letGo).toBe(0)
    body.end('last')
    expect(await (await follower).text()).toBe('<p>first last')
    expect(cacheStatus(await shop.get('/a'))['hit']).toBe(true)
    expect(renderCount(shop)).toBe(1)
  })

  test('is cut off for its visitor where it breaks off; it is not kept, the others are told, and the log names its route (I4, I12)', async () => {
    const shop = openShop()
    const body = await begun()
    const reading = new Reading(await ask(shop, body))
    const follower = shop.get('/a')
    await settled()
    const error = Object.assign(new Error('the database is down'), { status: 404 })
    body.break(error)
    await settled()
    expect([reading.text, reading.outcome]).toEqual(['<p>first ', 'cut off'])
    await expect(follower).rejects.toThrow('the database is down')
    expect(shop.told).toContainEqual([
      'failure',
      { route: '*', url: 'https://shop.example/a', error, background: false, streamed: true },
    ])
    const details = { route: '*', url: 'https://shop.example/a', error }
    expect(shop.logged).toContainEqual([
      'error',
      'a page broke off while it was sent; whoever read it was cut off',
      details,
    ])
    const next = await shop.render('/a', '<p>well</p>')
    expect(cacheStatus(next)['hit']).toBeUndefined()
    expect(await next.text()).toBe('<p>well</p>')
  })

  test('is cut off at the deadline, too (C4)', async () => {
    const shop = openShop()
    const body = await begun()
    const reading = new Reading(await ask(shop, body))
    await shop.clock.advanceAsync(60_000)
    expect(reading.outcome).toBe('cut off')
    expect([body.letGo, shop.cache.stats().renders.running]).toEqual([1, 0])
  })

  test('is cut off by close(), and leaves nothing running (I13)', async () => {
    const shop = openShop()
    const reading = new Reading(await ask(shop, await begun()))
    const closed = shop.cache.close({ limitMs: 1_000 })
    await shop.clock.advanceAsync(1_000)
    await closed
    expect(reading.outcome).toBe('cut off')
    expect(shop.clock.pending).toBe(0)
  })

  test('has the patience of those who wait for all of it end on time (C9)', async () => {
    const shop = openShop({ admission: { timeoutMs: 1_000 } })
    const body = await begun()
    const page = await ask(shop, body)
    const follower = shop.get('/a')
    await shop.clock.advanceAsync(1_000)
    expect((await follower).status).toBe(503)
    body.end()
    expect(await page.text()).toBe('<p>first ')
  })

  test('may say of itself until its end what it likes, and is kept by it', async () => {
    const shop = openShop()
    const said = Promise.withResolvers<void>()
    const page = await shop.cache.handle({ url: 'https://shop.example/a' }, () => {
      async function* body(): AsyncGenerator<Uint8Array> {
        yield new TextEncoder().encode('<p>')
        await said.promise
        pageContext()?.tag('late').maxAge(5)
        yield new TextEncoder().encode('</p>')
      }
      return new Response(ReadableStream.from(body()), { headers: { 'content-type': 'text/html' } })
    })
    said.resolve()
    expect(await page.text()).toBe('<p></p>')
    await settled()
    expect(sharedMaxAge(await shop.get('/a'))).toBe(5)
    await shop.cache.purge({ tags: ['late'] })
    expect(shop.cache.lookup(shop.cache.key({ url: 'https://shop.example/a' }) as never)).toBeUndefined()
  })
})

describe('who is answered when the page is whole', () => {
  /** What a visitor is given of a page that is under way, if anything. */
  async function whileRendered(page: Promise<Page>, body: WrittenBody): Promise<string | undefined> {
    const state = await stateOf(page)
    body.end()
    await settled()
    return state === 'pending' ? undefined : field(await page, 'cache-control')
  }

  test('everyone, with stream: whole, per cache and per route', async () => {
    const all = await begun()
    expect(await whileRendered(ask(openShop({ stream: 'whole' }), all), all)).toBeUndefined()
    const shop = openShop({ stream: 'whole', routes: [{ match: '/b', stream: 'first' }] })
    const some = await begun()
    expect(await whileRendered(ask(shop, some, { target: '/b' }), some)).toBe('private, no-store')
  })

  test('who asks for a head (HEAD): it says what it says of the whole page', async () => {
    const shop = openShop()
    const body = await begun()
    const page = ask(shop, body, { method: 'HEAD' })
    expect(await whileRendered(page, body)).toBeUndefined()
    expect(sharedMaxAge(await page)).toBe(60)
  })

  test('whoever has an old page, which may stand in (I5, S6)', async () => {
    const shop = openShop()
    await shop.render('/a', '<p>old')
    shop.clock.advance(700_000)
    const body = await begun()
    const page = ask(shop, body)
    await settled()
    body.break(new Error('the database is down'))
    expect(await (await page).text()).toBe('<p>old')
  })

  test('everyone where the app is in trouble: the status is known, and told to all (I4)', async () => {
    const shop = openShop()
    const body = await begun()
    const page = shop.cache.handle({ url: 'https://shop.example/a' }, () => body.page({}, 503))
    const follower = shop.get('/a')
    expect(await stateOf(page)).toBe('pending')
    body.end()
    expect([(await page).status, (await follower).status]).toEqual([503, 503])
  })
})

describe('a page that is its leader’s by its head (I4, C8)', () => {
  test('goes to its leader as fast as that one reads; nobody waits for its end', async () => {
    const shop = openShop()
    const body = await begun()
    const page = ask(shop, body, { headers: { 'set-cookie': 'sid=1' } })
    const followers = [shop.get('/a'), shop.get('/a')]
    await settled()
    expect(shop.renders.count).toBe(2)
    expect(shop.cache.stats().bypasses.running).toBe(1)
    expect(cacheStatus(await page)).toEqual({ fwd: 'miss', detail: 'set-cookie' })
    expect(field(await page, 'set-cookie')).toBe('sid=1')
    for (const render of shop.renders.all) await render.answers('<p>other')
    for (const follower of followers) expect(await (await follower).text()).toBe('<p>other')
    for (let i = 0; i < 100; i++) body.write('x')
    body.end()
    await settled()
    expect(body.taken).toBeLessThan(5)
    expect(await (await page).text()).toBe(`<p>first ${'x'.repeat(100)}`)
    await settled()
    expect(shop.cache.stats().bypasses.running).toBe(0)
  })

  test('is told of as cut off where it breaks off (I12)', async () => {
    const shop = openShop()
    const body = await begun()
    const reading = new Reading(await ask(shop, body, { headers: { 'cache-control': 'private' } }))
    const error = new Error('the database is down')
    body.break(error)
    await settled()
    expect(reading.outcome).toBe('cut off')
    expect(shop.told).toContainEqual(['failure', expect.objectContaining({ error, streamed: true })])
  })

  test('is gathered where those that bypass have no place left', async () => {
    const shop = openShop({ admission: { bypassConcurrency: 1 } })
    await ask(shop, await begun(), { headers: { 'set-cookie': 'sid=1' } })
    const body = await begun()
    const page = ask(shop, body, { target: '/b', headers: { 'set-cookie': 'sid=2' } })
    expect(await stateOf(page)).toBe('pending')
    body.end('last')
    expect(await (await page).text()).toBe('<p>first last')
  })

  test('by a nonce in its first bytes, too (A8)', async () => {
    const shop = openShop()
    const page = await ask(shop, new WrittenBody().write('<script nonce="n0nce">'))
    expect(cacheStatus(page)).toEqual({ fwd: 'miss', detail: 'nonce' })
  })

  test('by what it says of itself later: nobody else was given it', async () => {
    const shop = openShop()
    const body = await begun()
    const page = await ask(shop, body)
    const follower = shop.get('/a')
    await settled()
    body.end('<script nonce="n0nce">')
    await settled()
    await shop.renders.at(0).answers('<p>other')
    expect(await (await follower).text()).toBe('<p>other')
    expect(await page.text()).toBe('<p>first <script nonce="n0nce">')
  })
})

describe('a page that turns out too large on its way (B6, I7)', () => {
  test('goes on to its visitor, is kept by nobody, and lets go those who waited', async () => {
    const shop = openShop({ maxPageBytes: 1_000 })
    const body = await begun()
    const page = await ask(shop, body)
    const follower = shop.get('/a')
    await settled()
    for (let i = 0; i < 50; i++) body.write('x'.repeat(100))
    body.end()
    await settled()
    expect(body.taken).toBe(11)
    expect(shop.cache.stats()).toMatchObject({ renders: { running: 1 }, bypasses: { running: 1 } })
    await shop.renders.at(0).answers('<p>small enough')
    expect(await (await follower).text()).toBe('<p>small enough')
    expect(await page.text()).toHaveLength(5_009)
    await settled()
    expect(shop.cache.stats().bypasses.running).toBe(0)
  })

  test('is let go where its visitor has left', async () => {
    const shop = openShop({ maxPageBytes: 1_000 })
    const body = await begun()
    await new Reading(await ask(shop, body)).leave()
    body.write('x'.repeat(2_000)).write('more')
    await settled()
    expect([body.letGo, shop.cache.stats().bypasses.running]).toEqual([1, 0])
  })

  test('is cut off where those that bypass have no place left', async () => {
    const shop = openShop({ maxPageBytes: 1_000, admission: { bypassConcurrency: 1 } })
    await ask(shop, await begun(), { target: '/b', headers: { 'set-cookie': 'sid=1' } })
    const body = await begun()
    const reading = new Reading(await ask(shop, body))
    body.write('x'.repeat(2_000)).write('more')
    await settled()
    expect([reading.outcome, body.letGo]).toEqual(['cut off', 1])
  })
})

describe('a page that everyone reads while it is rendered, stream: shared', () => {
  const shared = { stream: 'shared' } as const

  test('whoever comes meanwhile is given what is there, and then the rest, in step (I1, I10)', async () => {
    const shop = openShop(shared)
    const body = new WrittenBody()
    const early = [ask(shop, body), shop.get('/a'), shop.get('/a')]
    await settled()
    body.write('one ')
    await settled()
    body.write('two ')
    await settled()
    const readings = (await Promise.all([...early, shop.get('/a')])).map((page) => new Reading(page))
    await settled()
    expect(readings.map(({ text }) => text)).toEqual(Array(4).fill('one two '))
    body.end('three')
    await settled()
    expect(readings.map(({ text, outcome }) => [text, outcome])).toEqual(Array(4).fill(['one two three', 'whole']))
    expect(await shop.body('/a')).toBe('one two three')
    expect(renderCount(shop)).toBe(1)
    expect(shop.cache.stats().routes['*']?.answers).toEqual({ hit: 1, miss: 1, follow: 3 })
  })

  test('each is told no more than the page’s own life and window, where those end before the grace (I5)', async () => {
    const shop = openShop({ ...shared, maxAge: 4, staleWhileRevalidate: 3, staleIfError: 0 })
    const body = await begun()
    for (const page of [await ask(shop, body), await shop.get('/a')]) expect(sharedMaxAge(page)).toBe(7)
  })

  test('each is told the grace as its lifetime, and no validator', async () => {
    const shop = openShop(shared)
    const body = await begun()
    const pages = [await ask(shop, body), await shop.get('/a')]
    for (const page of pages) expect([sharedMaxAge(page), field(page, 'etag')]).toEqual([10, undefined])
    expect(pages.map(cacheStatus)).toEqual([
      { fwd: 'uri-miss', detail: 'streamed' },
      { fwd: 'uri-miss', collapsed: true, detail: 'streamed' },
    ])
    expect(field(pages[0] as Page, 'cache-control')).not.toContain('stale')
  })

  test('a page that may not be kept is offered to nobody downstream', async () => {
    const shop = openShop({ ...shared, maxAge: 0, staleWhileRevalidate: 0, staleIfError: 0 })
    expect(field(await ask(shop, await begun()), 'cache-control')).toBe('private, no-store')
  })

  test.each<[string, Record<string, string>]>([
    ['sets a cookie', { 'set-cookie': 'sid=1' }],
    ['is private', { 'cache-control': 'private' }],
    ['varies by what the key does not hold', { vary: 'user-agent' }],
    ['has a nonce in its policy', { 'content-security-policy': "script-src 'nonce-abc'" }],
  ])('what %s is its leader’s alone: the others render for themselves (I4)', async (_, headers) => {
    const shop = openShop(shared)
    const page = ask(shop, await begun(), { headers })
    const follower = shop.get('/a')
    await settled()
    await shop.renders.at(0).answers('<p>other')
    expect(await (await follower).text()).toBe('<p>other')
    expect(field(await page, 'cache-control')).toContain('private')
  })

  test('who is too slow is cut off, and holds nobody up (I7)', async () => {
    const shop = openShop({ ...shared, maxPageBytes: 1_000 })
    const body = await begun()
    const fast = new Reading(await ask(shop, body))
    const slow = await shop.get('/a')
    for (let i = 0; i < 50; i++) body.write('x'.repeat(100))
    body.end()
    await settled()
    expect([fast.text.length, fast.outcome]).toEqual([5_009, 'whole'])
    await expect(slow.bytes()).rejects.toThrow('was read too slowly')
  })

  test('who comes when it has turned out too large renders for themselves', async () => {
    const shop = openShop({ ...shared, maxPageBytes: 1_000 })
    const body = await begun()
    const page = await ask(shop, body)
    body.write('x'.repeat(2_000))
    await settled()
    const late = shop.get('/a')
    await settled()
    await shop.renders.at(0).answers('<p>small enough')
    expect(await (await late).text()).toBe('<p>small enough')
    body.end()
    expect(await page.bytes()).toHaveLength(2_009)
  })

  test('all are cut off where it breaks off, and nothing is kept (I9)', async () => {
    const shop = openShop(shared)
    const body = await begun()
    const readings = [new Reading(await ask(shop, body)), new Reading(await shop.get('/a'))]
    await settled()
    body.break(new Error('the database is down'))
    await settled()
    expect(readings.map(({ outcome }) => outcome)).toEqual(['cut off', 'cut off'])
    expect(cacheStatus(await shop.render('/a', '<p>'))['hit']).toBeUndefined()
  })

  test('a leader who has left takes it away from nobody (I9)', async () => {
    const shop = openShop({ ...shared, admission: { timeoutMs: 1_000 } })
    const body = new WrittenBody()
    const leader = ask(shop, body)
    await shop.clock.advanceAsync(500)
    const follower = shop.get('/a')
    await shop.clock.advanceAsync(500)
    expect((await leader).status).toBe(503)
    body.write('<p>')
    const reading = new Reading(await follower)
    body.end('</p>')
    await settled()
    expect([reading.text, reading.outcome]).toEqual(['<p></p>', 'whole'])
  })
})

describe('what can be said of a page that everyone reads is frozen at its first bytes', () => {
  /** A page that says something after its first bytes. */
  async function saying(late: () => unknown, shop = openShop({ stream: 'shared' })): Promise<Reading> {
    const go = Promise.withResolvers<void>()
    const page = await shop.cache.handle({ url: 'https://shop.example/a' }, () => {
      pageContext()?.tag('known').maxAge(30)
      async function* body(): AsyncGenerator<Uint8Array> {
        yield new TextEncoder().encode('<p>')
        await go.promise
        await late()
        yield new TextEncoder().encode('</p>')
      }
      return new Response(ReadableStream.from(body()), { headers: { 'content-type': 'text/html' } })
    })
    const reading = new Reading(page)
    go.resolve()
    await settled()
    return reading
  }

  test.each<[string, () => unknown]>([
    ['a tag', () => pageContext()?.tag('late')],
    ['a lower lifetime', () => pageContext()?.maxAge(10)],
    ['a window', () => pageContext()?.staleWhileRevalidate(10)],
    ['an end', () => pageContext()?.expiresAt(0)],
    ['that it is private', () => pageContext()?.private()],
  ])('%s that comes later is an error in the render, which says the way out', async (_, late) => {
    let error: unknown
    const reading = await saying(() => {
      try {
        return late()
      } catch (thrown) {
        error = thrown
        throw thrown
      }
    })
    expect(String(error)).toMatch(
      /ERR_SSR_CACHE_RENDER: with stream: 'shared', .* came later\. Say it before .*'first'/,
    )
    expect(reading.outcome).toBe('cut off')
  })

  test('so is a value that brings tags or a lifetime (V17)', async () => {
    const shop = openShop({ stream: 'shared' })
    const failures: unknown[] = []
    const late = (): Promise<unknown> =>
      shop.cache.value('menu', { tags: ['menu'], maxAge: 5 }, () => 'tea').catch((error) => failures.push(error))
    expect((await saying(late, shop)).outcome).toBe('whole')
    expect(String(failures[0])).toContain('cache.value(…) came later')
  })

  test('what is said again is no news, and what is read is no word', async () => {
    const late = (): unknown => [pageContext()?.tag('known').maxAge(30), pageContext()?.variant]
    expect((await saying(late)).outcome).toBe('whole')
  })

  test('nothing is frozen where it is its leader’s alone', async () => {
    const shop = openShop({ stream: 'shared', routes: [{ match: '/a', stream: 'first' }] })
    expect((await saying(() => pageContext()?.tag('late'), shop)).outcome).toBe('whole')
  })
})

describe('an invalidation while everyone reads (I2)', () => {
  test.each([
    ['by a tag that the render has named', { tags: ['movie:1'] }],
    ['by its URL', { urls: ['/a'] }],
  ])('who comes after it goes to one next render, and the page is kept as what it hit (%s)', async (_, target) => {
    const shop = openShop({ stream: 'shared' })
    const body = await begun()
    const before = await shop.cache.handle({ url: 'https://shop.example/a' }, () => {
      pageContext()?.tag('movie:1')
      return body.page()
    })
    await shop.cache.invalidate(target)
    const after = [shop.get('/a'), shop.get('/a')]
    await settled()
    expect(shop.renders.count).toBe(1)
    body.end('old')
    expect(await before.text()).toBe('<p>first old')
    await shop.renders.at(0).answers('<p>new')
    for (const page of await Promise.all(after)) expect(await page.text()).toBe('<p>new')
    expect(await shop.body('/a')).toBe('<p>new')
  })

  test('before its first bytes: only who came before it is given the page (V1)', async () => {
    const shop = openShop({ stream: 'shared' })
    const body = new WrittenBody()
    const leader = shop.cache.handle({ url: 'https://shop.example/a' }, () => {
      pageContext()?.tag('movie:1')
      return body.page()
    })
    await settled()
    await shop.cache.purge({ tags: ['movie:1'] })
    const after = shop.get('/a')
    await settled()
    body.write('old')
    const page = await leader
    expect(field(page, 'cache-control')).toBe('private, no-store')
    expect(await stateOf(after)).toBe('pending')
    body.end()
    await settled()
    await shop.renders.at(0).answers('<p>new')
    expect(await (await after).text()).toBe('<p>new')
    expect(await page.text()).toBe('old')
  })
})

describe('a page that is still rendered, as handle gives it', () => {
  async function streamed(): Promise<Page> {
    const body = await begun()
    const page = await ask(openShop(), body)
    body.end('last')
    return page
  }

  test('is read once, however often it is asked for', async () => {
    const page = await streamed()
    const bytes = await page.bytes()
    bytes.fill(0)
    expect([await page.text(), await page.text()]).toEqual(['<p>first last', '<p>first last'])
  })

  test('is one Response, and nothing else then: no second reader takes nothing for a page', async () => {
    const page = await streamed()
    expect(await page.toResponse().text()).toBe('<p>first last')
    expect(() => page.toResponse()).toThrow('ERR_SSR_CACHE_REQUEST: a page that is still rendered must be used once')
    await expect(page.text()).rejects.toThrow("was made a Response before. Clone the Response, or set stream: 'whole'.")
    const read = await streamed()
    await read.text()
    expect(() => read.toResponse()).toThrow('this one was read before')
  })
})

describe('while the cache is off', () => {
  test('each visitor’s page goes out as it comes, and keeps its place until its end', async () => {
    const shop = openShop({ enabled: false })
    const body = await begun()
    const reading = new Reading(await ask(shop, body))
    await settled()
    expect([reading.text, shop.cache.stats().bypasses.running]).toEqual(['<p>first ', 1])
    body.end('last')
    await settled()
    expect([reading.text, shop.cache.stats().bypasses.running]).toEqual(['<p>first last', 0])
  })

  test('one that breaks off is told', async () => {
    const shop = openShop({ enabled: false })
    const body = await begun()
    const reading = new Reading(await ask(shop, body))
    body.break(new Error('the database is down'))
    await settled()
    expect(reading.outcome).toBe('cut off')
    expect(shop.told).toContainEqual(['failure', expect.objectContaining({ streamed: true })])
  })

  test('but not where the route answers nobody before the end', async () => {
    const shop = openShop({ enabled: false, stream: 'whole' })
    const body = await begun()
    const page = ask(shop, body)
    expect(await stateOf(page)).toBe('pending')
    body.end()
    expect(await (await page).text()).toBe('<p>first ')
  })
})
