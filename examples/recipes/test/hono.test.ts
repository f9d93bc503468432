import { expect, test } from 'vitest'
import freezing from '../src/freezing-runtime.ts'
import { askAs } from './ask-as.ts'
import { startSample } from './sample-process.ts'

test('the recipe for Hono renders once, on the server and with the classes of its own (R1, R16)', async () => {
  const { port } = await startSample('hono.ts')
  const headers = { host: 'shop.example' }
  const miss = await askAs(port, '/movies/42', headers)
  const hit = await askAs(port, '/movies/42?gclid=1', headers)
  expect(miss.headers['cache-status']).toContain('stored')
  expect(hit.headers['cache-status']).toContain('hit')
  expect(hit.text).toBe(miss.text)
  expect(hit.headers).toMatchObject({ etag: miss.headers.etag, 'content-length': String(hit.text.length) })

  const known = await askAs(port, '/movies/42', { ...headers, 'if-none-match': String(hit.headers.etag) })
  expect([known.status, known.text]).toEqual([304, ''])
  const own = await askAs(port, '/movies/42', { ...headers, cookie: 'sid=1' })
  expect(own.headers).toMatchObject({ 'cache-control': 'private, no-store', 'content-length': String(own.text.length) })
})

test('the recipe for a runtime that freezes hands it the work that goes on after an answer (R77, I13)', async () => {
  const handed: Promise<unknown>[] = []
  const runtime = {
    waitUntil: (work: Promise<unknown>) => void handed.push(work),
    passThroughOnException() {},
    props: {},
  }
  const answer = await freezing.fetch(
    new Request('http://localhost/', { headers: { accept: 'text/html' } }),
    {},
    runtime,
  )
  expect(await answer.text()).toContain('Rendered')
  expect(handed).toHaveLength(1)
  await Promise.all(handed)
})
