import type { HandlerResponse } from '@ssr-cache/core'
import { describe, expect, test } from 'vitest'
import { cacheStatus, request, settled } from './harness.ts'
import { lasting, openOrigin } from './origin-harness.ts'

/** An app that speaks the visitor's language, and says that it does. */
function speaking({ request: { headers } }: { request: Request }, vary = 'Accept-Language'): HandlerResponse {
  return lasting('max-age=60', headers.get('accept-language') ?? 'none', { vary })
}

describe('Vary, through the engine', () => {
  test('several variants are kept side by side, each for its own (Good)', async () => {
    const { shop } = openOrigin()
    let renders = 0
    const ask = async (headers: Record<string, string>): Promise<string> =>
      (
        await shop.cache.handle(request('/', { headers }), (input) => {
          renders++
          return speaking(input)
        })
      ).text()
    const languages = ['en', 'de', 'fr']
    for (const language of languages) expect(await ask({ 'accept-language': language })).toBe(language)
    for (const language of languages) expect(await ask({ 'accept-language': language })).toBe(language)
    expect(renders).toBe(3)
    expect(await ask({})).toBe('none')
    expect(await ask({})).toBe('none')
    expect(renders).toBe(4)
  })

  test('a field that belongs to one connection tells nothing apart: the app was not told it (P1, I11, RFC 9110 7.6.1)', async () => {
    const { shop } = openOrigin()
    const ask = async (headers: Record<string, string>): Promise<string> =>
      (await shop.cache.handle(request('/', { headers }), speaking)).text()
    await ask({ 'accept-language': 'en' })
    // The app is asked without the field, and the page that it makes is for those who send none.
    expect(await ask({ 'accept-language': 'de', connection: 'close, Accept-Language' })).toBe('none')
    expect(await ask({ 'accept-language': 'de' })).toBe('de')
    const key = shop.cache.key(request('/', { headers: { 'accept-language': 'de', connection: 'accept-language' } }))
    expect(await (key && (await shop.cache.lookup(key)))?.text()).toBe('none')
  })

  test('other fields do not matter, and a field’s meaning counts (Good)', async () => {
    const { ask, asked } = openOrigin({}, lasting('max-age=60', 'page', { vary: 'accept-language' }))
    await ask('/', { 'accept-language': 'de, en;q=0.5', 'user-agent': 'one' })
    await ask('/', { 'accept-language': 'en;q=0.500,de', 'user-agent': 'other' })
    expect(asked).toHaveLength(1)
  })

  test('Vary of * is never reused, wherever it stands (Must)', async () => {
    const { ask, asked } = openOrigin({}, lasting('max-age=60', 'page', { vary: 'accept-language, *' }))
    await ask()
    await ask()
    expect(asked).toHaveLength(2)
  })

  test('a request that differs is told so in Cache-Status', async () => {
    const { ask } = openOrigin({}, lasting('max-age=60', 'page', { vary: 'x' }))
    await ask('/', { x: '1' })
    expect(cacheStatus(await ask('/', { x: '2' }))).toMatchObject({ fwd: 'vary-miss', stored: true })
    expect(cacheStatus(await ask('/', { x: '2' }))).toMatchObject({ hit: true })
  })

  test('what has varied once is told apart from then on, even where the app says nothing of it', async () => {
    const { ask, asked, answers } = openOrigin({}, lasting('max-age=60', 'varied', { vary: 'x' }))
    await ask('/', { x: '1' })
    answers(lasting('max-age=60', 'plain'))
    await ask('/', { x: '2' })
    await ask('/', { x: '2' })
    expect(asked).toHaveLength(2)
    expect(await (await ask('/', { x: '1' })).text()).toBe('varied')
  })

  test('a name that comes later tells all apart, and none is given the wrong one', async () => {
    const { ask, asked, answers, after } = openOrigin({}, lasting('max-age=10', 'by one', { vary: 'a' }))
    await ask('/', { a: '1' })
    await after(10)
    answers(lasting('max-age=60', 'a1 b1', { vary: 'a, b' }))
    await ask('/', { a: '1', b: '1' })
    answers(lasting('max-age=60', 'a1 b2', { vary: 'a, b' }))
    await ask('/', { a: '1', b: '2' })
    expect(await (await ask('/', { a: '1', b: '1' })).text()).toBe('a1 b1')
    expect(await (await ask('/', { a: '1', b: '2' })).text()).toBe('a1 b2')
    expect(asked).toHaveLength(3)
  })

  test('names live as long as what is kept under them', async () => {
    const { ask, asked, answers, after } = openOrigin({}, lasting('max-age=10', 'short', { vary: 'x' }))
    await ask('/', { x: '1' })
    answers(lasting('max-age=1000', 'long', { vary: 'x' }))
    await ask('/', { x: '2' })
    await after(500)
    expect(await (await ask('/', { x: '2' })).text()).toBe('long')
    expect(asked).toHaveLength(2)
  })

  test('more than sixteen names are too many: what varies by so much is its visitor’s (I7)', async () => {
    const vary = Array.from({ length: 17 }, (_, i) => `x-${i}`).join(', ')
    const { ask, asked, shop } = openOrigin({}, lasting('max-age=60', 'page', { vary }))
    expect(cacheStatus(await ask())).toMatchObject({ detail: 'vary' })
    expect(shop.told).toContainEqual(['unshareable', expect.objectContaining({ reason: 'vary', culprit: 'too many' })])
    await ask()
    expect(asked).toHaveLength(2)
    const sixteen = openOrigin({}, lasting('max-age=60', 'page', { vary: vary.replace(', x-16', '') }))
    await sixteen.ask()
    expect(cacheStatus(await sixteen.ask())).toMatchObject({ hit: true })
  })

  test('a purge by URL finds every variant without knowing one (V)', async () => {
    const { ask, asked, shop } = openOrigin({}, lasting('max-age=60', 'page', { vary: 'x' }))
    await ask('/p?b=1&a=2', { x: '1' })
    await ask('/p?b=1&a=2', { x: '2' })
    await shop.cache.purge({ urls: ['/p?a=2&b=1'] })
    await ask('/p?b=1&a=2', { x: '1' })
    await ask('/p?b=1&a=2', { x: '2' })
    expect(asked).toHaveLength(4)
  })
})

describe('A crowd before a page that nobody knew to vary', () => {
  test('each is given their own: one render for each variant, and no more (I1)', async () => {
    const { shop } = openOrigin()
    const open: (() => void)[] = []
    let renders = 0
    const ask = async (language: string): Promise<string> => {
      const page = await shop.cache.handle(
        request('/', { headers: { 'accept-language': language } }),
        async (input) => {
          renders++
          await new Promise<void>((resolve) => open.push(resolve))
          return speaking(input)
        },
      )
      return page.text()
    }
    const crowd = ['en', 'de', 'de', 'en', 'fr', 'de'].map(ask)
    await settled()
    expect(renders).toBe(1)
    open.shift()?.()
    await settled()
    expect(renders).toBe(3)
    for (const end of open) end()
    expect(await Promise.all(crowd)).toEqual(['en', 'de', 'de', 'en', 'fr', 'de'])
    expect(renders).toBe(3)
  })
})
