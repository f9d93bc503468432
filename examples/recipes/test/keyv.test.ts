import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { cacheInSqlite } from '../src/keyv.ts'

const folder = mkdtempSync(join(tmpdir(), 'ssr-cache-recipe-'))
afterAll(() => rmSync(folder, { recursive: true }))

test('pages in a database are there after a restart, and rendered anew once they were served (R9, R39)', async () => {
  const file = join(folder, 'pages.sqlite')
  const request = new Request('https://shop.example/movies/42')
  const visit = async (html: string): Promise<string> => {
    const { cache, disconnect } = cacheInSqlite(file)
    const response = () => new Response(html, { headers: { 'content-type': 'text/html' } })
    const page = await cache.handle(request, response)
    const text = await page.text()
    await cache.close()
    await disconnect()
    return text
  }
  expect(await visit('one')).toBe('one')
  expect(await visit('two')).toBe('one')
  expect(await visit('three')).toBe('two')
})
