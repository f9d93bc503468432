import { type RenderFunction, RenderPair } from '@ssr-cache/core/node'
import type { FastifyInstance } from 'fastify'
import { routedTo } from './place.ts'
import { beginRun, type SharedRun } from './shared-run.ts'

/**
 * Renders by a request of its own, which the app routes like any other: what Fastify makes of a request, query and parameters among them, it makes of the
 * narrowed one. As `app.inject` does, but on the pair that all adapters for Node render on: it streams with back-pressure, and minds lengths and breaks.
 */
export function sharedRender(app: FastifyInstance): RenderFunction {
  return async ({ request: narrowed, signal, watch, interim }) => {
    // Watched from where the cache stands on (`enterPage`), not from here.
    const pair = new RenderPair(routedTo(narrowed), signal, { interim })
    const run: SharedRun = { narrowed, watch }
    beginRun(pair.request, run)
    app.routing(pair.request, pair.response)
    const rendered = await pair.rendered
    const { failure } = run
    // What the error handler makes a page of (404, 410) is the page; any other error goes to the error handler of everyone who waits.
    if (failure === undefined || rendered.kind !== 'response' || rendered.status < 500) return rendered
    pair.fail(failure.error)
    throw failure.error
  }
}
