import { type RenderCacheOptions, type WorkerRender, workerRender } from '@ssr-cache/core'
import { expressCache } from '@ssr-cache/express-adapter'
import { Router } from 'express'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { PAGES, SOURCES, said, word } from '../../../test-utils/threads/threads.ts'
import { type Express, isHit, open, type Shop, VERSIONS } from './versions.ts'

let render: WorkerRender
beforeAll(async () => {
  render = workerRender(PAGES, { threads: 2, graceMs: 50, execArgv: SOURCES })
  await render.ready
})
afterAll(() => render.close())

/** Every page is rendered in a thread, from `data`; below a mount path, too. */
function site(
  express: Express,
  { data, ...options }: RenderCacheOptions & { readonly data?: unknown } = {},
): Promise<Shop> {
  return open(
    express,
    (app, cache) => {
      const pages = Router().use((request, response, next) => void render.send(request, response, data).catch(next))
      app.use('/below', expressCache(cache, pages))
      app.use(expressCache(cache, pages))
    },
    options,
  )
}

describe.each(VERSIONS)('%s: a handler that renders in threads', (_, express) => {
  test('answers a miss and hits with the same bytes, status and lines (I10)', async () => {
    await using shop = await site(express)
    for (const served of [false, true]) {
      const reply = await shop.get('/bytes')
      expect([reply.status, reply.text, isHit(reply)]).toEqual([203, 'bytes', served])
      const lines = reply.rawHeaders.filter((_, i, all) => all[i - 1]?.toLowerCase() === 'x-a')
      expect(lines).toEqual(['1', '2'])
    }
  })

  test('is given the URL as the visitor had it, and data as a clone', async () => {
    await using shop = await site(express, { data: { film: 42 } })
    const [top, below] = [await shop.get('/asked?b=2&a=1'), await shop.get('/below/asked')]
    expect(JSON.parse(top.text)).toMatchObject({
      url: `http://${shop.host}/asked?a=1&b=2`,
      shared: true,
      data: { film: 42 },
    })
    expect(below.status).toBe(404)
    expect(below.text).toBe('nothing here')
  })

  test('has its pages found by what they say of themselves (V3)', async () => {
    await using shop = await site(express)
    const first = await shop.get('/said')
    expect(first.headers['cache-control']).toBe('public, max-age=0, s-maxage=30, stale-if-error=5')
    await shop.cache.purge({ tags: [{ class: 'movie', id: 7 }] })
    expect(isHit(await shop.get('/said'))).toBe(false)
  })

  test('sends a visitor’s own page from the visitor’s own request (C10)', async () => {
    await using shop = await site(express)
    const { headers, text } = await shop.get('/asked', { cookie: 'connect.sid=1' })
    expect(JSON.parse(text)).toMatchObject({ shared: false, headers: { cookie: 'connect.sid=1' } })
    expect(headers['cache-control']).toBe('private, no-store')
  })

  test('passes on what a render throws, with its status', async () => {
    await using shop = await site(express)
    expect((await shop.get('/thrown')).status).toBe(404)
    expect((await shop.get('/nothing')).status).toBe(500)
  })

  test('streams as it comes, and a break is a break (I9)', async () => {
    const told = word()
    await using shop = await site(express, { data: told })
    const answer = await shop.open('/slow-stream', { headers: { accept: 'text/html' } })
    const pieces = answer[Symbol.asyncIterator]()
    expect(String((await pieces.next()).value)).toBe('first ')
    Atomics.store(told, 0, 1)
    expect(String((await pieces.next()).value)).toBe('second')
    await pieces.return?.()
  })

  test('has a render that never ends aborted, and its thread ended, past the deadline (C4)', async () => {
    const told = word()
    await using shop = await site(express, { data: told, admission: { timeoutMs: 1_000, deadlineMs: 2_000 } })
    const answer = shop.get('/forever')
    await said(told, 1)
    shop.clock.advance(1_000)
    expect((await answer).status).toBe(503)
    shop.clock.advance(1_000)
    await vi.waitFor(() => expect(render.stats().running).toBe(0))
  })

  test('ends the render of a visitor’s own page when the visitor leaves', async () => {
    const told = word()
    await using shop = await site(express, { data: told })
    const headers = { accept: 'text/html', cookie: 'connect.sid=1' }
    await shop.askAndLeave('/heeds', said(told, 1), { headers })
    await said(told, 2)
    await vi.waitFor(() => expect(render.stats().running).toBe(0))
  })

  test('is watched in development: a removed header that a thread reads is told (I3)', async () => {
    await using shop = await site(express, { keyCoverage: true })
    const findings: unknown[] = []
    shop.cache.events.on('key-coverage', (finding) => void findings.push(finding))
    await shop.get('/header', { 'accept-language': 'de', 'x-other': '1' })
    expect(findings).toEqual([{ finding: 'uncovered', part: 'header', name: 'accept-language', route: '*' }])
  })
})
