import { expressCache } from '@ssr-cache/express-adapter'
import { describe, expect, test } from 'vitest'
import { open, VERSIONS } from './versions.ts'

describe.each(VERSIONS)('what code below answers in %s', (_, express) => {
  test('no answer leaves without a word on who may keep it: not the 404 after next(), not the page of an error (I4)', async () => {
    await using shop = await open(express, (app, cache) => {
      app.use(
        expressCache(cache, (request, _response, next) => {
          next(request.url === '/broken' ? new Error('the app is down') : undefined)
        }),
      )
    })
    for (const [path, status] of [
      ['/nowhere', 404],
      ['/broken', 500],
    ] as const) {
      const reply = await shop.get(path)
      expect(reply.status).toBe(status)
      expect(reply.headers['cache-control']).toBe('private, no-store')
      const why = status === 500 ? 'ssr-cache; fwd=miss; detail=thrown' : undefined
      expect(reply.headers['cache-status']).toBe(why)
    }
    const bypassed = await shop.get('/nowhere', { cookie: 'connect.sid=1' })
    expect(bypassed).toMatchObject({ status: 404, headers: { 'cache-control': 'private, no-store' } })
  })

  test('a request that cannot even be planned fails like a render that throws', async () => {
    await using shop = await open(express, (app, cache) => {
      const context = (): never => {
        throw new Error('no country')
      }
      app.use(expressCache(cache, (_request, response) => response.send('page'), { context }))
    })
    const { status, headers } = await shop.get('/')
    expect(status).toBe(500)
    expect(headers['cache-control']).toBe('private, no-store')
    expect(headers['cache-status']).toBe('ssr-cache; fwd=miss; detail=thrown')
  })

  test('what it says itself stands', async () => {
    await using shop = await open(express, (app, cache) => {
      app.use(expressCache(cache, (_request, _response, next) => next()))
      app.use((_request, response) => response.set('cache-control', 'public, max-age=5').send('from below'))
    })
    const reply = await shop.get('/')
    expect(reply.headers['cache-control']).toBe('public, max-age=5')
    expect(reply.headers['cache-status']).toBeUndefined()
  })

  test.each([
    [undefined, 'private, no-store'],
    ['public, max-age=30', 'public, max-age=30'],
  ])('a 5xx from below that says %j goes out with %j', async (says, sent) => {
    await using shop = await open(express, (app, cache) => {
      app.use(expressCache(cache, (_request, _response, next) => next()))
      app.use((_request, response) => {
        if (says !== undefined) response.set('cache-control', says)
        response.status(503).send('later')
      })
    })
    for (const headers of [{}, { cookie: 'connect.sid=1' }]) {
      const reply = await shop.get('/', headers)
      expect([reply.status, reply.headers['cache-control']]).toEqual([503, sent])
    }
  })

  test('a Set-Cookie makes it personal, in whichever way it is written (I4)', async () => {
    await using shop = await open(express, (app, cache) => {
      app.use(expressCache(cache, (_request, _response, next) => next()))
      app.use('/set', (_request, response) => {
        response
          .set({ 'cache-control': 'public, max-age=30', 'cdn-cache-control': 'max-age=30' })
          .cookie('a', '1')
          .send('')
      })
      app.use('/head', (_request, response) => {
        response.writeHead(200, { 'Cache-Control': 'public, max-age=30', 'Set-Cookie': 'a=1' }).end()
      })
    })
    for (const path of ['/set', '/head']) {
      for (const cookie of ['', 'connect.sid=1']) {
        const { headers } = await shop.get(path, { cookie })
        expect([headers['cache-control'], headers['set-cookie']?.length]).toEqual(['private, no-store', 1])
        expect(headers['cdn-cache-control']).toBeUndefined()
      }
    }
  })

  test('of two caches that a request passes, the one that answers signs, and only that (RFC 9211 2)', async () => {
    await using shop = await open(express, (app, cache) => {
      app.use(expressCache(cache, (_request, _response, next) => next()))
      app.use(
        expressCache(cache, (_request, response) => {
          response.setHeader('content-type', 'text/html')
          response.end('<p>second</p>')
        }),
      )
    })
    const signatures = ['ssr-cache; fwd=uri-miss; stored; ttl=', 'ssr-cache; hit; ttl=']
    for (const signature of signatures) {
      const { text, headers, rawHeaders } = await shop.get('/')
      expect(text).toBe('<p>second</p>')
      expect(headers['cache-status']).toMatch(new RegExp(`^${signature}[0-9]+$`))
      expect(headers['cache-control']).toMatch(/^public/)
      expect(rawHeaders.filter((name) => /^cache-(control|status)$/i.test(name))).toHaveLength(2)
    }
    const { headers } = await shop.get('/', { cookie: 'connect.sid=1' })
    expect([headers['cache-status'], headers['cache-control']]).toEqual([
      'ssr-cache; fwd=bypass; detail=cookie',
      'private, no-store',
    ])
  })

  test('an error of the first never takes the second’s word', async () => {
    await using shop = await open(express, (app, cache) => {
      app.use(expressCache(cache, (_request, _response, next) => next(new Error('the app is down'))))
      app.use(expressCache(cache, (_request, response) => response.end('second')))
    })
    for (const cookie of ['', 'connect.sid=1']) {
      const { status, headers } = await shop.get('/', { cookie })
      expect([status, headers['cache-control']]).toEqual([500, 'private, no-store'])
    }
  })
})
