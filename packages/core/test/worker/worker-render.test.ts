import {
  createRenderCache,
  type Page,
  type RenderCache,
  type RenderCacheOptions,
  type WorkerRender,
  workerRender,
} from '@ssr-cache/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fileOf, SOURCES } from './thread-tests.ts'

const ORIGIN = 'https://shop.example'

// For all that leaves its threads as they were.
let render: WorkerRender
beforeAll(async () => {
  render = workerRender(fileOf('pages.ts'), { threads: 2, execArgv: SOURCES })
  await render.ready
})
afterAll(() => render.close())

function cached(options: RenderCacheOptions = {}): RenderCache {
  const silent = (): void => {}
  const logger = { debug: silent, info: silent, warn: silent, error: silent }
  return createRenderCache({ hosts: ['shop.example'], logger, ...options })
}

function asked(path: string, headers: Record<string, string> = {}): Request {
  return new Request(ORIGIN + path, { headers: { accept: 'text/html', ...headers } })
}

function field(page: Page, name: string): string | undefined {
  return page.fields.find(([known]) => known === name)?.[1]
}

describe('a page that is rendered in a thread', () => {
  test('is stored, and a hit from then on (R8)', async () => {
    const cache = cached()
    const first = await cache.handle(asked('/'), render)
    const second = await cache.handle(asked('/'), render)
    expect(await first.text()).toBe('home')
    expect(field(first, 'cache-status')).toBe('ssr-cache; fwd=uri-miss; stored; ttl=60')
    expect(field(second, 'cache-status')).toMatch(/^ssr-cache; hit/)
  })

  test('is rendered from a request that was made of the key alone (I3)', async () => {
    const cache = cached({ key: { cookies: ['currency'] } })
    const visitor = asked('/asked?b=2&a=1&utm_source=mail', { 'x-mine': 'secret', cookie: 'currency=eur; theme=dark' })
    const seen = JSON.parse(await (await cache.handle(visitor, render)).text())
    expect(seen).toMatchObject({ method: 'GET', url: `${ORIGIN}/asked?a=1&b=2`, body: '', shared: true })
    expect(seen.headers).toEqual({ accept: 'text/html', host: 'shop.example', cookie: 'currency=eur' })
  })
})
