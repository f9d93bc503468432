import { createReadStream, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline, Readable } from 'node:stream'
import { expressCache } from '@ssr-cache/express-adapter'
import type { NextFunction, Request, Response } from 'express'
import { createElement, type ReactElement, Suspense, use } from 'react'
import { renderToPipeableStream } from 'react-dom/server'
import { describe, expect, test } from 'vitest'
import { serve } from '../../../test-utils/serve.ts'
import { crowd, type Express, isHit, open, VERSIONS } from './versions.ts'

const FILE = join(import.meta.dirname, 'files', 'page.html')

type Handler = (request: Request, response: Response, next: NextFunction) => unknown

const html = (response: Response): Response => response.type('html')

function Late({ text }: { readonly text: Promise<string> }): ReactElement {
  return createElement('b', null, use(text))
}

function suspended(text: Promise<string>): ReactElement {
  return createElement('main', null, createElement(Suspense, { fallback: '…' }, createElement(Late, { text })))
}

/** Every way in which an Express app answers. */
const WAYS: Readonly<Record<string, Handler>> = {
  'send text': (_, response) => response.send('<p>naïve</p>'),
  'send bytes': (_, response) => html(response).send(Buffer.from('<p>bytes</p>')),
  'send with a status': (_, response) => response.status(404).send('<p>nothing here</p>'),
  sendStatus: (_, response) => response.sendStatus(404),
  json: (_, response) => response.json({ a: [1, 'ü'] }),
  render: (_, response) => response.render('greeting', { name: 'Ada' }),
  'render with its own callback': (_, response, next) =>
    response.render('greeting', { name: 'Bo' }, (error, text) => (error ? next(error) : response.send(text))),
  sendFile: (_, response) => response.sendFile(FILE),
  'redirect for good': (_, response) => response.redirect(301, '/elsewhere'),
  'redirect for now': (_, response) => response.redirect('/elsewhere'),
  'write and end': (_, response) => {
    html(response)
    response.write('<p>one')
    response.write(Buffer.from(' two'))
    response.end(' three</p>')
  },
  'writeHead and end': (_, response) => response.writeHead(200, { 'Content-Type': 'text/html' }).end('<p>head</p>'),
  'a length of its own': (_, response) => html(response).set('Content-Length', '9').end('<p>9</p>\n'),
  'a pipe': (_, response) => createReadStream(FILE).pipe(html(response)),
  'a pipeline': (_, response, next) => {
    pipeline(Readable.from(['<p>', 'piece by ', 'piece</p>']), html(response), (error) => error && next(error))
  },
  'a pipe of much': (_, response) => {
    Readable.from(Array.from({ length: 64 }, (_, i) => String(i % 10).repeat(32_768))).pipe(html(response))
  },
  'an async function': async (_, response) => {
    await new Promise((resolve) => setImmediate(resolve))
    response.send('<p>later</p>')
  },
  'format by Accept': (_, response) =>
    response.format({ 'text/html': () => response.send('<p>html</p>'), default: () => response.sendStatus(406) }),
  'fields of all kinds': (_, response) => {
    response.set({ 'X-One': '1', 'Content-Language': 'de' }).links({ next: '/2' }).append('Link', '</x>; rel="last"')
    response.send('<p>fields</p>')
  },
  'React, streamed': (_, response) => {
    const { pipe } = renderToPipeableStream(suspended(Promise.resolve('late')), {
      onAllReady() {
        html(response)
        pipe(response)
      },
    })
  },
  'React, from the shell on': (_, response) => {
    const late = new Promise<string>((resolve) => setImmediate(() => resolve('late')))
    const { pipe } = renderToPipeableStream(suspended(late), {
      onShellReady() {
        html(response)
        pipe(response)
      },
    })
  },
}

function withViews(app: ReturnType<Express>): void {
  app.engine('txt', (path, options, done) => {
    done(null, readFileSync(path, 'utf8').replace('{name}', (options as { name?: string }).name ?? '?'))
  })
  app.set('views', join(import.meta.dirname, 'files')).set('view engine', 'txt')
}

/** What must not change: everything but the fields that a cache computes, and the framing of one transfer. */
function essence({ status, headers, text }: Awaited<ReturnType<Awaited<ReturnType<typeof open>>['ask']>>) {
  const own = ['cache-control', 'cache-status', 'date', 'etag', 'content-length', 'transfer-encoding', 'vary']
  const fields = Object.entries(headers).filter(
    ([name]) => !own.includes(name) && !['connection', 'keep-alive', 'accept-ranges'].includes(name),
  )
  return { status, fields: Object.fromEntries(fields), text }
}

describe.each(VERSIONS)('%s: a page is what it would be without a cache (A1, I10)', (_, express) => {
  test.each(Object.entries(WAYS))('%s', async (name, handler) => {
    const bare = express()
    withViews(bare)
    bare.get('/page', handler as never)
    await using without = await serve(bare)
    let renders = 0
    await using shop = await open(
      express,
      (app, cache) => {
        withViews(app)
        const pages = express.Router()
        pages.get('/page', (request, response, next) => {
          renders++
          return handler(request, response, next)
        })
        app.use(expressCache(cache, pages))
      },
      { routes: [{ match: '/page', types: ['text/html', 'text/plain', 'application/json'] }] },
    )
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

describe.each(VERSIONS)('%s: an error reaches everyone who waited (A1)', (_, express) => {
  type Failing = readonly [name: string, handler: Handler]
  const direct: readonly Failing[] = [
    [
      'thrown',
      () => {
        throw new Error('boom')
      },
    ],
    [
      'rejected',
      async () => {
        throw new Error('boom')
      },
    ],
    ['given to next', (_request, _response, next) => next(new Error('boom'))],
    ['given to next later', (_request, _response, next) => void setImmediate(() => next(new Error('boom')))],
    ['of a template', (_request, response) => response.render('missing')],
    ['of a file', (_request, response) => response.sendFile('/nowhere/at/all.html')],
  ]
  // Express 4 does not see what a handler inside of a router rejects with; neither can anybody else.
  const routed = express === VERSIONS[0]?.[1] ? direct.filter(([name]) => name !== 'rejected') : direct
  const cases = [
    ...direct.map(([name, handler]) => [name, 'function', handler] as const),
    ...routed.map(([name, handler]) => [name, 'router', handler] as const),
  ]

  test.each(cases)('%s by a %s', async (_, kind, handler) => {
    let renders = 0
    const { arrive, everyone } = crowd(3)
    await using shop = await open(express, (app, cache) => {
      withViews(app)
      const router = express.Router()
      router.use((_request, _response, next) => {
        renders++
        void everyone.then(() => next())
      })
      router.get('/page', handler as never)
      const direct: Handler = (request, response, next) => {
        renders++
        return everyone.then(() => handler(request, response, next))
      }
      app.use(arrive, expressCache(cache, kind === 'router' ? router : (direct as never)))
      app.use((error: Error, request: Request, response: Response, _next: NextFunction) => {
        response.status(500).send(`${request.get('x-name')}: ${error instanceof Error}`)
      })
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
    readonly #status = 418
    get status(): number {
      return this.#status
    }
  }

  test.each([
    ['an error of a class with private fields', () => new Failure('boom'), 418],
    ['a timeout', () => new DOMException('boom', 'TimeoutError'), 500],
    ['a frozen error', () => Object.freeze(Object.assign(new Error('boom'), { status: 410 })), 410],
  ])('as it was thrown, the same for all: %s', async (_, fail, status) => {
    const seen: unknown[] = []
    const { arrive, everyone } = crowd(3)
    const thrown = fail()
    await using shop = await open(express, (app, cache) => {
      const handler: Handler = async () => {
        await everyone
        throw thrown
      }
      app.use(arrive, expressCache(cache, handler as never))
      app.use((error: Error, _request: Request, _response: Response, next: NextFunction) => {
        seen.push(error)
        next(error)
      })
    })
    const replies = await Promise.all([1, 2, 3].map(() => shop.get('/page')))
    // Express's own last handler reads its status.
    expect(replies.map((reply) => reply.status)).toEqual([status, status, status])
    expect(seen.every((error) => error === thrown)).toBe(true)
    expect(seen).toHaveLength(3)
  })

  test('thrown at once by a function', async () => {
    await using shop = await open(express, (app, cache) => {
      const fail = () => {
        throw new Error('boom')
      }
      app.use(expressCache(cache, fail))
      app.use((error: Error, _request: Request, response: Response, _next: NextFunction) => {
        response.status(500).send(error.message)
      })
    })
    const { status, text } = await shop.get('/page')
    expect([status, text]).toEqual([500, 'boom'])
  })

  test('after its head it is no page, and the error handler still answers', async () => {
    await using shop = await open(express, (app, cache) => {
      app.use(
        expressCache(cache, (_request, response, next) => {
          response.setHeader('Content-Type', 'text/html')
          response.write('<p>half')
          setImmediate(() => next(new Error('boom')))
        }),
      )
      app.use((_error: Error, _request: Request, response: Response, _next: NextFunction) => {
        response.status(500).send('sorry')
      })
    })
    const { status, text, headers } = await shop.get('/page')
    expect([status, text]).toEqual([500, 'sorry'])
    expect(headers['cache-control']).toBe('private, no-store')
    expect(isHit(await shop.get('/page'))).toBe(false)
  })

  test('of a write after the end: the page is not what was meant, so nobody is given it, and it is not kept', async () => {
    await using shop = await open(express, (app, cache) => {
      app.use(
        expressCache(cache, (_request, response) => {
          response.setHeader('Content-Type', 'text/html')
          response.end('<p>whole</p>')
          response.write('more')
        }),
      )
      app.use((error: Error, _request: Request, response: Response, _next: NextFunction) => {
        response.status(500).send(error.message)
      })
    })
    for (let visit = 0; visit < 2; visit++) {
      const reply = await shop.get('/page')
      expect([reply.status, isHit(reply)]).toEqual([500, false])
      expect(reply.text).toContain('was written to after its end')
    }
  })
})

describe.each(VERSIONS)('%s: where the app has no page', (_, express) => {
  test.each(['router', 'next()', "next('route')", "next('router')"])(
    '%s falls through, and each visitor goes on by himself',
    async (how) => {
      let asked = 0
      const signal = /'(.*)'/.exec(how)?.[1]
      const { arrive, everyone } = crowd(2)
      await using shop = await open(express, (app, cache) => {
        const router = express.Router()
        router.use(async (_request, _response, next) => {
          asked++
          await everyone
          next()
        })
        const direct = async (_request: unknown, _response: unknown, next: (signal?: unknown) => void) => {
          asked++
          await everyone
          next(signal)
        }
        app.use(arrive, expressCache(cache, how === 'router' ? router : direct))
        app.use((request, response) => {
          response.set('Cache-Control', 'public, max-age=5').send(`below: ${request.get('x-name')}`)
        })
      })
      const replies = await Promise.all(['ada', 'bo'].map((name) => shop.get('/x', { 'x-name': name })))
      expect(replies.map(({ text }) => text)).toEqual(['below: ada', 'below: bo'])
      expect(replies[0]?.headers).toMatchObject({ 'cache-control': 'public, max-age=5' })
      expect(replies[0]?.headers['cache-status']).toBeUndefined()
      expect(asked).toBe(1)
      await shop.get('/x')
      expect(asked).toBe(2)
      expect((await shop.get('/x', { cookie: 'connect.sid=1', 'x-name': 'cy' })).headers['cache-control']).toBe(
        'public, max-age=5',
      )
    },
  )
})
