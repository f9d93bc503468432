import { AsyncLocalStorage } from 'node:async_hooks'
import { connect } from 'node:net'
import { text as textOf } from 'node:stream/consumers'
import { pageContext } from '@ssr-cache/core'
import { expressCache } from '@ssr-cache/express-adapter'
import cookieParser from 'cookie-parser'
import type { Request, RequestHandler, Response } from 'express'
import session from 'express-session'
import { describe, expect, test } from 'vitest'
import { headerListMissing, KNOWN_HEADERS, listedHeaders } from '../../../test-utils/header-names.ts'
import { Markers } from '../../../test-utils/markers.ts'
import { reachableText } from '../../../test-utils/reachable-text.ts'
import type { Reply } from '../../../test-utils/serve.ts'
import { type App, type Express, isHit, open, type Shop, VERSIONS } from './versions.ts'

/** What code above the cache keeps for the visitor of the moment. */
const visitors = new AsyncLocalStorage<unknown>()

/** Prints whatever it can reach, and puts what it finds of markers into header fields too. */
function echo(request: Request, response: Response, next: unknown): void {
  const asked = KNOWN_HEADERS.map((name) => request.get(name))
  const all = reachableText(request, response, next, pageContext(), visitors.getStore(), asked)
  const found = all.match(/leak\d+x/gi)?.join(' ') ?? 'nothing'
  response.set({ 'X-Echo': found, Link: `</${found}>; rel=preload` })
  response.type('html').send(`<pre>${all}</pre>`)
}

/** A shop whose pages are all that their renderer can reach. */
function openEcho(express: Express, above: (app: App) => void = () => {}): Promise<Shop> {
  return open(express, (app, cache) => {
    above(app)
    app.use(expressCache(cache, echo as never))
  })
}

/** Sends header lines byte by byte, as no client library would, and gives the whole answer as text. */
function sendRaw(shop: Shop, path: string, lines: readonly string[], body = ''): Promise<string> {
  const head = [`GET ${path} HTTP/1.1`, `Host: ${shop.host}`, 'Accept: text/html', 'Connection: close', ...lines]
  const socket = connect(shop.port, '127.0.0.1')
  socket.end(Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`, 'latin1'))
  return textOf(socket).catch(() => 'cut off')
}

/** Whether an answer was a page for all. */
const isShared = (answer: string): boolean => /^cache-status: ssr-cache; (?:hit|fwd=uri-miss)/im.test(answer)

/** The ways by which something of the first visitor reached two who came with nothing. Fails where the second of them found no page kept for all. */
async function leaksOf(shop: Shop, path: string, markers: Markers): Promise<readonly string[]> {
  const replies = [await shop.get(path), await shop.get(path)]
  expect(isHit(replies[1] as Reply), path).toBe(true) // there are two
  return markers.found(replies.map(({ rawHeaders, text }) => `${rawHeaders.join('\n')}\n${text}`).join('\n'))
}

/** Header lines of one name that hold a marker. */
type Form = (marker: string, name: string) => readonly string[]

/** A first visitor with header fields of many names. */
class Probe {
  readonly #shop: Shop
  readonly #form: Form
  #pages = 0
  /** The names whose visitor was refused, or answered alone. */
  readonly alone: string[] = []

  constructor(shop: Shop, form: Form) {
    this.#shop = shop
    this.#form = form
  }

  /** The names that leak, sent some at a time: Node takes 16 KB of header section. */
  async leaks(names: readonly string[], atOnce: number): Promise<readonly string[]> {
    const leaks: string[] = []
    for (let at = 0; at < names.length; at += atOnce) leaks.push(...(await this.#send(names.slice(at, at + atOnce))))
    return leaks
  }

  /** Where they are together no request for a page of all, in halves, to find those that make it so. */
  async #send(names: readonly string[]): Promise<readonly string[]> {
    const path = `/page-${this.#pages++}`
    const markers = new Markers()
    const answer = await sendRaw(
      this.#shop,
      path,
      names.flatMap((name) => this.#form(markers.mark(name), name)),
    )
    if (isShared(answer)) return [...markers.found(answer), ...(await leaksOf(this.#shop, path, markers))]
    const middle = Math.ceil(names.length / 2)
    if (names.length > 1)
      return [...(await this.#send(names.slice(0, middle))), ...(await this.#send(names.slice(middle)))]
    this.alone.push(...names)
    return leaksOf(this.#shop, path, markers)
  }
}

describe.each(VERSIONS)(
  '%s: a renderer that prints all that it can reach prints nothing of a visitor (P1, I3)',
  (_, express) => {
    const FORMS: readonly (readonly [what: string, form: Form, atOnce: number])[] = [
      ['one value', (marker, name) => [`${name}: ${marker}`], 100],
      ['two lines', (marker, name) => [`${name}: ${marker}`, `${name}: ${marker}, ${marker}`], 50],
      ['a very long value', (marker, name) => [`${name}: ${marker} ${'x'.repeat(9_000)} ${marker}`], 1],
      ['a value beyond ASCII', (marker, name) => [`${name}: \u00e9${marker}\u00ff`], 100],
      ['a quoted value with delimiters', (marker, name) => [`${name}: "${marker}";q=1, <a>;b="${marker}",,`], 50],
      ['an empty line before it', (marker, name) => [`${name}:`, `${name}: ${marker}`], 50],
      ['letter case of its own', (marker, name) => [`${name.toUpperCase()}:${marker}\t`], 100],
      ['no value, but a name of its own', (marker, name) => [`${name}-${marker}:`], 100],
    ]

    test.each(FORMS)(
      'of the header fields that are known best, with %s (P1, R68, R69)',
      async (_, form, atOnce) => {
        await using shop = await openEcho(express)
        const probe = new Probe(shop, form)
        expect(await probe.leaks(KNOWN_HEADERS, atOnce)).toEqual([])
        expect(KNOWN_HEADERS.length - probe.alone.length).toBeGreaterThan(60)
      },
      60_000,
    )

    test.skipIf(headerListMissing)(
      'of a thousand header fields (P1, R68, R69; needs the list of names)',
      async () => {
        await using shop = await openEcho(express)
        const names = listedHeaders()
        expect(names.length).toBeGreaterThan(1_100)
        const probe = new Probe(shop, (marker, name) => [`${name}: ${marker}`])
        expect(await probe.leaks(names, 200)).toEqual([])
        // Each of these makes a request that is refused, or whose visitor is answered alone.
        expect(probe.alone).toEqual([
          'authorization',
          'content-length',
          'expect',
          'transfer-encoding',
          'upgrade',
          'x-http-method',
          'x-http-method-override',
          'x-method-override',
        ])
      },
      120_000,
    )

    /** Above the cache, for whoever says so in `x-leaving`: everything that middleware leaves of a visitor, each with a marker of its own. */
    function leaving(markers: Markers): RequestHandler {
      return (request, response, next) => {
        if (request.get('x-leaving') === undefined) return next()
        leaveOnRequest(request, markers)
        leaveOnResponse(response, markers)
        visitors.run({ user: markers.mark('AsyncLocalStorage') }, next)
      }
    }

    test('of what code above has left on request, response and socket (A10, P1)', async () => {
      const markers = new Markers()
      await using shop = await openEcho(express, (app) => {
        app.set('trust proxy', true)
        app.use(cookieParser('secret'), leaving(markers))
      })
      const cookies = ['plain', 'theme', 'j'].map((name) => `${name}=${markers.mark(`cookie ${name}`)}`)
      const sent = [`Cookie: ${cookies.join('; ')}; json=j:{"a":"${markers.mark('cookie in JSON')}"}`]
      sent.push(`X-Forwarded-For: ${markers.mark('ip')}, ${markers.mark('ips')}`, 'X-Leaving: 1')
      const first = await sendRaw(shop, '/', sent)
      expect(isShared(first)).toBe(true)
      expect(await leaksOf(shop, '/', markers)).toEqual([])
      // Fields that code above has set are this visitor's own: they are there, and nowhere else.
      expect(markers.found(first)).toEqual(['res.setHeader', 'res.cookie'])
      expect(markers.ways.length).toBeGreaterThan(40)
    })

    test('of a session (A10, P1)', async () => {
      const markers = new Markers()
      await using shop = await openEcho(express, (app) => {
        app.use(session({ secret: 'quiet', resave: false, saveUninitialized: false, name: 'visit' }))
        app.use((request, _response, next) => {
          if (request.get('x-leaving') !== undefined) {
            Object.assign(request.session, { user: markers.mark('req.session'), cart: [markers.mark('a list in it')] })
          }
          next()
        })
      })
      const first = await sendRaw(shop, '/', ['X-Leaving: 1'])
      expect(isShared(first)).toBe(true)
      expect(await leaksOf(shop, '/', markers)).toEqual([])
      expect(markers.found(first)).toEqual([])
    })

    test('of trailers, of host and scheme of another, of a target that says who asks (P1, P2)', async () => {
      const markers = new Markers()
      await using shop = await openEcho(express)
      const host = `${markers.mark('Host')}.example`
      const trailer = `0\r\nX-Trailer: ${markers.mark('a trailer')}\r\n\r\n`
      const answers = [
        await sendRaw(shop, '/', ['Transfer-Encoding: chunked', 'Trailer: X-Trailer'], trailer),
        (await shop.get('/', { host })).text,
        await sendRaw(shop, `/?utm_source=${markers.mark('a campaign')}&gclid=${markers.mark('a click')}`, []),
        await sendRaw(shop, `/#${markers.mark('a fragment')}`, []),
        await sendRaw(shop, `http://user:${markers.mark('a password')}@${shop.host}/`, []),
      ]
      expect(answers.map(isShared)).toEqual([false, false, true, false, true])
      expect(await leaksOf(shop, '/', markers)).toEqual([])
    })

    test('while whoever is answered alone gets it all printed: the renderer does reach it (P1)', async () => {
      const markers = new Markers()
      await using shop = await openEcho(express, (app) => {
        app.set('trust proxy', true)
        app.use(cookieParser('secret'), leaving(markers))
      })
      const headers = KNOWN_HEADERS.filter((name) => name !== 'x-forwarded-for' && name !== 'cookie')
      const answer = await sendRaw(shop, '/', [
        ...headers.map((name) => `${name}: ${markers.mark(name)}`),
        `Cookie: connect.sid=1; plain=${markers.mark('cookie')}`,
        `X-Forwarded-For: ${markers.mark('ip')}, ${markers.mark('ips')}`,
        'X-Leaving: 1',
      ])
      expect(answer).toContain('fwd=bypass')
      const printed = markers.found(answer)
      expect(markers.ways.filter((way) => !printed.includes(way))).toEqual([])
      expect(await leaksOf(shop, '/', markers)).toEqual([])
    })
  },
)

function leaveOnRequest(request: Request, markers: Markers): void {
  const mark = (way: string): string => markers.mark(`req ${way}`)
  Object.assign(request, {
    user: { name: mark('user'), [mark('a name in user')]: 1 },
    id: mark('id'),
    log: { bindings: () => mark('log'), fields: { user: mark('log.fields') } },
    body: Buffer.from(mark('body')),
    file: new Uint8Array(Buffer.from(mark('file'))),
    flash: new Map([['user', new Set([mark('a set in a map')])]]),
    account: new (class Account {
      #name = mark('a private field')
      get name(): string {
        return this.#name
      }
    })(),
    locale: mark('locale'),
    _passport: { instance: { session: mark('_passport') } },
    [Symbol('session')]: mark('symbol'),
    [Symbol(mark('the description of a symbol'))]: true,
    deep: { a: [{ b: { c: [mark('deep')] } }], self: request },
  })
  Object.defineProperty(request, 'hidden', { value: mark('not enumerable') })
  Object.defineProperty(request, 'asked', { get: () => mark('a getter') })
  Object.defineProperty(request, 'ip', { value: mark('ip of its own') })
  Object.setPrototypeOf(
    request,
    Object.create(Object.getPrototypeOf(request), { inherited: { value: mark('inherited') } }),
  )
  request.headers['x-user'] = mark('headers')
  request.headersDistinct['x-user'] = [mark('headersDistinct')]
  request.rawHeaders.push('X-User', mark('rawHeaders'))
  request.trailers['x-user'] = mark('trailers')
  request.rawTrailers.push('X-User', mark('rawTrailers'))
  request.cookies['user'] = mark('cookies')
  request.signedCookies['user'] = mark('signedCookies')
  Object.defineProperty(request, 'query', { value: { user: mark('query') } })
  Object.assign(request.socket, { user: mark('socket'), getPeerCertificate: () => ({ subject: mark('certificate') }) })
  Object.assign(request.socket, { [Symbol('user')]: mark('a symbol on the socket') })
  request.once(
    'end',
    Object.assign(() => {}, { user: mark('a listener') }),
  )
}

function leaveOnResponse(response: Response, markers: Markers): void {
  const mark = (way: string): string => markers.mark(`res ${way}`)
  Object.assign(response, { user: mark('user'), [Symbol('user')]: mark('symbol') })
  Object.assign(response.locals, { user: mark('locals'), csrf: { token: mark('locals, further in') } })
  Object.defineProperty(response.locals, 'hidden', { value: mark('locals, not enumerable') })
  response.setHeader('X-Above', markers.mark('res.setHeader'))
  response.cookie('seen', markers.mark('res.cookie'))
  response.once(
    'finish',
    Object.assign(() => {}, { user: mark('a listener') }),
  )
}
