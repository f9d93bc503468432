import { fetchFrom } from '@ssr-cache/core/node'
import { expressCache } from '@ssr-cache/express-adapter'
import { describe, expect, test } from 'vitest'
import { ssrCache } from '../../../test-utils/command.ts'
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

describe.each(VERSIONS)('%s: a running app is warmed by ssr-cache warm (R17)', (_, express) => {
  test('visitors find its pages; what the app answers beside the cache is told', async () => {
    await using shop = await open(express, (app, cache) => {
      const pages = express.Router()
      pages.get('/:id', (request, response) => void response.send(`<p>${request.params['id']}`))
      app.get('/health', (_request, response) => void response.send('well'))
      app.use('/movies', expressCache(cache, pages))
    })
    const args = ['warm', '-', '--origin', `http://${shop.host}`, '--concurrency', '1']
    const { code, stdout } = await ssrCache(args, {}, '/movies/42\n/movies/7\n/health\n/nowhere\n')
    expect(code).toBe(1)
    expect(stdout.replaceAll(shop.host, 'HOST').split('\n').slice(0, 4)).toEqual([
      'Warmed 2 of 4 pages: 2 rendered, 1 not shared, 1 failed.',
      '',
      '  not shared  http://HOST/health: no Cache-Status of this cache',
      '  failed      http://HOST/nowhere: 404 (no Cache-Status of this cache)',
    ])
    expect(isHit(await shop.get('/movies/42'))).toBe(true)
  })
})
