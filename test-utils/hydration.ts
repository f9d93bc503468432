import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ExampleCopy, type RunningExample } from './example-copy.ts'

const chromiumPath = process.env['CHROMIUM_BIN'] || '/usr/bin/chromium'

/**
 * Whether there is a browser to test in.
 * @public what is public is for examples/angular too, where knip does not look
 */
export const hasChromium: boolean = existsSync(chromiumPath)

/** @public */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox', '--disable-dev-shm-usage'] })
}

/** What the tea shop of the Vite recipes does in a browser. */
export function testHydration(example: string): void {
  describe.skipIf(!hasChromium)(`${example} in Chromium`, () => {
    let copy: ExampleCopy
    let shop: RunningExample
    let browser: Browser
    beforeAll(async () => {
      copy = await ExampleCopy.of(example)
      await copy.run('build')
      shop = await copy.start('start')
      browser = await launchChromium()
    })
    afterAll(async () => {
      await browser?.close()
      await shop?.[Symbol.asyncDispose]()
      await copy?.[Symbol.asyncDispose]()
    })

    it('a page that is served as kept hydrates, and its button works', () => expectHydration(shop, browser))
  })
}

/**
 * Opens a page of the tea shop that is a hit, and puts something into the basket.
 * @public
 */
export async function expectHydration(shop: RunningExample, browser: Browser): Promise<void> {
  await shop.ask('/teas/assam')
  const page = await browser.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })

  const response = await page.goto(`${shop.url}/teas/assam`)
  expect(response?.headers()['cache-status']).toContain('ssr-cache; hit')
  const button = page.getByRole('button')
  expect(await button.textContent()).toBe('In your basket: 0')
  // A click before hydration goes nowhere.
  await expect
    .poll(async () => {
      await button.click()
      return button.textContent()
    })
    .toMatch(/In your basket: [1-9]/)
  expect(complaints).toEqual([])
}
