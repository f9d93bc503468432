import { createRenderCache } from '@ssr-cache/core'
import { expressCache } from '@ssr-cache/express-adapter'
import express from 'express'
import { expect, test, vi } from 'vitest'
import { purgeAll, warmAtStart } from '../src/warm-up.ts'

const handler = () => new Response('<p>', { headers: { 'content-type': 'text/html' } })

/** An app whose hosts nobody named. */
function openShop() {
  const cache = createRenderCache()
  const app = express()
  app.use(expressCache(cache, (request, response) => response.type('html').send(`<p>${request.path}`)))
  const state = async (path: string) => (await cache.explain(new Request(`https://shop.example${path}`))).page?.state
  const visit = (url: string) => cache.handle({ url }, handler)
  return { cache, app, state, visit }
}

test('pages are warm before the server listens, and again after a purge, whatever hosts strangers sent (R17)', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {})
  const { cache, app, state, visit } = openShop()
  await warmAtStart(cache, app, ['/', '/movies/42'])
  expect(log.mock.calls.map(([said]) => said)).toEqual(['asked 1 of 2', 'asked 2 of 2', '2 rendered'])
  expect(await state('/movies/42')).toBe('fresh')
  await visit('https://shop.example/movies/42')
  await visit('https://stranger.example/')
  await purgeAll(cache, app)
  expect(await state('/movies/42')).toBe('fresh')
  log.mockRestore()
})
