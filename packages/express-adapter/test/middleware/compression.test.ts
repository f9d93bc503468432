import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import compression from 'compression'
import session from 'express-session'
import { expect } from 'vitest'
import { isHit, type Shop } from '../versions.ts'
import { arranged, detailOf, PAGE } from './arrangement.ts'
import { prove } from './prove.ts'

const DECODERS = { gzip: gunzipSync, br: brotliDecompressSync }

prove('compression', {
  async above(express) {
    await using shop = await arranged(express, { above: [compression()] })
    await expectEncoded(shop, 'cache')

    // What code between compression and the cache adds while the head is written is not lost, nor are bytes.
    const visits = session({ secret: 'quiet', resave: false, saveUninitialized: true })
    await using both = await arranged(express, { above: [compression(), visits] })
    await both.get('/')
    const hit = await both.get('/', { 'accept-encoding': 'gzip' })
    expect([isHit(hit), hit.headers['cache-control']]).toEqual([true, 'private, no-store'])
    expect(gunzipSync(hit.body).toString()).toBe(PAGE)
  },

  async alone(express) {
    await using shop = await arranged(express, { above: [compression()], options: { encoding: false } })
    await expectEncoded(shop, 'compression')

    await using mended = await arranged(express, { above: [compression()] })
    await expectEncoded(mended, 'cache')
  },

  async inside(express) {
    await using shop = await arranged(express, { inside: [compression()] })
    await expectEncoded(shop, 'cache')

    await using mended = await arranged(express, { above: [compression()], inside: [compression()] })
    await expectEncoded(mended, 'cache')
  },

  async enforced(express) {
    const enforced = compression({ enforceEncoding: 'gzip' })
    await using shop = await arranged(express, { inside: [enforced] })
    for (const _ of ['first', 'second']) {
      const reply = await shop.get('/')
      expect([isHit(reply), detailOf(reply)]).toEqual([false, 'content-encoding'])
      expect(gunzipSync(reply.body).toString()).toBe(PAGE)
    }

    await using mended = await arranged(express, { above: [enforced] })
    await mended.get('/')
    const hit = await mended.get('/')
    expect([isHit(hit), gunzipSync(hit.body).toString()]).toEqual([true, PAGE])
  },
})

/** Once, as it was asked for, with Vary and no false length, on a miss as on a hit; one validator for all encodings. What bypasses, compression encodes. */
async function expectEncoded(shop: Shop, by: 'cache' | 'compression'): Promise<void> {
  for (const [encoding, decode] of Object.entries(DECODERS)) {
    const miss = await shop.get(`/${encoding}`, { 'accept-encoding': encoding })
    const hit = await shop.get(`/${encoding}`, { 'accept-encoding': encoding })
    const plain = await shop.get(`/${encoding}`)
    expect([miss, hit, plain].map(isHit)).toEqual([false, true, true])
    for (const { headers, body } of [miss, hit]) {
      const length = by === 'cache' ? String(body.length) : undefined
      expect([headers['content-encoding'], headers['content-length']]).toEqual([encoding, length])
      expect(headers.vary?.toLowerCase()).toBe('accept-encoding')
      expect(decode(body).toString()).toBe(PAGE)
    }
    expect([plain.text, plain.headers['content-length']]).toEqual([PAGE, String(PAGE.length)])
    expect(hit.headers.etag).toBe(plain.headers.etag)
    const own = await shop.get(`/${encoding}`, { 'accept-encoding': encoding, cookie: 'connect.sid=1' })
    expect([detailOf(own), decode(own.body).toString()]).toEqual(['cookie', PAGE])
    const known = { 'accept-encoding': encoding, 'if-none-match': String(plain.headers.etag) }
    expect((await shop.get(`/${encoding}`, known)).status).toBe(304)
  }
}
