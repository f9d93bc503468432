import { fetchFrom } from '@ssr-cache/core/node'
import { expressCache } from '@ssr-cache/express-adapter'
import { describe, expect, test } from 'vitest'
import { isHit, open, VERSIONS } from './versions.ts'

describe.each(VERSIONS)('%s: an app warms its own pages without a socket (R17)', (_, express) => {
  test('before it listens; visitors find them, mounted wherever', async () => {
    const seen: unknown[] = []
    await using shop = await open(express, (app, cache) => {
      const pages = express.Router()
      pages.get('/:id', (request, response) => {
        seen.push([request.baseUrl, request.params['id'], request.ip])
        response.type('html').send(`<p>${request.params['id']}`)
      })
      app.use('/movies', expressCache(cache, pages))
    })
    const { app, cache, host } = shop
    const origin = `http://${host}`
    const urls = ['/movies/42', '/movies/7', '/nowhere']
    const report = await cache.warm(urls, { origin, through: fetchFrom(app) })
    expect(report).toMatchObject({ rendered: 2, failed: 1, problems: [{ url: `${origin}/nowhere` }] })
    expect(isHit(await shop.get('/movies/42'))).toBe(true)
    expect(seen).toEqual([
      ['/movies', '42', undefined],
      ['/movies', '7', undefined],
    ])
  })
})
