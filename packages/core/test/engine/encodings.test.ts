import { randomBytes } from 'node:crypto'
import zlib from 'node:zlib'
import { fc, test as property } from '@fast-check/vitest'
import {
  type Answer,
  type EncodingOptions,
  type MemoryStore,
  memoryStore,
  type RenderCacheOptions,
} from '@ssr-cache/core'
import { fakeClock, faultyStore } from '@ssr-cache/core/testing'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Entry } from '../../src/store/entry.ts'
import { bytesOf } from '../../src/store/own-value.ts'
import { field, html, ORIGIN, openShop, request, type Shop, settled, stateOf, times } from './harness.ts'

type PageAnswer = Extract<Answer, { kind: 'answer' }>

const PAGE = `<p>${'The same page for everybody. '.repeat(100)}</p>`
const NEWER = `<p>${'A newer page for everybody. '.repeat(100)}</p>`
const BROWSER = 'gzip, deflate, br, zstd'
const ENCODERS = ['zstdCompress', 'brotliCompress', 'gzip'] as const
const DECODE: Readonly<Record<string, (bytes: Uint8Array) => Buffer>> = {
  br: zlib.brotliDecompressSync,
  gzip: zlib.gunzipSync,
  zstd: zlib.zstdDecompressSync,
}

afterEach(() => void vi.restoreAllMocks())

/** How often each encoder is called from now on, in the order of `ENCODERS`. */
function counted(): () => readonly number[] {
  const spies = ENCODERS.map((name) => vi.spyOn(zlib, name))
  return () => spies.map(({ mock }) => mock.calls.length)
}

/** Lets jobs of this encoder wait until they are let go, which calls it once each. */
function held(name: (typeof ENCODERS)[number]): { readonly waiting: () => number; letGo(): Promise<void> } {
  const native = zlib[name] as (...args: unknown[]) => void // one of its forms
  const calls: (() => void)[] = []
  vi.spyOn(zlib, name).mockImplementation(((...args: unknown[]) => void calls.push(() => native(...args))) as never)
  return {
    waiting: () => calls.length,
    async letGo() {
      for (const call of calls.splice(0)) call()
      await settled()
    },
  }
}

/** Whatever nobody waits for has ended. */
async function idle({ cache }: Shop): Promise<void> {
  while (cache.stats().background > 0) await settled()
}

const errors = ({ logged }: Shop): Shop['logged'] => logged.filter(([level]) => level === 'error')

/** What an adapter is given for a request with this Accept-Encoding. */
async function ask(
  { cache }: Shop,
  accepted: string | readonly string[] | undefined,
  { target = '/a', page = PAGE, headers = {} as Record<string, string>, sent = {} as Record<string, string> } = {},
): Promise<PageAnswer> {
  const asked = { ...headers, ...(accepted === undefined ? {} : { 'accept-encoding': accepted }) }
  const plan = cache.plan({ method: 'GET', scheme: 'https', host: 'shop.example', target, headers: asked })
  if (plan.kind !== 'shared') throw new Error(`expected a shared plan, got ${plan.kind}`)
  const fields = Object.entries({ 'content-type': 'text/html', ...sent })
  const answer = await plan.answer(() => ({
    kind: 'response',
    status: 200,
    fields,
    body: new TextEncoder().encode(page),
  }))
  if (answer.kind !== 'answer') throw new Error(`expected an answer, got ${answer.kind}`)
  return answer
}

function encodingOf(answer: PageAnswer): string | undefined {
  return field(answer, 'content-encoding')
}

function textOf(answer: PageAnswer): string {
  const encoding = encodingOf(answer)
  const bytes = answer.body as Uint8Array // no answer of these tests streams
  return (encoding === undefined ? Buffer.from(bytes) : (DECODE[encoding] as (typeof DECODE)[string])(bytes)).toString()
}

/** A shop whose store the test looks into. */
function openWithStore(options: RenderCacheOptions = {}): Shop & { readonly store: MemoryStore } {
  const clock = fakeClock()
  const store = memoryStore({ clock })
  return { ...openShop({ clock, store, ...options }), store }
}

function keptPage({ store, cache }: ReturnType<typeof openWithStore>, target = '/a'): Entry {
  const key = cache.key({ url: ORIGIN + target })
  const { value } = store.get(key as NonNullable<typeof key>, { since: store.log.head })
  if (value?.kind !== 'page') throw new Error(`expected a page, got ${value?.kind}`)
  return value
}

const keptEncodings = (shop: ReturnType<typeof openWithStore>): readonly string[] =>
  keptPage(shop).variants.map(({ encoding }) => encoding)

describe('a page that visitors ask for encoded', () => {
  test.each(['gzip', 'br', 'zstd'])(
    'is given to the first of them in %s, and to the next from what is kept (R1)',
    async (encoding) => {
      const shop = openWithStore()
      const calls = counted()
      const [miss, hit, plain] = [await ask(shop, encoding), await ask(shop, encoding), await ask(shop, undefined)]
      expect([encodingOf(miss), encodingOf(hit), encodingOf(plain)]).toEqual([encoding, encoding, undefined])
      for (const answer of [miss, hit, plain]) {
        expect(textOf(answer)).toBe(PAGE)
        expect([field(answer, 'vary'), field(answer, 'etag')]).toEqual(['accept-encoding', field(plain, 'etag')])
      }
      await idle(shop)
      expect(calls()).toEqual([1, 1, 1])
      expect(hit.body).toBe((await ask(shop, encoding)).body)
    },
  )

  test('is encoded once for a crowd, in each form that one of it asked for (C1)', async () => {
    const shop = openShop()
    const calls = counted()
    const asked = times(150, (i) => [undefined, 'gzip', BROWSER][i % 3])
    const answers = await Promise.all(asked.map((accepted) => ask(shop, accepted)))
    expect(new Set(answers.map((answer, i) => `${asked[i]} ${encodingOf(answer)}`))).toEqual(
      new Set(['undefined undefined', 'gzip gzip', `${BROWSER} zstd`]),
    )
    expect(new Set(answers.map(textOf))).toEqual(new Set([PAGE]))
    expect(calls()).toEqual([1, 0, 1])
    expect(shop.cache.stats().routes['*']).toMatchObject({ renders: 1 })
  })

  test('is encoded in no other form until somebody asks for it again (R40)', async () => {
    const shop = openWithStore()
    const calls = counted()
    await ask(shop, BROWSER)
    await idle(shop)
    for (const accepted of [undefined, 'identity', '*;q=0']) await ask(shop, accepted)
    await idle(shop)
    expect([calls(), keptEncodings(shop)]).toEqual([[1, 0, 0], ['zstd']])
    await ask(shop, BROWSER)
    await idle(shop)
    expect([calls(), keptEncodings(shop)]).toEqual([
      [1, 1, 1],
      ['zstd', 'br', 'gzip'],
    ])
    for (const [accepted, encoding] of [
      ['br', 'br'],
      ['gzip;q=0.5', 'gzip'],
      ['identity, br;q=0.5', undefined],
    ] as const) {
      expect(encodingOf(await ask(shop, accepted))).toBe(encoding)
    }
    shop.clock.advance(5_000)
    await ask(shop, BROWSER)
    expect(calls()).toEqual([1, 1, 1])
  })

  test('is encoded anew with each render, and never given with the bytes of the one before', async () => {
    const shop = openShop()
    for (const page of [PAGE, NEWER]) {
      const [miss, hit] = [await ask(shop, 'gzip', { page }), await ask(shop, 'gzip', { page })]
      expect([textOf(miss), textOf(hit)]).toEqual([page, page])
      await shop.cache.purge({ all: true })
    }
  })

  test('goes out as the best that is there, where another form would have to be waited for', async () => {
    const shop = openShop()
    await ask(shop, 'gzip')
    await idle(shop)
    const { letGo } = held('brotliCompress')
    expect(encodingOf(await ask(shop, 'br, gzip;q=0.9'))).toBe('gzip')
    expect(encodingOf(await ask(shop, 'br, gzip;q=0.9, *;q=0'))).toBe('gzip')
    expect(encodingOf(await ask(shop, 'br'))).toBeUndefined()
    await letGo()
    await idle(shop)
    shop.clock.advance(1_000)
    expect(encodingOf(await ask(shop, 'br'))).toBe('br')
  })

  test('is waited for by whoever refuses it as it is', async () => {
    const shop = openShop()
    await ask(shop, undefined)
    expect(encodingOf(await ask(shop, 'gzip, *;q=0'))).toBe('gzip')
    expect(textOf(await ask(shop, '*;q=0'))).toBe(PAGE) // nothing is acceptable: better the page than an error
  })

  test('is chosen by all lines of an Accept-Encoding that came in several (RFC 9110 5.3)', async () => {
    expect(encodingOf(await ask(openShop(), ['gzip;q=0.5', 'br']))).toBe('br')
  })

  test('is sent as it is to who asks for a range of it (RFC 9110 14.2)', async () => {
    const shop = openShop()
    for (const _ of ['miss', 'hit']) {
      expect(encodingOf(await ask(shop, 'gzip', { headers: { range: 'bytes=0-9' } }))).toBeUndefined()
    }
  })
})

describe('a page that is sent as it is, whoever asks', () => {
  const off: EncodingOptions = { br: false, gzip: false, zstd: false }
  test.each<[string, RenderCacheOptions, Parameters<typeof ask>[2]]>([
    ['small', {}, { page: '<p>'.repeat(300) }],
    ['smaller than the app has it', { encoding: { minBytes: 10_000 } }, {}],
    ['of another type', { encoding: { types: ['text/plain'] } }, {}],
    ['not to be transformed (RFC 9111 5.2.2.6)', {}, { sent: { 'cache-control': 'max-age=60, no-transform' } }],
    ['of a route that says so', { routes: [{ match: '/a', encoding: false }] }, {}],
    ['of a cache that says so', { encoding: false }, {}],
    ['of a cache without encodings', { encoding: off }, {}],
  ])('%s', async (_, options, o) => {
    const shop = openShop(options)
    const calls = counted()
    for (const accepted of [BROWSER, BROWSER, 'gzip, *;q=0']) {
      const answer = await ask(shop, accepted, o)
      expect([encodingOf(answer), field(answer, 'vary'), textOf(answer)]).toEqual([
        undefined,
        undefined,
        o?.page ?? PAGE,
      ])
    }
    await idle(shop)
    expect(calls()).toEqual([0, 0, 0])
  })

  test('what has a Content-Encoding already is nobody else’s, and not encoded again', async () => {
    const shop = openShop()
    const calls = counted()
    for (const _ of ['first', 'second']) {
      const answer = await ask(shop, 'gzip', { sent: { 'content-encoding': 'gzip' } })
      expect([answer.shared, encodingOf(answer)]).toEqual([false, 'gzip'])
    }
    expect(calls()).toEqual([0, 0, 0])
  })

  test('an encoding that is turned off, or that Node does not have, is not offered', async () => {
    const shop = openShop({ encoding: { zstd: false } })
    expect(encodingOf(await ask(shop, BROWSER))).toBe('br')
  })

  test('a page that no encoding makes smaller, which is found out once, and written no second time', async () => {
    const shop = openWithStore()
    const set = vi.spyOn(shop.store, 'set')
    const calls = counted()
    const noise = new Response(randomBytes(2_000), { headers: { 'content-type': 'text/html' } })
    await shop.cache.handle(request('/a', { headers: { 'accept-encoding': 'gzip' } }), () => noise)
    for (const _ of times(5, () => '')) {
      shop.clock.advance(1_000)
      expect(encodingOf(await ask(shop, BROWSER))).toBeUndefined()
      await idle(shop)
    }
    expect(calls()).toEqual([1, 1, 1])
    expect(set).toHaveBeenCalledTimes(1)
  })
})

describe('an encoding that takes long', () => {
  test('holds up nobody but those who waited for the render and asked for it', async () => {
    const shop = openShop()
    const gzip = held('gzip')
    const first = ask(shop, 'gzip')
    expect(await stateOf(first)).toBe('pending')
    expect(encodingOf(await ask(shop, 'gzip'))).toBeUndefined() // a hit
    expect(encodingOf(await ask(shop, 'br', { target: '/b' }))).toBe('br')
    await gzip.letGo()
    expect(encodingOf(await first)).toBe('gzip')
  })

  test('is given as a page to keep to none of the crowd that waits for it when a purge comes (I2)', async () => {
    const gzip = held('gzip')
    const shop = openShop()
    const crowd = times(3, () => ask(shop, 'gzip'))
    await settled()
    expect(gzip.waiting()).toBe(1)
    await shop.cache.purge({ urls: ['/a'] })
    await gzip.letGo()
    const [, ...followers] = await Promise.all(crowd)
    expect(followers.map((answer) => field(answer, 'cache-control'))).toEqual([
      'private, no-store',
      'private, no-store',
    ])
    expect(shop.cache.stats().routes['*']?.answers).toEqual({ miss: 1, follow: 2 })
  })

  test('is waited for no longer than 200 ms, and kept when it comes', async () => {
    const shop = openWithStore()
    const gzip = held('gzip')
    const first = ask(shop, 'gzip')
    await settled()
    shop.clock.advance(199)
    expect(await stateOf(first)).toBe('pending')
    shop.clock.advance(1)
    expect(encodingOf(await first)).toBeUndefined()
    await gzip.letGo()
    await idle(shop)
    expect(keptEncodings(shop)).toEqual(['gzip'])
  })

  test.each([
    ['its URL', { urls: ['/a'] }],
    ['its tag', { tags: ['t'] }],
    ['everything', { all: true }],
  ] as const)('does not bring back a page that a purge of %s has removed meanwhile (I2, V1)', async (_, what) => {
    const shop = openWithStore({ routes: [{ match: '/a', tags: ['t'] }] })
    const gzip = held('gzip')
    const first = ask(shop, 'gzip')
    await settled()
    await shop.cache.purge(what)
    await gzip.letGo()
    expect(textOf(await first)).toBe(PAGE)
    await idle(shop)
    expect(await shop.cache.lookup(shop.cache.key({ url: `${ORIGIN}/a` })!)).toBeUndefined()
    expect(errors(shop)).toEqual([])
  })

  test('is not written over a newer page (V6)', async () => {
    const shop = openWithStore()
    const gzip = held('gzip')
    const first = ask(shop, 'gzip')
    await settled()
    await shop.cache.purge({ urls: ['/a'] })
    await ask(shop, undefined, { page: NEWER })
    const newer = keptPage(shop)
    await gzip.letGo()
    expect(textOf(await first)).toBe(PAGE)
    await idle(shop)
    expect(keptPage(shop)).toBe(newer)
    expect(textOf(await ask(shop, 'gzip'))).toBe(NEWER)
  })

  test('leaves what was invalidated meanwhile stale (V4)', async () => {
    const shop = openWithStore()
    const gzip = held('gzip')
    const first = ask(shop, 'gzip')
    await settled()
    await shop.cache.invalidate({ urls: ['/a'] })
    await gzip.letGo()
    await first
    await idle(shop)
    expect(keptEncodings(shop)).toEqual(['gzip'])
    const stale = await ask(shop, 'gzip', { page: NEWER })
    expect([textOf(stale), field(stale, 'cache-status')]).toEqual([PAGE, expect.stringContaining('refreshing')])
  })

  test('is waited for by close() (I13, B8)', async () => {
    const shop = openShop()
    const gzip = held('gzip')
    const first = ask(shop, 'gzip')
    await settled()
    const closed = shop.cache.close()
    expect(await stateOf(closed)).toBe('pending')
    await gzip.letGo()
    await closed
    expect(encodingOf(await first)).toBe('gzip')
  })

  test('is waited for by close() no longer than that may take, and what waits its turn is not begun any more (I13, B8)', async () => {
    const shop = openShop()
    const gzip = held('gzip')
    const answers = times(6, (i) => ask(shop, 'gzip', { target: `/${i}` }))
    await settled()
    const closed = shop.cache.close({ limitMs: 1_000 })
    shop.clock.advance(1_000)
    await closed
    expect((await Promise.all(answers)).map(encodingOf)).toEqual(times(6, () => undefined))
    await settled()
    expect(gzip.waiting()).toBe(4)
    await gzip.letGo()
    while (shop.cache.stats().encodings.running > 0 && gzip.waiting() === 0) await settled()
    expect(gzip.waiting()).toBe(0)
  })
})

describe('bounds of encoding', () => {
  test('what nobody waits for holds up nobody who does, and finds room when that is through (I7, I8)', async () => {
    const shop = openShop({ encoding: { br: false, zstd: false } })
    const targets = times(105, (i) => `/${i}`)
    for (const target of targets) await ask(shop, undefined, { target })
    const gzip = held('gzip')
    for (const target of targets) await ask(shop, 'gzip', { target }) // hits
    expect(shop.cache.stats().encodings).toEqual({ running: 4, queued: 100 })
    const miss = ask(shop, 'gzip', { target: '/new' })
    for (const _ of ['those that run', 'the next']) {
      while (gzip.waiting() < 4) await settled()
      await gzip.letGo()
    }
    expect(encodingOf(await miss)).toBe('gzip')
    while (shop.cache.stats().background > 0) await gzip.letGo()
    vi.restoreAllMocks()
    shop.clock.advance(1_000)
    await ask(shop, 'gzip', { target: '/104' }) // for which there was no room
    await idle(shop)
    shop.clock.advance(1_000)
    expect(encodingOf(await ask(shop, 'gzip', { target: '/104' }))).toBe('gzip')
  })

  test('four run at once and a hundred wait: beyond that, pages go out as they are, and are encoded when there is room (I7)', async () => {
    const shop = openShop({ admission: { concurrency: 1_000 } })
    const gzip = held('gzip')
    const answers = times(200, (i) => ask(shop, 'gzip', { target: `/${i}` }))
    await settled()
    expect([gzip.waiting(), shop.cache.stats().encodings]).toEqual([4, { running: 4, queued: 100 }])
    const states = await Promise.all(answers.map(stateOf))
    expect(states.filter((state) => state === 'resolved')).toHaveLength(96)
    while (shop.cache.stats().background > 0) await gzip.letGo()
    const encodings = (await Promise.all(answers)).map(encodingOf)
    expect(encodings.filter((encoding) => encoding === 'gzip')).toHaveLength(104)
    vi.restoreAllMocks()
    await ask(shop, 'gzip', { target: '/199' })
    await idle(shop)
    shop.clock.advance(1_000)
    expect(encodingOf(await ask(shop, 'gzip', { target: '/199' }))).toBe('gzip')
  })

  test('the store counts each form to the byte (B4)', async () => {
    const shop = openWithStore()
    await ask(shop, undefined)
    const before = shop.store.bytes
    await ask(shop, 'br')
    await idle(shop)
    const { variants, body } = keptPage(shop)
    expect(variants).toHaveLength(3)
    const sizes = variants.map(({ body }) => body.byteLength)
    expect(shop.store.bytes - before).toBe(sizes.reduce((sum, size) => sum + size, 0))
    for (const bytes of [body, ...variants.map(({ body }) => body)])
      expect(bytes.buffer.byteLength).toBe(bytes.byteLength)
    const key = shop.cache.key({ url: `${ORIGIN}/a` })!
    expect(shop.store.bytes).toBe(bytesOf(key, keptPage(shop)))
  })

  test('a form for which the store has no room is not made for each visitor anew', async () => {
    const clock = fakeClock()
    const shop = openShop({ clock, store: memoryStore({ clock, maxEntryBytes: 2_048 + 1_500 + PAGE.length }) })
    const calls = counted()
    const levels = { page: `<p>${randomBytes(1_500).toString('base64')}`.padEnd(PAGE.length) }
    for (const _ of times(5, () => '')) {
      const answer = await ask(shop, 'gzip', levels)
      expect(textOf(answer)).toBe(levels.page)
      await idle(shop)
      expect(encodingOf(await ask(shop, 'gzip, *;q=0', levels))).toBeUndefined()
      clock.advance(1_000)
    }
    expect(calls()).toEqual([1, 1, 1])
  })

  test('where zlib fails the page goes out as it is, which is told once', async () => {
    const shop = openShop()
    const failure = new Error('no memory')
    vi.spyOn(zlib, 'gzip').mockImplementation(((_: unknown, __: unknown, done: (error: Error) => void) =>
      done(failure)) as never)
    for (const _ of ['miss', 'hit', 'hit']) expect(encodingOf(await ask(shop, 'gzip'))).toBeUndefined()
    await idle(shop)
    expect(errors(shop)).toEqual([['error', 'a page could not be encoded, and goes out as it is', { error: failure }]])
  })
})

describe('two caches over one store', () => {
  const both = () => {
    const first = openWithStore({ encoding: { zstd: false } })
    return { first, second: { ...openShop({ clock: first.clock, store: first.store }), store: first.store } }
  }

  test('what one of them has encoded, the other does not encode again (R1)', async () => {
    const { first, second } = both()
    for (const _ of ['miss', 'hit']) await ask(first, 'gzip')
    await idle(first)
    const calls = counted()
    await ask(second, 'br')
    await idle(second)
    expect(calls()).toEqual([1, 0, 0])
  })

  test('a form that both have made is kept once', async () => {
    const { first, second } = both()
    await ask(first, undefined)
    const zstd = held('zstdCompress')
    await ask(second, BROWSER)
    await ask(first, 'gzip')
    await idle(first)
    expect(keptEncodings(first)).toEqual(['br', 'gzip'])
    await zstd.letGo()
    await idle(second)
    expect([...keptEncodings(first)].sort()).toEqual(['br', 'gzip', 'zstd'])
  })
})

describe('a store that answers later', () => {
  test('is written to once for each piece of work, and its hits are encoded', async () => {
    const clock = fakeClock()
    const inner = memoryStore({ clock })
    const store = faultyStore(inner, { clock, faults: { get: { kind: 'async' }, set: { kind: 'async' } } })
    const set = vi.spyOn(inner, 'set')
    const shop = openShop({ clock, store })
    expect(encodingOf(await ask(shop, 'br'))).toBe('br')
    await idle(shop)
    expect(set).toHaveBeenCalledTimes(2)
    expect(encodingOf(await ask(shop, 'br'))).toBe('br')
    await idle(shop)
    expect(set).toHaveBeenCalledTimes(3)
    expect(encodingOf(await ask(shop, 'gzip'))).toBe('gzip')
    expect(set).toHaveBeenCalledTimes(3)
  })

  test('keeps both of two forms that are ready at once', async () => {
    const clock = fakeClock()
    const inner = memoryStore({ clock })
    const store = faultyStore(inner, { clock })
    const shop = { ...openShop({ clock, store, encoding: { zstd: false } }), store: inner }
    const [gzip, br] = [held('gzip'), held('brotliCompress')]
    const miss = ask(shop, 'gzip')
    await settled()
    await ask(shop, 'br')
    const { promise: until, resolve: goOn } = Promise.withResolvers<void>()
    Object.assign(store.faults, { get: { kind: 'wait', until } })
    await Promise.all([gzip.letGo(), br.letGo(), miss])
    while (shop.cache.stats().encodings.running > 0) await settled()
    goOn()
    await idle(shop)
    expect([...keptEncodings(shop)].sort()).toEqual(['br', 'gzip'])
  })

  /** A page whose encoding is about to be written; `goOn` lets the write reach the store. */
  async function whileWriting() {
    const clock = fakeClock()
    const inner = memoryStore({ clock })
    const store = faultyStore(inner, { clock })
    const shop = { ...openShop({ clock, store }), store: inner }
    const gzip = held('gzip')
    const first = ask(shop, 'gzip')
    await settled()
    const { promise: until, resolve: goOn } = Promise.withResolvers<void>()
    Object.assign(store.faults, { set: { kind: 'wait', until } })
    await gzip.letGo()
    await first
    while (store.calls.set < 2) await settled()
    Object.assign(store.faults, { set: undefined })
    return { shop, goOn }
  }

  test('whose write is still under way when the page is replaced keeps the newer one (I2, X3)', async () => {
    const { shop, goOn } = await whileWriting()
    await shop.cache.invalidate({ urls: ['/a'] })
    await ask(shop, undefined, { page: NEWER })
    await settled()
    const newer = keptPage(shop)
    goOn()
    await idle(shop)
    expect(new TextDecoder().decode(newer.body)).toBe(NEWER)
    expect(keptPage(shop)).toBe(newer)
  })

  test('whose write is still under way when the page is let go does not bring it back (I2)', async () => {
    const { shop, goOn } = await whileWriting()
    shop.store.delete(shop.cache.key({ url: `${ORIGIN}/a` })!)
    goOn()
    await idle(shop)
    expect(shop.store.size).toBe(0)
  })
})

describe('a page of which only the smallest form is kept', () => {
  const SMALLEST: RenderCacheOptions = { encoding: { keep: 'smallest' } }

  test('takes only that much, and is what it was for everybody (I10)', async () => {
    const shop = openWithStore(SMALLEST)
    const miss = await ask(shop, 'gzip')
    await idle(shop)
    const { body, variants } = keptPage(shop)
    expect([body.length, variants.length]).toEqual([0, 1])
    const [smallest] = variants
    const all = openWithStore()
    for (const _ of ['miss', 'hit']) await ask(all, 'gzip')
    await idle(all)
    const sizes = keptPage(all).variants.map(({ body }) => body.length)
    expect([smallest?.body.length, sizes.length]).toEqual([Math.min(...sizes), 3])
    expect(smallest?.encoding).toBe('br')
    expect(shop.store.bytes).toBe(bytesOf(shop.cache.key({ url: `${ORIGIN}/a` })!, keptPage(shop)))
    for (const [accepted, encoding] of [
      ['br', 'br'],
      ['gzip', undefined],
      [undefined, undefined],
      ['gzip, *;q=0', undefined],
    ] as const) {
      const hit = await ask(shop, accepted)
      expect([encodingOf(hit), textOf(hit), field(hit, 'etag')]).toEqual([encoding, PAGE, field(miss, 'etag')])
      expect(field(hit, 'cache-status')).toContain('hit')
    }
  })

  test('needs nobody to ask for it: a refresh is kept so, too', async () => {
    const shop = openWithStore(SMALLEST)
    await ask(shop, undefined)
    shop.clock.advance(61_000)
    await ask(shop, undefined, { page: NEWER })
    await idle(shop)
    const { body, variants } = keptPage(shop)
    expect([body.length, zlib.brotliDecompressSync(variants[0]!.body).toString()]).toEqual([0, NEWER])
  })

  test('is encoded in each form once, and decoded once for all who ask at once', async () => {
    const shop = openShop(SMALLEST)
    const calls = counted()
    await ask(shop, BROWSER)
    await idle(shop)
    const decode = vi.spyOn(zlib, 'brotliDecompress')
    const hits = await Promise.all(times(20, () => ask(shop, undefined)))
    expect(new Set(hits.map(textOf))).toEqual(new Set([PAGE]))
    expect(decode).toHaveBeenCalledTimes(1)
    await ask(shop, undefined)
    expect(decode).toHaveBeenCalledTimes(2) // its bytes were let go
    expect(calls()).toEqual([1, 1, 1])
  })

  test('is not taken for one that is empty, nor an empty one for it: that has no form, since none is smaller', async () => {
    const shop = openWithStore({ encoding: { keep: 'smallest', minBytes: 1 } })
    for (const status of ['miss', 'hit']) {
      const page = await shop.render('/a', html('', {}, 404), { headers: { 'accept-encoding': BROWSER } })
      await idle(shop)
      expect([page.status, await page.text(), field(page, 'content-encoding')], status).toEqual([404, '', undefined])
    }
    expect(keptPage(shop).variants).toEqual([])
  })

  test('is read by its text, and sent, by handle and lookup', async () => {
    const shop = openShop(SMALLEST)
    await ask(shop, BROWSER)
    await idle(shop)
    const page = await shop.cache.lookup(shop.cache.key({ url: `${ORIGIN}/a` })!)
    expect([await page?.text(), await page?.toResponse().text()]).toEqual([PAGE, PAGE])
    const handled = await shop.get('/a', { headers: { 'accept-encoding': 'br' } })
    expect(await handled.text()).toBe(PAGE)
    expect(handled.toResponse().headers.get('content-encoding')).toBe('br')
  })

  test('is turned away with 503 where too many are decoded already (I7)', async () => {
    const shop = openShop(SMALLEST)
    for (const i of times(105, (i) => i)) await ask(shop, 'br', { target: `/${i}` })
    await idle(shop)
    const done: (() => void)[] = []
    const native = zlib.brotliDecompress as (...args: unknown[]) => void // one of its forms
    vi.spyOn(zlib, 'brotliDecompress').mockImplementation(
      ((...args: unknown[]) => void done.push(() => native(...args))) as never,
    )
    const hits = times(105, (i) => ask(shop, undefined, { target: `/${i}` }))
    await settled()
    const states = await Promise.all(hits.map(stateOf))
    expect(states.filter((state) => state === 'resolved')).toHaveLength(1)
    let isOver = false
    const over = Promise.all(hits).finally(() => {
      isOver = true
    })
    while (!isOver) {
      for (const call of done.splice(0)) call()
      await settled()
    }
    const refused = (await over).filter(({ status }) => status === 503)
    expect(refused.map((page) => [textOf(page), field(page, 'retry-after'), field(page, 'cache-status')])).toEqual([
      ['Service Unavailable\n', '5', 'ssr-cache; fwd=miss; detail=turned-away'],
    ])
  })
})

describe('a page that is warmed', () => {
  const LIST = times(60, (i) => `/${i}`)
  const warmed = (shop: Shop) =>
    shop.cache.warm(LIST, { origin: ORIGIN, through: (asked) => shop.cache.handle(asked, () => html(PAGE)) })

  test('has each of its forms, made once, before a visitor asks: the first is sent what they like best (R1, R17)', async () => {
    const shop = openWithStore()
    const calls = counted()
    expect(await warmed(shop)).toMatchObject({ rendered: 60 })
    expect(LIST.map((target) => keptPage(shop, target).variants.length)).toEqual(LIST.map(() => 3))
    for (const encoding of ['gzip', 'br', 'zstd']) {
      expect(encodingOf(await ask(shop, encoding, { target: '/7' }))).toBe(encoding)
    }
    expect(calls()).toEqual([60, 60, 60])
  })

  test('waits for them, so that no more are made at once than for the pages that it asks for (I7)', async () => {
    const shop = openWithStore()
    const { waiting, letGo } = held('brotliCompress')
    const report = warmed(shop)
    await settled()
    for (let page = 0; page < LIST.length; page += 2) {
      while (waiting() < 2) await settled()
      expect(shop.cache.stats().encodings.queued).toBeLessThanOrEqual(6)
      await letGo()
    }
    expect(await report).toMatchObject({ rendered: 60 })
  })

  test('has them made where it was kept already, without any', async () => {
    const shop = openWithStore()
    await ask(shop, undefined, { target: '/7' })
    expect(keptPage(shop, '/7').variants).toEqual([])
    shop.clock.advance(1_000)
    expect(await warmed(shop)).toMatchObject({ kept: 1, rendered: 59 })
    expect(keptPage(shop, '/7').variants).toHaveLength(3)
  })

  test('has none made where it is not to be transformed (RFC 9111 5.2.2.6)', async () => {
    const shop = openShop()
    const calls = counted()
    const through = (asked: Request) => shop.cache.handle(asked, () => html(PAGE, { 'cache-control': 'no-transform' }))
    await shop.cache.warm(['/a'], { origin: ORIGIN, through })
    expect(calls()).toEqual([0, 0, 0])
  })
})

describe('a page that its next render vouches for (304)', () => {
  const cases: readonly (readonly [string, RenderCacheOptions, Record<string, string>, string | undefined])[] = [
    ['keeps its forms', {}, {}, 'gzip'],
    ['is still not to be transformed', {}, { 'cache-control': 'no-transform' }, undefined],
    [
      'is rendered whole where only its smallest form is there to vouch for',
      { encoding: { keep: 'smallest' } },
      {},
      undefined,
    ],
  ]
  test.each(cases)('%s', async (_, options, headers, encoding) => {
    const shop = openWithStore(options)
    const calls = counted()
    await shop.render('/a', html(PAGE, headers), { headers: { 'accept-encoding': 'gzip' } })
    await idle(shop)
    const before = calls()
    shop.clock.advance(61_000)
    let told = false
    await shop.cache.handle(request('/a'), ({ previous }) => {
      told = previous !== undefined
      return told ? { status: 304, body: '' } : html(PAGE, headers)
    })
    await idle(shop)
    expect(told).toBe(options.encoding === undefined)
    if (told) expect(calls()).toEqual(before)
    const hit = await ask(shop, 'gzip')
    expect([encodingOf(hit), textOf(hit), field(hit, 'cache-status')]).toEqual([
      encoding,
      PAGE,
      expect.stringContaining('hit'),
    ])
  })
})

describe('handle', () => {
  test('gives a page that reads as it is, and is sent in the encoding that its request asked for', async () => {
    const shop = openShop()
    const asked = { headers: { 'accept-encoding': 'gzip' } }
    for (const page of [await shop.render('/a', html(PAGE), asked), await shop.get('/a', asked)]) {
      expect([await page.text(), field(page, 'content-encoding'), field(page, 'vary')]).toEqual([
        PAGE,
        undefined,
        'accept-encoding',
      ])
      const sent = page.toResponse()
      expect([sent.headers.get('content-encoding'), sent.headers.get('vary')]).toEqual(['gzip', 'accept-encoding'])
      expect(zlib.gunzipSync(await sent.bytes()).toString()).toBe(PAGE)
    }
    const plain = (await shop.get('/a')).toResponse()
    expect([plain.headers.get('content-encoding'), await plain.text()]).toEqual([null, PAGE])
  })
})

const bodies = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 4_000 }),
  fc
    .array(fc.constantFrom('<li>', '</li>', 'film', 'é', '\u{1f3ac}', ' '), { minLength: 1, maxLength: 4_000 })
    .map((parts) => parts.join('')),
)
const levels = fc.record({
  br: fc.integer({ min: 0, max: 7 }),
  gzip: fc.integer({ min: 1, max: 9 }),
  zstd: fc.integer({ min: 1, max: 12 }),
})

property.prop([bodies, levels, fc.constantFrom('all', 'smallest')], { numRuns: 40 })(
  'whatever is encoded, at whatever level, decodes to the bytes of the page (I10)',
  async (page, encoding, keep) => {
    const shop = openShop({ encoding: { ...encoding, minBytes: 1, keep } })
    const bytes = new TextEncoder().encode(page)
    for (const round of [0, 1]) {
      for (const accepted of ['gzip', 'br', 'zstd', undefined]) {
        const answer = await ask(shop, accepted, { page, target: round === 0 ? `/${accepted}` : '/gzip' })
        const sent = answer.body as Uint8Array // no answer of these tests streams
        const found = encodingOf(answer)
        expect(
          Buffer.compare(found === undefined ? sent : (DECODE[found] as (typeof DECODE)[string])(sent), bytes),
        ).toBe(0)
      }
      await idle(shop)
    }
  },
)
