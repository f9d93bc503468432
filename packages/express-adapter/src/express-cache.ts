import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  answerBy,
  type Next,
  optionError,
  type Plan,
  type RenderFunction,
  type VisitorRequest,
} from '@ssr-cache/core/node'
import type { ExpressApp, ExpressHandler, ExpressMiddleware, ExpressRequest, ExpressResponse } from './express.ts'
import { checkArguments, type ExpressCacheOptions, type PlansAnswers } from './options.ts'
import { nextOrdinal } from './scope.ts'
import { sharedRender } from './shared-render.ts'
import { visitorRequest } from './visitor-request.ts'

/**
 * Middleware for Express 4 and 5 that answers from a render cache. `handler`, a function or a router, renders: once for everyone, on a request and a response
 * of its own; or for one visitor, on the visitor's, where the cache may not share. Where it calls `next()`, each visitor goes on below; what it throws,
 * rejects with or gives to `next` goes, the same for all, to the `next` of everyone who waited, unless `admission.fallback` stands in: error handlers must write
 * nothing of a visitor to it.
 * Static files and APIs belong above it: what falls through has first taken the place of a render.
 * @throws ERR_SSR_CACHE_OPTION for a cache, handler or option that is none.
 * @example app.use(express.static('public'), expressCache(createRenderCache({ maxAge: 60 }), pages))
 */
export function expressCache(
  cache: PlansAnswers,
  handler: ExpressHandler,
  options: ExpressCacheOptions = {},
): ExpressMiddleware {
  checkArguments(cache, handler, options)
  const ordinal = nextOrdinal(cache)
  const renders = new WeakMap<ExpressApp, RenderFunction>()

  function renderIn(app: ExpressApp): RenderFunction {
    const known = renders.get(app)
    if (known !== undefined) return known
    const render = sharedRender(app, handler)
    renders.set(app, render)
    return render
  }

  return function ssrCache(request, response, next) {
    const express = routed(request)
    let context: VisitorRequest['context']
    const plan = (): Plan => {
      const visitor = visitorRequest(express, response, ordinal, options)
      context = visitor.context
      return cache.plan(visitor)
    }
    const handle = (goOn: Next): unknown => {
      if (context !== undefined) Object.assign((response as ExpressResponse).locals, context)
      return handler(request, response, restoring(request, response, goOn))
    }
    answerBy(plan, { cache, request, response, render: renderIn(express.app), handle, next })
  }
}

/** An app that is given as handler leaves its own prototypes on what it hands on. */
function restoring(request: IncomingMessage, response: ServerResponse, next: Next): Next {
  const ofRequest = Object.getPrototypeOf(request)
  const ofResponse = Object.getPrototypeOf(response)
  return (error) => {
    Object.setPrototypeOf(request, ofRequest)
    Object.setPrototypeOf(response, ofResponse)
    next(error)
  }
}

function routed(request: IncomingMessage): ExpressRequest {
  const express = request as ExpressRequest // what Express made of it; looked at here
  if (typeof express.app?.get === 'function') return express
  throw optionError(
    'expressCache',
    'middleware of an Express app',
    'no app',
    'Write app.use(expressCache(cache, handler)).',
  )
}
