import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ExampleCopy, type RunningExample } from '../../../test-utils/example-copy.ts'
import { teaShopEnv, testTeaShop } from '../../../test-utils/tea-shop.ts'

let copy: ExampleCopy
beforeAll(async () => {
  copy = await ExampleCopy.of('ejs')
})
afterAll(() => copy[Symbol.asyncDispose]())

describe('EJS in production', () => {
  let shop: RunningExample
  beforeAll(async () => {
    shop = await copy.start('start', teaShopEnv)
  })
  afterAll(() => shop?.[Symbol.asyncDispose]())

  testTeaShop(() => shop)

  test('files that keep their name stand above the cache, and browsers ask for them each time (R36, R63)', async () => {
    const style = await shop.ask('/style.css')
    expect(style.headers.get('cache-control')).toBe('no-cache')
    expect(style.cacheStatus).toBeNull()
  })
})

describe('EJS in development', () => {
  test('no page is kept, so that the very next request shows an edit of a template', async () => {
    await using shop = await copy.start('dev')
    const before = await shop.ask('/teas/assam')
    expect(before.cacheStatus).toBe('ssr-cache; fwd=bypass; detail=off')
    expect(before.text).toContain('From India')

    await copy.edit('views/tea.ejs', 'From <', 'Grown in <')
    expect((await shop.ask('/teas/assam')).text).toContain('Grown in India')
  })
})
