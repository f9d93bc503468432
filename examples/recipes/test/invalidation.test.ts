import { createRenderCache } from '@ssr-cache/core'
import { expect, test } from 'vitest'
import { onEdit, showMovie } from '../src/invalidation.ts'

test('a page is invalidated by each tag that it named (R30, R31, R32)', async () => {
  const cache = createRenderCache()
  const request = new Request('https://shop.example/movies/42')
  const visit = async () => {
    const page = await cache.handle(request, () => {
      showMovie(42)
      return new Response('<h1>42</h1>', { headers: { 'content-type': 'text/html' } })
    })
    return page.fields.find(([name]) => name === 'cache-status')?.[1]
  }
  const state = async () => (await cache.explain(request)).page?.state

  for (const tag of [{ class: 'movie', id: 42 }, { class: 'movie' }, 'prices'] as const) {
    await cache.purge({ all: true })
    expect(await visit()).toContain('stored')
    await cache.invalidate({ tags: [{ class: 'movie', id: 43 }, 'movie'] })
    expect(await state()).toBe('fresh')
    await cache.invalidate({ tags: [tag] })
    expect(await state()).toBe('stale')
  }
})

test('each call of the recipe is one record (R20)', async () => {
  const cache = createRenderCache()
  const records: unknown[] = []
  cache.events.on('invalidate', ({ targets, hard }) => records.push([hard ? 'purge' : 'invalidate', targets]))
  await onEdit(cache, 42)

  expect(records).toEqual([
    ['invalidate', [{ kind: 'tag', tag: expect.stringContaining('["movie","42"]') }]],
    ['invalidate', [{ kind: 'tag', tag: expect.stringContaining('movie') }]],
    ['invalidate', [{ kind: 'url', url: '/genres/drama' }]],
    ['invalidate', [{ kind: 'prefix', prefix: '/genres/' }]],
    ['invalidate', [{ kind: 'tag', tag: 'prices' }]],
    ['purge', [{ kind: 'url', url: 'https://shop.example/movies/42' }]],
    ['purge', [{ kind: 'all' }]],
  ])
})
