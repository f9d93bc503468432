import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Json, optionError, type Plan, type VisitorRequest } from '@ssr-cache/core/node'
import type { ExpressHandler } from './express.ts'

/** What is used of a render cache. */
export interface PlansAnswers {
  plan(request: VisitorRequest): Plan
}

/** Options of `expressCache`. */
export interface ExpressCacheOptions {
  /**
   * What of the visitor's request and response a shared render may see, as a plain object of JSON values: it is part of the key, and is `res.locals` in
   * the render (a handler that bypasses finds it there, too, beside what is the visitor's). Nothing else that code above has put there passes.
   * @default undefined (nothing passes)
   */
  context?(request: IncomingMessage, response: ServerResponse): { readonly [name: string]: Json }
}

const ROUTER = 'Write one function, or an express.Router() that uses several.'
const CONTEXT = 'Write (req) => ({ country: req.country }).'

/** Wrong wiring is told when the app starts. */
export function checkArguments(cache: PlansAnswers, handler: ExpressHandler, options: ExpressCacheOptions): void {
  if (typeof cache?.plan !== 'function') fail('cache', 'a render cache', cache, 'Write createRenderCache({ … }).')
  if (typeof handler !== 'function') fail('handler', 'a handler or a router', handler, ROUTER)
  if (handler.length > 3) {
    fail('handler', 'a handler of up to 3 parameters', handler, 'Put error handlers behind expressCache, by app.use.')
  }
  checkOptions(options)
}

function checkOptions(options: ExpressCacheOptions): void {
  if (typeof options !== 'object' || options === null) {
    fail('options', 'an object', options, 'Write { context: … }, or leave it out.')
  }
  const unknown = Object.keys(options).find((name) => name !== 'context')
  if (unknown !== undefined) {
    fail(
      unknown,
      'an option of expressCache',
      'unknown',
      'The only one is context; options of pages belong to createRenderCache.',
    )
  }
  const { context } = options
  if (context !== undefined && typeof context !== 'function') fail('context', 'a function (req, res)', context, CONTEXT)
}

function fail(...message: Parameters<typeof optionError>): never {
  throw optionError(...message)
}
