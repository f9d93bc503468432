import { expressCache } from '@ssr-cache/express-adapter'
import type { ErrorRequestHandler, RequestHandler } from 'express'
import type { Way } from '../../../test-utils/http-suite/front.ts'
import { answerNode } from '../../../test-utils/http-suite/node-app.ts'
import { httpSuite } from '../../../test-utils/http-suite/suite.ts'
import { serve } from '../../../test-utils/serve.ts'
import { type Express, VERSIONS } from './versions.ts'

const sorry: ErrorRequestHandler = (_error, _request, response, _next) => {
  response.status(500).type('text/plain').end('sorry')
}

function behind(express: Express): Way {
  return (cache, app) => {
    const handler: RequestHandler = (request, response, next) => answerNode(app, request, response).catch(next)
    return serve(express().disable('x-powered-by').use(expressCache(cache, handler), sorry))
  }
}

for (const [name, express] of VERSIONS) httpSuite(name, behind(express))
