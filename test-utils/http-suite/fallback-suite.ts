import { once } from 'node:events'
import type { RenderCacheOptions } from '@ssr-cache/core'
import { describe, expect, test, vi } from 'vitest'
import type { Reply } from '../serve.ts'
import { type Answer, html } from './app.ts'
import { type Front, openFront, type Way } from './front.ts'

const SHELL = '<!doctype html><div id="root"></div>'
const BROWSER = { accept: 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8' }

type Admission = NonNullable<RenderCacheOptions['admission']>

/** What is told of a shell. */
const told = ({ status, text, headers }: Reply): readonly unknown[] => [
  status,
  text,
  headers['content-type'],
  headers['cache-control'],
  headers['retry-after'],
  headers['x-robots-tag'],
  headers['etag'],
]

const shellWith = (status: number, retryAfter?: string): readonly unknown[] => [
  status,
  SHELL,
  'text/html; charset=utf-8',
  status === 200 ? 'private, no-store' : 'no-store',
  retryAfter,
  'noindex',
  undefined,
]

const TURNED_AWAY = shellWith(503, '5')

interface BusySite extends Front {
  /** Of the visit whose render takes the place. */
  readonly first: Promise<Reply>
  /** Lets that render end. */
  readonly goOn: () => void
}

/** A site with room for one render, which is taken until it is told. */
async function busySite(way: Way, admission: Admission = {}): Promise<BusySite> {
  const { promise, resolve: goOn } = Promise.withResolvers<void>()
  const front = await openFront(
    way,
    async ({ target }) => {
      if (target.startsWith('/busy')) await promise
      return html(`<p>${target}</p>`)
    },
    { admission: { concurrency: 1, bypassConcurrency: 1, queueLimit: 0, fallback: () => SHELL, ...admission } },
  )
  const first = front.get('/busy', BROWSER)
  await vi.waitFor(() => expect(front.seen).toHaveLength(1))
  return {
    ...front,
    first,
    goOn,
    async [Symbol.asyncDispose]() {
      goOn()
      await first
      await front[Symbol.asyncDispose]()
    },
  }
}

/** The visit has come to the cache, and waits there. */
async function arrived({ server }: Front, visit: () => Promise<Reply>): Promise<Promise<Reply>[]> {
  const came = once(server, 'request')
  const reply = visit()
  await came
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
  return [reply]
}

/** How many visitors' renders queue. */
function waiting({ cache }: Front): number {
  const { renders, bypasses } = cache.stats()
  return renders.queued + bypasses.queued
}

/** What a site of one page answers. */
function siteOf(way: Way, page: () => Answer, more: RenderCacheOptions = {}): Promise<Front> {
  return openFront(way, page, { admission: { fallback: () => SHELL }, ...more })
}

/** What every adapter must do alike where a page is not to be had, on real sockets. `throwsAsJson`: the framework makes JSON of what its app throws. */
export function fallbackSuite(name: string, way: Way, { throwsAsJson = false } = {}): void {
  describe(`${name}: where a page is not to be had`, () => {
    test('the shell goes out with 503, Retry-After and no-store, to whoever asks for HTML; nobody keeps it (O4, R42, R43)', async () => {
      await using site = await busySite(way)
      expect(told(await site.get('/a', BROWSER))).toEqual(TURNED_AWAY)
      for (const accept of ['*/*', 'application/json;q=0.9, */*;q=0.1']) {
        const { status, text, headers } = await site.get('/a', { accept })
        expect([status, headers['content-type'], headers['retry-after']]).toEqual([
          503,
          'application/problem+json',
          '5',
        ])
        expect(JSON.parse(text)).toMatchObject({ status: 503, title: 'Service Unavailable' })
      }
      site.goOn()
      await vi.waitFor(async () => expect((await site.get('/a', BROWSER)).text).toBe('<p>/a</p>'))
    })

    test.each([503, 200] as const)(
      'a shell with %d is nothing that conditions, ranges or HEAD are about (A3)',
      async (status) => {
        await using site = await busySite(way, { fallback: { shell: () => SHELL, status } })
        const expected = status === 503 ? TURNED_AWAY : shellWith(200)
        for (const more of [
          { 'if-none-match': '*' },
          { 'if-modified-since': 'Thu, 01 Jan 2099 00:00:00 GMT' },
          { range: 'bytes=0-3' },
        ])
          expect(told(await site.get('/a', { ...BROWSER, ...more }))).toEqual(expected)
        const head = await site.ask('/a', { method: 'HEAD', headers: BROWSER })
        expect([head.status, head.text, head.headers['content-length']]).toEqual([status, '', String(SHELL.length)])
      },
    )

    test('visitors who bypass and find no place are told the same, and forms in words (I11)', async () => {
      await using site = await busySite(way, { concurrency: 2 })
      const held = site.get('/busy', { ...BROWSER, cookie: 'sid=1' })
      await vi.waitFor(() => expect(site.seen).toHaveLength(2))
      expect(told(await site.get('/account', { ...BROWSER, cookie: 'sid=1' }))).toEqual(TURNED_AWAY)
      const data = await site.get('/account', { accept: 'application/json' })
      expect([data.status, data.headers['content-type']]).toEqual([503, 'application/problem+json'])
      const form = await site.ask('/account', { method: 'POST', headers: BROWSER, body: 'a=1' })
      expect([form.status, form.text]).toEqual([503, 'Service Unavailable\n'])
      site.goOn()
      expect((await held).status).toBe(200)
    })

    test('whoever hangs up in the queue leaves it: nothing is rendered for them, and there is room for others (I9, O1)', async () => {
      await using site = await busySite(way, { concurrency: 2, queueLimit: 2 })
      const held = [site.get('/busy', { ...BROWSER, cookie: 'sid=1' }), site.get('/busy?2', BROWSER)]
      await vi.waitFor(() => expect(site.seen).toHaveLength(3))
      for (const headers of [BROWSER, { ...BROWSER, cookie: 'sid=1' }]) {
        const isFull = vi.waitFor(() => expect(waiting(site)).toBe(2))
        await Promise.all(['/a', '/b'].map((path) => site.askAndLeave(path, isFull, { headers })))
        await vi.waitFor(() => expect(waiting(site)).toBe(0))
      }
      const alive = await arrived(site, () => site.get('/alive', BROWSER))
      site.goOn()
      expect((await alive[0])?.text).toBe('<p>/alive</p>')
      for (const reply of held) expect((await reply).status).toBe(200)
      expect(site.seen.map(({ target }) => target)).toEqual(['/busy', '/busy', '/busy?2', '/alive'])
    })

    test('whoever has waited too long gets the shell, and who came later gets the page (C9, I8)', async () => {
      await using site = await busySite(way, { timeoutMs: 1_000 })
      site.clock.advance(600)
      const [late] = await arrived(site, () => site.get('/busy', BROWSER))
      site.clock.advance(400)
      expect(told(await site.first)).toEqual(TURNED_AWAY)
      site.goOn()
      expect((await late)?.text).toBe('<p>/busy</p>')
      expect(site.seen).toHaveLength(1)
    })

    test.each([500, 502])('a %d of a render keeps its status and gets the shell (R71)', async (status) => {
      await using site = await siteOf(way, () => ({ ...html('<p>down</p>'), status }))
      expect(told(await site.get('/', BROWSER))).toEqual(shellWith(status))
      const data = await site.get('/', { accept: '*/*' })
      expect([data.status, data.text]).toEqual([status, '<p>down</p>'])
    })

    test('an error in JSON passes untouched (R72)', async () => {
      const fields = [['content-type', 'application/json']] as const
      await using site = await siteOf(way, () => ({ status: 500, fields, body: '{"error":"down"}' }), {
        routes: [{ match: '/api/*rest', cache: false }],
      })
      for (const path of ['/page', '/api/films']) {
        const { status, text, headers } = await site.get(path, BROWSER)
        expect([status, text]).toEqual([500, '{"error":"down"}'])
        expect(headers['content-type']).toMatch(/^application\/json/)
      }
    })

    test.skipIf(throwsAsJson)(
      'what a render throws is the shell with 500, and a page that is kept comes first (R42, I5)',
      async () => {
        let isWell = true
        await using site = await siteOf(way, () => {
          if (isWell) return html('<p>well</p>')
          throw new Error('the app is down')
        })
        await site.get('/kept', BROWSER)
        isWell = false
        expect(told(await site.get('/cold', BROWSER))).toEqual(shellWith(500))
        site.clock.advance(3_600_000)
        expect((await site.get('/kept', BROWSER)).text).toBe('<p>well</p>')
      },
    )

    test('timeoutMs: 0 answers with the shell at once, and the page is there when its render has ended; crawlers wait for it (O7, R37)', async () => {
      const { promise, resolve: goOn } = Promise.withResolvers<void>()
      const page = async (): Promise<Answer> => {
        await promise
        return html('<p>page</p>')
      }
      await using site = await openFront(way, page, { admission: { timeoutMs: 0, fallback: () => SHELL } })
      expect(told(await site.get('/', BROWSER))).toEqual(TURNED_AWAY)
      const crawler = {
        ...BROWSER,
        'user-agent': 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
      }
      const [crawled] = await arrived(site, () => site.get('/', crawler))
      goOn()
      expect((await crawled)?.text).toBe('<p>page</p>')
      expect((await site.get('/', BROWSER)).text).toBe('<p>page</p>')
      expect(site.seen).toHaveLength(1)
    })

    test('what is never rendered is the shell with 200, whoever asks; data goes to the app (R42, R43)', async () => {
      await using site = await siteOf(way, () => html('<p>rendered</p>'), {
        routes: [{ match: '/checkout/*rest', strategy: 'never' }],
      })
      for (const more of [{}, { cookie: 'sid=1' }, { 'if-none-match': '*' }])
        expect(told(await site.get('/checkout/pay', { ...BROWSER, ...more }))).toEqual(shellWith(200))
      expect(site.seen).toHaveLength(0)
      await site.get('/checkout/pay', { accept: 'application/json' })
      await site.ask('/checkout/pay', { method: 'POST', headers: BROWSER, body: 'a=1' })
      expect(site.seen.map(({ method }) => method)).toEqual(['GET', 'POST'])
    })
  })
}
