import { expect, test, vi } from 'vitest'
import { serve as serveOn } from '../../../test-utils/serve.ts'
import * as fields from '../src/cache-control.ts'
import { movieHeading } from '../src/context.ts'
import { key, seen } from '../src/key.ts'
import { serve } from '../src/node.ts'
import { file, index, url } from '../src/path.ts'
import { cacheUnderTest, contract } from '../src/testing.ts'

const html = (text: string) => new Response(text, { headers: { 'content-type': 'text/html' } })
const request = new Request('https://shop.example/movies/42')

test('/key gives the key, and what a shared render may see (R65, R67, K1)', () => {
  expect(key).toMatchObject({ full: 'https://shop.example/movies?genre=drama&page=2\n[["accept-language","de"]]' })
  expect(seen?.headers).toEqual({ host: 'shop.example', accept: 'text/html', 'accept-language': 'de' })
})

test('/path finds the file of a URL, and the URL of a file (R55, M4)', () => {
  expect([file, url, index]).toEqual([
    'genres/drama!3fpage=2.html',
    'https://shop.example/genres/drama?page=2',
    'movies/index.html',
  ])
})

test('/cache-control writes and reads what caches are told (R60)', () => {
  expect(fields.written).toBe('public, max-age=0, s-maxage=60')
  expect(fields.read).toEqual({ maxAge: 10, extensions: { foo: 'bar' } })
  expect(fields.targeted).toEqual({ maxAge: 600, staleWhileRevalidate: 60 })
  expect(fields.asset).toBe('public, max-age=31536000, immutable')
})

test('/context speaks for the page from anywhere below its render (R61)', async () => {
  const { cache, clock } = cacheUnderTest()
  await cache.handle(request, () => html(movieHeading({ id: 42, title: 'Inception' })))
  const { page } = await cache.explain(request)
  expect(page?.freshUntil).toBe(clock.now() + 300_000)
  expect(page?.tags).toHaveLength(2)

  const secret = new Request('https://shop.example/movies/43')
  const embargoed = { id: 43, title: 'Untitled', embargoedUntil: new Date(clock.now() + 1) }
  const own = await cache.handle(secret, () => html(movieHeading(embargoed)))
  expect(own.fields).toContainEqual(['cache-control', 'private, no-store'])
})

test('/testing moves time and breaks the store (I6)', async () => {
  const { cache, clock, store } = cacheUnderTest()
  await cache.handle(request, () => html('one'))
  clock.advance(60_000)
  expect((await cache.explain(request)).page?.state).toBe('stale')

  const errors = vi.spyOn(console, 'error').mockReturnValue()
  store.faults.get = { kind: 'reject' }
  expect(await (await cache.handle(request, () => html('two'))).text()).toBe('two')
  expect(errors).toHaveBeenCalledOnce()
  errors.mockRestore()
})

for (const { name, run } of contract) {
  test(`/testing: the memory store keeps the contract: ${name}`, async ({ skip }) => skip((await run()) === 'skipped'))
}

test('/node makes an adapter for any Node app (A1, R1)', async () => {
  let renders = 0
  const server = serve((_request, response) => {
    renders += 1
    response.writeHead(200, { 'content-type': 'text/html' }).end('<p>Rendered</p>')
  })
  const [listener] = server.listeners('request') as Parameters<typeof serveOn>
  await using site = await serveOn(listener)
  const headers = { host: 'localhost:3000', accept: 'text/html' }
  const replies = [await site.ask('/', { headers }), await site.ask('/', { headers })]

  expect(replies.map(({ text }) => text)).toEqual(['<p>Rendered</p>', '<p>Rendered</p>'])
  expect(replies[1]?.headers['cache-status']).toContain('hit')
  expect(renders).toBe(1)
})
