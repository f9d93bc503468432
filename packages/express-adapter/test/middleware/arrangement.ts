import type { RenderCacheOptions } from '@ssr-cache/core'
import { expressCache } from '@ssr-cache/express-adapter'
import type { ErrorRequestHandler, RequestHandler } from 'express'
import type { Reply } from '../../../../test-utils/serve.ts'
import { type Express, open, type Shop } from '../versions.ts'

/** A page that is worth compressing. */
export const PAGE: string = `<p>${'The same page for everybody. '.repeat(100)}</p>`

/** Where middleware stands in an app: above `expressCache`, or in the router that renders. */
export interface Order {
  readonly above?: readonly RequestHandler[]
  readonly inside?: readonly RequestHandler[]
  /** Renders; a page that is the same for everybody unless it says otherwise. */
  readonly page?: RequestHandler
  readonly options?: RenderCacheOptions
}

/** An app with middleware in this order, served; errors that come to its end are answered with their status and message. */
export function arranged(
  express: Express,
  { above = [], inside = [], page = samePage, options = {} }: Order,
): Promise<Shop> {
  return open(
    express,
    (app, cache) => {
      const pages = express.Router()
      for (const each of inside) pages.use(each)
      pages.use(page)
      for (const each of above) app.use(each)
      app.use(expressCache(cache, pages), asText)
    },
    options,
  )
}

const samePage: RequestHandler = (_request, response) => {
  response.type('html').send(PAGE)
}

const asText: ErrorRequestHandler = (error, _request, response, _next) => {
  response.status(error.status ?? 500).send(`${error.message}`)
}

/** Why an answer is none from the cache, as its Cache-Status says. */
export function detailOf({ headers }: Reply): string | undefined {
  return /; detail=([\w-]+)/.exec(String(headers['cache-status']))?.[1]
}

/** Whether caches downstream may keep an answer for others. */
export function isPublic({ headers }: Reply): boolean {
  return String(headers['cache-control']).startsWith('public')
}
