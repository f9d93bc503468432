import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Asked, Reply } from '../serve.ts'
import { html } from './app.ts'
import { exchangesOf, written } from './exchange.ts'
import { SITE } from './fixtures.ts'
import { type Front, openFront, type Way } from './front.ts'

/** What an exchange must be answered by an adapter whose apps handle errors in another way; `undefined` where that is not this suite's business. */
type ByItsHandling = (answer: string) => string | undefined

/** What every adapter must do alike, on real sockets: fixtures in, bytes and header fields out (A7). */
export function httpSuite(name: string, way: Way, byItsHandling: ByItsHandling = (answer) => answer): void {
  describe(`${name}: the site of fixtures is answered to the letter`, () => {
    let front: Front

    beforeAll(async () => {
      const key = { cookies: ['currency'], maxUrlBytes: 64 }
      front = await openFront(way, SITE, { hosts: ['shop.example'], key, downstream: { cdnKeys: ['currency'] } })
    })

    afterAll(async () => {
      await front[Symbol.asyncDispose]()
    })

    test.each(exchangesOf('exchanges.http'))('$title', async ({ path, asked, answer }) => {
      const reply = written(await front.ask(path, asked))
      const expected = answer.endsWith('\nsorry') ? byItsHandling(answer) : answer
      if (expected !== undefined) expect(reply).toBe(expected)
    })
  })

  describe(`${name}: many visitors, and time`, () => {
    test('a crowd before a cold page is one render, and whoever leaves harms nobody (C1, C6, I9)', async () => {
      const { promise: go, resolve } = Promise.withResolvers<void>()
      await using front = await openFront(way, async () => {
        await go
        return html('<p>page</p>')
      })
      const left = front.askAndLeave(
        '/',
        until(() => front.seen.length === 1),
        { headers: { accept: 'text/html' } },
      )
      await left
      const crowd = Array.from({ length: 20 }, () => front.get('/'))
      resolve()
      for (const reply of await Promise.all(crowd)) expect([reply.status, reply.text]).toEqual([200, '<p>page</p>'])
      expect(front.seen).toHaveLength(1)
    })

    test('a stale page goes out at once, with the grace, while one refresh runs (S1, R4, R13)', async () => {
      let version = 1
      const refreshed = Promise.withResolvers<void>()
      await using front = await openFront(way, async () => {
        if (version > 1) await refreshed.promise
        return html(`<p>${version}</p>`)
      })
      await front.get('/')
      version = 2
      front.clock.advance(60_000)
      for (const reply of await Promise.all(Array.from({ length: 10 }, () => front.get('/')))) {
        expect([reply.text, reply.headers['cache-control']]).toEqual([
          '<p>1</p>',
          expect.stringMatching(/^public, max-age=0, s-maxage=10\b/),
        ])
      }
      refreshed.resolve()
      await vi.waitFor(async () => expect((await front.get('/')).text).toBe('<p>2</p>'))
      expect(front.seen).toHaveLength(2)
    })

    test.each<[string, () => ReturnType<typeof html>]>([
      ['answers 503', () => ({ ...html('<p>down</p>'), status: 503 })],
      [
        'throws',
        () => {
          throw new Error('the app is down')
        },
      ],
      ['breaks off', () => html(brokenOff())],
      ['answers nothing', () => html('')],
    ])('an app that %s takes no page away (I5, S2, S4)', async (_, trouble) => {
      let isWell = true
      await using front = await openFront(way, () => (isWell ? html('<p>well</p>') : trouble()))
      await front.get('/')
      isWell = false
      for (const ms of [61_000, 700_000]) {
        front.clock.advance(ms)
        for (const _ of [1, 2]) expect(essence(await front.get('/'))).toEqual([200, '<p>well</p>'])
      }
    })

    test('what is invalidated is rendered anew behind one more visit, what is purged is gone at once (R20, R32, V12)', async () => {
      let version = 0
      await using front = await openFront(way, () => html(`<p>${++version}</p>`))
      await front.get('/')
      await front.cache.invalidate({ urls: ['/'] })
      expect((await front.get('/')).text).toBe('<p>1</p>')
      await vi.waitFor(async () => expect((await front.get('/')).text).toBe('<p>2</p>'))
      await front.cache.purge({ urls: ['/'] })
      expect((await front.get('/')).text).toBe('<p>3</p>')
    })

    test('a large page streams through and is kept for nobody (B6, I7)', async () => {
      const page = Array.from({ length: 32 }, (_, i) => String(i % 10).repeat(16_384))
      await using front = await openFront(way, () => html(ReadableStream.from(page)), { maxPageBytes: 100_000 })
      for (const _ of [1, 2]) {
        const { status, text, cutOff, headers } = await front.get('/')
        expect([status, cutOff, headers['cache-control']]).toEqual([200, false, 'private, no-store'])
        expect(text === page.join('')).toBe(true)
      }
      expect(front.seen).toHaveLength(2)
    })

    test('a page goes out piece by piece while it is rendered, to the first visitor; others are given all of it (S14, I10)', async () => {
      const seen = Promise.withResolvers<void>()
      await using front = await openFront(way, () => html(inTwo(seen.promise)))
      const response = await front.open('/', NAVIGATED)
      const [first] = await once(response, 'data')
      expect([String(first), response.headers['cache-control']]).toEqual(['<p>first ', 'private, no-store'])
      expect([response.headers['etag'], response.headers['content-length']]).toEqual([undefined, undefined])
      const follower = front.get('/')
      seen.resolve()
      expect(await rest(response)).toBe('last</p>')
      expect([(await follower).text, response.complete]).toEqual(['<p>first last</p>', true])
      const hit = await front.get('/')
      expect([hit.text, hit.headers['content-length']]).toEqual(['<p>first last</p>', '17'])
      expect(front.seen).toHaveLength(1)
    })

    test('a visitor who leaves in the middle of a page takes it away from nobody (I9)', async () => {
      const left = Promise.withResolvers<void>()
      await using front = await openFront(way, () => html(inTwo(left.promise)))
      const response = await front.open('/', NAVIGATED)
      await once(response, 'data')
      const follower = front.get('/')
      response.destroy()
      await closed(response)
      left.resolve()
      expect((await follower).text).toBe('<p>first last</p>')
      expect([(await front.get('/')).text, front.seen.length]).toEqual(['<p>first last</p>', 1])
    })

    test('a page that breaks off in its middle is cut off, and not kept (I4, I9)', async () => {
      const seen = Promise.withResolvers<void>()
      await using front = await openFront(way, () => html(brokenInTwo(seen.promise)))
      const response = await front.open('/', NAVIGATED)
      await once(response, 'data')
      seen.resolve()
      await closed(response)
      expect(response.complete).toBe(false)
      await front.get('/')
      expect(front.seen).toHaveLength(2)
    })

    test('a visitor who reads nothing holds nobody up, and is given the same bytes later (I9, I10)', async () => {
      const page = Array.from({ length: 128 }, (_, i) => String(i % 10).repeat(16_384))
      await using front = await openFront(way, () => html(slowly(page)))
      const response = await front.open('/', NAVIGATED)
      const { text } = await front.get('/')
      expect([text === page.join(''), front.seen.length]).toEqual([true, 1])
      expect((await rest(response)) === text).toBe(true)
    })

    test('with stream: shared, everyone reads a page while it is rendered, with the grace (I1, I10)', async () => {
      const seen = Promise.withResolvers<void>()
      await using front = await openFront(way, () => html(inTwo(seen.promise)), { stream: 'shared' })
      const crowd = [await front.open('/', NAVIGATED), await front.open('/', NAVIGATED)]
      for (const response of crowd) {
        expect(response.headers['cache-control']).toMatch(/^public, max-age=0, s-maxage=10\b/)
        expect(String((await once(response, 'data'))[0])).toBe('<p>first ')
      }
      seen.resolve()
      expect(await Promise.all(crowd.map(rest))).toEqual(['last</p>', 'last</p>'])
      expect([(await front.get('/')).text, front.seen.length]).toEqual(['<p>first last</p>', 1])
    })

    test('with stream: shared, a page that breaks off is cut off for everyone (I4, I9)', async () => {
      const seen = Promise.withResolvers<void>()
      await using front = await openFront(way, () => html(brokenInTwo(seen.promise)), { stream: 'shared' })
      const crowd = [await front.open('/', NAVIGATED), await front.open('/', NAVIGATED)]
      const ends = crowd.map((response) => closed(response.resume()))
      seen.resolve()
      await Promise.all(ends)
      expect(crowd.map(({ complete }) => complete)).toEqual([false, false])
    })

    test('who asks for a head, a part, or by a condition is answered while it is rendered, too (A3)', async () => {
      await using front = await openFront(way, () => html(slowly(['<p>one ', 'two</p>'])))
      const asked = (path: string, o: Asked): Promise<Reply> =>
        front.ask(path, { ...o, headers: { ...NAVIGATED.headers, ...o.headers } })
      const head = await asked('/head', { method: 'HEAD' })
      expect([head.status, head.headers['content-length'], head.text]).toEqual([200, '14', ''])
      const part = await asked('/part', { headers: { range: 'bytes=0-3' } })
      expect([part.status, part.text]).toEqual([200, '<p>one two</p>'])
      const condition = await asked('/condition', { headers: { 'if-none-match': '"other"' } })
      expect([condition.status, condition.text]).toEqual([200, '<p>one two</p>'])
      const encoded = await asked('/encoded', { headers: { 'accept-encoding': 'gzip, br' } })
      expect([encoded.headers['content-encoding'], encoded.text]).toEqual([undefined, '<p>one two</p>'])
    })

    test('an upload reaches the app whole (B6)', async () => {
      await using front = await openFront(way, async ({ bodyBytes }) => html(String(await bodyBytes())))
      const body = 'x'.repeat(3 * 1024 ** 2)
      const headers = { 'content-type': 'application/octet-stream', 'content-length': String(body.length) }
      const { status, text } = await front.ask('/', { method: 'POST', headers, body })
      expect([status, text]).toEqual([200, String(body.length)])
    })
  })
}

const brokenOff = async function* (): AsyncGenerator<string> {
  yield '<p>half'
  throw new Error('the database is down')
}

const NAVIGATED = { headers: { accept: 'text/html' } }

/** A page in two pieces, of which the second waits. */
async function* inTwo(go: Promise<unknown>): AsyncGenerator<string> {
  yield '<p>first '
  await go
  yield 'last</p>'
}

async function* brokenInTwo(go: Promise<unknown>): AsyncGenerator<string> {
  yield '<p>first '
  await go
  throw new Error('the database is down')
}

/** One piece in so many turns of the event loop. */
async function* slowly(pieces: readonly string[]): AsyncGenerator<string> {
  for (const piece of pieces) {
    yield piece
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
  }
}

/** However it was closed. */
function closed(response: IncomingMessage): Promise<void> {
  return new Promise((resolve) => response.once('close', resolve))
}

/** What is still to come of an answer. */
async function rest(response: IncomingMessage): Promise<string> {
  let text = ''
  response.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  await closed(response)
  return text
}

const essence = ({ status, text }: Reply): readonly unknown[] => [status, text]

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve))
}
