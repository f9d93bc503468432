import { answerBy, type Plan, type RenderFunction } from '@ssr-cache/core/node'
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'
import { checkOptions, checkRoute, type FastifyCacheOptions, fail } from './options.ts'
import { placeOf, rememberPlace } from './place.ts'
import { sharedRender } from './shared-render.ts'
import { contextOf, enterPage, keepContext, runOf } from './shared-run.ts'
import { visitorRequest } from './visitor-request.ts'

/** Which registration a context has: that of the innermost wins, since children inherit from their parents. */
const REGISTERED: unique symbol = Symbol('fastifyCache')

interface Registered {
  readonly [REGISTERED]?: FastifyCacheOptions
}

const register: FastifyPluginAsync<FastifyCacheOptions> = async (app, options) => {
  checkOptions(options)
  checkApp(app)
  Object.defineProperty(app, REGISTERED, { value: options })
  decorate(app)
  app.addHook('onRoute', (route) => {
    checkRoute(route.config?.cache, route.url)
    rememberPlace(route)
  })
  const render = sharedRender(app)
  app.addHook('onRequest', function ssrCache(request, reply, next) {
    // A cache that a context within has taken for itself answers there, and alone.
    if ((this as Registered)[REGISTERED] !== options) return next()
    const run = runOf(request)
    if (run !== undefined) enterPage(run, request, reply)
    // Read once: Fastify makes it anew each time.
    const { routeOptions } = request
    if (run !== undefined || !isMeant(routeOptions, options)) return next()
    answer({ request, reply, next, place: placeOf(routeOptions.config) }, options, render)
  })
  app.addHook('onError', (request, _reply, error, next) => {
    const run = runOf(request)
    if (run !== undefined) run.failure = { error }
    next()
  })
  const { cache, closeCache } = options
  if (closeCache === true) app.addHook('onClose', async () => cache.close?.())
}

/**
 * Plugin for Fastify 5 that answers from a render cache, for the routes of the context that it is registered in. Where the cache may share, the app renders
 * once for everyone, on a request of its own: hooks, parameters and query are made anew from what the key covers. Where it may not, the visitor's own request
 * goes on. What a render throws, and no error handler makes a page of, goes to the error handler of everyone who waited.
 * Hooks registered before it run for every visitor, those after it and the routes' own only where the app answers; of `onSend`, all.
 * @throws ERR_SSR_CACHE_OPTION for a cache or an option that is none.
 * @example await app.register(fastifyCache, { cache: createRenderCache({ maxAge: 60 }) })
 */
export const fastifyCache: FastifyPluginAsync<FastifyCacheOptions> = plugin(register, {
  name: '@ssr-cache/fastify-adapter',
  fastify: '5.x',
})

function checkApp(app: FastifyInstance): void {
  if (Object.hasOwn(app, REGISTERED)) {
    fail('fastifyCache', 'registered once in a context', 'twice', 'Register the second in a context of its own.')
  }
  if ('http2' in app.initialConfig && app.initialConfig.http2 === true) {
    fail('http2', 'off', true, 'Serve the app by HTTP/1.1, behind a proxy that speaks HTTP/2.')
  }
}

function decorate(app: FastifyInstance): void {
  if (app.hasRequestDecorator('isSharedRender')) return
  app.decorateRequest('isSharedRender', {
    getter() {
      return runOf(this) !== undefined
    },
  })
  app.decorateRequest('cacheContext', {
    getter() {
      return contextOf(this)
    },
  })
}

/** Whether a request is the cache's business. What Fastify did not find because of its version might be there without it. */
function isMeant(route: FastifyRequest['routeOptions'], { routes }: FastifyCacheOptions): boolean {
  const { config, url, version } = route
  if (routes === 'marked') return config.cache === true
  return url === undefined ? version === undefined : config.cache !== false
}

/** One visitor in the middle of the hooks. */
interface Waiting {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly next: (error?: Error) => void
  /** The part of the key that `placeOf` gives. */
  readonly place: string
}

function answer({ request, reply, next, place }: Waiting, options: FastifyCacheOptions, render: RenderFunction): void {
  let visitor: ReturnType<typeof visitorRequest> | undefined
  const plan = (): Plan => {
    visitor = visitorRequest(request, reply, place, options)
    return options.cache.plan(visitor)
  }
  const handle = (): void => {
    keepContext(request, visitor?.context)
    next()
  }
  answerBy(plan, {
    cache: options.cache,
    request: request.raw,
    response: reply.raw,
    render,
    handle,
    next: (error) => next(error as Error), // Fastify takes whatever was thrown
    beforeAnswer: () => putFields(reply),
  })
}

/** Fastify puts what hooks have set on the response when it writes the head itself. */
function putFields(reply: FastifyReply): void {
  const { raw } = reply
  const fields = reply.getHeaders()
  for (const name of Object.keys(fields)) {
    const value = fields[name]
    if (value !== undefined && raw.getHeader(name) !== value) raw.setHeader(name, value)
  }
}
