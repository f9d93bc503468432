import { createAdaptorServer } from '@hono/node-server'
import connect from 'connect'
import express5 from 'express'
import express4 from 'express4'
import { H3 } from 'h3'
import { toNodeHandler } from 'h3/node'
import { Hono } from 'hono'
import Koa from 'koa'
import type { App, Seen } from '../../../../test-utils/http-suite/app.ts'
import type { Way } from '../../../../test-utils/http-suite/front.ts'
import { answerNode } from '../../../../test-utils/http-suite/node-app.ts'
import { echo } from '../../../../test-utils/security/echo.ts'
import type { EchoWay } from '../../../../test-utils/security/leak-suite.ts'
import { serve, served } from '../../../../test-utils/serve.ts'

/** Answers a request of the web's kind with an app of any kind. */
export async function answerWeb(app: App, request: Request): Promise<Response> {
  const { status = 200, fields = [], body = '' } = await app(seenIn(request))
  const headers = new Headers()
  for (const [name, value] of fields) headers.append(name, value)
  if (body === '') return new Response(null, { status, headers })
  return new Response(typeof body === 'string' ? body : streamOf(body), { status, headers })
}

function seenIn(request: Request): Seen {
  const { pathname, search, host } = new URL(request.url)
  return {
    method: request.method,
    target: pathname + search,
    host,
    headers: Object.fromEntries(request.headers),
    async bodyBytes() {
      let bytes = 0
      for await (const chunk of request.body ?? []) bytes += chunk.length
      return bytes
    },
  }
}

function streamOf(body: AsyncIterable<string>): ReadableStream<Uint8Array> {
  return ReadableStream.from(body).pipeThrough(new TextEncoderStream() as never) as never // the types of Node and of browsers do not fit each other
}

function express(make: typeof express5): Way {
  return (cache, app) => {
    const site = make().disable('x-powered-by')
    site.use((request, response, next) => void answerNode(app, request, response).catch(next))
    return serve(cache.node(site))
  }
}

/** A plain function `(req, res)`. */
export const nodeFunction: Way = (cache, app) =>
  serve(cache.node((request, response) => answerNode(app, request, response)))

/** Hono without an error handler of its own, on its own server. */
export const hono: Way = (cache, app) => {
  const site = new Hono().all('*', ({ req }) => answerWeb(app, req.raw))
  site.onError((error) => {
    throw error
  })
  return servedByHono(cache.fetch(site.fetch))
}

/** A `fetch` on Hono's server, which leaves the classes of this process as they are. */
export function servedByHono(fetch: (request: Request) => Promise<Response>): ReturnType<typeof served> {
  return served(createAdaptorServer({ fetch, overrideGlobalObjects: false }) as Parameters<typeof served>[0]) // of HTTP/1.1, as no other was asked for
}

/** Every way in which a whole app can be put behind the cache, on real sockets. */
export const WAYS_IN: readonly (readonly [name: string, way: Way])[] = [
  ['cache.node of a function', nodeFunction],
  [
    'cache.node of Connect',
    (cache, app) =>
      serve(
        cache.node(connect().use((request, response, next) => void answerNode(app, request, response).catch(next))),
      ),
  ],
  ['cache.node of Express 4', express(express4 as unknown as typeof express5)], // their types differ where this does not look
  ['cache.node of Express 5', express(express5)],
  [
    'cache.node of Koa',
    (cache, app) => {
      const site = new Koa({ asyncLocalStorage: false })
      site.use(async (context) => {
        // What it is not told, it answers itself.
        context.respond = false
        await answerNode(app, context.req, context.res)
      })
      site.silent = true
      return serve(cache.node(site.callback()))
    },
  ],
  ['cache.fetch of Hono', hono],
  [
    'cache.fetch of h3',
    (cache, app) => {
      const site = new H3().all('/**', ({ req }) => answerWeb(app, req))
      return servedByH3(cache.fetch(site.fetch))
    },
  ],
]

/** The ways in by their kinds, each in front of an app whose pages are all that their renderer can reach. */
export const ECHOES: readonly (readonly [name: string, way: EchoWay])[] = [
  [
    'cache.node of a function',
    (cache) => serve(cache.node((request, response) => answerNode(() => echo(request, response), request, response))),
  ],
  [
    'cache.fetch of Hono',
    (cache) => {
      const site = new Hono<{ Bindings: object }>()
      site.all('*', ({ req, env, ...context }) => answerWeb(() => echo(req.raw, env, context), req.raw))
      return servedByHono(cache.fetch(site.fetch))
    },
  ],
  [
    'cache.fetch of h3',
    (cache) => {
      const site = new H3().all('/**', (event) => answerWeb(() => echo(event.req, event.context), event.req))
      return servedByH3(cache.fetch(site.fetch))
    },
  ],
]

/** A `fetch` on h3's way to Node: all that it takes of an app is its fetch. */
function servedByH3(fetch: (request: Request) => Promise<Response>): ReturnType<typeof serve> {
  return serve(toNodeHandler({ fetch } as H3) as Parameters<typeof serve>[0])
}
