import type { RequestListener } from 'node:http'
import type { RenderCache } from '@ssr-cache/core'
import { expressCache, type PlansAnswers } from '@ssr-cache/express-adapter'
import type { RequestHandler } from 'express'
import type { Express } from '../versions.ts'
import { onError } from './app.ts'
import type { Reply, Site } from './site.ts'

/** One build of an app, and the cache that is to stand in front of its pages. */
export interface Build {
  readonly express: Express
  readonly cache: PlansAnswers
  /** The same, for ways in that are methods of its own. */
  readonly renderCache: RenderCache
  readonly above: readonly RequestHandler[]
  readonly pages: RequestHandler
  readonly context: Site<never>['context']
}

/** A framework whose adapter puts the cache in front of an app. */
export interface Front {
  readonly behind: (build: Build) => RequestListener
  /** What answers where the app has no page; in the copy without a cache, too. */
  readonly below: RequestHandler
  /** The same, where the cache stands in front of that, too: then it is an answer of the app's like any other, and is kept. @default undefined */
  readonly ownBelow?: Reply
}

export const expressFront: Front = {
  behind({ express, cache, above, pages, context }) {
    const app = express()
    for (const middleware of above) app.use(middleware)
    return app.use(expressCache(cache, pages, context && { context }), onError)
  },
  below: (_request, _response, next) => next(),
}
