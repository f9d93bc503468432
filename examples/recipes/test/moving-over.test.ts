import { expect, test } from 'vitest'
import { pages } from '../src/moving-from-nitro.ts'

test('a cached handler of Nitro moves over: its key, its lifetime and its stale window', async () => {
  let renders = 0
  const fetch = pages((request) => {
    renders++
    const page = new URL(request.url).searchParams.get('page')
    return new Response(`<p>Page ${page}</p>`, { headers: { 'content-type': 'text/html' } })
  })
  const ask = (path: string) => fetch(new Request(`https://shop.example${path}`, { headers: { accept: 'text/html' } }))
  const [first, second] = [await ask('/teas?page=2&ref=mail'), await ask('/teas?page=2&ref=other')]
  expect(await second.text()).toBe(await first.text())
  expect(renders).toBe(1)
  expect(second.headers.get('cache-status')).toMatch(/^ssr-cache; hit; ttl=(?:60|59)$/)
  // No CDN has been told to key x-country.
  expect(first.headers.get('cache-control')).toBe('private, no-cache')
})
