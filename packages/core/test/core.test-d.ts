import {
  type Answer,
  type CachedFetch,
  createRenderCache,
  type Explanation,
  type Handler,
  type HandlerInput,
  memoryStore,
  type Now,
  type Page,
  type PageContext,
  type Plan,
  type PreviousPage,
  pageContext,
  type RenderCache,
  type RenderCacheOptions,
  type RenderCacheStats,
  type RouteParams,
  type StoreKey,
  type Tag,
} from '@ssr-cache/core'
import { describe, expectTypeOf, it } from 'vitest'

declare const cache: RenderCache
declare const page: Page

describe('the types of createRenderCache', () => {
  it('need no options, and take each alone', () => {
    expectTypeOf(createRenderCache).parameter(0).toEqualTypeOf<RenderCacheOptions | undefined>()
    expectTypeOf(createRenderCache()).toEqualTypeOf<RenderCache>()
    createRenderCache({ store: memoryStore(), maxAge: 60, routes: [{ match: '/movies/:id' }] })
  })

  it('refuse what the checks at creation refuse', () => {
    // @ts-expect-error seconds are a number
    createRenderCache({ maxAge: '5m' })
    // @ts-expect-error no such option
    createRenderCache({ ttl: 60 })
    // @ts-expect-error a route is cached unless it says false
    createRenderCache({ routes: [{ match: '/', cache: true }] })
    // @ts-expect-error a route needs a pattern
    createRenderCache({ routes: [{ maxAge: 60 }] })
    // @ts-expect-error tags are there at once
    createRenderCache({ routes: [{ match: '/', tags: async () => ['a'] }] })
    // @ts-expect-error no such CDN
    createRenderCache({ downstream: { cdn: 'acme' } })
    // @ts-expect-error a logger has four levels
    createRenderCache({ logger: { error: console.error } })
  })

  it('give the parameters of a pattern as they may come', () => {
    createRenderCache({
      routes: [
        {
          match: '/:id/*rest',
          tags: (params) => {
            expectTypeOf(params).toEqualTypeOf<RouteParams>()
            expectTypeOf(params['id']).toEqualTypeOf<string | readonly string[] | undefined>()
            return [`movie:${params['id']}`, { class: 'movie', id: 42 }]
          },
        },
      ],
    })
  })

  it('take the console for a logger', () => {
    createRenderCache({ logger: console })
  })
})

describe('the types of a render cache', () => {
  it('answer requests with pages', () => {
    expectTypeOf(cache.handle).returns.toEqualTypeOf<Promise<Page>>()
    void cache.handle(new Request('https://shop.example/'), ({ request, shared, previous, signal }) => {
      expectTypeOf(request).toEqualTypeOf<Request>()
      expectTypeOf(shared).toEqualTypeOf<boolean>()
      expectTypeOf(previous).toEqualTypeOf<PreviousPage | undefined>()
      expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
      return new Response('')
    })
    void cache.handle({ url: 'https://shop.example/', headers: { cookie: ['a=1'] } }, async () => ({ body: '<p>' }))
    // @ts-expect-error a handler answers
    void cache.handle({ url: 'https://shop.example/' }, () => {})
    // @ts-expect-error a request has a URL
    void cache.handle({}, () => new Response(''))
  })

  it('look up by a key that they gave', () => {
    expectTypeOf(cache.key).returns.toEqualTypeOf<StoreKey | undefined>()
    expectTypeOf(cache.lookup).parameter(0).toEqualTypeOf<StoreKey>()
    expectTypeOf(cache.lookup).returns.toEqualTypeOf<Now<Page | undefined>>()
  })

  it('invalidate and purge by anything, and only invalidation settles', () => {
    expectTypeOf(cache.invalidate({ tags: ['a', { class: 'b' }], urls: ['/'], settleMs: 5_000 })).toEqualTypeOf<
      Promise<void>
    >()
    expectTypeOf(cache.purge({ prefix: ['/g', '/h'] })).toEqualTypeOf<Promise<void>>()
    void cache.purge({ all: true })
    // @ts-expect-error what is gone needs no settling
    void cache.purge({ all: true, settleMs: 5_000 })
    // @ts-expect-error tags are a list
    void cache.invalidate({ tags: 'a' })
    // @ts-expect-error all is true, or left out
    void cache.invalidate({ all: false })
  })

  it('explain and count, for reading only', () => {
    expectTypeOf(cache.explain).returns.toEqualTypeOf<Promise<Explanation>>()
    expectTypeOf(cache.stats()).toEqualTypeOf<RenderCacheStats>()
    // @ts-expect-error readonly
    cache.stats().flights = 0
    // @ts-expect-error readonly
    page.status = 500
    // @ts-expect-error readonly
    page.fields.push(['x', 'y'])
  })

  it('tell events with their own details', () => {
    cache.events.on('answer', ({ answered, culprit }) => {
      expectTypeOf(answered).extract<'hit' | 'miss'>().toEqualTypeOf<'hit' | 'miss'>()
      expectTypeOf(culprit).toEqualTypeOf<string | undefined>()
    })
    cache.events.on('render', ({ durationMs }) => expectTypeOf(durationMs).toEqualTypeOf<number>())
    // @ts-expect-error no such event
    cache.events.on('hits', () => {})
  })

  it('plan in three kinds, and answer at once or later', () => {
    const plan = {} as Plan // for its type
    if (plan.kind === 'shared') expectTypeOf(plan.answer).returns.toEqualTypeOf<Now<Answer>>()
    if (plan.kind === 'bypass') expectTypeOf(plan.fields).toEqualTypeOf<'personal' | 'own' | 'as-came'>()
    if (plan.kind === 'refused') expectTypeOf(plan.answer.kind).toEqualTypeOf<'answer'>()
  })

  it('name what a handler is', () => {
    expectTypeOf<Handler>().parameter(0).toEqualTypeOf<HandlerInput>()
  })
})

describe('the types of the page context', () => {
  it('chain, from anywhere, if there is a page', () => {
    expectTypeOf(pageContext).returns.toEqualTypeOf<PageContext | undefined>()
    expectTypeOf<PageContext['previous']>().toEqualTypeOf<PreviousPage | undefined>()
    pageContext()?.tag('a', { class: 'b', id: 1 }).maxAge(60).expiresAt(new Date()).private()
    expectTypeOf<Tag>().toEqualTypeOf<string | { readonly class: string; readonly id?: string | number }>()
    // @ts-expect-error seconds are a number
    pageContext()?.maxAge('60')
  })
})

describe('the types of whole apps', () => {
  interface Runtime {
    waitUntil(work: Promise<unknown>): void
  }
  const app = {
    fetch: (_request: Request, _env?: { readonly name: string }, _runtime?: Runtime): Response => new Response(),
  }

  it('take what a runtime hands in from the handler, and hand it to waitUntil', () => {
    const fetch = cache.fetch(app.fetch, {
      waitUntil(work, request, [env, runtime]) {
        expectTypeOf(request).toEqualTypeOf<Request>()
        expectTypeOf(env).toEqualTypeOf<{ readonly name: string } | undefined>()
        runtime?.waitUntil(work)
      },
    })
    expectTypeOf(fetch).toEqualTypeOf<CachedFetch<[_env?: { readonly name: string }, _runtime?: Runtime]>>()
    expectTypeOf(cache.fetch(() => new Response())).toEqualTypeOf<(request: Request) => Promise<Response>>()
  })

  it('refuse a handler that cannot do without what a shared render is not given', () => {
    // @ts-expect-error a shared render has no env
    cache.fetch((_request: Request, env: { readonly name: string }) => new Response(env.name))
    // @ts-expect-error a fetch answers
    cache.fetch(() => undefined)
    // @ts-expect-error whose word counts is an address, or everybody's
    cache.node(() => {}, { trustProxy: 1 })
  })
})
