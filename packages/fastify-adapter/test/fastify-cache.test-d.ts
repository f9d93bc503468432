import { createRenderCache, type Json } from '@ssr-cache/core'
import { type FastifyCacheOptions, fastifyCache } from '@ssr-cache/fastify-adapter'
import fastify, { type FastifyRequest } from 'fastify'
import { expectTypeOf, test } from 'vitest'

const cache = createRenderCache()
const app = fastify()

test('it is registered like any plugin, and its options are checked', () => {
  app.register(fastifyCache, { cache })
  app.register(fastifyCache, { cache, routes: 'marked', closeCache: true })
  app.register(fastifyCache, { cache, context: (request) => ({ country: String(request.headers['x-country']) }) })
  // @ts-expect-error no cache
  app.register(fastifyCache, {})
  // @ts-expect-error an option of the cache
  app.register(fastifyCache, { cache, maxAge: 60 })
  // @ts-expect-error a date is no JSON
  app.register(fastifyCache, { cache, context: () => ({ at: new Date() }) })
  // @ts-expect-error a promise comes too late for a key
  app.register(fastifyCache, { cache, context: async () => ({ country: 'de' }) })
  expectTypeOf<FastifyCacheOptions['routes']>().toEqualTypeOf<'all' | 'marked' | undefined>()
})

test('Fastify’s own types know what it adds', () => {
  app.get('/', { config: { cache: true } }, ({ isSharedRender, cacheContext }) => {
    expectTypeOf(isSharedRender).toEqualTypeOf<boolean>()
    expectTypeOf(cacheContext).toEqualTypeOf<{ readonly [name: string]: Json } | undefined>()
    return 'page'
  })
  // @ts-expect-error options of pages belong to createRenderCache
  app.get('/', { config: { cache: { maxAge: 60 } } }, () => 'page')
  const forge = (request: FastifyRequest): void => {
    // @ts-expect-error made by the plugin alone
    request.isSharedRender = true
  }
  expectTypeOf(forge).toBeFunction()
})
