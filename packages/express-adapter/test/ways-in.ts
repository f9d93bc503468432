import { expressCache } from '@ssr-cache/express-adapter'
import type { ErrorRequestHandler, RequestHandler } from 'express'
import { KNOWN_HEADERS } from '../../../test-utils/header-names.ts'
import type { Way } from '../../../test-utils/http-suite/front.ts'
import { answerNode } from '../../../test-utils/http-suite/node-app.ts'
import { echo } from '../../../test-utils/security/echo.ts'
import type { EchoWay } from '../../../test-utils/security/leak-suite.ts'
import { serve } from '../../../test-utils/serve.ts'
import type { Express } from './versions.ts'

const sorry: ErrorRequestHandler = (_error, _request, response, _next) => {
  response.status(500).type('text/plain').end('sorry')
}

/** An app of any kind behind `expressCache`. */
export function behind(express: Express): Way {
  return (cache, app) => {
    const handler: RequestHandler = (request, response, next) => answerNode(app, request, response).catch(next)
    return serve(express().disable('x-powered-by').use(expressCache(cache, handler), sorry))
  }
}

/** Prints all that it can reach. */
export const echoing: RequestHandler = (request, response, next) => {
  const asked = KNOWN_HEADERS.map((name) => request.get(name))
  void answerNode(() => echo(request, response, next, asked), request, response)
}

export function echoBehind(express: Express): EchoWay {
  return (cache) => serve(express().use(expressCache(cache, echoing)))
}
