import { gunzipSync } from 'node:zlib'
import { createRenderCache, memoryStore, type RenderCacheOptions } from '@ssr-cache/core'
import { fakeClock, faultyStore } from '@ssr-cache/core/testing'
import { describe, expect, test, vi } from 'vitest'
import { settled } from './harness.ts'

const PAGE = '<p>page</p>'.repeat(500)
const FIELDS = {
  'cache-control': 'max-age=60',
  'content-type': 'text/html',
  etag: '"a"',
  'content-length': String(PAGE.length),
}
const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

/** An app behind a cache, as a client that takes gzip sees it. */
function appWith(options: RenderCacheOptions, fields: Record<string, string> = {}) {
  let asked = 0
  const cache = createRenderCache({ freshness: 'origin', hosts: ['shop.example'], logger: SILENT, ...options })
  const fetch = cache.fetch(({ method, headers }) => {
    asked++
    const isKnown = headers.get('if-none-match') === FIELDS.etag
    const init = { headers: { ...FIELDS, ...fields }, status: isKnown ? 304 : 200 }
    return new Response(isKnown || method === 'HEAD' ? null : PAGE, init)
  })
  const ask = (headers: Record<string, string> = { 'accept-encoding': 'gzip' }, method = 'GET') =>
    fetch(new Request('https://shop.example/', { method, headers }))
  return { ask, asked: () => asked }
}

describe('Encodings where the app decides', () => {
  test('are off unless the option is set: what the app sends goes out as it came', async () => {
    const { ask } = appWith({}, { vary: 'Accept-Encoding' })
    for (const _ of [1, 2, 3]) {
      const { headers } = await ask()
      expect([headers.get('content-encoding'), headers.get('etag')]).toEqual([null, '"a"'])
    }
  })

  test('set, they are made of what is kept: with a weak tag, the length of the form, and Vary', async () => {
    const { ask, asked } = appWith({ encoding: { zstd: false, br: false } })
    await ask()
    const encoded = await vi.waitFor(async () => {
      const response = await ask()
      expect(response.headers.get('content-encoding')).toBe('gzip')
      return response
    })
    const bytes = Buffer.from(await encoded.arrayBuffer())
    expect(gunzipSync(bytes).toString()).toBe(PAGE)
    expect(['etag', 'content-length', 'vary', 'cache-control', 'age'].map((name) => encoded.headers.get(name))).toEqual(
      ['W/"a"', String(bytes.length), 'Accept-Encoding', 'max-age=60', '0'],
    )
    const names = ['age', 'cache-control', 'cache-status', 'content-encoding', 'content-length', 'content-type', 'date']
    expect([...encoded.headers.keys()]).toEqual([...names, 'etag', 'vary'])
    const head = await ask({ 'accept-encoding': 'gzip' }, 'HEAD')
    expect(head.headers.get('content-length')).toBe(String(bytes.length))
    const plain = await ask({})
    expect([plain.headers.get('etag'), await plain.text()]).toEqual(['"a"', PAGE])
    expect((await ask({ 'accept-encoding': 'gzip', 'if-none-match': 'W/"a"' })).status).toBe(304)
    expect(asked()).toBe(1)
  })

  test('a tag that is weak already stays as it is, as do other fields in quotes (RFC 9110 8.8.1)', async () => {
    const { ask } = appWith({ encoding: { zstd: false, br: false } }, { etag: 'W/"a"', 'x-quoted': '"b"' })
    const { headers } = await vi.waitFor(async () => {
      const response = await ask()
      expect(response.headers.get('content-encoding')).toBe('gzip')
      return response
    })
    expect([headers.get('etag'), headers.get('x-quoted')]).toEqual(['W/"a"', '"b"'])
  })

  test('hits do not wait for them, and whoever waited for the page does', async () => {
    const clock = fakeClock()
    const pages = async (count: number): Promise<readonly (string | null)[]> => {
      const { ask } = appWith({ clock, store: memoryStore({ clock }), encoding: { zstd: false, br: false } })
      if (count === 1) await ask()
      const answers = await Promise.all(Array.from({ length: count }, () => ask()))
      return answers.map(({ headers }) => headers.get('content-encoding'))
    }
    expect(await pages(1)).toEqual([null])
    expect(await pages(2)).toEqual([null, 'gzip'])
  })

  test.each<[string, Record<string, string>, RenderCacheOptions?]>([
    ['no-transform', { 'cache-control': 'max-age=60, no-transform' }],
    ['an encoding of the app’s own', { 'content-encoding': 'br' }],
    ['a type that is none of them', { 'content-type': 'image/png' }],
    ['a route without', {}, { routes: [{ match: '/', encoding: false }] }],
    ['no encoding that is left', {}, { encoding: { zstd: false, br: false, gzip: false } }],
  ])('leave alone what has %s, and its Vary', async (_, fields, options) => {
    const { ask } = appWith({ encoding: {}, ...options }, fields)
    for (const _ of [1, 2, 3]) {
      const { headers } = await ask()
      expect(['content-encoding', 'etag', 'vary'].map((name) => headers.get(name))).toEqual([
        fields['content-encoding'] ?? null,
        '"a"',
        null,
      ])
      await new Promise((resolve) => setImmediate(resolve))
    }
  })

  test('that we add Accept-Encoding to Vary tells no pages apart: what is validated is still one page for all', async () => {
    const clock = fakeClock()
    const { ask, asked } = appWith({ clock, store: memoryStore({ clock }), encoding: {} })
    await ask()
    await clock.advanceAsync(61_000)
    expect((await ask()).headers.get('cache-status')).toContain('fwd-status=304')
    for (const encoding of ['gzip', 'br, gzip', '']) {
      const { headers } = await ask({ 'accept-encoding': encoding })
      expect([headers.get('vary'), headers.get('cache-status')]).toEqual(['Accept-Encoding', 'ssr-cache; hit; ttl=60'])
    }
    expect(asked()).toBe(2)
  })

  test('a page of which the smallest form alone is kept still goes out in it after a HEAD (RFC 9111 4.3.5)', async () => {
    const clock = fakeClock()
    const { ask } = appWith({
      clock,
      store: memoryStore({ clock }),
      encoding: { zstd: false, br: false, keep: 'smallest' },
    })
    const inItsForm = (): Promise<void> =>
      vi.waitFor(async () => expect((await ask()).headers.get('content-encoding')).toBe('gzip'))
    await inItsForm()
    await clock.advanceAsync(61_000)
    await ask({}, 'HEAD')
    await inItsForm()
  })

  test('a form of a page is not taken for one of the page that has replaced it meanwhile (I10)', async () => {
    const clock = fakeClock()
    // Without leases no token tells the two apart, and no ETag does.
    const store = faultyStore(memoryStore({ clock }), { clock, faults: { take: { kind: 'reject' } } })
    const cache = createRenderCache({ freshness: 'origin', clock, store, logger: SILENT, encoding: {} })
    let body = PAGE
    const fetch = cache.fetch(
      () => new Response(body, { headers: { 'cache-control': 'max-age=60', 'content-type': 'text/html' } }),
    )
    const ask = () => fetch(new Request('https://shop.example/', { headers: { 'accept-encoding': 'gzip' } }))
    await ask()
    await clock.advanceAsync(59_980)
    await ask()
    const { promise: replaced, resolve: go } = Promise.withResolvers<void>()
    store.faults.get = { kind: 'wait', until: replaced }
    const asked = store.calls.get
    await vi.waitFor(() => expect(store.calls.get).toBe(asked + 1))
    store.faults.get = undefined
    await clock.advanceAsync(20)
    body = PAGE.replaceAll('page', 'next')
    await ask()
    go()
    await settled()
    const encoded = await vi.waitFor(async () => {
      const response = await ask()
      expect(response.headers.get('content-encoding')).toBe('gzip')
      return response
    })
    expect(gunzipSync(Buffer.from(await encoded.arrayBuffer())).toString()).toContain('<p>next')
  })

  test('a cache that makes none sends on the page that another has kept to be encoded', async () => {
    const store = memoryStore()
    await appWith({ store, encoding: {} }).ask()
    const { ask, asked } = appWith({ store })
    const page = await ask()
    expect([page.headers.get('content-encoding'), await page.text(), asked()]).toEqual([null, PAGE, 0])
  })
})
