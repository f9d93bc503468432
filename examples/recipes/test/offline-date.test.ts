import { createRenderCache } from '@ssr-cache/core'
import { fakeClock } from '@ssr-cache/core/testing'
import { expect, test } from 'vitest'
import { campaignPage } from '../src/offline-date.ts'

test('a page with an offline date ends at that instant, without anybody’s edit (R75)', async () => {
  const clock = fakeClock()
  const cache = createRenderCache({ clock })
  const offlineAt = new Date(clock.now() + 30_000)
  const request = new Request('https://shop.example/summer')
  const visit = () =>
    cache.handle(request, () => new Response(campaignPage({ name: 'Summer', offlineAt }), { headers }))
  const state = async () => (await cache.explain(request)).page?.state

  const { fields } = await visit()
  expect(fields.find(([name]) => name === 'cache-control')?.[1]).toContain('s-maxage=30')
  clock.advance(29_999)
  expect(await state()).toBe('fresh')
  clock.advance(1)
  expect(await state()).toBe('none')
})

const headers = { 'content-type': 'text/html' }
