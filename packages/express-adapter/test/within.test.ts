import { createRenderCache, memoryStore, type RenderCache } from '@ssr-cache/core'
import { fakeClock } from '@ssr-cache/core/testing'
import { expressCache } from '@ssr-cache/express-adapter'
import type { Request, Response } from 'express'
import { describe, expect, test } from 'vitest'
import { isHit } from '../../../test-utils/hit.ts'
import { serve } from '../../../test-utils/serve.ts'
import { VERSIONS } from './versions.ts'

const SILENT = { debug() {}, info() {}, warn() {}, error() {} }

function openCache() {
  const clock = fakeClock()
  const store = memoryStore({ clock })
  const admission = { concurrency: 1, bypassConcurrency: 1 }
  return { clock, store, cache: createRenderCache({ clock, store, maxAge: 60, admission, logger: SILENT }) }
}

describe.each(VERSIONS)('%s: a whole app behind a cache that stands in the app, too', (_, express) => {
  /** An app whose pages are counted, with `inner` in front of them, behind `outer`. */
  async function openApp(outer: RenderCache, inner: RenderCache) {
    let renders = 0
    const app = express()
    app.use(
      expressCache(inner, (request: Request, response: Response) => {
        renders++
        response.type('html').send(`<p>${request.path} ${renders}`)
      }),
    )
    return serve(outer.node(app))
  }

  test('renders a cold page once, and waits for nothing that waits for it (C1)', async () => {
    const { cache } = openCache()
    await using site = await openApp(cache, cache)
    const replies = [await site.ask('/a'), await site.ask('/a')]
    expect(replies.map(({ status, text }) => [status, text])).toEqual([
      [200, '<p>/a 1'],
      [200, '<p>/a 1'],
    ])
    expect(replies.map(isHit)).toEqual([false, true])
  })

  test('refreshes a stale page by a new render, not by the stale page (S1)', async () => {
    const { cache, clock } = openCache()
    await using site = await openApp(cache, cache)
    await site.ask('/a')
    clock.advance(61_000)
    expect((await site.ask('/a')).text).toBe('<p>/a 1')
    await expect.poll(async () => (await site.ask('/a')).text).toBe('<p>/a 2')
  })

  test('answers who bypasses by one place in the cap, so that nobody waits for themselves (C10, O6)', async () => {
    const { cache } = openCache()
    await using site = await openApp(cache, cache)
    const bypass = { headers: { authorization: 'Bearer x' } }
    for (const text of ['<p>/a 1', '<p>/a 2']) {
      const { status, text: got, headers } = await site.ask('/a', bypass)
      expect([status, got, headers['cache-control']]).toEqual([200, text, 'private, no-store'])
      expect(headers['cache-status']).toBe('ssr-cache; fwd=bypass; detail=authorization')
    }
  })

  test('while another cache in it is asked as ever', async () => {
    const [outer, inner] = [openCache(), openCache()]
    await using site = await openApp(outer.cache, inner.cache)
    await site.ask('/a')
    expect([outer.store.size, inner.store.size]).toEqual([1, 1])
  })
})
