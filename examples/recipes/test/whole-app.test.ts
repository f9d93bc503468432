import { expect, test } from 'vitest'
import { askAs } from './ask-as.ts'
import { startSample } from './sample-process.ts'

test('the recipe for a whole Express app answers hits from the cache, and the account from the app (R1)', async () => {
  const { port } = await startSample('whole-app.ts')
  const headers = { host: 'node-1.internal', 'x-forwarded-host': 'shop.example', 'x-forwarded-proto': 'https' }
  const miss = await askAs(port, '/movies/42', headers)
  const hit = await askAs(port, '/movies/42?utm_source=mail', headers)
  expect(miss.headers['cache-status']).toContain('stored')
  expect(hit.headers['cache-status']).toContain('hit')
  expect(hit.text).toBe(miss.text)

  const account = await askAs(port, '/account', { ...headers, cookie: 'sid=1' })
  expect(account.text).toBe('<p>Yours: sid=1</p>')
  expect(account.headers['cache-control']).toBe('private, no-store')
  expect((await askAs(port, '/movies/42', { host: 'evil.example' })).status).toBe(421)
})
