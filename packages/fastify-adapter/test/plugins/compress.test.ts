import { gunzipSync } from 'node:zlib'
import compress from '@fastify/compress'
import type { FastifyInstance } from 'fastify'
import { expect } from 'vitest'
import { isHit } from '../shop.ts'
import { arranged, PAGE } from './arrangement.ts'
import { prove } from './prove.ts'

const using = (app: FastifyInstance): unknown => app.register(compress, { threshold: 0 })

prove('@fastify/compress', {
  async anywhere() {
    for (const place of ['above', 'below'] as const) {
      await using shop = await arranged({ [place]: using })
      const asked = { 'accept-encoding': 'gzip' }
      const miss = await shop.get('/', asked)
      const hit = await shop.get('/', asked)
      expect([isHit(miss), isHit(hit)]).toEqual([false, true])
      for (const { headers, body } of [miss, hit]) {
        expect([headers['content-encoding'], gunzipSync(body).toString()]).toEqual(['gzip', PAGE])
        expect([headers['content-length'], headers.vary]).toEqual([String(body.length), 'accept-encoding'])
      }
      const plain = await shop.get('/')
      expect([plain.headers['content-encoding'], plain.text, plain.headers.etag]).toEqual([
        undefined,
        PAGE,
        hit.headers.etag,
      ])
      const own = await shop.get('/', { ...asked, cookie: 'sid=1' })
      expect([own.headers['content-encoding'], gunzipSync(own.body).toString()]).toEqual(['gzip', PAGE])
      expect(own.headers.vary).toMatch(/accept-encoding/i)
      const head = await shop.ask('/', { method: 'HEAD', headers: { accept: 'text/html', ...asked } })
      expect([head.headers['content-length'], head.headers.etag]).toEqual([String(hit.body.length), hit.headers.etag])
    }
  },
})
