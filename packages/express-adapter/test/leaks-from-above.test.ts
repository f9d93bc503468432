import { expressCache } from '@ssr-cache/express-adapter'
import cookieParser from 'cookie-parser'
import type { Request, RequestHandler, Response } from 'express'
import session from 'express-session'
import { describe, expect, test } from 'vitest'
import { KNOWN_HEADERS } from '../../../test-utils/header-names.ts'
import { Markers } from '../../../test-utils/markers.ts'
import { visitors } from '../../../test-utils/security/echo.ts'
import { isShared, leaksOf, sendRaw } from '../../../test-utils/security/first-visitor.ts'
import { type App, type Express, open, type Shop, VERSIONS } from './versions.ts'
import { echoing } from './ways-in.ts'

/** A shop whose pages are all that their renderer can reach. */
function openEcho(express: Express, above: (app: App) => void): Promise<Shop> {
  return open(express, (app, cache) => {
    above(app)
    app.use(expressCache(cache, echoing))
  })
}

describe.each(VERSIONS)(
  '%s: a renderer that prints all that it can reach prints nothing of a visitor (P1, I3)',
  (_, express) => {
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
