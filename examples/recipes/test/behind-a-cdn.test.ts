import { Router } from 'express'
import { expect, test } from 'vitest'
import { serve } from '../../../test-utils/serve.ts'
import { site } from '../src/behind-a-cdn.ts'

const pages = Router().get(
  '/',
  (request, response) => void response.send(`<p>${request.protocol}://${request.host}</p>`),
)

test('behind a CDN, the visitor is who the trusted proxy says, and the CDN is told in its own words (P2)', async () => {
  await using origin = await serve(site(pages))
  const forwarded = { accept: 'text/html', 'x-forwarded-host': 'shop.example', 'x-forwarded-proto': 'https' }
  const page = await origin.ask('/', { headers: forwarded })

  expect(page.text).toBe('<p>https://shop.example</p>')
  expect(page.headers['surrogate-control']).toMatch(/^max-age=\d+, stale-while-revalidate=600, stale-if-error=86400$/)
  expect(page.headers['cache-control']).toBe('public, max-age=0')

  const other = await origin.ask('/', { headers: { ...forwarded, 'x-forwarded-host': 'evil.example' } })
  expect(other.status).toBe(421)

  const personal = await origin.ask('/', { headers: { ...forwarded, cookie: 'sid=1' } })
  expect(personal.headers['cache-control']).toBe('private, no-store')
  expect(personal.headers['surrogate-control']).toBeUndefined()
})
