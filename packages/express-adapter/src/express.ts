import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Next } from '@ssr-cache/core/node'

// What is used of Express, alike in 4 and 5, so that the types of both fit and neither is needed.

/** An app, by its settings and by what its requests and responses inherit from. */
export interface ExpressApp {
  readonly request: object
  readonly response: object
  get(setting: string): unknown
}

/** A request as Express hands it on. */
export interface ExpressRequest extends IncomingMessage {
  readonly app: ExpressApp
  readonly method: string
  readonly url: string
  readonly originalUrl: string
  readonly baseUrl: string
  readonly protocol: string
  readonly params: Readonly<Record<string, unknown>>
}

/** A response as Express hands it on. */
export interface ExpressResponse extends ServerResponse {
  readonly locals: object
}

/** Whether X-Forwarded-* of this peer counts: Express's own reading of its `trust proxy` setting. */
export type TrustsProxy = (address: string | undefined, hops: number) => boolean

/** A handler of Express 4 or 5, an `express.Router()`, or any `(request, response, next)` of Node. */
// biome-ignore lint/suspicious/noExplicitAny: of Express's own types, 4's or 5's, none is needed here, and a handler written in place must be able to call `send`
export type ExpressHandler = (request: any, response: any, next: Next) => unknown

/** What `app.use` and `app.get` of Express 4 and 5 take. */
export type ExpressMiddleware = (request: IncomingMessage, response: ServerResponse, next: Next) => void
