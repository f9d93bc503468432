import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { askAs } from './ask-as.ts'
import { startSample } from './sample-process.ts'

test('the recipe for a shell: what takes too long is the shell, and a page the next time; some paths are always rendered, some never (R42, R43)', async () => {
  const { port } = await startSample('client-side-shell.ts')
  const shell = await readFile(new URL('../src/client-side-shell.html', import.meta.url), 'utf8')
  const headers = { host: 'shop.example', accept: 'text/html' }
  const sample = await readFile(new URL('../src/client-side-shell.ts', import.meta.url), 'utf8')

  const late = await askAs(port, '/movies/42', headers)
  expect([late.status, late.text]).toEqual([503, shell])
  const told = ['content-type', 'x-robots-tag', 'retry-after', 'cache-control', 'cache-status']
  for (const name of told) expect(sample).toContain(`// ${name}: ${late.headers[name]}`)

  expect((await askAs(port, '/landing/sale', headers)).text).toContain('Rendered')
  const checkout = await askAs(port, '/checkout/pay', headers)
  expect([checkout.status, checkout.text, checkout.headers['x-robots-tag']]).toEqual([200, shell, 'noindex'])
  await expect.poll(async () => (await askAs(port, '/movies/42', headers)).text).toContain('Rendered')
})
