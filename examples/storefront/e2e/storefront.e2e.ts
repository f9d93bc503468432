import { existsSync } from 'node:fs'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ShopProcess } from '../test/shop-process.ts'

const chromiumPath = process.env['CHROMIUM_BIN'] || '/usr/bin/chromium'

describe.skipIf(!existsSync(chromiumPath))('in Chromium', () => {
  let shop: ShopProcess
  let browser: Browser
  let context: BrowserContext
  let page: Page
  /** What the browser complained about: React reports a page that does not hydrate here. */
  let complaints: string[]

  beforeAll(async () => {
    shop = await ShopProcess.start()
    const args = ['--no-sandbox', '--disable-dev-shm-usage']
    browser = await chromium.launch({ executablePath: chromiumPath, args })
  })
  afterAll(async () => {
    await browser?.close()
    await shop?.stop()
  })
  beforeEach(async () => {
    context = await browser.newContext({ baseURL: shop.url })
    page = await openTab(context)
    complaints = []
  })
  afterEach(() => context.close())

  async function openTab(visitor: BrowserContext): Promise<Page> {
    const tab = await visitor.newPage()
    tab.on('pageerror', (error) => complaints.push(error.message))
    tab.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
    })
    return tab
  }

  /** Goes there, waits until the page is alive, and tells how it was answered. */
  async function visit(path: string, tab: Page = page) {
    const response = await tab.goto(path)
    await tab.waitForSelector('[data-hydrated="true"]')
    return {
      cacheStatus: response?.headers()['cache-status'] ?? '',
      rendered: (await tab.getAttribute('meta[name="rendered"]', 'content')) ?? '',
      heading: await tab.textContent('h1'),
    }
  }

  it('a page that is served as kept hydrates, and its button works', async () => {
    const first = await visit('/movies/inception')
    const second = await visit('/movies/inception')
    expect(first.cacheStatus).toContain('fwd=uri-miss; stored')
    expect(second.cacheStatus).toContain('hit')
    expect(second.rendered).toBe(first.rendered)

    expect(await page.textContent('.watch-counter output')).toBe('0')
    await page.click('text=+ Add to watch list')
    expect(await page.textContent('.watch-counter output')).toBe('1')
    expect(await page.textContent('.watch-button')).toContain('On your watch list')
    expect(complaints).toEqual([])
  })

  it('a watch list is its visitor’s own, on pages that everybody shares', async () => {
    await visit('/movies/memento')
    await page.click('.watch-button')
    expect((await visit('/')).heading).not.toBe('')
    await expect.poll(() => page.textContent('.watch-counter output')).toBe('1')

    const stranger = await browser.newContext({ baseURL: shop.url })
    const tab = await openTab(stranger)
    expect((await visit('/movies/memento', tab)).cacheStatus).toContain('hit')
    expect(await tab.textContent('.watch-counter output')).toBe('0')
    await stranger.close()
    expect(complaints).toEqual([])
  })

  it('an edit shows up after its invalidation (R20)', async () => {
    const old = await visit('/movies/casablanca')
    expect(old.heading).toBe('Casablanca')
    await shop.edit(214, { title: 'Casablanca </script> restored' })
    await expect.poll(async () => (await visit('/movies/casablanca')).heading).toBe('Casablanca </script> restored')
    expect((await visit('/movies/casablanca')).rendered).not.toBe(old.rendered)
    expect(complaints).toEqual([])
  })

  it('the account page never shows another session’s name', async () => {
    const other = await browser.newContext({ baseURL: shop.url })
    const visitors = [
      { name: 'Ada', tab: page },
      { name: 'Grace', tab: await openTab(other) },
    ]
    for (const { name, tab } of visitors) {
      await visit('/login', tab)
      await tab.fill('input[name="name"]', name)
      await tab.click('form.panel button')
      await tab.waitForURL('**/account')
    }
    for (const { name, tab } of [...visitors, ...visitors]) {
      const account = await visit('/account', tab)
      expect(account.heading).toBe(`Hello, ${name}`)
      expect(account.cacheStatus).not.toContain('hit')
    }
    await visit('/', page) // what Ada reads next is everybody's page
    expect(await page.content()).not.toContain('Hello')
    await page.goBack() // from the browser's own history, too, only her own page comes back
    expect(await page.textContent('h1')).toBe('Hello, Ada')
    await other.close()
    expect(complaints).toEqual([])
  })

  it.each(['/', '/directors/steven-spielberg', '/genres/drama?page=2', '/search?q=am%C3%A9lie', '/login'])(
    '%s hydrates without a complaint',
    async (path) => {
      await visit(path)
      await visit(path)
      expect(complaints).toEqual([])
    },
  )
})

describe.skipIf(!existsSync(chromiumPath))('in Chromium, while renders take longer than visitors wait', () => {
  // By its own name it is a crawler, and waits.
  const userAgent = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

  it('the shell comes with 503, and the browser makes a page of it that works (R42, R43)', async () => {
    const shop = await ShopProcess.start({ API_LATENCY_MS: '3500' })
    const args = ['--no-sandbox', '--disable-dev-shm-usage']
    const browser = await chromium.launch({ executablePath: chromiumPath, args })
    try {
      const page = await browser.newPage({ userAgent })
      const errors: string[] = []
      page.on('pageerror', (error) => errors.push(error.message))
      const response = await page.goto(`${shop.url}/movies/inception`, { waitUntil: 'domcontentloaded' })
      const headers = response?.headers() ?? {}
      expect([response?.status(), headers['cache-control'], headers['x-robots-tag'], headers['retry-after']]).toEqual([
        503,
        'no-store',
        'noindex',
        '5',
      ])
      await page.waitForSelector('[data-hydrated="true"]')
      expect([await page.textContent('h1'), await page.title()]).toEqual(['Inception', 'Inception (2010) · Marquee'])
      await page.click('text=+ Add to watch list')
      expect(await page.textContent('.watch-counter output')).toBe('1')
      expect(errors).toEqual([])
    } finally {
      await browser.close()
      await shop.stop()
    }
  })

  it('a crawler waits for the page (R37)', async () => {
    const shop = await ShopProcess.start({ API_LATENCY_MS: '3500' })
    try {
      const crawler = { accept: 'text/html', 'user-agent': 'Mozilla/5.0 (compatible; Googlebot/2.1)' }
      const response = await shop.get('/movies/memento', crawler)
      expect(response.status).toBe(200)
      expect(await response.text()).toContain('Memento')
    } finally {
      await shop.stop()
    }
  })
})
