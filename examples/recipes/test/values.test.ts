import { createRenderCache } from '@ssr-cache/core'
import { expect, test } from 'vitest'
import { filmPage } from '../src/values.ts'

test('data is loaded once for all pages, and an edit of it reaches each of them (V17)', async () => {
  const cache = createRenderCache()
  const loads: string[] = []
  const shop = {
    menu: async () => {
      loads.push('menu')
      return ['Films', 'Series']
    },
    price: async (film: string, currency: string) => {
      loads.push(`${film} ${currency}`)
      return 9
    },
  }
  const visit = (film: string) =>
    cache.handle(new Request(`https://shop.example/films/${film}`), async () =>
      Response.json(await filmPage(cache, shop, film, 'EUR'), { headers: { 'content-type': 'text/html' } }),
    )
  const statusOf = async (film: string) => (await visit(film)).fields.find(([name]) => name === 'cache-status')?.[1]

  await visit('metropolis')
  await visit('m')
  expect(loads).toEqual(['menu', 'metropolis EUR', 'm EUR'])
  await cache.invalidate({ tags: ['menu'] })
  expect(await statusOf('metropolis')).toContain('refreshing')
  expect(await statusOf('m')).toContain('refreshing')
  await cache.close()
  expect(loads.slice(3)).toEqual(['menu'])
})
