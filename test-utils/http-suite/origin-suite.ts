import { fc } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { NOW } from '../../packages/core/test/origin/exchanges.ts'
import { type AppRequest, asking, NaiveCache, type Said } from '../../packages/core/test/origin/naive-cache.ts'
import { anyStep, NotingApp, type Step } from '../../packages/core/test/origin/noting-app.ts'
import type { Reply } from '../serve.ts'
import type { Answer, App, Seen } from './app.ts'
import { type Front, openFront, type Way } from './front.ts'

/** Beyond the longest rest of a key that failed: the naive cache knows of none. */
const UNIT_SECONDS = 31

const OPTIONS = { freshness: 'origin', hosts: ['shop.example'] } as const

const anyScript = fc.array(
  anyStep
    // Frameworks answer a lost connection in ways of their own.
    .filter(({ says }) => says !== 'lost')
    .map((step) => ({ ...step, after: step.after + 1 })),
  { minLength: 15, maxLength: 15 },
)

/** What every adapter must do alike where the app's own fields decide, on real sockets (RFC 9111). */
export function originSuite(name: string, way: Way): void {
  describe(`${name}: where the app’s own fields decide`, () => {
    test('each answer is that of the rules with a Map round them, whatever happens (A7)', async () => {
      for (const script of fc.sample(anyScript, 6)) await play(way, script)
    })

    test('the app is given the request as it came, and what it answers comes back so (Must)', async () => {
      const fields = [
        ['cache-control', 'max-age=60'],
        ['date', 'Thu, 01 Jan 2026 00:00:00 GMT'],
        ['etag', '"a"'],
        ['link', '</a>; rel=next'],
        ['x-unknown', 'as sent'],
      ] as const
      await using front = await open(way, () => ({ fields, body: 'page' }))
      const asked = { cookie: 'sid=1; a=b', 'user-agent': 'Test', accept: 'image/png', rsc: '1' }
      for (const age of [undefined, '7']) {
        const { status, text, headers } = await front.ask('/p?b=1&a=2&utm_source=x', { headers: { host, ...asked } })
        expect([status, text, headers['age']]).toEqual([200, 'page', age])
        expect(headers).toMatchObject(Object.fromEntries(fields))
        front.clock.advance(7_000)
      }
      expect(front.seen).toHaveLength(1)
      expect(front.seen[0]).toMatchObject({ method: 'GET', target: '/p?b=1&a=2&utm_source=x', headers: asked })
    })

    test('HEAD and conditions are answered from what is kept, and ranges too (Good)', async () => {
      const fields = [
        ['cache-control', 'max-age=60'],
        ['etag', '"a"'],
        ['x-any', '1'],
      ] as const
      await using front = await open(way, () => ({ fields, body: '0123456789' }))
      await ask(front, '/')
      const head = await ask(front, '/', {}, 'HEAD')
      expect([head.status, head.text, head.headers['content-length']]).toEqual([200, '', '10'])
      const known = await ask(front, '/', { 'if-none-match': '"b", W/"a"' })
      expect([known.status, known.text, known.headers['etag'], known.headers['age']]).toEqual([304, '', '"a"', '0'])
      const since = await ask(front, '/', { 'if-modified-since': new Date(front.clock.now()).toUTCString() })
      expect(since.status).toBe(304)
      const part = await ask(front, '/', { range: 'bytes=-3', 'if-range': '"a"' })
      expect([part.status, part.text, part.headers['content-range'], part.headers['x-any']]).toEqual([
        206,
        '789',
        'bytes 7-9/10',
        '1',
      ])
      const other = await ask(front, '/', { range: 'bytes=-3', 'if-range': '"b"' })
      expect([other.status, other.text]).toEqual([200, '0123456789'])
      expect((await ask(front, '/', { range: 'bytes=20-' })).status).toBe(416)
      expect(front.seen).toHaveLength(1)
    })

    test('a HEAD that the app answers says how long the page is, and has none of it (RFC 9110 9.3.2)', async () => {
      await using front = await open(way, ({ method }) => ({
        fields: [['content-length', '10']],
        body: method === 'HEAD' ? '' : '0123456789',
      }))
      const head = await ask(front, '/', {}, 'HEAD')
      expect([head.status, head.text, head.headers['content-length']]).toEqual([200, '', '10'])
      expect(front.seen.map(({ method }) => method)).toEqual(['HEAD'])
    })

    test('conditions and ranges go to the app where nothing is kept, and its answer is theirs (Must)', async () => {
      await using front = await open(way, ({ headers }) =>
        headers['range'] === undefined
          ? { status: 304, fields: [['etag', '"v"']] }
          : {
              status: 206,
              fields: [
                ['content-range', 'bytes 0-0/4'],
                ['cache-control', 'max-age=60'],
              ],
              body: 'p',
            },
      )
      const known = await ask(front, '/', { 'if-none-match': '"v"' })
      expect([known.status, known.headers['etag']]).toEqual([304, '"v"'])
      for (const _ of [1, 2]) {
        const part = await ask(front, '/', { range: 'bytes=0-0' })
        expect([part.status, part.text, part.headers['content-range']]).toEqual([206, 'p', 'bytes 0-0/4'])
      }
      expect(front.seen).toHaveLength(3)
    })

    test('a cookie of the app goes to whoever asked, with the app’s own fields beside it, and is kept for nobody (I4)', async () => {
      const fields = [
        ['cache-control', 'max-age=60'],
        ['set-cookie', 'a=1'],
        ['set-cookie', 'b=2'],
      ] as const
      await using front = await open(way, () => ({ fields, body: 'page' }))
      for (const _ of [1, 2]) {
        const { headers } = await ask(front, '/')
        expect([headers['cache-control'], headers['set-cookie']]).toEqual(['max-age=60', ['a=1', 'b=2']])
      }
      expect(front.seen).toHaveLength(2)
    })

    test('other methods pass with their bodies, and what they have changed is asked for anew (Must)', async () => {
      await using front = await open(way, async ({ method, bodyBytes }) =>
        method === 'GET'
          ? { fields: [['cache-control', 'max-age=60']], body: 'page' }
          : { status: 299, body: String(await bodyBytes()), fields: [['x-any', '1']] },
      )
      await ask(front, '/p')
      const put = await front.ask('/p', { method: 'PUT', headers: { host, 'content-length': '5' }, body: '12345' })
      expect([put.status, put.text, put.headers['cache-control'], put.headers['x-any']]).toEqual([
        299,
        '5',
        undefined,
        '1',
      ])
      await ask(front, '/p')
      await ask(front, '/p')
      expect(front.seen.map(({ method }) => method)).toEqual(['GET', 'PUT', 'GET'])
    })

    test('a crowd before a page that varies is one render for each variant (I1)', async () => {
      await using front = await open(way, ({ headers }) => ({
        fields: [
          ['cache-control', 'max-age=60'],
          ['vary', 'x-variant'],
        ],
        body: headers['x-variant'] ?? '',
      }))
      const variants = Array.from({ length: 12 }, (_, i) => String(i % 3))
      const replies = await Promise.all(variants.map((variant) => ask(front, '/', { 'x-variant': variant })))
      expect(replies.map(({ text }) => text)).toEqual(variants)
      expect(front.seen).toHaveLength(3)
    })
  })
}

const host = 'shop.example'

function open(way: Way, app: App): Promise<Front> {
  return openFront(way, app, OPTIONS)
}

function ask(
  front: Front,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  method = 'GET',
): Promise<Reply> {
  return front.ask(path, { method, headers: { host, ...headers } })
}

async function play(way: Way, script: readonly Step[]): Promise<void> {
  const [behind, naives] = [new NotingApp(UNIT_SECONDS), new NotingApp(UNIT_SECONDS)]
  await using front = await openFront(way, (seen) => answerOf(behind.answer(askedBy(seen))), OPTIONS)
  front.clock.jump(NOW - front.clock.now())
  const naive = new NaiveCache(naives.answer, { now: NOW })
  for (const { after, method, target, foo, says } of script) {
    front.clock.advance(after * UNIT_SECONDS * 1000)
    naive.now += after * UNIT_SECONDS * 1000
    behind.manner = naives.manner = says
    behind.now = naives.now = naive.now
    const headers: Record<string, string> = foo === undefined ? {} : { foo }
    const expected = naive.ask(asking(target, headers, method))
    const reply = await ask(front, target, headers, method)
    expect([reply.status, reply.text, essence(Object.entries(reply.headers))]).toEqual([
      expected.status,
      method === 'HEAD' ? '' : expected.body,
      essence(expected.fields),
    ])
    // A refresh goes on behind its answer.
    while (front.cache.stats().background > 0) await new Promise((resolve) => setImmediate(resolve))
    expect(behind.asked).toBe(naives.asked)
  }
}

function askedBy({ method, target, headers }: Seen): AppRequest {
  return { method, url: `https://${host}${target}`, headers }
}

function answerOf(said: Said): Answer {
  if (said === 'lost') throw new Error('scripts have none')
  return said
}

/** What is the same with any cache and framework. */
function essence(fields: readonly (readonly [string, unknown])[]): unknown {
  const compared = ['age', 'etag', 'cache-control', 'vary']
  return Object.fromEntries(fields.filter(([name]) => compared.includes(name)))
}
