import { createRenderCache } from '@ssr-cache/core'
import { fastifyCache } from '@ssr-cache/fastify-adapter'
import Fastify from 'fastify'
import { expect, test } from 'vitest'
import { isHit } from '../../../test-utils/hit.ts'
import { serve } from '../../../test-utils/serve.ts'

test('a whole Fastify app behind the cache that is registered in it, too, waits neither for its own render nor for its own place (C1, C10)', async () => {
  const cache = createRenderCache({ maxAge: 60, admission: { concurrency: 1, bypassConcurrency: 1 } })
  const app = Fastify()
  await app.register(fastifyCache, { cache })
  let renders = 0
  app.get('/a', (_, reply) => reply.type('text/html').send(`<p>${++renders}`))
  await app.ready()
  await using site = await serve(cache.node(app.routing))
  const replies = [await site.ask('/a'), await site.ask('/a')]
  expect(replies.map((reply) => [reply.status, reply.text, isHit(reply)])).toEqual([
    [200, '<p>1', false],
    [200, '<p>1', true],
  ])
  const { status, text, headers } = await site.ask('/a', { headers: { authorization: 'Bearer x' } })
  expect([status, text, headers['cache-control']]).toEqual([200, '<p>2', 'private, no-store'])
  await cache.close()
})
