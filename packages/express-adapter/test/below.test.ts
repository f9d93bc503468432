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
    }
    const bypassed = await shop.get('/nowhere', { cookie: 'connect.sid=1' })
    expect(bypassed).toMatchObject({ status: 404, headers: { 'cache-control': 'private, no-store' } })
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
})
