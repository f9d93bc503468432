import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ExampleCopy, type RunningExample } from '../../../test-utils/example-copy.ts'
import { expectHydration, hasChromium, launchChromium } from '../../../test-utils/hydration.ts'
import { teaShopEnv, testTeaShop } from '../../../test-utils/tea-shop.ts'

/** Asks for HTML by name, as browsers do. */
const asBrowser = { headers: { accept: 'text/html' } }

let copy: ExampleCopy
beforeAll(async () => {
  copy = await ExampleCopy.of('angular')
  await addTroubledTeas()
  await copy.run('build')
})
afterAll(() => copy?.[Symbol.asyncDispose]())

describe('Angular on AngularNodeAppEngine', () => {
  let shop: RunningExample
  beforeAll(async () => {
    shop = await copy.start('start', teaShopEnv)
  })
  afterAll(() => shop?.[Symbol.asyncDispose]())

  testTeaShop(() => shop)

  test('who is known by a header is answered by the app alone (I4)', async () => {
    const page = await shop.ask('/teas/assam', { headers: { authorization: 'Bearer somebody' } })
    expect(page.cacheStatus).toBe('ssr-cache; fwd=bypass; detail=authorization')
    expect(page.headers.get('cache-control')).toBe('private, no-store')
  })

  test('a page whose data are not to be had is the shell with 502, and is not kept (I5, R71)', async () => {
    for (const page of [await shop.ask('/teas/broken', asBrowser), await shop.ask('/teas/broken', asBrowser)]) {
      expect(page.status).toBe(502)
      expect(page.text).toContain('<app-root></app-root>')
      expect(page.headers.get('cache-control')).toBe('no-store')
      expect(page.cacheStatus).not.toMatch(/stored|hit/)
    }
  })

  test.skipIf(!hasChromium)('a page that is served as kept hydrates, and its button works', async () => {
    await using chromium = await browser()
    await expectHydration(shop, chromium.browser)
  })
})

describe('Angular where renders cannot keep up', () => {
  let shop: RunningExample
  beforeAll(async () => {
    shop = await copy.start('start', { RENDERS: '1', QUEUE: '0' })
  })
  afterAll(() => shop?.[Symbol.asyncDispose]())

  test('hits go on, and whoever would have to wait is given the shell with 503 (I8, R42, R43)', async () => {
    await shop.ask('/')
    const slow = shop.ask('/teas/slow')
    const shell = await coldPageWhile(shop, slow)
    expect(shell.status).toBe(503)
    expect(shell.text).toContain('<app-root></app-root>')
    expect(Object.fromEntries(shell.headers)).toMatchObject({ 'retry-after': '5', 'cache-control': 'no-store' })
    expect((await shop.ask('/')).cacheStatus).toContain('hit')
    expect((await slow).status).toBe(404)
  })

  test.skipIf(!hasChromium)('the shell makes the page itself, from the same API (R42)', async () => {
    await using chromium = await browser()
    const slow = shop.ask('/teas/slower')
    await coldPageWhile(shop, slow)
    const page = await chromium.browser.newPage()
    const response = await page.goto(`${shop.url}/teas/keemun`)
    expect(response?.status()).toBe(503)
    await expect.poll(() => page.getByRole('heading').textContent()).toBe('Keemun')
    expect(await page.getByText('€').textContent()).toBe('€ 6.20')
    await slow
  })
})

/** What a page that nobody has rendered is answered with while `render` has the only place. */
async function coldPageWhile(shop: RunningExample, render: Promise<unknown>) {
  let hasEnded = false
  void render.then(() => (hasEnded = true))
  for (let n = 0; !hasEnded; n++) {
    const page = await shop.ask(`/teas/assam?${n}`, asBrowser)
    if (page.status !== 200) return page
  }
  throw new Error('The slow render had ended before.')
}

async function browser(): Promise<{ readonly browser: Browser } & AsyncDisposable> {
  const browser = await launchChromium()
  return { browser, [Symbol.asyncDispose]: () => browser.close() }
}

/** Teas whose data take long, and one for which the API fails. */
async function addTroubledTeas(): Promise<void> {
  const trouble = [
    "if (slug === 'broken') throw new Error('broken')",
    "if (slug.startsWith('slow')) await new Promise((resolve) => setTimeout(resolve, 2_500))",
    'return teas.get(slug)',
  ]
  await copy.edit('src/server/teas.ts', 'return teas.get(slug)', trouble.join('\n  '))
}
