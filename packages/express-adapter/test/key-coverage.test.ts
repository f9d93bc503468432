import { IncomingMessage } from 'node:http'
import type { CoverageFinding, RenderCacheOptions } from '@ssr-cache/core'
import { expressCache } from '@ssr-cache/express-adapter'
import cookieParser from 'cookie-parser'
import type { Request, RequestHandler, Response } from 'express'
import { describe, expect, test } from 'vitest'
import { open, VERSIONS } from './versions.ts'

type State = Request & Record<string, unknown>

/** State of one visitor's, as middleware above leaves it. */
const above: RequestHandler = (request, response, next) => {
  Object.assign(request, { user: 'Ada', session: { views: 1 }, body: {} })
  Object.assign(response.locals, { basket: 3 })
  next()
}

describe.each(VERSIONS)('%s: a render is told what it looks for in vain (I3, A10)', (_, express) => {
  async function findings(page: RequestHandler, options: RenderCacheOptions = {}): Promise<string[]> {
    const found: CoverageFinding[] = []
    await using shop = await open(
      express,
      (app, cache) => {
        cache.events.on('key-coverage', (finding) => found.push(finding))
        app.use(cookieParser(), above)
        app.use(expressCache(cache, page as never))
      },
      { keyCoverage: true, ...options },
    )
    const headers = { cookie: 'theme=dark; currency=EUR', 'user-agent': 'x', 'if-none-match': '"a"' }
    expect((await shop.get('/a?utm_source=mail&page=2', headers)).status).toBe(200)
    return found.map(({ part, name }) => `${part} ${name}`)
  }

  const sends =
    (read: (request: State, response: Response) => unknown): RequestHandler =>
    (request, response) => {
      response.type('html').send(`<p>${String(read(request as unknown as State, response))}`)
    }

  test.each<[string, (request: State, response: Response) => unknown, string[]]>([
    ['a header', (request) => request.get('User-Agent'), ['header user-agent']],
    ['a query parameter that the key drops', ({ query }) => [query['utm_source'], query['page']], ['query utm_source']],
    ['req.user and req.session', ({ user, session }) => [user, session], ['request user', 'request session']],
    ['req.ip', ({ ip }) => ip, ['request ip']],
    ['res.locals', (_request, { locals }) => locals['basket'], ['locals basket']],
    ['nothing', () => '', []],
    ['what every render has', ({ path, hostname, protocol, url, body }) => [path, hostname, protocol, url, body], []],
  ])('%s', async (_name, read, expected) => {
    expect(await findings(sends(read))).toEqual(expected)
  })

  test('a cookie that a parser below did not find', async () => {
    const parse = cookieParser()
    const page: RequestHandler = (request, response) =>
      parse(request, response, () => {
        const { theme, currency } = request.cookies
        response.type('html').send(`<p>${theme} ${currency}`)
      })
    expect(await findings(page, { key: { cookies: ['currency'] } })).toEqual(['cookie theme'])
  })

  test('what is looked for in vain is as absent as ever, and what middleware below sets is there', async () => {
    const read: unknown[] = []
    const page: RequestHandler = (request, response) => {
      const state = request as unknown as State
      read.push(state['user'], 'user' in response.locals, response.locals['basket'], request.ip, request.query['page'])
      Object.assign(request, { user: 'nobody' })
      response.locals['basket'] = 0
      read.push(state['user'], response.locals['basket'])
      response.type('html').send('<p>')
    }
    await findings(page)
    expect(read).toEqual([undefined, false, undefined, undefined, '2', 'nobody', 0])
  })

  test('an app inside, which puts a prototype of its own on the request, is told too', async () => {
    const app = express()
    app.set('query parser', 'simple')
    app.use(cookieParser(), (request, response) => {
      const { user, cookies, query } = request as unknown as State & { cookies: Record<string, string> }
      const seen = [user, cookies['theme'], query['utm_source'], response.locals['basket']]
      response.type('html').send(`<p>${seen.join()}`)
    })
    expect(await findings(app as never)).toEqual(['request user', 'cookie theme', 'query utm_source', 'locals basket'])
  })

  test('a header of the key that is read from a list of Node’s is not called unread', async () => {
    const page: RequestHandler = (request, response) => {
      response.type('html').send(`<p>${Object.keys(request.headersDistinct).length}`)
    }
    const found: CoverageFinding[] = []
    await using shop = await open(
      express,
      (app, cache) => {
        cache.events.on('key-coverage', (finding) => found.push(finding))
        app.use(expressCache(cache, page as never))
      },
      { keyCoverage: true, key: { headers: { 'x-device': true } } },
    )
    for (let i = 0; i < 35; i++) await shop.get(`/${i}`, { 'x-device': 'phone' })
    expect(found).toEqual([])
  })

  test('a render sees the same in development as in production: what is there, what is not, and what lists of it say', async () => {
    const seen: unknown[] = []
    const parse = cookieParser()
    const page: RequestHandler = (request, response) => {
      seen.push(stateSeen(request as unknown as State, response))
      parse(request, response, () => {
        seen.push(stateSeen(request as unknown as State, response), request.cookies)
        Object.assign(request, { user: 'nobody', ip: '::1' })
        response.locals['basket'] = 0
        seen.push(stateSeen(request as unknown as State, response))
        delete (request as unknown as State)['user']
        seen.push(stateSeen(request as unknown as State, response))
        response.type('html').send('<p>')
      })
    }
    const found = await findings(page, { key: { cookies: ['currency'] } })
    expect(found).toContain('request user')
    expect(await findings(page, { key: { cookies: ['currency'] }, keyCoverage: false })).toEqual([])
    expect(seen.slice(5)).toEqual(seen.slice(0, 5))
    expect(seen).toHaveLength(10)
  })
})

/** What can be told of a request and its locals by looking at them in every way. */
function stateSeen(request: State, { locals }: Response): unknown {
  const names = ['user', 'session', 'basket', 'cookies', 'signedCookies', 'query', 'ip', 'ips', 'headersDistinct']
  return {
    requested: names.map((name) => [name, name in request, Object.hasOwn(request, name), shown(request[name])]),
    local: names.map((name) => [name, name in locals, Object.hasOwn(locals, name), shown(locals[name])]),
    spread: Object.keys({ ...request }),
    looped: namesIn(request),
    locals: [Object.keys(locals), namesIn(locals), JSON.stringify(structuredClone(locals))],
    scoped: new Function('locals', 'with (locals) { return typeof basket }')(locals),
    isNodes: [request instanceof IncomingMessage, request.get('host') === request.headers.host],
  }
}

function namesIn(holder: object): string[] {
  const names: string[] = []
  for (const name in holder) names.push(name)
  return names
}

function shown(value: unknown): string | undefined {
  return JSON.stringify(value)?.replace(/127\.0\.0\.1:\d+/, 'shop')
}
