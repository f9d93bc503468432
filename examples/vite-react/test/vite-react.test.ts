import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ExampleCopy, type RunningExample } from '../../../test-utils/example-copy.ts'
import { teaShopEnv, testTeaShop } from '../../../test-utils/tea-shop.ts'

let copy: ExampleCopy
beforeAll(async () => {
  copy = await ExampleCopy.of('vite-react')
})
afterAll(() => copy[Symbol.asyncDispose]())

describe('React, built by Vite', () => {
  let shop: RunningExample
  beforeAll(async () => {
    await addBrokenTea()
    await copy.run('build')
    shop = await copy.start('start', teaShopEnv)
  }, 120_000)
  afterAll(() => shop?.[Symbol.asyncDispose]())

  testTeaShop(() => shop)

  test('a page of which a part throws is an error, and is not kept (I5)', async () => {
    for (const page of [await shop.ask('/teas/broken'), await shop.ask('/teas/broken')]) {
      expect(page.status).toBe(500)
      expect(page.cacheStatus ?? '').not.toMatch(/stored|hit/)
    }
  })

  test('what pages load stands above the cache, for a year, under names that hold a hash (R36, R62)', async () => {
    const { text } = await shop.ask('/')
    const names = [...text.matchAll(/(?:src|href)="(\/assets\/[\w-]+-[\w-]{8}\.(?:js|css))"/g)].map(
      ([, name = '']) => name,
    )
    expect(names).toHaveLength(2)
    for (const name of names) {
      const asset = await shop.ask(name)
      expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
      expect(asset.cacheStatus).toBeNull()
    }
    const missing = await shop.ask('/assets/index-00000000.js')
    expect([missing.status, missing.headers.get('cache-control'), missing.cacheStatus]).toEqual([404, 'no-store', null])
  })
})

describe('React under Vite’s dev server with hot reload', () => {
  test('no page is kept, the very next request shows an edit, and that is said once', async () => {
    await using shop = await copy.start('dev')
    for (const path of ['/teas/assam', '/teas/assam', '/']) {
      const page = await shop.ask(path)
      expect(page.text).toContain('€ 4.50')
      expect(page.cacheStatus).toBe('ssr-cache; fwd=bypass; detail=off')
      expect(page.headers.get('cache-control')).toBe('private, no-store')
    }

    await copy.edit('src/app.tsx', 'From {', 'Grown in {')
    await shop.said((output) => /\(ssr\) (?:page reload|hmr update)/.test(output))
    expect((await shop.ask('/teas/assam')).text).toContain('Grown in')
    expect(shop.output.match(/the render cache is off: Vite/g)).toHaveLength(1)
  }, 60_000)
})

/** One more tea, whose page has a part that throws where React would leave a fallback. */
async function addBrokenTea(): Promise<void> {
  const part = "<Suspense fallback='…'>{tea.slug === 'broken' && <Broken />}</Suspense><AddToBasket />"
  await copy.edit('src/app.tsx', '<AddToBasket />', part)
  await copy.edit('src/app.tsx', 'useState }', 'Suspense, useState }')
  await copy.edit(
    'src/app.tsx',
    'function AddToBasket',
    "function Broken(): never { throw new Error('broken') }\nfunction AddToBasket",
  )
  await copy.edit(
    'teas.ts',
    "{ slug: 'keemun'",
    "{ slug: 'broken', name: 'Broken', origin: 'Nowhere', priceCents: 1 }, { slug: 'keemun'",
  )
}
