import { createServer } from 'node:http'
import { createRenderCache } from '@ssr-cache/core'
import { expressCache } from '@ssr-cache/express-adapter'
import type { NextFunction, Request, Response } from 'express'
import { describe, expect, test } from 'vitest'
import { serve } from '../../../test-utils/serve.ts'
import { isHit, open, VERSIONS } from './versions.ts'

const page = ((_request: Request, response: Response) => {
  response.type('html').send('<p>page</p>')
}) as never

describe.each(VERSIONS)('%s: middleware above', (_, express) => {
  test('fields from above stay, the page’s own win, and Vary is joined', async () => {
    await using shop = await open(
      express,
      (app, cache) => {
        app.use((_request, response, next) => {
          response.set({
            'X-Frame-Options': 'DENY',
            'Content-Language': 'en',
            Vary: 'Origin',
            'Cache-Control': 'public, max-age=5',
          })
          next()
        })
        app.use(
          expressCache(cache, ((_request: Request, response: Response) => {
            response.set('Content-Language', 'de').vary('Accept-Language').type('html').send('<p>page</p>')
          }) as never),
        )
      },
      {
        key: { headers: { 'accept-language': (value) => value?.slice(0, 2) } },
        downstream: { cdnKeys: ['accept-language'] },
      },
    )
    for (const _ of ['miss', 'hit']) {
      const { headers } = await shop.get('/', { 'accept-language': 'de' })
      expect(headers).toMatchObject({ 'x-powered-by': 'Express', 'x-frame-options': 'DENY', 'content-language': 'de' })
      expect(headers.vary?.toLowerCase().split(', ').sort()).toEqual(['accept-language', 'origin'])
      expect(headers['cache-control']).toMatch(/^public, max-age=0, s-maxage=/)
    }
  })

  test.each<[set: string | readonly string[], sent: string | RegExp]>([
    ['private', 'private, no-store'],
    ['no-store', 'private, no-store'],
    ['no-store, no-cache, must-revalidate, proxy-revalidate', 'private, no-store'],
    [['max-age=0', 'Private'], 'private, no-store'],
    ['no-cache', /^public/],
    ['max-age=0', /^public/],
    ['public, max-age=600', /^public, max-age=0$/],
  ])('that says Cache-Control: %j first, as it does by visitor: the page goes out %s (I4)', async (set, sent) => {
    await using shop = await open(
      express,
      (app, cache) => {
        app.use((request, response, next) => {
          if (request.get('x-name') !== undefined) response.setHeader('Cache-Control', set as string | string[])
          next()
        })
        app.use(expressCache(cache, page))
      },
      { downstream: { cdn: 'generic' } },
    )
    for (const _ of ['miss', 'hit', 'not modified']) {
      const known = _ === 'not modified' ? { 'if-none-match': '*' } : {}
      const { headers } = await shop.get('/', { 'x-name': 'ada', ...known })
      expect(headers['cache-control']).toMatch(sent)
      expect('cdn-cache-control' in headers).toBe(sent instanceof RegExp)
    }
    const other = await shop.get('/')
    expect(isHit(other)).toBe(true)
    expect(other.headers['cache-control']).toMatch(/^public/)
  })

  test('that has answered already is left alone', async () => {
    await using shop = await open(express, (app, cache) => {
      app.use((_request, response, next) => {
        response.send('above')
        next()
      })
      app.use(expressCache(cache, page))
    })
    expect((await shop.get('/')).text).toBe('above')
    expect((await shop.get('/', { cookie: 'connect.sid=1' })).text).toBe('above')
  })
})

describe.each(VERSIONS)('%s: what may be given', (_, express) => {
  test('an app of its own, which renders with its own settings', async () => {
    await using shop = await open(express, (app, cache) => {
      const blog = express()
      blog.set('name', 'blog')
      app.set('name', 'shop')
      blog.get('/page', (request, response) => void response.type('html').send(request.app.get('name')))
      app.use(expressCache(cache, blog as never))
      app.use((request, response) => void response.send(`below in ${request.app.get('name')}`))
    })
    expect((await shop.get('/page')).text).toBe('blog')
    expect(isHit(await shop.get('/page'))).toBe(true)
    expect((await shop.get('/page', { cookie: 'connect.sid=1' })).text).toBe('blog')
    expect((await shop.get('/other')).text).toBe('below in shop')
    expect((await shop.get('/other', { cookie: 'connect.sid=1' })).text).toBe('below in shop')
  })

  test('a closed cache is an error for whoever comes, not a crash', async () => {
    await using shop = await open(express, (app, cache) => {
      app.use(expressCache(cache, page))
      app.use((error: Error, _request: Request, response: Response, _next: NextFunction) => {
        response.status(503).send(error.message)
      })
    })
    await shop.cache.close()
    expect((await shop.get('/')).text).toMatch(/ERR_SSR_CACHE_CLOSED/)
  })
})

describe('what may not be given is told when the app starts', () => {
  const cache = createRenderCache()
  const handler = (): void => {}

  test.each<[string, () => unknown, RegExp]>([
    [
      'no cache',
      () => expressCache(undefined as never, handler),
      /"cache" must be a render cache, got undefined\. Write createRenderCache/,
    ],
    [
      'an options object for a cache',
      () => expressCache({ maxAge: 60 } as never, handler),
      /"cache" must be a render cache/,
    ],
    [
      'no handler',
      () => expressCache(cache, undefined as never),
      /"handler" must be a handler or a router, got undefined/,
    ],
    ['a list of handlers', () => expressCache(cache, [handler] as never), /"handler".*express\.Router\(\)/],
    [
      'an error handler',
      () => expressCache(cache, ((_a: unknown, _b: unknown, _c: unknown, _d: unknown) => {}) as never),
      /up to 3 parameters/,
    ],
    ['no options object', () => expressCache(cache, handler, null as never), /"options" must be an object, got null/],
    [
      'options of the cache',
      () => expressCache(cache, handler, { maxAge: 60 } as never),
      /"maxAge" must be an option of expressCache.*createRenderCache/,
    ],
    [
      'a context that is no function',
      () => expressCache(cache, handler, { context: {} as never }),
      /"context" must be a function \(req, res\), got \{\}/,
    ],
  ])('%s', (_, call, message) => {
    expect(call).toThrow(message)
    expect(call).toThrow(expect.objectContaining({ code: 'ERR_SSR_CACHE_OPTION' }))
  })

  test('`undefined` options are none', () => {
    expect(() => expressCache(cache, handler, undefined)).not.toThrow()
    expect(() => expressCache(cache, handler, { context: undefined } as never)).not.toThrow()
  })

  test.each<[string, () => unknown]>([
    ['a promise', async () => ({ country: 'de' })],
    ['nothing', () => undefined],
    ['a list', () => ['de']],
    ['an object of a class', () => new Map([['country', 'de']])],
  ])('a context of %s is an error: in a key it would be something else', async (_, context) => {
    const [, express] = VERSIONS[0] as (typeof VERSIONS)[0]
    await using shop = await open(express, (app, made) => {
      app.use(expressCache(made, page, { context: context as never }))
      app.use((error: Error, _request: Request, response: Response, _next: NextFunction) => {
        response.status(500).send(error.message)
      })
    })
    expect((await shop.get('/')).text).toMatch(/"context" must give a plain object at once/)
  })

  test('a server that is no Express app', async () => {
    const middleware = expressCache(cache, handler)
    const server = createServer((request, response) => {
      try {
        middleware(request, response, () => {})
      } catch (error) {
        response.end(String(error))
      }
    })
    await using site = await serve((request, response) => void server.emit('request', request, response))
    expect((await site.ask('/')).text).toMatch(/"expressCache" must be middleware of an Express app/)
  })
})
