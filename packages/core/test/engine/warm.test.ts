import { AsyncLocalStorage } from 'node:async_hooks'
import { getEventListeners } from 'node:events'
import type { RequestLike, Through, WarmAnswer, WarmOptions, WarmProgress, WarmReport } from '@ssr-cache/core'
import { describe, expect, test } from 'vitest'
import { Gate } from '../../src/engine/admission/gate.ts'
import type { Lane } from '../../src/engine/admission/lane.ts'
import { Heat } from '../../src/engine/heat.ts'
import type { UrlSlot } from '../../src/engine/slots.ts'
import { untilAborted } from '../../src/warm/until-aborted.ts'
import { cacheStatus, html, ORIGIN, openShop, renderCount, type Shop, settled, times } from './harness.ts'

/** Asks the shop as a visitor would, with renders that end when the test says so. */
function throughOf({ cache, renders }: Shop): Through {
  return (asked) => cache.handle(asked as RequestLike, renders.handler)
}

function warmed(shop: Shop, urls: Iterable<string>, o: Partial<WarmOptions> = {}): Promise<WarmReport> {
  const through: Through = (asked) => shop.cache.handle(asked, () => html('<p>'))
  return shop.cache.warm(urls, { origin: ORIGIN, through, ...o })
}

describe('pages are rendered before visitors ask for them (R17)', () => {
  test('each URL once; what was kept already is not rendered again', async () => {
    const shop = openShop()
    await shop.render('/a', '<p>')
    const report = await warmed(shop, ['/a', '/b', '/c?x=1', '/b', `${ORIGIN}/b#part`])
    expect(report).toMatchObject({
      total: 3,
      done: 3,
      rendered: 2,
      kept: 1,
      unshared: 0,
      failed: 0,
      isCancelled: false,
      problems: [],
    })
    expect(renderCount(shop)).toBe(3)
    expect(cacheStatus(await shop.get('/c?x=1'))).toMatchObject({ hit: true })
  })

  test('what could not be kept, and what failed, is told with its reason', async () => {
    const shop = openShop({ routes: [{ match: '/account', cache: false }] })
    const answers: Record<string, () => ReturnType<typeof html>> = {
      '/cookie': () => html('<p>', { 'set-cookie': 'a=b' }),
      '/down': () => html('down', {}, 503),
      '/throws': () => {
        throw new Error('no data')
      },
    }
    const through: Through = (asked) =>
      shop.cache.handle(asked, ({ request }) => (answers[new URL(request.url).pathname] ?? (() => html('<p>')))())
    const report = await warmed(shop, ['/account', '/cookie', '/down', '/throws'], { through })
    expect(report).toMatchObject({ rendered: 0, unshared: 2, failed: 2 })
    expect(report.problems.toSorted((a, b) => a.url.localeCompare(b.url))).toEqual([
      { url: `${ORIGIN}/account`, outcome: 'unshared', reason: 'route' },
      { url: `${ORIGIN}/cookie`, outcome: 'unshared', reason: 'set-cookie' },
      { url: `${ORIGIN}/down`, outcome: 'failed', reason: '503 (status-503)' },
      { url: `${ORIGIN}/throws`, outcome: 'failed', reason: 'no data' },
    ])
  })

  test('a page that is streamed, and kept at its end, counts as rendered; any other page is asked for once', async () => {
    const isEnded = new Map<string, boolean>()
    const asked: string[] = []
    const through: Through = async ({ url }) => {
      const { pathname } = new URL(url)
      asked.push(pathname)
      const pieces = async function* (): AsyncGenerator<Uint8Array> {
        yield Buffer.from('<p>')
        if (pathname === '/breaks') throw new Error('cut off')
        isEnded.set(pathname, pathname === '/kept')
      }
      const said = isEnded.get(pathname) === true ? 'hit; ttl=60' : 'fwd=uri-miss; detail=streamed'
      return new Response(ReadableStream.from(pieces()), { headers: { 'cache-status': `ssr-cache; ${said}` } })
    }
    const report = await warmed(openShop(), ['/kept', '/unkept', '/breaks'], { through, concurrency: 1 })
    expect(report).toMatchObject({ rendered: 1, kept: 0 })
    expect(report.problems).toEqual([
      { url: `${ORIGIN}/unkept`, outcome: 'unshared', reason: 'streamed' },
      { url: `${ORIGIN}/breaks`, outcome: 'failed', reason: 'cut off' },
    ])
    expect(asked).toEqual(['/kept', '/kept', '/unkept', '/unkept', '/breaks'])
  })

  test('an answer that no cache of ours has given says so', async () => {
    const through: Through = async () => new Response('<p>', { headers: { 'cache-status': 'ExampleCache; hit, (((' } })
    const report = await warmed(openShop(), ['/a'], { through })
    expect(report).toMatchObject({ unshared: 1, problems: [{ reason: 'no Cache-Status of this cache' }] })
  })

  test.each<[string, WarmAnswer, Partial<WarmReport>]>([
    ['fields in place of headers', { status: 200, fields: [['cache-status', 'ssr-cache; hit']] }, { kept: 1 }],
    [
      'why it was forwarded, where it says no more',
      { status: 200, fields: [['cache-status', 'ssr-cache; fwd=method']] },
      { unshared: 1, problems: [{ url: `${ORIGIN}/a`, outcome: 'unshared', reason: 'method' }] },
    ],
    [
      'a refusal of the request',
      { status: 400, fields: [['cache-status', 'ssr-cache; fwd=miss']] },
      { failed: 1, problems: [{ url: `${ORIGIN}/a`, outcome: 'failed', reason: '400 (miss)' }] },
    ],
    ...['hit; ttl=9', 'fwd=uri-miss; stored; ttl=9'].map((said): [string, WarmAnswer, Partial<WarmReport>] => [
      `an error that is kept, which is no page: ${said}`,
      { status: 404, fields: [['cache-status', `ssr-cache; ${said}`]] },
      { failed: 1, kept: 0, rendered: 0, problems: [{ url: `${ORIGIN}/a`, outcome: 'failed', reason: '404 (kept)' }] },
    ]),
    [
      'an old page whose render fails',
      { status: 200, fields: [['cache-status', 'ssr-cache; hit; ttl=-9; detail=resting']] },
      { failed: 1, kept: 0, problems: [{ url: `${ORIGIN}/a`, outcome: 'failed', reason: 'resting' }] },
    ],
    [
      'another cache’s hit before ours',
      { status: 200, fields: [['cache-status', 'ExampleCache; hit, ssr-cache; fwd=uri-miss; stored']] },
      { rendered: 1 },
    ],
    ...[{ status: 200 }, { status: 200, fields: [['vary', 'accept'] as const] }].map(
      (answer): [string, WarmAnswer, Partial<WarmReport>] => [
        `nothing of a cache: ${JSON.stringify(answer)}`,
        answer,
        {
          unshared: 1,
          problems: [{ url: `${ORIGIN}/a`, outcome: 'unshared', reason: 'no Cache-Status of this cache' }],
        },
      ],
    ),
  ])('an answer is read for %s', async (_, answer, expected) => {
    expect(await warmed(openShop(), ['/a'], { through: async () => answer })).toMatchObject(expected)
  })

  test('it asks as a browser would, with the headers that it is given', async () => {
    const asked: Request[] = []
    const through: Through = async (request) => {
      asked.push(request)
      return new Response()
    }
    await warmed(openShop(), ['/a', '/b'], { through, headers: { 'accept-language': 'de' } })
    const headers = asked.map(({ headers }) => [headers.get('accept'), headers.get('accept-language')])
    expect(headers).toEqual([
      ['text/html', 'de'],
      ['text/html', 'de'],
    ])
  })

  test('of a list of problems the first hundred are told, and all are counted (I7)', async () => {
    const through: Through = () => Promise.reject(new Error('down'))
    const report = await warmed(
      openShop(),
      times(150, (i) => `/${i}`),
      { through },
    )
    expect(report.failed).toBe(150)
    expect(report.problems).toHaveLength(100)
  })

  test('no more than `concurrency` are asked for side by side, and progress is told after each', async () => {
    const shop = openShop()
    const told: WarmProgress[] = []
    const warming = shop.cache.warm(
      times(5, (i) => `/${i}`),
      {
        origin: ORIGIN,
        through: throughOf(shop),
        concurrency: 3,
        onProgress: (progress) => told.push(progress),
      },
    )
    for (let done = 0; done < 5; done++) {
      await settled()
      expect(shop.renders.count).toBe(Math.min(5, done + 3))
      await shop.renders.at(done).answers('<p>')
    }
    expect((await warming).rendered).toBe(5)
    expect(told.map(({ done, total }) => `${done} of ${total}`)).toEqual(times(5, (i) => `${i + 1} of 5`))
  })

  test('called off: it ends at once, nothing else is asked for, and the renders under way are kept', async () => {
    const shop = openShop()
    const controller = new AbortController()
    const warming = shop.cache.warm(
      times(10, (i) => `/${i}`),
      {
        origin: ORIGIN,
        through: throughOf(shop),
        signal: controller.signal,
      },
    )
    await settled()
    controller.abort()
    expect(await warming).toMatchObject({ done: 0, failed: 0, isCancelled: true, problems: [] })
    for (const render of [...shop.renders.all]) await render.answers('<p>')
    expect(shop.renders.count).toBe(2)
    expect(cacheStatus(await shop.get('/1'))).toMatchObject({ hit: true })
  })

  test('called off during its last page: that page has not failed', async () => {
    const controller = new AbortController()
    const through: Through = async ({ signal }) => {
      controller.abort()
      signal.throwIfAborted()
      return new Response()
    }
    const report = await warmed(openShop(), ['/a'], { through, signal: controller.signal })
    expect(report).toMatchObject({ done: 0, failed: 0, isCancelled: true, problems: [] })
  })

  test('called off between two pages: the next is not asked for, and what was asked for can tell', async () => {
    const controller = new AbortController()
    const asked: Request[] = []
    const through: Through = async (request) => {
      asked.push(request)
      return new Response()
    }
    const o = { through, concurrency: 1, onProgress: () => controller.abort(), signal: controller.signal }
    expect(await warmed(openShop(), ['/a', '/b'], o)).toMatchObject({ total: 2, done: 1, isCancelled: true })
    expect(asked.map(({ url, signal }) => [url, signal.aborted])).toEqual([[`${ORIGIN}/a`, true]])
  })

  test('called off by what answers, which then never does: it ends at once', async () => {
    const controller = new AbortController()
    const through: Through = () => {
      controller.abort()
      return new Promise(() => {})
    }
    const warming = warmed(openShop(), ['/a', '/b'], { through, signal: controller.signal })
    expect(await warming).toMatchObject({ done: 0, isCancelled: true })
  })

  test('nothing stays behind on the signal of a cache that warms again and again (I13)', async () => {
    const { signal } = new AbortController()
    await untilAborted(Promise.resolve(), signal)
    await untilAborted(Promise.reject(new Error('down')), signal).catch(() => {})
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  test('called off when all was done: what was done stays told', async () => {
    const controller = new AbortController()
    const onProgress = () => controller.abort()
    const report = await warmed(openShop(), ['/a'], { onProgress, signal: controller.signal })
    expect(report).toMatchObject({ done: 1, rendered: 1, isCancelled: true })
  })

  test('close calls it off, whoever never answers (I13)', async () => {
    const shop = openShop()
    const warming = warmed(shop, ['/a', '/b'], { through: () => new Promise(() => {}) })
    await settled()
    await shop.cache.close()
    expect(await warming).toMatchObject({ done: 0, isCancelled: true })
  })

  test('an answer that comes after the end is let go, and a failure harms nobody (I9)', async () => {
    const late = [Promise.withResolvers<Response>(), Promise.withResolvers<Response>()] as const
    const answers = late.values()
    const controller = new AbortController()
    const through: Through = () => answers.next().value?.promise ?? Promise.reject(new Error('asked once more'))
    const warming = warmed(openShop(), ['/a', '/b'], { through, signal: controller.signal })
    controller.abort()
    await warming
    let isLetGo = false
    const body = new ReadableStream({
      cancel() {
        isLetGo = true
      },
    })
    late[0].resolve(new Response(body))
    late[1].reject(new Error('late'))
    await settled()
    expect(isLetGo).toBe(true)
  })

  test.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('no terminal')
      },
    ],
    ['rejects', () => Promise.reject(new Error('no terminal'))],
  ])('an onProgress that %s is logged once, and all pages are warmed', async (_, onProgress) => {
    const shop = openShop()
    const report = await warmed(shop, ['/a', '/b', '/c'], { onProgress })
    expect(report).toMatchObject({ rendered: 3, isCancelled: false })
    await settled()
    const logged = shop.logged.filter(([, message]) => message === 'onProgress of a warm-up threw')
    expect(logged).toMatchObject([['error', 'onProgress of a warm-up threw', { error: { message: 'no terminal' } }]])
  })

  test('a variant is warmed by the headers of its visitors', async () => {
    const shop = openShop({ key: { headers: { 'accept-language': true } } })
    await warmed(shop, ['/a'], { headers: { 'accept-language': 'de' } })
    expect(cacheStatus(await shop.get('/a', { headers: { 'accept-language': 'de' } }))).toMatchObject({ hit: true })
    expect(shop.renders.count).toBe(0)
  })

  test('a cache that is on whatever comes is warmed, too', async () => {
    expect(await warmed(openShop({ enabled: true }), ['/a'])).toMatchObject({ rendered: 1, isCancelled: false })
  })

  test('while the cache is off nothing is asked for', async () => {
    const shop = openShop({ enabled: false })
    expect(await warmed(shop, ['/a'])).toMatchObject({ total: 1, done: 0, isCancelled: true })
    expect(renderCount(shop)).toBe(0)
  })
})

describe('a list is looked at whole before anything is asked for', () => {
  test.each<[string, readonly string[], Partial<WarmOptions>, string]>([
    [
      'a foreign host',
      ['/a', 'https://other.example/', 'https://more.example/'],
      {},
      'this site (https://shop.example), got "https://other.example/" (string). Warm each site by itself (2 are of others); nothing was asked for.',
    ],
    [
      'another scheme',
      ['http://shop.example/a'],
      {},
      'got "http://shop.example/a" (string). Warm each site by itself; nothing was asked for.',
    ],
    ['a URL that is none', ['/a', 'http://'], {}, '"urls" must be absolute http(s) URLs'],
    ['a scheme that is not ours', ['mailto:a@shop.example'], {}, 'absolute http(s) URLs'],
    ['an empty line', [''], {}, 'absolute http(s) URLs'],
    ['a host without its scheme, which would be asked for as a path', ['other.example/a'], {}, 'absolute http(s) URLs'],
    ['more than a URL', ['/a # the most wanted'], {}, 'absolute http(s) URLs'],
    ['what is no text', [42 as unknown as string], {}, 'got 42 (number)'],
    ['a URL object', [new URL(ORIGIN) as unknown as string], {}, 'absolute http(s) URLs'],
    [
      'no list',
      null as unknown as string[],
      {},
      "\"urls\" must be a list of URLs, got null. Write ['/', '/movies/42'].",
    ],
    [
      'an origin without its scheme',
      ['/a'],
      { origin: 'shop.example' },
      '"origin" must be scheme and host of the site, got "shop.example" (string). Write \'https://shop.example\'.',
    ],
    ['a password, which no request can be made of', ['https://ada:secret@shop.example/'], {}, 'without a password'],
    ['an origin with a path', ['/a'], { origin: 'https://shop.example/a' }, '"origin" must be scheme and host'],
    ['a text in place of a list', 'https://shop.example/' as unknown as string[], {}, 'a list of URLs'],
    ['no function to ask', ['/a'], { through: 'app' as never }, '"through" must be a function'],
    ['no concurrency', ['/a'], { concurrency: 0 }, '"concurrency" must be a whole number >= 1'],
  ])('%s is refused in one line', async (_, urls, options, message) => {
    const shop = openShop()
    const warming = warmed(shop, urls, options)
    await expect(warming).rejects.toMatchObject({ code: 'ERR_SSR_CACHE_OPTION' })
    await expect(warming).rejects.toThrow(message)
    await expect(warming).rejects.not.toThrow(/\n/)
    expect(renderCount(shop)).toBe(0)
  })

  test('paths without an origin say how to name it', async () => {
    const shop = openShop()
    const through: Through = async () => new Response()
    await expect(shop.cache.warm(['/a'], { through })).rejects.toThrow("{ origin: 'https://shop.example' }")
  })

  test('without an origin the first URL says which site it is', async () => {
    const shop = openShop()
    const through: Through = (asked) => shop.cache.handle(asked, () => html('<p>'))
    expect(await shop.cache.warm([`${ORIGIN}/a`, `${ORIGIN}/b`], { through })).toMatchObject({ rendered: 2 })
    await expect(shop.cache.warm([`${ORIGIN}/a`, 'https://other.example/b'], { through })).rejects.toThrow('this site')
  })

  test('where hosts are named, their pages are ours, whatever the origin', async () => {
    const shop = openShop({ hosts: ['shop.example', '*.shop.example'] })
    expect(await warmed(shop, ['/a', 'https://de.shop.example/a'])).toMatchObject({ rendered: 2 })
    await expect(warmed(shop, ['https://other.example/a'])).rejects.toThrow('"urls" must be pages of this site')
  })

  test.each(['http://shop.example:443/', 'https://shop.example:80/'])(
    'where hosts are named without a port, %s is another site',
    async (url) => {
      await expect(warmed(openShop({ hosts: ['shop.example'] }), [url])).rejects.toThrow('this site')
    },
  )

  test('where hosts are named without a port, both schemes are theirs', async () => {
    const urls = ['https://shop.example/a', 'http://shop.example/a']
    expect(await warmed(openShop({ hosts: ['shop.example'] }), urls)).toMatchObject({ rendered: 2 })
  })
})

describe('nobody waits behind a warm-up (O3)', () => {
  test('a visitor’s render goes before those of a warm-up that were queued earlier', async () => {
    const shop = openShop({ admission: { concurrency: 1 } })
    void shop.get('/busy')
    await settled()
    const warming = shop.cache.warm(['/w1', '/w2'], { origin: ORIGIN, through: throughOf(shop) })
    await settled()
    void shop.get('/visitor')
    await settled()
    const order = (): readonly string[] => shop.renders.paths
    for (let i = 0; i < 4; i++) await shop.renders.at(i).answers('<p>')
    expect(order()).toEqual(['/busy', '/visitor', '/w1', '/w2'])
    expect(await warming).toMatchObject({ rendered: 2 })
  })

  test('a visitor who asks for a page of the warm-up that is still queued takes it out of line', async () => {
    const shop = openShop({ admission: { concurrency: 1 } })
    void shop.get('/busy')
    await settled()
    const warming = shop.cache.warm(['/w1', '/w2'], { origin: ORIGIN, through: throughOf(shop) })
    await settled()
    void shop.get('/w2')
    await settled()
    for (let i = 0; i < 3; i++) await shop.renders.at(i).answers('<p>')
    expect(new URL(shop.renders.at(1).input.request.url).pathname).toBe('/w2')
    await warming
  })

  test('a refresh waits behind visitors, too', async () => {
    const shop = openShop({ admission: { concurrency: 1 } })
    await shop.render('/old', '<p>')
    await shop.clock.advanceAsync(60_000)
    void shop.get('/busy')
    await settled()
    await shop.get('/old')
    void shop.get('/visitor')
    await settled()
    await shop.renders.at(0).answers('<p>')
    expect(new URL(shop.renders.at(1).input.request.url).pathname).toBe('/visitor')
  })

  test('nobody is turned away because of work that nobody waits for (I8)', async () => {
    const shop = openShop({ admission: { concurrency: 1, queueLimit: 2 } })
    for (const path of ['/1', '/2']) await shop.render(path, '<p>')
    await shop.clock.advanceAsync(60_000)
    void shop.get('/busy')
    await settled()
    for (const path of ['/1', '/2']) await shop.get(path)
    const visit = shop.get('/visitor')
    await settled()
    await shop.renders.at(0).answers('<p>')
    await shop.renders.at(1).answers('<p>visitor')
    expect((await visit).status).toBe(200)
  })

  test('a visitor who joins a queued refresh waits as long as any visitor', async () => {
    const shop = openShop({ staleWhileRevalidate: 1, admission: { concurrency: 1, timeoutMs: 1_000 } })
    await shop.render('/a', '<p>')
    await shop.clock.advanceAsync(60_500)
    void shop.get('/busy')
    await settled()
    await shop.get('/a')
    await shop.clock.advanceAsync(900)
    const visit = shop.get('/a')
    await shop.clock.advanceAsync(500)
    await shop.renders.at(0).answers('<p>')
    await shop.renders.at(1).answers('<p>new')
    expect(await (await visit).text()).toBe('<p>new')
  })

  test('a warm-up waits longer than a visitor would: it has let others by', async () => {
    const shop = openShop({ admission: { concurrency: 1 } })
    void shop.get('/busy')
    await settled()
    const warming = shop.cache.warm(['/w'], { origin: ORIGIN, through: throughOf(shop) })
    await settled()
    await shop.clock.advanceAsync(30_000)
    await shop.renders.at(0).answers('<p>')
    await shop.renders.at(1).answers('<p>')
    expect(await warming).toMatchObject({ rendered: 1 })
  })

  test('a warm-up that comes to a page for which a visitor waits has it in the end, though the visitor has left the queue', async () => {
    const shop = openShop({ admission: { concurrency: 1, timeoutMs: 200 } })
    void shop.get('/busy')
    const visit = shop.get('/w')
    await settled()
    const warming = shop.cache.warm(['/w'], { origin: ORIGIN, through: throughOf(shop) })
    await settled()
    await shop.clock.advanceAsync(5_000)
    expect((await visit).status).toBe(503)
    await shop.renders.at(0).answers('<p>')
    await shop.renders.at(1).answers('<p>')
    expect(await warming).toMatchObject({ rendered: 1 })
  })

  test('who comes through what a warm-up opened is a visitor again when it has ended, even during the next one', async () => {
    const shop = openShop({ admission: { concurrency: 1, timeoutMs: 200 } })
    // As a connection with callbacks: it calls whoever waits in the context that it was opened in.
    let inItsContext: (<T>(run: () => T) => T) | undefined
    const through: Through = (asked) => {
      inItsContext ??= AsyncLocalStorage.snapshot()
      return shop.cache.handle(asked, () => html('<p>'))
    }
    await warmed(shop, ['/a'], { through })
    void shop.get('/busy')
    const next = shop.cache.warm(['/w'], { origin: ORIGIN, through: throughOf(shop) })
    await settled()
    const visitor = inItsContext?.(() => shop.get('/b'))
    await settled()
    await shop.clock.advanceAsync(200)
    expect((await visitor)?.status).toBe(503)
    for (let i = 0; i < 2; i++) await shop.renders.at(i).answers('<p>')
    await next
  })

  test('patient and other applicants: places go to the others first, each in order; closing turns all away', async () => {
    const gate = new Gate({ concurrency: 1, queueLimit: 2 })
    const first = gate.tryEnter()
    const order: string[] = []
    const apply = (name: string, lane: Lane) => {
      const applicant = gate.apply({ lane })
      void applicant.place.then((place) => {
        order.push(place === undefined ? `${name} away` : name)
        place?.release()
      })
      return applicant
    }
    apply('p1', 'warm-up')
    const p2 = apply('p2', 'warm-up')
    apply('v1', 'visitor')
    apply('v2', 'visitor')
    apply('v3', 'visitor')
    p2.lift({ lane: 'visitor' })
    expect(gate.queued).toBe(4)
    first?.release()
    await settled()
    expect(order).toEqual(['v3 away', 'v1', 'v2', 'p2', 'p1'])
    gate.tryEnter()
    apply('p3', 'warm-up')
    gate.close()
    await settled()
    expect(order.at(-1)).toBe('p3 away')
  })
})

describe('the hottest pages can be warmed again (R17)', () => {
  test('after a purge: what was asked for most comes first, whatever its spelling', async () => {
    const shop = openShop({ routes: [{ match: '/account', cache: false }] })
    const asked = ['/b', '/c', '/c', '/c', '/b?utm_source=mail', '/a', '/account', '/account', '/account', '/account']
    for (const path of asked) await shop.render(path, '<p>')
    expect(shop.cache.hottest(2)).toEqual([`${ORIGIN}/c`, `${ORIGIN}/b`])
    await shop.cache.purge({ all: true })
    expect(await warmed(shop, shop.cache.hottest(2))).toMatchObject({ rendered: 2 })
    expect(cacheStatus(await shop.get('/b'))).toMatchObject({ hit: true })
  })

  test('a page that was hot long ago gives way to one that is hot now', () => {
    const slotOf = (path: string) => ({ url: { url: ORIGIN + path }, host: { gone: false }, asked: 0 }) as UrlSlot // all that heat reads
    const [yesterday, today] = [slotOf('/yesterday'), slotOf('/today')]
    const heat = new Heat([yesterday, today])
    for (let i = 0; i < 150_000; i++) heat.count(yesterday)
    for (let i = 0; i < 130_000; i++) heat.count(today)
    expect(heat.hottest(2)).toEqual([`${ORIGIN}/today`, `${ORIGIN}/yesterday`])
  })

  test('only what visitors share counts: no bypass, no secret of a preview, no POST, no question about a page, no warm-up', async () => {
    const shop = openShop({ bypass: { query: ['preview'] } })
    const { cache } = shop
    await shop.render('/a', '<p>')
    await shop.render('/draft?preview=secret', '<p>')
    await shop.render('/track', '<p>', { method: 'POST' })
    await shop.render('/cart', '<p>', { headers: { authorization: 'Basic eA==' } })
    await cache.explain({ url: `${ORIGIN}/explained` })
    const key = cache.key({ url: `${ORIGIN}/keyed` })
    if (key !== undefined) await cache.lookup(key)
    await warmed(shop, ['/warmed'])
    expect(cache.hottest(10)).toEqual([`${ORIGIN}/a`])
  })

  test('where no hosts are named, a stranger’s Host does not stop the pages of an origin from being warmed (R17)', async () => {
    const shop = openShop()
    const ask = (url: string) => shop.cache.handle({ url }, () => html('<p>'))
    await shop.render('/a', '<p>')
    await ask('https://stranger.example/')
    await ask('http://shop.example/a')
    await ask('https://shop.example.stranger.example/')
    expect(shop.cache.hottest(10)).toHaveLength(4)
    const hottest = shop.cache.hottest(10, { origin: 'https://SHOP.example:443' })
    expect(hottest).toEqual([`${ORIGIN}/a`])
    await shop.cache.purge({ all: true })
    expect(await warmed(shop, hottest)).toMatchObject({ rendered: 1 })
  })

  test('pages of hosts that made room for others are named no more (I7)', async () => {
    const { cache } = openShop()
    for (let host = 0; host < 40; host++) await cache.handle({ url: `https://h${host}.example/` }, () => html('<p>'))
    expect(cache.hottest(100)).toHaveLength(cache.stats().memo.hosts)
  })

  test.each<[string, number, object | undefined, string]>([
    ['less than none', -1, undefined, '"count" must be a whole number >= 0'],
    ['a count that is none', Number.NaN, undefined, '"count" must be a whole number >= 0'],
    ['half a page', 1.5, undefined, '"count" must be a whole number >= 0'],
    ['a text', '10' as unknown as number, undefined, 'Write 10.'],
    ['an origin with a path', 1, { origin: `${ORIGIN}/a` }, '"origin" must be scheme and host'],
    ['an option with a slip', 1, { orgin: ORIGIN }, 'Write origin.'],
    ['an origin that stands alone', 1, ORIGIN as unknown as object, '"options" must be an object'],
  ])('%s is refused', (_, count, options, message) => {
    const { cache } = openShop()
    expect(() => cache.hottest(count, options)).toThrow(expect.objectContaining({ code: 'ERR_SSR_CACHE_OPTION' }))
    expect(() => cache.hottest(count, options)).toThrow(message)
  })

  test('none of them is a list, too', () => {
    expect(openShop().cache.hottest(0)).toEqual([])
  })
})
