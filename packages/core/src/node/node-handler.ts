import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { FailureLog } from '../engine/failure-log.ts'
import { faultOf } from '../engine/fault.ts'
import { takeInHand } from '../engine/in-hand.ts'
import type { Plan, RenderFunction } from '../engine/plan.ts'
import type { VisitorRequest } from '../request.ts'
import { answerBy, runHandler } from './answer-visitor.ts'
import type { NodeApp } from './fetch-from.ts'
import { checkNode, type NodeOptions } from './node-options.ts'
import { nodeVisitor } from './node-visitor.ts'
import { RenderPair } from './render-pair.ts'
import { trustedPeers } from './trusted-peers.ts'

/** What is used of a render cache. */
interface NodeCache {
  readonly cache: { plan(request: VisitorRequest): Plan }
  readonly failures: FailureLog
}

/** A listener that answers from a cache, and lets the app answer what is not kept. */
export function nodeHandler({ cache, failures }: NodeCache, app: NodeApp, options: NodeOptions = {}): RequestListener {
  checkNode(app, options)
  const trusts = trustedPeers(options.trustProxy)
  const render = sharedRender(app, cache)
  return (request, response) => {
    let planned: Plan | undefined
    const plan = (): Plan => {
      planned = cache.plan(nodeVisitor(request, trusts))
      return planned
    }
    const next = (error?: unknown): void => {
      failures.tellOf(planned, error, request.url ?? '')
      sendFault(error, response)
    }
    const handle = (): unknown => app(request, response)
    try {
      answerBy(plan, { cache, request, response, render, handle, next })
    } catch (error) {
      // A response that is not Node's own, or a field that cannot be written.
      next(error)
    }
  }
}

/** The app on a request and a response of the cache's own. */
function sharedRender(app: NodeApp, cache: object): RenderFunction {
  return ({ request, signal, watch, interim }) => {
    const pair = new RenderPair(request, signal, { watch, interim })
    takeInHand(pair.request, cache)
    runHandler(
      () => app(pair.request, pair.response),
      (error) => pair.fail(error),
    )
    return pair.rendered
  }
}

/** There is no framework further out that would answer. What had begun is broken off, so that half an answer is never taken for one. */
function sendFault(error: unknown, response: ServerResponse<IncomingMessage>): void {
  if (response.writableEnded) return
  if (response.headersSent) {
    response.destroy()
    return
  }
  const { status, fields, body } = faultOf(error)
  for (const name of response.getHeaderNames()) response.removeHeader(name)
  for (const [name, value] of fields) response.setHeader(name, value)
  response.statusMessage = ''
  response.writeHead(status, { 'content-length': body.length }).end(body)
}
