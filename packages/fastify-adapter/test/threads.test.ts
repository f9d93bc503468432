import { createRenderCache, type WorkerRender, workerRender } from '@ssr-cache/core'
import { fakeClock } from '@ssr-cache/core/testing'
import { fastifyCache } from '@ssr-cache/fastify-adapter'
import fastify from 'fastify'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { PAGES, SOURCES, said, word } from '../../../test-utils/threads/threads.ts'

let render: WorkerRender
beforeAll(async () => {
  render = workerRender(PAGES, { threads: 2, graceMs: 50, execArgv: SOURCES })
  await render.ready
})
afterAll(() => render.close())

async function shop(data?: unknown) {
  const clock = fakeClock()
  const logger = { debug() {}, info() {}, warn() {}, error() {} }
  const cache = createRenderCache({ clock, logger, admission: { timeoutMs: 1_000, deadlineMs: 2_000 } })
  const app = fastify()
  await app.register(fastifyCache, { cache })
  app.get('/*', async (request, reply) => reply.send(await render.page(request.raw, data)))
  onTestFinished(() => app.close())
  // A person's: the name that inject gives itself is a robot's, and robots wait longer.
  const get = (url: string, headers: Record<string, string> = {}) =>
    app.inject({ url, headers: { accept: 'text/html', 'user-agent': 'Mozilla/5.0 Firefox/140.0', ...headers } })
  return { get, cache, clock }
}

test('a route of Fastify that renders in threads answers a miss and a hit, from data that it loaded', async () => {
  const { get } = await shop({ film: 42 })
  const first = await get('/asked?b=2&a=1')
  const second = await get('/asked?b=2&a=1')
  expect(first.json()).toMatchObject({ url: 'http://localhost/asked?a=1&b=2', shared: true, data: { film: 42 } })
  expect([first.headers['cache-status'], second.headers['cache-status']]).toEqual([
    expect.stringContaining('stored'),
    expect.stringContaining('hit'),
  ])
  expect(second.body).toBe(first.body)
})

test('its pages are found by what they say of themselves in the thread (V3)', async () => {
  const { get, cache } = await shop()
  expect((await get('/said')).headers['cache-control']).toBe('public, max-age=0, s-maxage=30, stale-if-error=5')
  await cache.purge({ tags: ['a'] })
  expect((await get('/said')).headers['cache-status']).toContain('fwd=uri-miss')
})

test('a visitor’s own page comes from the visitor’s own request, and a 4xx stays one (C10)', async () => {
  const { get } = await shop()
  const own = await get('/asked', { cookie: 'sid=1' })
  expect(own.json()).toMatchObject({ shared: false, headers: { cookie: 'sid=1' } })
  expect((await get('/thrown')).statusCode).toBe(404)
})

test('a render that never ends loses its thread past the deadline (C4)', async () => {
  const told = word()
  const { get, clock } = await shop(told)
  const answer = get('/forever')
  await said(told, 1)
  clock.advance(1_000)
  expect((await answer).statusCode).toBe(503)
  clock.advance(1_000)
  await vi.waitFor(() => expect(render.stats().running).toBe(0))
})
