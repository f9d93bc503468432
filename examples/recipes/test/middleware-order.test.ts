import { gunzipSync } from 'node:zlib'
import { Router } from 'express'
import { afterEach, expect, test, vi } from 'vitest'
import { serve } from '../../../test-utils/serve.ts'
import { site } from '../src/middleware-order.ts'

const pages = Router()
  .post('/login', (request, response) => {
    Object.assign(request.session, request.body)
    response.sendStatus(204)
  })
  .get('/{*path}', (request, response) => {
    const name = (request.session as { name?: string } | undefined)?.name ?? 'stranger'
    response.send(`<p>Hello ${name}, prices in ${request.cookies['currency']}</p>${'<p>More</p>'.repeat(200)}`)
  })

afterEach(() => vi.restoreAllMocks())

test('middleware in this order leaves hits as they should be, and visitors with a session to the app (A2, A9, A10)', async () => {
  const log: string[] = []
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => log.push(String(line)) > 0)
  await using shop = await serve(site(pages, 'a secret of this test'))
  const ask = (cookie: string) => shop.ask('/', { headers: { accept: 'text/html', 'accept-encoding': 'gzip', cookie } })

  await ask('currency=EUR; tracking=1')
  const hit = await ask('currency=EUR; tracking=2')
  expect(gunzipSync(hit.body).toString()).toContain('Hello stranger, prices in EUR')
  expect(hit.headers['content-security-policy']).toContain("default-src 'self'")
  expect(hit.headers['set-cookie']).toBeUndefined()
  expect(hit.headers.vary?.toLowerCase().split(', ')).toEqual(['accept-encoding', 'cookie'])

  const json = { 'content-type': 'application/json' }
  const login = await shop.ask('/login', { method: 'POST', headers: json, body: '{"name":"Ada"}' })
  const own = await ask(`currency=EUR; ${String(login.headers['set-cookie']).split(';', 1)[0]}`)
  expect(gunzipSync(own.body).toString()).toContain('Hello Ada, prices in EUR')
  expect(own.headers['cache-control']).toBe('private, no-store')

  const statuses = log.map((line) => line.trim().replace(/.* 20\d /, ''))
  expect(statuses).toEqual([
    expect.stringMatching(/^ssr-cache; fwd=uri-miss; stored; ttl=\d+$/),
    expect.stringMatching(/^ssr-cache; hit; ttl=\d+$/),
    'ssr-cache; fwd=method; detail=method',
    'ssr-cache; fwd=bypass; detail=cookie',
  ])
})
