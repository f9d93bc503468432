import { Router } from 'express'
import { expect, test } from 'vitest'
import { serve } from '../../../test-utils/serve.ts'
import { site } from '../src/sessions.ts'

const pages = Router()
  .post('/login', (request, response) => {
    Object.assign(request.session, { name: 'Ada' })
    response.sendStatus(204)
  })
  .get('/{*path}', (request, response) => {
    response.send(`<p>Hello ${(request.session as { name?: string } | undefined)?.name ?? 'stranger'}</p>`)
  })

test('a site with sessions shares what it says may be shared, and nothing else (A9, A10)', async () => {
  await using shop = await serve(site(pages, 'a secret of this test'))
  const login = await shop.ask('/login', { method: 'POST' })
  const cookie = String(login.headers['set-cookie']).split(';', 1)[0] ?? ''
  const ask = (path: string, headers: Record<string, string> = {}) =>
    shop.ask(path, { headers: { accept: 'text/html', ...headers } })

  const stranger = await ask('/movies/42')
  expect(stranger.text).toBe('<p>Hello stranger</p>')
  expect(stranger.headers['set-cookie']).toBeUndefined()

  const shared = await ask('/movies/42', { cookie })
  expect(shared.headers['cache-status']).toContain('hit')
  expect(shared.text).toBe('<p>Hello stranger</p>')

  const own = await ask('/cart', { cookie })
  expect(own.text).toBe('<p>Hello Ada</p>')
  expect(own.headers['cache-control']).toBe('private, no-store')
  expect(own.headers['cache-status']).toContain('detail=cookie')

  const account = await ask('/account')
  expect(account.headers['cache-status']).toContain('detail=route')
})
