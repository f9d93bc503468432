import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { pages } from '../src/moving-from-nitro.ts'
import { shop } from '../src/moving-from-spartacus.ts'
import { askAs } from './ask-as.ts'

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

test('a storefront moves over from Spartacus: its pages are kept, and its checkout stays the shell’s (R42, R43)', async () => {
  let renders = 0
  const shell = fileURLToPath(new URL('../../vite-react/index.html', import.meta.url))
  const app = shop((_request, response) => void response.type('html').send(`<p>Render ${++renders}</p>`), shell)
  await using server = createServer(app).listen(0)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // a TCP server that listens has one
  const headers = { host: 'shop.example', accept: 'text/html' }
  const first = await askAs(port, '/electronics-spa/en/USD/product/1', headers)
  const second = await askAs(port, '/electronics-spa/en/USD/product/1', headers)
  expect([first.text, second.text]).toEqual(['<p>Render 1</p>', '<p>Render 1</p>'])
  expect(second.headers['cache-control']).toMatch(/^public, max-age=0, s-maxage=(?:300|299), stale-if-error=86400$/)

  const checkout = await askAs(port, '/electronics-spa/en/USD/checkout', headers)
  expect(checkout.text).toContain('<!doctype html>')
  expect(checkout.headers['cache-control']).toContain('no-store')
  expect(renders).toBe(1)
})
