import { AsyncLocalStorage } from 'node:async_hooks'
import { connect } from 'node:net'
import { text as textOf } from 'node:stream/consumers'
import cookie from '@fastify/cookie'
import session from '@fastify/session'
import { pageContext } from '@ssr-cache/core'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { describe, expect, test } from 'vitest'
import { headerListMissing, KNOWN_HEADERS, listedHeaders } from '../../../test-utils/header-names.ts'
import { Markers } from '../../../test-utils/markers.ts'
import { reachableText } from '../../../test-utils/reachable-text.ts'
import { type Built, isHit, open, type Shop } from './shop.ts'

/** What hooks above the cache keep for the visitor of the moment. */
const visitors = new AsyncLocalStorage<unknown>()

/** Prints whatever it can reach of a request and its reply, and puts what it finds of markers into header fields too. The app itself is everybody's. */
function echo(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { raw } = reply
  const own = [...new Set(chain(request).concat(chain(reply)))].map((name) => [
    attempt(request, name),
    attempt(reply, name),
  ])
  const all = reachableText(
    own.flat(),
    request.raw,
    raw,
    request.socket,
    pageContext(),
    visitors.getStore(),
    reply.getHeaders(),
  )
  const found = all.match(/leak\d+x/gi)?.join(' ') ?? 'nothing'
  reply.headers({ 'x-echo': found, link: `</${found}>; rel=preload` })
  return reply.type('text/html').send(`<pre>${all}</pre>`)
}

/** The names on an object and its prototypes, but for those that lead to the app. */
function chain(holder: object): (string | symbol)[] {
  const names: (string | symbol)[] = []
  for (let at: object | null = holder; at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at))
    names.push(...Reflect.ownKeys(at))
  return names.filter((name) => !/server|context|log|constructor|routeOptions/.test(String(name)))
}

function attempt(holder: object, name: string | symbol): unknown {
  try {
    return Reflect.get(holder, name)
  } catch {
    return undefined
  }
}

/** A shop whose pages are all that their renderer can reach. */
function openEcho(above: (app: FastifyInstance) => unknown = () => {}, server: Built['server'] = {}): Promise<Shop> {
  return open({ above, pages: (app) => app.get('/*', echo), server })
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
  expect(replies.map(isHit)[1], path).toBe(true)
  return markers.found(replies.map(({ rawHeaders, text }) => `${rawHeaders.join('\n')}\n${text}`).join('\n'))
}

/** The names of header fields that leak, sent some at a time, and those whose visitor was refused or answered alone. */
async function probe(shop: Shop, names: readonly string[], atOnce: number) {
  const leaks: string[] = []
  const alone: string[] = []
  const send = async (some: readonly string[]): Promise<void> => {
    const path = `/page-${leaks.length}-${some[0]}-${some.length}`
    const markers = new Markers()
    const answer = await sendRaw(
      shop,
      path,
      some.map((name) => `${name}: ${markers.mark(name)}`),
    )
    const middle = Math.ceil(some.length / 2)
    if (isShared(answer)) leaks.push(...markers.found(answer), ...(await leaksOf(shop, path, markers)))
    else if (some.length === 1) {
      alone.push(...some)
      leaks.push(...(await leaksOf(shop, path, markers)))
    } else {
      await send(some.slice(0, middle))
      await send(some.slice(middle))
    }
  }
  for (let at = 0; at < names.length; at += atOnce) await send(names.slice(at, at + atOnce))
  return { leaks, alone }
}

describe('a renderer that prints all that it can reach prints nothing of a visitor (P1, I3)', () => {
  test('of the header fields that are known best (P1, R68, R69)', async () => {
    await using shop = await openEcho()
    const { leaks, alone } = await probe(shop, KNOWN_HEADERS, 50)
    expect(leaks).toEqual([])
    expect(KNOWN_HEADERS.length - alone.length).toBeGreaterThan(60)
  }, 60_000)

  test.skipIf(headerListMissing)(
    'of a thousand header fields (P1, R68, R69; needs the list of names)',
    async () => {
      await using shop = await openEcho((app) => app.register(cookie))
      const names = listedHeaders()
      expect(names.length).toBeGreaterThan(1_100)
      const { leaks, alone } = await probe(shop, names, 100)
      expect(leaks).toEqual([])
      // Each of these makes a request that is refused, or whose visitor is answered alone.
      expect(alone).toEqual(expect.arrayContaining(['authorization', 'content-length', 'transfer-encoding', 'upgrade']))
      expect(alone.length).toBeLessThan(15)
    },
    120_000,
  )

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

  test('of host and scheme of another, of a target that says who asks (P1, P2)', async () => {
    const markers = new Markers()
    await using shop = await openEcho()
    const host = `${markers.mark('Host')}.example`
    const campaign = `/?utm_source=${markers.mark('a campaign')}&gclid=${markers.mark('a click')}`
    const answers = [
      (await shop.get('/', { host })).text,
      await sendRaw(shop, campaign, []),
      await sendRaw(shop, `/#${markers.mark('a fragment')}`, []),
    ]
    expect(answers.map(isShared)).toEqual([false, true, false])
    expect(await leaksOf(shop, '/', markers)).toEqual([])
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
