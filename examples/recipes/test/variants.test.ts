import { expect, test } from 'vitest'
import { cache } from '../src/variants.ts'

const page = (headers: Record<string, string>) =>
  cache.handle(new Request('https://shop.example/', { headers }), ({ request }) => {
    const seen = ['accept-language', 'user-agent', 'cookie'].map((name) => request.headers.get(name))
    return new Response(seen.join(' '), { headers: { 'content-type': 'text/html' } })
  })

const german = { 'accept-language': 'de-AT, en;q=0.5', cookie: 'currency=EUR; theme=dark' }
const field = (fields: readonly (readonly [string, string])[], name: string) => fields.find(([n]) => n === name)?.[1]

test('a page has one variant for each locale, device class and currency, and sees no more than that (R65, R66, R69, K7)', async () => {
  expect(await (await page(german)).text()).toBe('de desktop currency=EUR')
  const english = { 'accept-language': 'fr', 'user-agent': 'Mozilla/5.0 (iPhone) Mobile', cookie: 'currency=USD' }
  expect(await (await page(english)).text()).toBe('en mobile currency=USD')

  const again = await page({ 'accept-language': 'de', cookie: 'theme=light; currency=EUR' })
  expect(field(again.fields, 'cache-status')).toContain('hit')
})

test('a page with variants says so to caches that cannot see them (R70)', async () => {
  const { fields } = await page(german)
  expect(field(fields, 'vary')).toBe('accept-language, user-agent, cookie')
  expect(field(fields, 'cache-control')).toBe('private, no-cache')
})
