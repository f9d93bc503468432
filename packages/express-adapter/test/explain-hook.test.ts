import { expressCache } from '@ssr-cache/express-adapter'
import compression from 'compression'
import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express'
import session from 'express-session'
import { describe, expect, test } from 'vitest'
import { ssrCache } from '../../../test-utils/command.ts'
import { isHit, open, type Shop, VERSIONS } from './versions.ts'

const SECRET = 'a-secret-of-this-test'
const ADMIN = { admin: { secret: SECRET } }
const ASKING = { 'ssr-cache-explain': SECRET }

const page = ((_request: Request, response: Response) => void response.send('<p>A page</p>')) as never

const sorry: ErrorRequestHandler = (_error, _request, response, _next) => void response.status(500).send('Sorry')

/** Answers with the names of the headers that it was given. */
const echo = ((request: Request, response: Response) => {
  response.type('html').send(Object.keys(request.headers).join())
}) as never

async function explained(shop: Shop, path: string, headers = {}): Promise<Record<string, unknown>> {
  const reply = await shop.get(path, { ...headers, ...ASKING })
  expect(reply.headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'private, no-store' })
  return JSON.parse(reply.text)
}

describe.each(VERSIONS)('%s: the explanation is asked for where the page is (I11, I12)', (_, express) => {
  test('through the mount path, the route parameters and the middleware above, with what they put into the key', async () => {
    const context = (request: object) => ({ country: (request as { country: string }).country })
    await using shop = await open(
      express,
      (app, cache) => {
        app.use(((request, _response, next) => {
          Object.assign(request, { country: 'at' })
          next()
        }) as RequestHandler)
        app.use('/shop/:lang', expressCache(cache, page, { context }))
      },
      { ...ADMIN, routes: [{ match: '/shop/:lang/movies/:id' }] },
    )
    await shop.get('/shop/de/movies/42')
    expect(await explained(shop, '/shop/de/movies/42')).toMatchObject({
      explanation: {
        decision: 'shared',
        route: '/shop/:lang/movies/:id',
        variant: { scope: expect.any(String), context: expect.any(String) },
        page: { state: 'fresh' },
      },
    })
  })

  test('also of what bypasses or is refused, without that the app is asked', async () => {
    let asked = 0
    const handler = ((_request: Request, response: Response) => {
      asked++
      response.send('<p>A page</p>')
    }) as never
    await using shop = await open(express, (app, cache) => app.use(expressCache(cache, handler)), {
      ...ADMIN,
      key: { maxUrlBytes: 20 },
    })
    expect(await explained(shop, '/', { cookie: 'sid=1' })).toMatchObject({ explanation: { culprit: 'sid' } })
    expect(await explained(shop, `/${'x'.repeat(20)}`)).toMatchObject({ explanation: { reason: 'url-length' } })
    expect(asked).toBe(0)
  })

  test('below compression, and beside a session from above, it is private and whole', async () => {
    await using shop = await open(
      express,
      (app, cache) => {
        app.use(compression({ threshold: 0 }))
        app.use(session({ secret: 'x', resave: false, saveUninitialized: true }))
        app.use(expressCache(cache, page))
      },
      ADMIN,
    )
    expect(await explained(shop, '/')).toMatchObject({ explanation: { decision: 'shared' } })
  })

  test.each([
    ['a wrong secret', ADMIN, 'another-secret-of-it'],
    ['no admin', {}, SECRET],
  ])('%s: the header reaches no shared render and no key (P10)', async (_, options, sent) => {
    await using shop = await open(express, (app, cache) => app.use(expressCache(cache, echo)), options)
    const first = await shop.get('/', { 'ssr-cache-explain': sent })
    expect(first.text).toBe('host,accept')
    const second = await shop.get('/')
    expect([isHit(second), second.text]).toEqual([true, first.text])
    expect(isHit(await shop.get('/', { 'ssr-cache-explain': sent }))).toBe(true)
  })
})

describe.each(VERSIONS)('%s: ssr-cache doctor asks a running app (I12)', (_, express) => {
  const doctor = ({ host }: Shop, path: string, ...args: string[]) =>
    ssrCache(['doctor', `http://${host}${path}`, ...args])

  test('a hit', async () => {
    await using shop = await open(express, (app, cache) => app.use(expressCache(cache, page)), ADMIN)
    const { code, stdout } = await doctor(shop, '/')
    expect([code, stdout.split('\n', 1)[0]]).toEqual([0, 'A hit: kept, and fresh for another 60 s.'])
  })

  test('a page of a form that only takes POST: what was given to render passed the visitor on', async () => {
    await using shop = await open(
      express,
      (app, cache) => app.use(expressCache(cache, express.Router().post('/form', page))),
      ADMIN,
    )
    const { code, stdout } = await doctor(shop, '/form', '--secret', SECRET)
    expect(code).toBe(1)
    expect(stdout).toMatch(/^Not a hit: the cache is on the way, and the answer \(404\) is not its own/)
    expect(stdout).toContain('declined 2')
  })

  test('a render that throws', async () => {
    const broken = (() => {
      throw new Error('broken')
    }) as never
    await using shop = await open(
      express,
      (app, cache) => {
        app.use(expressCache(cache, broken))
        app.use(sorry)
      },
      ADMIN,
    )
    const { code, stdout } = await doctor(shop, '/')
    expect([code, stdout.split('\n', 1)[0]]).toEqual([1, 'Not a hit: its render threw.'])
  })

  test('a session for everybody who comes by: a hit that no CDN keeps', async () => {
    await using shop = await open(
      express,
      (app, cache) => {
        app.use(session({ secret: 'x', resave: false, saveUninitialized: true }))
        app.use(expressCache(cache, page))
      },
      ADMIN,
    )
    const { code, stdout } = await doctor(shop, '/')
    expect(code).toBe(0)
    expect(stdout).toContain(
      'code above the cache sets "connect.sid": no CDN keeps it. Sessions: saveUninitialized: false.',
    )
  })

  test('files that are served above the cache do not come by it', async () => {
    await using shop = await open(
      express,
      (app, cache) => app.use(express.static(`${import.meta.dirname}/files`), expressCache(cache, page)),
      ADMIN,
    )
    const { code, stdout } = await doctor(shop, '/page.html')
    expect(code).toBe(1)
    expect(stdout).toMatch(/^Not a hit: the answer \(200\) has no Cache-Status of ssr-cache/)
  })
})
