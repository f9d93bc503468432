import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib'
import type { RenderCacheOptions } from '@ssr-cache/core'
import compression from 'compression'
import type { RequestHandler } from 'express'
import { describe, expect, test } from 'vitest'
import type { Reply } from '../../../test-utils/serve.ts'
import { arranged, PAGE } from './middleware/arrangement.ts'
import { isHit, VERSIONS } from './versions.ts'

const DECODERS = { gzip: gunzipSync, br: brotliDecompressSync, zstd: zstdDecompressSync }

/** What must not differ between two answers with the same page. */
function fieldsOf({ headers }: Reply): object {
  const { date, 'cache-status': status, connection, 'keep-alive': keepAlive, ...fields } = headers
  return fields
}

describe.each(VERSIONS)('encodings of kept pages through %s', (_, express) => {
  test.each(Object.entries(DECODERS))(
    '%s: miss, hit and HEAD say the same, and the bytes are the page’s (A2, A3, I10)',
    async (encoding, decode) => {
      await using shop = await arranged(express, {})
      const asked = { accept: 'text/html', 'accept-encoding': encoding }
      const [miss, hit] = [await shop.get('/', asked), await shop.get('/', asked)]
      const head = await shop.ask('/', { method: 'HEAD', headers: asked })
      expect([miss, hit, head].map(isHit)).toEqual([false, true, true])
      for (const reply of [miss, hit]) {
        expect(reply.headers).toMatchObject({ 'content-encoding': encoding, vary: 'accept-encoding' })
        expect(Number(reply.headers['content-length'])).toBe(reply.body.length)
        expect(decode(reply.body).toString()).toBe(PAGE)
      }
      expect([head.body.length, fieldsOf(head)]).toEqual([0, fieldsOf(hit)])
    },
  )

  test('a page that goes out while it is rendered is encoded by compression above, and by the cache once it is kept (A2, I10)', async () => {
    const page: RequestHandler = async (_request, response) => {
      response.type('html').write('<p>first ')
      for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
      response.end('x'.repeat(4_000))
    }
    await using shop = await arranged(express, { above: [compression()], page })
    const asked = { 'accept-encoding': 'gzip' }
    const [miss, hit] = [await shop.get('/', asked), await shop.get('/', asked)]
    expect([miss.headers['cache-control'], isHit(hit)]).toEqual(['private, no-store', true])
    for (const { headers, body } of [miss, hit]) {
      expect(headers['content-encoding']).toBe('gzip')
      expect(gunzipSync(body).toString()).toBe(`<p>first ${'x'.repeat(4_000)}`)
    }
    const { headers, text } = await shop.get('/plain')
    expect([headers['content-encoding'], text.length]).toEqual([undefined, 4_009])
  })

  test('HEAD that comes first has the fields of the GET after it', async () => {
    await using shop = await arranged(express, {})
    const asked = { accept: 'text/html', 'accept-encoding': 'gzip' }
    const head = await shop.ask('/', { method: 'HEAD', headers: asked })
    expect(fieldsOf(await shop.get('/', asked))).toEqual(fieldsOf(head))
  })

  test('one validator stands for all encodings, and 304 names Vary and no encoding (A3)', async () => {
    await using shop = await arranged(express, {})
    const { headers } = await shop.get('/', { 'accept-encoding': 'gzip' })
    for (const accepted of ['gzip', 'br', 'identity']) {
      const known = { 'accept-encoding': accepted, 'if-none-match': String(headers.etag) }
      const reply = await shop.get('/', known)
      expect([reply.status, reply.headers.vary, reply.body.length]).toEqual([304, 'accept-encoding', 0])
      expect(reply.headers).not.toHaveProperty('content-encoding')
      expect(reply.headers.etag).toBe(headers.etag)
    }
    expect(headers.etag).toMatch(/^W\//)
  })

  test.each<[string, RenderCacheOptions]>([
    ['all forms are kept', {}],
    ['only the smallest is', { encoding: { keep: 'smallest' } }],
  ])('a range is one of the page as it is, where %s (RFC 9110 14.2)', async (_, options) => {
    await using shop = await arranged(express, { options })
    for (const _ of ['miss', 'hit']) await shop.get('/', { 'accept-encoding': 'br' })
    while (shop.cache.stats().background > 0) await new Promise((resolve) => setImmediate(resolve))
    const { status, headers, text } = await shop.get('/', { 'accept-encoding': 'br', range: 'bytes=0-9' })
    expect([status, headers['content-encoding'], text]).toEqual([206, undefined, PAGE.slice(0, 10)])
    expect(headers['content-range']).toBe(`bytes 0-9/${PAGE.length}`)
  })

  test('what bypasses is the app’s, and is not encoded', async () => {
    await using shop = await arranged(express, {})
    const own = await shop.get('/', { 'accept-encoding': 'gzip', cookie: 'connect.sid=1' })
    expect([own.headers['content-encoding'], own.headers.vary, own.text]).toEqual([undefined, undefined, PAGE])
  })

  test('malformed fields never fail, and leave the page as it is', async () => {
    await using shop = await arranged(express, {})
    for (const field of [',;=', 'gzip;q=x', 'q=1', '*;q=0', ';'.repeat(4_000), '"']) {
      const { status, text, headers } = await shop.get('/', { 'accept-encoding': field })
      expect([status, headers['content-encoding'], text]).toEqual([200, undefined, PAGE])
    }
  })
})
