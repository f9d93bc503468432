import { createRenderCache } from '@ssr-cache/core'
import { expect, test, vi } from 'vitest'
import { watch, why } from '../src/hit-ratio.ts'

const html = { 'content-type': 'text/html' }
const url = 'https://shop.example/movies/42'

test('an explanation names the cookie that makes a request bypass, and what no shared render would see (I12)', async () => {
  expect(await why(createRenderCache())).toEqual({
    decision: 'bypass',
    reason: 'cookie',
    culprit: 'connect.sid',
    route: '*',
    url,
    dropped: [
      { kind: 'query', name: 'utm_source', why: 'tracking' },
      { kind: 'cookie', name: 'theme', why: 'not-in-key' },
      { kind: 'cookie', name: 'connect.sid', why: 'not-in-key' },
    ],
  })
})

test('statistics name the culprit, and an event tells of pages that cannot be shared (I12)', async () => {
  const cache = createRenderCache({ logger: { debug() {}, info() {}, warn() {}, error() {} } })
  const warned = vi.spyOn(console, 'warn').mockReturnValue()
  watch(cache)
  await cache.handle(
    new Request(url, { headers: { cookie: 'connect.sid=1' } }),
    () => new Response('', { headers: html }),
  )
  expect(watch(cache)['*']).toEqual({
    answers: { bypass: 1 },
    reasons: { cookie: { count: 1, culprits: { 'connect.sid': 1 } } },
    renders: 0,
  })

  const headers = { ...html, 'set-cookie': 'seen=1' }
  await cache.handle(new Request(url), () => new Response('<p>', { headers }))
  expect(warned).toHaveBeenCalledWith(`${url}: set-cookie seen`)
  warned.mockRestore()
})
