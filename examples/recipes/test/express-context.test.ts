import type { RequestHandler } from 'express'
import { expect, test } from 'vitest'
import { serve } from '../../../test-utils/serve.ts'
import { site } from '../src/express-context.ts'

test('what context gives is in the key, and is all that a shared render sees of the state above it (A10, R69)', async () => {
  let country = 'DE'
  const locate: RequestHandler = (_request, response, next) => {
    Object.assign(response.locals, { country, visitor: 'Ada' })
    next()
  }
  await using shop = await serve(site(locate))
  const ask = () => shop.ask('/', { headers: { accept: 'text/html' } })

  expect((await ask()).text).toBe('<p>Prices for DE</p>')
  expect((await ask()).headers['cache-status']).toContain('hit')
  country = 'AT'
  expect((await ask()).text).toBe('<p>Prices for AT</p>')
  country = 'DE'
  const again = await ask()
  expect(again.text).toBe('<p>Prices for DE</p>')
  expect(again.headers['cache-control']).toBe('private, no-cache')
})
