import cookie from '@fastify/cookie'
import session from '@fastify/session'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { describe, expect, test } from 'vitest'
import { KNOWN_HEADERS } from '../../../test-utils/header-names.ts'
import { Markers } from '../../../test-utils/markers.ts'
import { visitors } from '../../../test-utils/security/echo.ts'
import { isShared, leaksOf, sendRaw } from '../../../test-utils/security/first-visitor.ts'
import { type Built, open, type Shop } from './shop.ts'
import { echoing } from './ways-in.ts'

/** A shop whose pages are all that their renderer can reach. */
function openEcho(above: (app: FastifyInstance) => unknown, server: Built['server'] = {}): Promise<Shop> {
  return open({ above, pages: (app) => app.get('/*', echoing), server })
}

describe('a renderer that prints all that it can reach prints nothing of a visitor (P1, I3)', () => {
  /** Above the cache, for whoever says so in `x-leaving`: everything that hooks leave of a visitor, each with a marker of its own. */
  const leaving = (markers: Markers) =>
    async function above(app: FastifyInstance): Promise<void> {
      await app.register(cookie)
      app.decorateRequest('user', null as unknown)
      app.decorateReply('greeting', null as unknown)
      app.addHook('onRequest', (request, reply, next) => {
        if (request.headers['x-leaving'] === undefined) return next()
        leaveOnRequest(request, markers)
        leaveOnReply(reply, markers)
        visitors.run({ user: markers.mark('AsyncLocalStorage') }, next)
      })
    }

  test('of what hooks above have left on request, reply and socket (A10, P1)', async () => {
    const markers = new Markers()
    await using shop = await openEcho(leaving(markers), { trustProxy: true })
    const cookies = ['plain', 'theme'].map((name) => `${name}=${markers.mark(`cookie ${name}`)}`)
    const sent = [`Cookie: ${cookies.join('; ')}`, `X-Forwarded-For: ${markers.mark('ip')}, ${markers.mark('ips')}`]
    const first = await sendRaw(shop, '/', [...sent, 'X-Leaving: 1'])
    expect(isShared(first)).toBe(true)
    expect(await leaksOf(shop, '/', markers)).toEqual([])
    // Fields that hooks above have set are this visitor's own: they are there, and nowhere else.
    expect(markers.found(first)).toEqual(['reply.header', 'reply.raw.setHeader'])
    expect(markers.ways.length).toBeGreaterThan(20)
  })

  test('of a session (A10, P1)', async () => {
    const markers = new Markers()
    await using shop = await openEcho(async (app) => {
      await app.register(cookie)
      await app.register(session, {
        secret: 'a secret of thirty-two characters',
        cookie: { secure: false },
        saveUninitialized: false,
        cookieName: 'visit',
      })
      app.addHook('onRequest', async (request) => {
        if (request.headers['x-leaving'] === undefined) return
        Object.assign(request.session, { user: markers.mark('session.user'), cart: [markers.mark('a list in it')] })
      })
    })
    const first = await sendRaw(shop, '/', ['X-Leaving: 1'])
    expect(isShared(first)).toBe(true)
    expect(await leaksOf(shop, '/', markers)).toEqual([])
    expect(markers.found(first)).toEqual([])
  })

  test('while whoever is answered alone gets it all printed: the renderer does reach it (P1)', async () => {
    const markers = new Markers()
    await using shop = await openEcho(leaving(markers))
    const headers = KNOWN_HEADERS.filter((name) => name !== 'cookie')
    const answer = await sendRaw(shop, '/', [
      ...headers.map((name) => `${name}: ${markers.mark(name)}`),
      `Cookie: connect.sid=1; plain=${markers.mark('cookie')}`,
      'X-Leaving: 1',
    ])
    expect(answer).toContain('fwd=bypass')
    const printed = markers.found(answer)
    expect(markers.ways.filter((way) => !printed.includes(way))).toEqual([])
    expect(await leaksOf(shop, '/', markers)).toEqual([])
  })
})

function leaveOnRequest(request: FastifyRequest, markers: Markers): void {
  const mark = (way: string): string => markers.mark(`request ${way}`)
  Object.assign(request, {
    user: { name: mark('user'), [mark('a name in user')]: 1 },
    body: { form: mark('body') },
    flash: new Map([['user', new Set([mark('a set in a map')])]]),
    [Symbol('session')]: mark('symbol'),
    deep: { a: [{ b: { c: [mark('deep')] } }] },
  })
  request.query = { user: mark('query') }
  request.params = { user: mark('params') }
  request.cookies['user'] = mark('cookies')
  request.headers['x-user'] = mark('headers')
  request.raw.headersDistinct['x-user'] = [mark('headersDistinct')]
  request.raw.rawHeaders.push('X-User', mark('rawHeaders'))
  Object.assign(request.raw, { user: mark('raw') })
  Object.assign(request.socket, { user: mark('socket') })
  request.raw.once(
    'end',
    Object.assign(() => {}, { user: mark('a listener') }),
  )
}

function leaveOnReply(reply: FastifyReply, markers: Markers): void {
  Object.assign(reply, { greeting: markers.mark('reply greeting'), [Symbol('user')]: markers.mark('reply symbol') })
  Object.assign(reply.raw, { locals: { user: markers.mark('reply.raw locals') } })
  reply.header('x-above', markers.mark('reply.header'))
  reply.raw.setHeader('x-raw', markers.mark('reply.raw.setHeader'))
}
