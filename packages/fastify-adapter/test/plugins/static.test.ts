import { join } from 'node:path'
import files from '@fastify/static'
import { createRenderCache } from '@ssr-cache/core'
import { fastifyCache } from '@ssr-cache/fastify-adapter'
import fastify, { type FastifyInstance } from 'fastify'
import { expect } from 'vitest'
import { served } from '../../../../test-utils/serve.ts'
import { isHit } from '../shop.ts'
import { arranged, detailOf } from './arrangement.ts'
import { prove } from './prove.ts'

const root = join(import.meta.dirname, '..', 'files')

const using = (app: FastifyInstance): unknown => app.register(files, { root, prefix: '/files/' })

const asked = { headers: { accept: 'text/html' } }

prove('@fastify/static', {
  async beside() {
    const cache = createRenderCache()
    const app = fastify()
    app.register(files, { root, prefix: '/files/' })
    app.register((pages, _options, done) => {
      pages.register(fastifyCache, { cache }).get('/', (_request, reply) => reply.type('text/html').send('<p>page</p>'))
      done()
    })
    await app.ready()
    await using site = await served(app.server)
    const file = await site.ask('/files/page.html', asked)
    expect([file.status, file.headers['cache-status']]).toEqual([200, undefined])
    await site.ask('/', asked)
    expect(isHit(await site.ask('/', asked))).toBe(true)
    await cache.close()
  },

  async within() {
    for (const place of ['above', 'below'] as const) {
      await using shop = await arranged({ [place]: using })
      await shop.get('/files/page.html')
      expect(isHit(await shop.get('/files/page.html'))).toBe(true)
      for (const _ of [1, 2]) {
        const text = await shop.get('/files/robots.txt')
        expect([text.status, isHit(text), detailOf(text)]).toEqual([200, false, 'content-type'])
      }
    }
  },
})
