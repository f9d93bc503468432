import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  createRenderCache,
  type Page,
  type RenderCache,
  type RenderCacheOptions,
  type WorkerRender,
  workerRender,
} from '@ssr-cache/core'
import { fakeClock } from '@ssr-cache/core/testing'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type Reply, serve } from '../../../../test-utils/serve.ts'
import { logged, PAGES, SOURCES, said, threads, word } from '../../../../test-utils/threads/threads.ts'

const ORIGIN = 'https://shop.example'

// For all that leaves its threads as they were.
let render: WorkerRender
beforeAll(async () => {
  render = workerRender(PAGES, { threads: 2, execArgv: SOURCES })
  await render.ready
})
afterAll(() => render.close())

function cached(options: RenderCacheOptions = {}): RenderCache {
  return createRenderCache({ logger: logged().logger, ...options })
}

function asked(path: string, headers: Record<string, string> = {}): Request {
  return new Request(ORIGIN + path, { headers: { accept: 'text/html', ...headers } })
}

function field(page: Page, name: string): string | undefined {
  return page.fields.find(([known]) => known === name)?.[1]
}

const cacheStatus = (page: Page): string | undefined => field(page, 'cache-status')

function inTwoPieces(second: Promise<void>): ReadableStream {
  return new ReadableStream({
    async start(controller) {
      controller.enqueue(new TextEncoder().encode('one '))
      await second
      controller.enqueue(new TextEncoder().encode('two'))
      controller.close()
    },
  })
}

describe('a page that is rendered in a thread', () => {
  test('is stored, and a hit from then on (R8)', async () => {
    const cache = cached()
    const first = await cache.handle(asked('/'), render)
    expect(await first.text()).toBe('home')
    expect(cacheStatus(first)).toBe('ssr-cache; fwd=uri-miss; stored; ttl=60')
    expect(cacheStatus(await cache.handle(asked('/'), render))).toMatch(/^ssr-cache; hit/)
  })

  test('is rendered once for all who ask at once (C1)', async () => {
    const cache = cached()
    const pages = await Promise.all(Array.from({ length: 50 }, () => cache.handle(asked('/'), render)))
    expect(pages.filter((page) => !cacheStatus(page)?.includes('collapsed'))).toHaveLength(1)
  })

  test('is rendered from a request that was made of the key alone (I3)', async () => {
    const cache = cached({ key: { cookies: ['currency'] } })
    const visitor = asked('/asked?b=2&a=1&utm_source=mail', { 'x-mine': 'secret', cookie: 'currency=eur; theme=dark' })
    const seen = JSON.parse(await (await cache.handle(visitor, render)).text())
    expect(seen).toMatchObject({ method: 'GET', url: `${ORIGIN}/asked?a=1&b=2`, body: '', shared: true })
    expect(seen.headers).toEqual({ accept: 'text/html', host: 'shop.example', cookie: 'currency=eur' })
  })

  test('has the variant of the page, and its data as a clone', async () => {
    const cache = cached({ key: { cookies: ['currency'] } })
    const page = await cache.handle(asked('/variant', { cookie: 'currency=eur' }), render)
    expect(JSON.parse(await page.text())).toEqual({ 'cookie currency': 'eur' })
    const data = { film: { title: 'Memento' }, ids: [1, 2] }
    const withData = await cache.handle(asked('/asked'), (input) => render.page(input, data))
    expect(JSON.parse(await withData.text()).data).toEqual(data)
  })

  test('may be left as it is: it is told of the page that is kept, and answers 304', async () => {
    const clock = fakeClock()
    const cache = cached({ clock })
    await cache.handle(asked('/vouched'), render)
    clock.advance(61_000)
    const stale = await cache.handle(asked('/vouched'), render)
    expect(cacheStatus(stale)).toContain('detail=refreshing')
    await vi.waitFor(async () =>
      expect(cacheStatus(await cache.handle(asked('/vouched'), render))).toBe('ssr-cache; hit; ttl=60'),
    )
    expect(await (await cache.handle(asked('/vouched'), render)).text()).toBe('rendered once')
  })

  test.each([
    ['/', 200, 'home'],
    ['/bytes', 203, 'bytes'],
    ['/stream', 200, 'one two three'],
    ['/nowhere', 404, 'nothing here'],
  ])('%s has status %i and the same bytes on a hit as on a miss (I10)', async (path, status, body) => {
    const cache = cached()
    for (const served of ['stored', 'hit']) {
      const page = await cache.handle(asked(path), render)
      expect([page.status, await page.text(), cacheStatus(page)]).toEqual([
        status,
        body,
        expect.stringContaining(served),
      ])
    }
  })
})

describe('what pageContext() is told in a thread', () => {
  test('is said of the page: tags, of which a class finds it, too, and lifetimes (I1, R61)', async () => {
    const cache = cached()
    const first = await cache.handle(asked('/said'), render)
    expect(field(first, 'cache-control')).toBe('public, max-age=0, s-maxage=30, stale-if-error=5')
    for (const tag of ['a', { class: 'movie', id: 7 }, { class: 'movie' }]) {
      await cache.purge({ tags: [tag] })
      expect(cacheStatus(await cache.handle(asked('/said'), render))).toContain('fwd=uri-miss; stored')
    }
  })

  test('ends the page at its instant (R75)', async () => {
    const clock = fakeClock()
    const cache = cached({ clock })
    const page = await cache.handle(asked('/ends'), (input) => render.page(input, clock.now() + 20_000))
    expect(field(page, 'cache-control')).toContain('s-maxage=20')
  })

  test('keeps a private page from everyone else (I4)', async () => {
    const cache = cached()
    const page = await cache.handle(asked('/private'), render)
    expect(field(page, 'cache-control')).toBe('private, no-store')
    expect(cacheStatus(await cache.handle(asked('/private'), render))).not.toContain('hit')
  })

  test('counts when it comes late in a stream, too (V3)', async () => {
    const cache = cached({ stream: 'whole' })
    const page = await cache.handle(asked('/late'), render)
    expect([await page.text(), field(page, 'cache-control')]).toEqual([
      'early late',
      expect.stringContaining('s-maxage=7,'),
    ])
    await cache.purge({ tags: ['late'] })
    expect(cacheStatus(await cache.handle(asked('/late'), render))).toContain('fwd=uri-miss')
  })

  test('breaks the page off where it was frozen at its first bytes: nobody could be told', async () => {
    const told = word()
    const cache = cached({ stream: 'shared' })
    const ask = (): Promise<Page> => cache.handle(asked('/late'), (input) => render.page(input, told))
    const page = await ask()
    Atomics.store(told, 0, 1)
    await expect(page.text()).rejects.toThrow(
      /said of a page must be said before its first bytes, and pageContext\(\) in a thread came later/,
    )
    expect(cacheStatus(await ask())).not.toContain('hit')
  })

  test('is no matter of a page that is over: what its handler did not wait for to the end goes on', async () => {
    const told = word()
    const second = Promise.withResolvers<void>()
    let goesOn: Response | undefined
    const page = await cached({ stream: 'shared' }).handle(asked('/'), async (input) => {
      goesOn = await render.page({ ...input, request: asked('/late') }, told)
      return new Response(inTwoPieces(second.promise), { headers: { 'content-type': 'text/html' } })
    })
    second.resolve()
    expect(await page.text()).toBe('one two')
    Atomics.store(told, 0, 1)
    expect(await goesOn?.text()).toBe('early late')
  })

  test('is nothing outside of a shared render', async () => {
    const response = await render(asked('/variant'))
    expect(await response.json()).toBeNull()
  })
})

describe('a stream from a thread', () => {
  test('goes out as it comes: the first bytes are there while the render waits for the rest', async () => {
    const told = word()
    const page = await cached().handle(asked('/slow-stream'), (input) => render.page(input, told))
    const reader = page.toResponse().body!.getReader()
    expect(Buffer.from((await reader.read()).value!).toString()).toBe('first ')
    Atomics.store(told, 0, 1)
    expect(Buffer.from((await reader.read()).value!).toString()).toBe('second')
    expect((await reader.read()).done).toBe(true)
  })

  test('is rendered as it is read: of 64 MiB that nobody reads, a few are there', async () => {
    const made = word()
    const response = await render.page(asked('/large'), made)
    await said(made, 1_024)
    await new Promise((resolve) => setTimeout(resolve, 100)) // so long it could go on, and does not
    expect(Atomics.load(made, 0)).toBeLessThan(4 * 1_024)
    let bytes = 0
    for await (const piece of response.body!) bytes += piece.length
    expect(bytes).toBe(64 * 1024 ** 2)
  })

  test('whose reader leaves is cancelled in its thread, which is free for others (I9)', async () => {
    const one = threads({ graceMs: 10_000 })
    const threadOf = async (): Promise<string> => (await one(asked('/thread'))).text()
    const thread = await threadOf()
    const made = word()
    const response = await one.page(asked('/large'), made)
    await response.body!.cancel()
    await vi.waitFor(() => expect(one.stats()).toEqual({ running: 0, queued: 0 }))
    expect(Atomics.load(made, 0)).toBe(-1)
    expect(await threadOf()).toBe(thread)
  })

  test('that breaks off is no page (S4)', async () => {
    const told = word()
    const cache = cached()
    const ask = (): Promise<Page> => cache.handle(asked('/broken'), (input) => render.page(input, told))
    const page = await ask()
    Atomics.store(told, 0, 1)
    await expect(page.text()).rejects.toThrow('broke in its middle')
    await expect(ask()).rejects.toThrow('broke in its middle')
  })
})

describe('an error from a thread', () => {
  test('arrives with its name, stack, code, status and cause: a 4xx stays one', async () => {
    const thrown = await cached()
      .handle(asked('/thrown'), render)
      .catch((error: unknown) => error)
    expect(thrown).toMatchObject({ name: 'TypeError', message: 'no such page', status: 404, code: 'E_NONE' })
    expect(thrown).toMatchObject({
      cause: { name: 'RangeError', message: 'inside' },
      stack: expect.stringContaining('pages.ts'),
    })
    const fetch = cached().fetch(render)
    expect((await fetch(asked('/thrown'))).status).toBe(404)
  })

  test.each([
    ['/thrown-text', 'just text'],
    [
      '/nothing',
      expect.objectContaining({ code: 'ERR_SSR_CACHE_RENDER', message: expect.stringContaining('got undefined') }),
    ],
    [
      '/text',
      expect.objectContaining({ code: 'ERR_SSR_CACHE_RENDER', message: expect.stringContaining('as Uint8Array') }),
    ],
  ])('is the same for %s', async (path, error) => {
    const answer = render(asked(path)).then((response) => response.text())
    await expect(answer).rejects.toEqual(error)
  })

  test('for data that cannot be cloned says so, and the thread goes on', async () => {
    const failed = render.page(asked('/asked'), { film: () => 'a function' })
    await expect(failed).rejects.toThrow(
      /ERR_SSR_CACHE_RENDER: the data of a render in a thread must be what structuredClone takes/,
    )
    expect((await render(asked('/'))).status).toBe(200)
  })
})

describe('who bypasses', () => {
  test('is rendered from the visitor’s own request, body included, and shared with nobody (C10)', async () => {
    const cache = cached()
    const posted = new Request(`${ORIGIN}/asked`, { method: 'POST', body: 'a=1', headers: { cookie: 'sid=1' } })
    const seen = JSON.parse(await (await cache.handle(posted, render)).text())
    expect(seen).toMatchObject({ method: 'POST', body: 'a=1', shared: false, headers: { cookie: 'sid=1' } })
  })
})

describe('through cache.fetch', () => {
  test('a render is a handler as any: a miss, a hit, a visitor’s own', async () => {
    const fetch = cached().fetch(render)
    const answers = [await fetch(asked('/')), await fetch(asked('/')), await fetch(asked('/', { cookie: 'sid=1' }))]
    expect(answers.map((answer) => answer.headers.get('cache-status'))).toEqual([
      'ssr-cache; fwd=uri-miss; stored; ttl=60',
      expect.stringContaining('hit'),
      expect.stringContaining('fwd=bypass'),
    ])
  })
})

describe('through cache.node', () => {
  test('an app that sends what a thread renders has hits that never enter it', async () => {
    let asks = 0
    const app = (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      asks++
      return render.send(request, response)
    }
    await using site = await serve(cached().node(app))
    const ask = (): Promise<Reply> => site.ask('/stream', { headers: { accept: 'text/html' } })
    const replies = [await ask(), await ask()]
    expect(replies.map(({ status, text }) => [status, text])).toEqual(Array(2).fill([200, 'one two three']))
    expect(asks).toBe(1)
  })
})

describe('in development', () => {
  test('what is read in a thread is compared with the key: removed headers, and parts that nobody reads (I3)', async () => {
    const { logger } = logged()
    const cache = cached({
      keyCoverage: true,
      logger,
      key: { headers: { 'x-key': (value) => value ?? '', 'x-unread': () => 'same' } },
    })
    const findings: unknown[] = []
    cache.events.on('key-coverage', (finding) => void findings.push(finding))
    for (let i = 0; i < 32; i++) {
      const page = await cache.handle(asked(`/header?${i}`, { 'accept-language': 'de', 'x-key': 'a' }), render)
      expect(await page.text()).toBe('language null, key a')
    }
    expect(findings).toEqual([
      { finding: 'uncovered', part: 'header', name: 'accept-language', route: '*' },
      { finding: 'unread', part: 'header', name: 'x-unread', route: '*' },
    ])
  })

  test('what is read of the variant counts as read', async () => {
    const cache = cached({ keyCoverage: true, key: { cookies: ['currency'] } })
    const findings: unknown[] = []
    cache.events.on('key-coverage', (finding) => void findings.push(finding))
    for (let i = 0; i < 32; i++) await cache.handle(asked(`/variant?${i}`, { cookie: 'currency=eur' }), render)
    expect(findings).toEqual([])
  })
})
