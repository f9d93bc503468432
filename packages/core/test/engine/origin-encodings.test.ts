import { gunzipSync } from 'node:zlib'
import { createRenderCache, type RenderCacheOptions } from '@ssr-cache/core'
import { describe, expect, test, vi } from 'vitest'

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
  const fetch = cache.fetch(() => {
    asked++
    return new Response(PAGE, { headers: { ...FIELDS, ...fields } })
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

  test.each<[string, Record<string, string>]>([
    ['no-transform', { 'cache-control': 'max-age=60, no-transform' }],
    ['an encoding of the app’s own', { 'content-encoding': 'br', vary: 'Accept-Encoding' }],
    ['a type that is none of them', { 'content-type': 'image/png' }],
  ])('leave alone what has %s', async (_, fields) => {
    const { ask } = appWith({ encoding: {} }, fields)
    for (const _ of [1, 2, 3]) {
      const { headers } = await ask()
      expect([headers.get('content-encoding') ?? undefined, headers.get('etag')]).toEqual([
        fields['content-encoding'],
        '"a"',
      ])
      await new Promise((resolve) => setImmediate(resolve))
    }
  })
})
