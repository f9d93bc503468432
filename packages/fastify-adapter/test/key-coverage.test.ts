import cookie from '@fastify/cookie'
import type { CoverageFinding, RenderCacheOptions } from '@ssr-cache/core'
import type { FastifyReply, FastifyRequest, FastifyServerOptions } from 'fastify'
import { describe, expect, test } from 'vitest'
import { open } from './shop.ts'

type State = FastifyRequest & Record<string, unknown> & { query: Record<string, string> }

type Read = (request: State, reply: FastifyReply) => unknown

const VISITOR = { cookie: 'theme=dark; currency=EUR', 'user-agent': 'x', 'if-none-match': '"a"', 'x-user': 'Ada' }

async function findings(
  read: Read,
  options: RenderCacheOptions = {},
  server: FastifyServerOptions = {},
  place: 'above' | 'below' = 'above',
): Promise<string[]> {
  const found: CoverageFinding[] = []
  await using shop = await open({
    async above(app) {
      if (place === 'above') await app.register(cookie)
      app.decorateRequest('user', null).decorateRequest('visits', 0)
      app.addHook('onRequest', async (request) => {
        const user = request.headers['x-user']
        if (!request.isSharedRender && user !== undefined) Object.assign(request, { user, visits: 3 })
      })
    },
    async pages(app, cache) {
      if (place === 'below') await app.register(cookie)
      cache.events.on('key-coverage', (finding) => found.push(finding))
      app.get('/a', (request, reply) =>
        reply.type('text/html').send(`<p>${String(read(request as unknown as State, reply))}</p>`),
      )
    },
    cache: { keyCoverage: true, ...options },
    server,
  })
  expect((await shop.get('/a?utm_source=mail&page=2', VISITOR)).status).toBe(200)
  return found.map(({ part, name }) => `${part} ${name}`)
}

describe('a render is told what it looks for in vain (I3, A10)', () => {
  test.each<[string, Read, string[]]>([
    ['a header', ({ headers }) => headers['user-agent'], ['header user-agent']],
    ['a header of Node’s request', ({ raw }) => raw.headers['user-agent'], ['header user-agent']],
    ['a query parameter that the key drops', ({ query }) => [query['utm_source'], query['page']], ['query utm_source']],
    ['a cookie', ({ cookies }) => cookies['theme'], ['cookie theme']],
    ['what hooks above have put on the request', (request) => request['user'], ['request user']],
    ['request.ip', ({ ip }) => ip, ['request ip']],
    ['nothing', () => '', []],
    [
      'what every render has',
      ({ url, hostname, protocol, body, params, id }) => [
        url,
        hostname,
        protocol,
        body,
        Object.keys(params as object),
        id,
      ],
      [],
    ],
  ])('%s', async (_name, read, expected) => {
    expect(await findings(read)).toEqual(expected)
  })

  test('also of cookies that a plugin below the cache has parsed', async () => {
    expect(await findings(({ cookies }) => cookies['theme'], {}, {}, 'below')).toEqual(['cookie theme'])
  })

  test('Fastify’s own logging is not taken for the page’s reading', async () => {
    expect(await findings(() => '', {}, { logger: { level: 'info', stream: { write() {} } } })).toEqual([])
  })

  test('what is looked for in vain is as absent as ever, and what code below sets is there', async () => {
    const seen: unknown[] = []
    const read: Read = (request) => {
      seen.push(request['user'], request['visits'], request.ip, request.query['page'], request.cookies['currency'])
      Object.assign(request, { user: 'nobody' })
      seen.push(request['user'])
    }
    const options = { key: { cookies: ['currency'] } }
    expect(await findings(read, options)).toContain('request user')
    expect(await findings(read, { ...options, keyCoverage: false })).toEqual([])
    expect(seen.slice(6)).toEqual(seen.slice(0, 6))
    expect(seen.slice(0, 6)).toEqual([null, 0, undefined, '2', 'EUR', 'nobody'])
  })
})
