import { createRenderCache, type RenderCache } from '@ssr-cache/core'
import { fastifyCache } from '@ssr-cache/fastify-adapter'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { describe, expect, test } from 'vitest'
import { served } from '../../../test-utils/serve.ts'
import { isHit, open } from './shop.ts'

const page = (_request: FastifyRequest, reply: FastifyReply): FastifyReply =>
  reply.type('text/html').send('<p>page</p>')

/** Whether a path is answered from what is kept, once somebody has asked for it. */
async function isKept(shop: { get: Awaited<ReturnType<typeof open>>['get'] }, path: string): Promise<boolean> {
  await shop.get(path)
  return isHit(await shop.get(path))
}

describe('which routes it is for', () => {
  test('all of its context, wherever they stand, but for those that say no', async () => {
    await using shop = await open({
      above: (app) => app.get('/before', page),
      pages(app) {
        app.get('/after', page)
        app.get('/own', { config: { cache: false } }, page)
        app.register(async (inner) => inner.get('/within', page))
      },
    })
    for (const path of ['/before', '/after', '/within']) expect(await isKept(shop, path), path).toBe(true)
    expect(await isKept(shop, '/own')).toBe(false)
    // None of its business: not even a word in the head.
    const { headers } = await shop.get('/own')
    expect([headers['cache-status'], headers['cache-control']]).toEqual([undefined, undefined])
  })

  test('those that are marked, if told so', async () => {
    await using shop = await open({
      pages(app) {
        app.get('/page', { config: { cache: true } }, page)
        app.get('/api', page)
        app.setNotFoundHandler((_request, reply) => reply.code(404).type('text/html').send('<p>no'))
      },
      plugin: { routes: 'marked' },
    })
    expect(await isKept(shop, '/page')).toBe(true)
    for (const path of ['/api', '/nowhere']) {
      expect(await isKept(shop, path)).toBe(false)
      expect((await shop.get(path)).headers['cache-status']).toBeUndefined()
    }
  })

  test('none outside of its context, nor beside it', async () => {
    const cache = createRenderCache()
    await using shop = await served(
      await serverOf((app) => {
        app.get('/outside', page)
        app.register((inner, _options, done) => {
          inner.register(fastifyCache, { cache }).get('/inside', page)
          done()
        })
        app.register((beside, _options, done) => {
          beside.get('/beside', page)
          done()
        })
      }),
    )
    const get = (path: string) => shop.ask(path, { headers: { accept: 'text/html' } })
    expect(await isKept({ get }, '/inside')).toBe(true)
    for (const path of ['/outside', '/beside']) {
      expect(await isKept({ get }, path)).toBe(false)
      expect((await get(path)).headers['cache-status']).toBeUndefined()
    }
    await cache.close()
  })

  test('a context within may take another cache, which then answers alone', async () => {
    const inner = createRenderCache()
    await using shop = await open({
      pages(app) {
        app.get('/outer', page)
        app.register(
          async (blog) => {
            await blog.register(fastifyCache, { cache: inner, context: () => ({ section: 'blog' }) })
            blog.get('/post', (request, reply) => reply.type('text/html').send(JSON.stringify(request.cacheContext)))
          },
          { prefix: '/blog' },
        )
      },
    })
    for (const path of ['/outer', '/blog/post']) expect(await isKept(shop, path)).toBe(true)
    expect((await shop.get('/blog/post')).text).toBe('{"section":"blog"}')
    expect(renders(shop.cache)).toBe(1)
    expect(renders(inner)).toBe(1)
    const own = await shop.get('/blog/post', { cookie: 'sid=1' })
    expect(own.rawHeaders.filter((name) => /^cache-(status|control)$/i.test(name))).toHaveLength(2)
    await inner.close()
  })

  test('what a render asks of its own app by `inject` is a visitor of its own', async () => {
    await using shop = await open({
      pages(app) {
        app.get('/', async (_request, reply) => {
          const { body } = await app.inject({ url: '/part', headers: { accept: 'text/html', 'x-user': 'ada' } })
          return reply.type('text/html').send(`<main>${body}</main>`)
        })
        app.get('/part', ({ headers, isSharedRender }, reply) =>
          reply.type('text/html').send(`${headers['x-user'] ?? 'nobody'} ${isSharedRender}`),
        )
      },
    })
    expect((await shop.get('/')).text).toBe('<main>nobody true</main>')
  })
})

describe('which hooks run', () => {
  test('for a hit only those above the cache, and what is told of its end; onSend in renders alone', async () => {
    const ran: string[] = []
    const note = (app: FastifyInstance, where: string): void => {
      const add = ({ isSharedRender }: FastifyRequest, hook: string): void =>
        void ran.push(`${where} ${hook}${isSharedRender ? ' of the render' : ''}`)
      app.addHook('onRequest', async (request) => add(request, 'onRequest'))
      app.addHook('preHandler', async (request) => add(request, 'preHandler'))
      app.addHook('onSend', async (request) => add(request, 'onSend'))
      app.addHook('onResponse', async (request) => add(request, 'onResponse'))
    }
    await using shop = await open({
      above: (app) => note(app, 'above'),
      pages(app) {
        note(app, 'below')
        app.get('/', { onRequest: async () => void ran.push('route onRequest') }, page)
      },
    })
    await shop.get('/')
    await until(() => ran.filter((each) => each.includes('onResponse')).length === 4)
    const [first, ...rest] = ran.splice(0)
    expect(first).toBe('above onRequest')
    expect(rest.slice(0, 7)).toEqual([
      'above onRequest of the render',
      'below onRequest of the render',
      'route onRequest',
      'above preHandler of the render',
      'below preHandler of the render',
      'above onSend of the render',
      'below onSend of the render',
    ])
    expect(rest.slice(7).sort()).toEqual([
      'above onResponse',
      'above onResponse of the render',
      'below onResponse',
      'below onResponse of the render',
    ])
    expect(isHit(await shop.get('/'))).toBe(true)
    await until(() => ran.length === 3)
    expect(ran.splice(0)).toEqual(['above onRequest', 'above onResponse', 'below onResponse'])
    await shop.get('/', { cookie: 'sid=1' })
    await until(() => ran.length === 9)
    expect(ran.some((each) => each.endsWith('of the render'))).toBe(false)
  })

  test('a hook above that answers itself is not overruled', async () => {
    await using shop = await open({
      above: (app) =>
        app.addHook('onRequest', async (request, reply) => {
          if (request.url === '/maintenance') return reply.code(503).send('later')
        }),
      pages: (app) => app.get('/maintenance', page),
    })
    const { status, text, headers } = await shop.get('/maintenance')
    expect([status, text, headers['cache-status']]).toEqual([503, 'later', undefined])
  })

  test('a guard above judges renders, too: what it turns away is nobody’s page (I4)', async () => {
    await using shop = await open({
      above: (app) =>
        app.addHook('onRequest', async (request, reply) => {
          if (request.headers['x-key'] === undefined) return reply.code(401).send('who are you?')
        }),
      pages: (app) => app.get('/', page),
    })
    for (const _ of [1, 2]) {
      const { status, headers } = await shop.get('/', { 'x-key': '1' })
      expect([status, headers['cache-control']]).toEqual([401, 'private, no-store'])
    }
  })
})

describe('what may not be given is told when the app starts', () => {
  const cache = createRenderCache()

  test.each<[string, object, RegExp]>([
    ['no cache', {}, /"cache" must be a render cache, got undefined\. Write app\.register/],
    ['an options object for a cache', { cache: { maxAge: 60 } }, /"cache" must be a render cache/],
    ['options of the cache', { cache, maxAge: 60 }, /"maxAge" must be an option of fastifyCache.*createRenderCache/],
    ['a prefix, which belongs to contexts', { cache, prefix: '/x' }, /"prefix" must be an option of fastifyCache/],
    ['unknown routes', { cache, routes: ['/'] }, /"routes" must be 'all' or 'marked'/],
    [
      'a context that is no function',
      { cache, context: {} },
      /"context" must be a function \(request, reply\), got \{\}/,
    ],
    ['a closing that is no flag', { cache, closeCache: 'yes' }, /"closeCache" must be true or false/],
    [
      'a cache that cannot be closed',
      { cache: { plan() {} }, closeCache: true },
      /"cache" must be a cache that can be closed/,
    ],
  ])('%s', async (_, options, message) => {
    const app = fastify()
    const registered = app.register(fastifyCache, options as never).ready()
    await expect(registered).rejects.toThrow(message)
    await expect(registered).rejects.toMatchObject({ code: 'ERR_SSR_CACHE_OPTION' })
  })

  test('options of pages at a route', async () => {
    const app = fastify()
    await app.register(fastifyCache, { cache })
    expect(() => app.get('/x', { config: { cache: { maxAge: 60 } as never } }, page)).toThrow(
      /"config.cache" must be true or false at the route \/x, got \{"maxAge":60\}.*createRenderCache/,
    )
  })

  test('two caches in one context', async () => {
    const app = fastify()
    await app.register(fastifyCache, { cache })
    await expect(app.register(fastifyCache, { cache }).ready()).rejects.toThrow(
      /"fastifyCache" must be registered once/,
    )
  })

  test('an app that speaks HTTP/2', async () => {
    const app = fastify({ http2: true })
    await expect(app.register(fastifyCache, { cache }).ready()).rejects.toThrow(/"http2" must be off/)
  })

  test.each<[string, () => unknown]>([
    ['a promise', async () => ({ country: 'de' })],
    ['nothing', () => undefined],
    ['a list', () => ['de']],
  ])('a context of %s is an error: in a key it would be something else', async (_, context) => {
    await using shop = await open({ pages: (app) => app.get('/', page), plugin: { context: context as never } })
    const { status, text, headers } = await shop.get('/')
    expect([status, headers['cache-control']]).toEqual([500, 'private, no-store'])
    expect(text).toMatch(/\\"context\\" must give a plain object at once/)
  })
})

describe('the end', () => {
  test('of the app is not that of the cache', async () => {
    const cache = createRenderCache()
    const app = fastify()
    await app.register(fastifyCache, { cache })
    await app.close()
    await cache.invalidate({ all: true })
    await cache.close()
  })

  test('of the app is that of the cache, if told so', async () => {
    const cache = createRenderCache()
    const app = fastify()
    await app.register(fastifyCache, { cache, closeCache: true })
    await app.ready()
    await app.close()
    await expect(cache.invalidate({ all: true })).rejects.toMatchObject({ code: 'ERR_SSR_CACHE_CLOSED' })
  })

  test('of the cache is an error for whoever comes, not a crash', async () => {
    await using shop = await open({ pages: (app) => app.get('/', page) })
    await shop.cache.close()
    const { status, text } = await shop.get('/')
    expect([status, text]).toEqual([500, expect.stringContaining('ERR_SSR_CACHE_CLOSED')])
  })
})

function renders(cache: RenderCache): number {
  return Object.values(cache.stats().routes).reduce((sum, { renders }) => sum + renders, 0)
}

async function serverOf(build: (app: FastifyInstance) => void): Promise<FastifyInstance['server']> {
  const app = fastify()
  build(app)
  await app.ready()
  return app.server
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve))
}
