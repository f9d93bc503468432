import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { describe, expect, test, vi } from 'vitest'
import { type Reply, served } from '../../../test-utils/serve.ts'
import { crowd, isHit, open } from './shop.ts'

const FILE = join(import.meta.dirname, 'files', 'page.html')

type Handler = (request: FastifyRequest, reply: FastifyReply) => unknown

const html = (reply: FastifyReply): FastifyReply => reply.type('text/html')

const bytes = (...parts: readonly string[]): ReadableStream<Uint8Array> =>
  ReadableStream.from(parts.map((part) => new TextEncoder().encode(part)))

/** Every way in which a Fastify app answers. */
const WAYS: Readonly<Record<string, Handler>> = {
  'send text': (_, reply) => html(reply).send('<p>naïve</p>'),
  'return text': (_, reply) => {
    html(reply)
    return '<p>returned</p>'
  },
  'an async function': async (_, reply) => {
    html(reply)
    await new Promise((resolve) => setImmediate(resolve))
    return '<p>later</p>'
  },
  'send bytes': (_, reply) => html(reply).send(Buffer.from('<p>bytes</p>')),
  'send bytes of a larger buffer': (_, reply) =>
    html(reply).send(new Uint8Array(Buffer.from('..<p>part</p>..')).subarray(2, 13)),
  'send with a status': (_, reply) => html(reply).code(404).send('<p>nothing here</p>'),
  'text without a type': (_, reply) => reply.send('plain'),
  'an object': () => ({ a: [1, 'ü'] }),
  'a stream': (_, reply) => html(reply).send(createReadStream(FILE)),
  'a stream of much': (_, reply) =>
    html(reply).send(Readable.from(Array.from({ length: 64 }, (_, i) => String(i % 10).repeat(32_768)))),
  'a stream that is late': (_, reply) => {
    const late = async function* () {
      yield '<p>one '
      await new Promise((resolve) => setImmediate(resolve))
      yield 'two</p>'
    }
    return html(reply).send(Readable.from(late()))
  },
  'a web stream': (_, reply) => html(reply).send(bytes('<p>', 'piece by ', 'piece</p>')),
  'a web stream of much': (_, reply) =>
    html(reply).send(bytes(...Array.from({ length: 64 }, () => 'x'.repeat(32_768)))),
  'a Response': (_, reply) =>
    reply.send(
      new Response('<p>of the web</p>', { status: 203, headers: { 'content-type': 'text/html', 'x-one': '1' } }),
    ),
  'hijack, write and end': (_, reply) => {
    reply.hijack()
    const { raw } = reply
    raw.setHeader('Content-Type', 'text/html')
    raw.write('<p>one')
    raw.write(Buffer.from(' two'))
    raw.end(' three</p>')
  },
  'raw, writeHead and end': (_, reply) => {
    reply.raw.writeHead(200, { 'Content-Type': 'text/html' }).end('<p>head</p>')
  },
  'a pipe to raw': (_, reply) => {
    reply.hijack()
    createReadStream(FILE).pipe(reply.raw.setHeader('Content-Type', 'text/html'))
  },
  'redirect for good': (_, reply) => reply.redirect('/elsewhere', 301),
  'redirect for now': (_, reply) => reply.redirect('/elsewhere'),
  callNotFound: (_, reply) => reply.callNotFound(),
  'a length of its own': (_, reply) => html(reply).header('Content-Length', '9').send('<p>9</p>\n'),
  'a serializer of its own': (_, reply) =>
    html(reply)
      .serializer((page: { p: string }) => `<p>${page.p}</p>`)
      .send({ p: 'made' }),
  trailers: (_, reply) => {
    reply.trailer('x-sum', (_reply, _payload, done) => done(null, '1'))
    return html(reply).send('<p>with a trailer</p>')
  },
  'early hints': (_, reply) => {
    reply.writeEarlyHints({ link: '</x.css>; rel=preload' })
    return html(reply).send('<p>hinted</p>')
  },
  'fields of all kinds': (_, reply) => {
    reply.headers({ 'X-One': '1', 'Content-Language': 'de' }).header('Link', ['</2>; rel="next"', '</x>; rel="last"'])
    return html(reply).send('<p>fields</p>')
  },
  'an error of its error handler': () => {
    throw Object.assign(new Error('nothing of that name'), { statusCode: 404 })
  },
}

/** What must not change: everything but the fields that a cache computes, and the framing of one transfer. */
function essence({ status, headers, text }: Reply) {
  const own = [
    'cache-control',
    'cache-status',
    'date',
    'etag',
    'content-length',
    'transfer-encoding',
    'vary',
    'trailer',
  ]
  const fields = Object.entries(headers).filter(
    ([name]) => !own.includes(name) && !['connection', 'keep-alive', 'accept-ranges'].includes(name),
  )
  return { status, fields: Object.fromEntries(fields), text }
}

describe('a page is what it would be without a cache (A1, A6, I10)', () => {
  test.each(Object.entries(WAYS))('%s', async (name, handler) => {
    const bare = fastify()
    bare.get('/page', handler as never)
    await bare.ready()
    await using without = await served(bare.server)
    let renders = 0
    await using shop = await open({
      pages(app) {
        app.get('/page', (request, reply) => {
          renders++
          return handler(request, reply) as never
        })
      },
      cache: { routes: [{ match: '/page', types: ['text/html', 'text/plain', 'application/json'] }] },
    })
    const asked = { headers: { accept: 'text/html' } }
    const expected = essence(await without.ask('/page', asked))
    const miss = await shop.ask('/page', asked)
    const hit = await shop.ask('/page', asked)
    expect(essence(miss)).toEqual(expected)
    expect(essence(hit)).toEqual(expected)
    const isKept = name !== 'redirect for now'
    expect([isHit(miss), isHit(hit), renders]).toEqual([false, isKept, isKept ? 1 : 2])
    if (!isKept) return
    expect(hit.body).toEqual(miss.body)
    expect(hit.headers['content-length']).toBe(String(hit.body.length))
    expect(hit.headers.etag).toMatch(/^W\//)
  })
})

/** Says who asks, on the visitor's own reply. */
function naming(app: FastifyInstance): void {
  app.setErrorHandler((error: Error, request, reply) =>
    reply.code(500).send(`${request.headers['x-name']}: ${error instanceof Error}`),
  )
}

describe('an error reaches everyone who waited (A1)', () => {
  const boom = (): never => {
    throw new Error('boom')
  }
  const failing: Readonly<Record<string, Handler>> = {
    thrown: boom,
    rejected: async () => boom(),
    'rejected later': async () => {
      await new Promise((resolve) => setImmediate(resolve))
      boom()
    },
    sent: (_, reply) => reply.send(new Error('boom')),
    'of a stream, before its first byte': (_, reply) => reply.send(createReadStream('/nowhere/at/all.html')),
    'of a web stream, before its first byte': (_, reply) =>
      reply.send(
        new ReadableStream({
          pull: boom,
        }),
      ),
    'of a payload that is none': (_, reply) => reply.type('text/html').send({ not: 'text' }),
  }

  test.each(Object.entries(failing))('%s', async (_, handler) => {
    let renders = 0
    const { arrive, everyone } = crowd(3)
    await using shop = await open({
      above: arrive,
      pages(app) {
        naming(app)
        app.addHook('preHandler', async () => {
          renders++
          await everyone
        })
        app.addHook('onSend', async (request, _reply, payload) => {
          // What cannot be sent fails here, as it would in Fastify.
          if (request.isSharedRender && typeof payload === 'object' && payload !== null && 'not' in payload) boom()
          return payload
        })
        app.get('/page', handler as never)
        app.setReplySerializer((payload) => (typeof payload === 'object' ? boom() : String(payload)))
      },
    })
    const replies = await Promise.all(['ada', 'bo', 'cy'].map((name) => shop.get('/page', { 'x-name': name })))
    expect(replies.map(({ status, text }) => [status, text])).toEqual([
      [500, 'ada: true'],
      [500, 'bo: true'],
      [500, 'cy: true'],
    ])
    expect(renders).toBe(1)
    expect((await shop.get('/page')).status).toBe(500)
  })

  class Failure extends Error {
    readonly #statusCode = 518
    get statusCode(): number {
      return this.#statusCode
    }
  }

  test.each([
    ['an error of a class with private fields', () => new Failure('boom'), 518],
    ['a timeout', () => new DOMException('boom', 'TimeoutError'), 500],
    ['a frozen error', () => Object.freeze(Object.assign(new Error('boom'), { statusCode: 502 })), 502],
  ])('as it was thrown, the same for all: %s', async (_, fail, status) => {
    const seen: unknown[] = []
    const { arrive, everyone } = crowd(3)
    const thrown = fail()
    await using shop = await open({
      above: arrive,
      pages(app) {
        app.addHook('onError', async (request, _reply, error) => {
          if (!request.isSharedRender) seen.push(error)
        })
        app.get('/page', async () => {
          await everyone
          throw thrown
        })
      },
    })
    const replies = await Promise.all([1, 2, 3].map(() => shop.get('/page')))
    // Fastify's own error handler reads its status.
    expect(replies.map((reply) => reply.status)).toEqual([status, status, status])
    expect(seen.every((error) => error === thrown)).toBe(true)
    expect(seen).toHaveLength(3)
  })

  test('of hooks below the cache, and of those above it, which fail each visitor first', async () => {
    await using shop = await open({
      above: (app) =>
        app.addHook('onRequest', async ({ url, isSharedRender }) => {
          if (url === '/above' || (url === '/shared' && isSharedRender)) boom()
        }),
      pages(app) {
        app.addHook('preValidation', async ({ url }) => {
          if (url === '/below') boom()
        })
        for (const path of ['/above', '/below', '/shared']) app.get(path, () => 'page')
      },
    })
    for (const path of ['/above', '/below', '/shared']) {
      const { status, text, headers } = await shop.get(path)
      expect([status, JSON.parse(text).message]).toEqual([500, 'boom'])
      if (path !== '/above') expect(headers['cache-control']).toBe('private, no-store')
    }
  })

  test('unless an error handler makes a page of it: that is kept by its status (S3)', async () => {
    let renders = 0
    let isThere = true
    await using shop = await open({
      pages(app) {
        app.setErrorHandler((error: Error, _request, reply) => html(reply).code(410).send(`<p>${error.message}</p>`))
        app.get('/movies/:id', (_request, reply) => {
          renders++
          if (!isThere) throw new Error('gone for good')
          return html(reply).send('<p>a movie</p>')
        })
      },
    })
    await shop.get('/movies/1')
    isThere = false
    await shop.cache.invalidate({ urls: ['/movies/1'] })
    expect((await shop.get('/movies/1')).text).toBe('<p>a movie</p>')
    await vi.waitFor(async () => expect((await shop.get('/movies/1')).status).toBe(410))
    const gone = await shop.get('/movies/1')
    expect([gone.text, isHit(gone), renders]).toEqual(['<p>gone for good</p>', true, 2])
  })

  test('what the error handler writes for the render is nobody’s, and is let go', async () => {
    const sources: Readable[] = []
    await using shop = await open({
      pages(app) {
        app.setErrorHandler((_error, request, reply) => {
          reply.code(500).type('text/html')
          if (!request.isSharedRender) return reply.send('<p>sorry</p>')
          const source = Readable.from(Array.from({ length: 64 }, () => 'x'.repeat(32_768)))
          sources.push(source)
          return reply.send(source)
        })
        app.get('/', boom)
      },
    })
    expect((await shop.get('/')).text).toBe('<p>sorry</p>')
    await vi.waitFor(() => expect(sources.map(({ destroyed }) => destroyed)).toEqual([true]))
  })

  test('a refresh that throws leaves the page where it is (I5, S2)', async () => {
    let isWell = true
    await using shop = await open({
      pages: (app) => app.get('/', (_request, reply) => (isWell ? html(reply).send('<p>well</p>') : boom())),
    })
    await shop.get('/')
    isWell = false
    shop.clock.advance(61_000)
    for (const _ of [1, 2, 3]) {
      const { status, text } = await shop.get('/')
      expect([status, text]).toEqual([200, '<p>well</p>'])
    }
  })
})

describe('a route that is not found', () => {
  test('has its lifetime like any page, where it is answered in HTML (P8, B7)', async () => {
    let asked = 0
    await using shop = await open({
      pages: (app) =>
        app.setNotFoundHandler((request, reply) => {
          asked++
          return html(reply).code(404).send(`<p>no ${request.url}</p>`)
        }),
    })
    const miss = await shop.get('/nowhere?utm_source=x')
    const hit = await shop.get('/nowhere')
    expect([miss.status, miss.text, isHit(miss)]).toEqual([404, '<p>no /nowhere</p>', false])
    expect([hit.status, hit.text, isHit(hit), asked]).toEqual([404, '<p>no /nowhere</p>', true, 1])
    expect(hit.headers['cache-control']).toMatch(/s-maxage=10\b/)
    shop.clock.advance(10_000)
    expect(isHit(await shop.get('/nowhere'))).toBe(false)
  })

  test('is one visitor’s where Fastify answers it itself, in JSON', async () => {
    await using shop = await open({ pages() {} })
    for (const _ of [1, 2]) {
      const { status, headers } = await shop.get('/nowhere')
      expect([status, headers['cache-control']]).toEqual([404, 'private, no-store'])
      expect(headers['cache-status']).toContain('detail=content-type')
    }
  })
})
