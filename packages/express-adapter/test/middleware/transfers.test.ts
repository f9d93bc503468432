import type { IncomingHttpHeaders } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { expressCache } from '@ssr-cache/express-adapter'
import compression from 'compression'
import cookieParser from 'cookie-parser'
import cors from 'cors'
import type { RequestHandler } from 'express'
import { rateLimit } from 'express-rate-limit'
import session from 'express-session'
import helmet from 'helmet'
import morgan from 'morgan'
import { describe, expect, test } from 'vitest'
import type { Reply } from '../../../../test-utils/serve.ts'
import { isHit, open, VERSIONS } from '../versions.ts'
import { arranged, PAGE } from './arrangement.ts'

const ORIGIN = 'https://a.example'

const PACKAGES: Readonly<Record<string, () => RequestHandler>> = {
  helmet: () => helmet(),
  cors: () => cors({ origin: [ORIGIN] }),
  'express-session': () => session({ secret: 'quiet', resave: false, saveUninitialized: false }),
  'cookie-parser': () => cookieParser(),
  compression: () => compression(),
  'express-rate-limit': () => rateLimit({ windowMs: 60_000, limit: 100, validate: false }),
  morgan: () => morgan(() => undefined),
}

/** Each alone, and all of them one after the other. */
const STACKS: readonly (readonly [name: string, make: () => readonly RequestHandler[]])[] = [
  ...Object.entries(PACKAGES).map(([name, make]) => [name, () => [make()]] as const),
  ['all together', () => Object.values(PACKAGES).map((make) => make())],
]

const PLACES = [
  ['above', { above: true, inside: false }],
  ['inside', { above: false, inside: true }],
  ['above and inside', { above: true, inside: true }],
] as const

const OF_BODY = ['content-type', 'content-length', 'content-encoding', 'transfer-encoding']
const ASKED = { origin: ORIGIN, 'accept-encoding': 'gzip' }

describe.each(VERSIONS)('%s', (_, express) => {
  describe.each(PLACES)('%s the cache', (_, place) => {
    test.each(STACKS)(
      '%s: a hit is what the miss was, HEAD is its head, and who has it gets 304 (A2, A3, I10)',
      async (_name, make) => {
        await using shop = await arranged(express, {
          above: place.above ? make() : [],
          inside: place.inside ? make() : [],
        })
        const miss = await shop.get('/', ASKED)
        const hit = await shop.get('/', ASKED)
        expect([isHit(miss), isHit(hit), miss.status, hit.status]).toEqual([false, true, 200, 200])
        expect(hit.body).toEqual(miss.body)
        expect(lasting(hit.headers)).toEqual(lasting(miss.headers))
        expectWhole(hit)

        const plain = await shop.get('/', { origin: ORIGIN })
        expectWhole(plain)
        const head = await shop.ask('/', { method: 'HEAD', headers: { accept: 'text/html', origin: ORIGIN } })
        expect([head.status, head.body.length]).toEqual([200, 0])
        expect(lasting(head.headers)).toEqual(lasting(plain.headers))

        const known = await shop.get('/', { ...ASKED, 'if-none-match': String(hit.headers.etag) })
        expect([known.status, known.body.length]).toEqual([304, 0])
        expect(lasting(known.headers, ['vary'])).toEqual(lasting(hit.headers, [...OF_BODY, 'vary']))
        // Compression names Accept-Encoding only where there is a body to encode, in any app.
        const unsaid = varying(hit.headers).filter((name) => !varying(known.headers).includes(name))
        expect(unsaid.filter((name) => name !== 'accept-encoding')).toEqual([])
      },
    )
  })

  test.each([false, true, 'weak', 'strong'])(
    'Express’s own ETag, set to %j, is not that of a page that is kept (A3)',
    async (etag) => {
      await using shop = await open(express, (app, cache) => {
        app.set('etag', etag)
        app.use(expressCache(cache, (_request, response) => response.type('html').send(PAGE)))
      })
      const first = await shop.get('/', { 'if-none-match': '"other"' })
      const hit = await shop.get('/')
      expect([first.status, isHit(hit), hit.headers.etag]).toEqual([200, true, first.headers.etag])
      expect(hit.headers.etag).toMatch(/^W\/"[\w-]{27}"$/)
      expect((await shop.get('/', { 'if-none-match': String(hit.headers.etag) })).status).toBe(304)
    },
  )
})

/** The body is the page, and its length, where it is said, is right. */
function expectWhole({ headers, body }: Reply): void {
  const isEncoded = headers['content-encoding'] === 'gzip'
  expect((isEncoded ? gunzipSync(body) : body).toString()).toBe(PAGE)
  expect(headers['content-length'] ?? String(body.length)).toBe(String(body.length))
}

/** The names in a Vary field. */
function varying({ vary = '' }: IncomingHttpHeaders): readonly string[] {
  return vary.toLowerCase().split(', ')
}

/** Fields that are no matter of one transfer or one visitor, without those named. */
function lasting(headers: IncomingHttpHeaders, without: readonly string[] = []): Readonly<Record<string, unknown>> {
  const left = new Set(['date', 'cache-status', 'connection', 'keep-alive', ...without])
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !left.has(name) && !name.includes('ratelimit')))
}
