import { type Json, optionError, type Plan, type VisitorRequest } from '@ssr-cache/core/node'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** What is used of a render cache. */
export interface PlansAnswers {
  plan(request: VisitorRequest): Plan
  close?(): Promise<void>
}

/** Options of `fastifyCache`. */
export interface FastifyCacheOptions {
  /** A render cache, made by `createRenderCache`. */
  readonly cache: PlansAnswers
  /**
   * Which routes of the context are the cache's business. `'all'`: all, and what is not found, but for those with `config: { cache: false }`. `'marked'`: those
   * with `config: { cache: true }`.
   * @default 'all'
   */
  readonly routes?: 'all' | 'marked'
  /**
   * What of the visitor's request and reply a shared render may see, as a plain object of JSON values: it is part of the key, and is `request.cacheContext` in
   * the render (a handler that bypasses finds it there, too). Nothing else that hooks have put on them passes.
   * @default undefined (nothing passes)
   */
  context?(request: FastifyRequest, reply: FastifyReply): { readonly [name: string]: Json }
  /**
   * Whether `app.close()` closes the cache, too, once the server has answered whoever it had accepted.
   * @default false
   */
  readonly closeCache?: boolean
}

const NAMES: readonly string[] = ['cache', 'routes', 'context', 'closeCache'] satisfies (keyof FastifyCacheOptions)[]
const OTHERS = `The options are ${NAMES.join(', ')}; options of pages belong to createRenderCache.`

/** Wrong wiring is told when the app starts. */
export function checkOptions(options: FastifyCacheOptions): void {
  const { cache, routes, context, closeCache } = options ?? {}
  if (typeof cache?.plan !== 'function') {
    fail('cache', 'a render cache', cache, 'Write app.register(fastifyCache, { cache: createRenderCache({ … }) }).')
  }
  const unknown = Object.keys(options).find((name) => !NAMES.includes(name))
  if (unknown !== undefined) fail(unknown, 'an option of fastifyCache', 'unknown', OTHERS)
  if (routes !== undefined && routes !== 'all' && routes !== 'marked') {
    fail(
      'routes',
      "'all' or 'marked'",
      routes,
      "Write 'marked', and config: { cache: true } at the routes that are meant.",
    )
  }
  if (context !== undefined && typeof context !== 'function') {
    fail('context', 'a function (request, reply)', context, 'Write (request) => ({ country: request.country }).')
  }
  checkClosing(closeCache, cache)
}

function checkClosing(closeCache: unknown, cache: PlansAnswers): void {
  if (closeCache !== undefined && typeof closeCache !== 'boolean') {
    fail('closeCache', 'true or false', closeCache, 'Write true, or leave it out and call cache.close().')
  }
  if (closeCache === true && typeof cache.close !== 'function') {
    fail('cache', 'a cache that can be closed', cache, 'Leave "closeCache" out.')
  }
}

/** What a route says of itself. */
export function checkRoute(cache: unknown, url: string): void {
  if (cache === undefined || typeof cache === 'boolean') return
  const wayOut = 'Lifetimes and tags belong to routes of createRenderCache, or to pageContext() in the handler.'
  fail('config.cache', `true or false at the route ${url}`, cache, wayOut)
}

export function fail(...message: Parameters<typeof optionError>): never {
  throw optionError(...message)
}
