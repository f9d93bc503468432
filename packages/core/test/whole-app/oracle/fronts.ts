import type { RequestListener } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { H3 } from 'h3'
import { toNodeHandler } from 'h3/node'
import { Hono } from 'hono'
import { fetchNodeHandler } from 'srvx/node'
import { onError } from '../../../../express-adapter/test/oracle/app.ts'
import type { Build, Front } from '../../../../express-adapter/test/oracle/front.ts'
import { type Reply, write } from '../../../../express-adapter/test/oracle/site.ts'

const NOTHING: Reply = { status: 404, html: '<p>There is nothing here</p>' }

/** What stands below is part of the app. */
const WITH_BELOW: Pick<Front, 'below' | 'ownBelow'> = {
  below: (_, response) => write(NOTHING, response),
  ownBelow: NOTHING,
}

/** The apps of the oracle behind `cache.node`, as they would be without it: their middleware runs inside of every render. */
export const nodeFront: Front = {
  behind: (build) => build.renderCache.node(whole(build)),
  ...WITH_BELOW,
}

/** The same as an app of the web's kind, by Hono. */
export const honoFront: Front = {
  behind(build) {
    const app = whole(build)
    const site = new Hono().all('*', ({ req }) => ask(app, req.raw))
    const fetch = build.renderCache.fetch(site.fetch)
    return getRequestListener(fetch, { overrideGlobalObjects: false }) as RequestListener // of HTTP/1.1, too
  },
  ...WITH_BELOW,
}

/** And by h3. */
export const h3Front: Front = {
  behind(build) {
    const app = whole(build)
    const site = new H3().all('/**', ({ req }) => ask(app, req))
    // All that it takes of an app is its fetch.
    return toNodeHandler({ fetch: build.renderCache.fetch(site.fetch) } as H3) as RequestListener
  },
  ...WITH_BELOW,
}

function whole({ express, above, pages, context }: Build): RequestListener {
  const app = express()
  for (const middleware of above) app.use(middleware)
  app.use((request, response, next) => {
    Object.assign(response.locals, context?.(request, response))
    next()
  })
  return app.use(pages, WITH_BELOW.below, onError)
}

/** An app of Node's kind, asked without a socket. By a request that has no socket either: srvx would write to it. */
function ask(app: RequestListener, { url, method, headers, body }: Request): Promise<Response> {
  const init = { method, headers, body, duplex: 'half' } as const
  return fetchNodeHandler(app as Parameters<typeof fetchNodeHandler>[0], new Request(url, init))
}
