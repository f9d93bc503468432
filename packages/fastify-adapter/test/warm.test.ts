import { fetchFrom } from '@ssr-cache/core/node'
import { expect, test } from 'vitest'
import { ssrCache } from '../../../test-utils/command.ts'
import { isHit, open } from './shop.ts'

test('an app warms its own pages without a socket; visitors find them, whatever their prefix (R17)', async () => {
  const seen: unknown[] = []
  await using shop = await open({
    pages: (app) =>
      app.register(
        async (movies) => {
          movies.get<{ Params: { id: string } }>('/:id', ({ params, ip }, reply) => {
            seen.push([params.id, ip])
            return reply.type('text/html').send(`<p>${params.id}`)
          })
        },
        { prefix: '/movies' },
      ),
  })
  const { app, cache, host } = shop
  const origin = `http://${host}`
  const through = fetchFrom((request, response) => app.routing(request, response))
  const report = await cache.warm(['/movies/42', '/movies/7'], { origin, through })
  expect(report).toMatchObject({ rendered: 2, failed: 0 })
  expect(isHit(await shop.get('/movies/42'))).toBe(true)
  expect(seen).toEqual([
    ['42', undefined],
    ['7', undefined],
  ])
})

test('a running app is warmed by ssr-cache warm; what it answers beside the cache is told (R17)', async () => {
  await using shop = await open({
    above: (app) => app.get('/health', { config: { cache: false } }, () => 'well'),
    pages: (app) => app.get('/movies/:id', ({ url }, reply) => reply.type('text/html').send(`<p>${url}`)),
  })
  const args = ['warm', '-', '--origin', `http://${shop.host}`, '--concurrency', '1']
  const { code, stdout } = await ssrCache(args, {}, '/movies/42\n/movies/7\n/health\n')
  expect(stdout.replaceAll(shop.host, 'HOST').split('\n').slice(0, 3)).toEqual([
    'Warmed 2 of 3 pages: 2 rendered, 1 not shared.',
    '',
    '  not shared  http://HOST/health: no Cache-Status of this cache',
  ])
  expect(code).toBe(1)
  expect(isHit(await shop.get('/movies/42'))).toBe(true)
})
