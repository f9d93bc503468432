import type { IncomingMessage } from 'node:http'
import type { NarrowedRequest, PlainContext, Watch } from '@ssr-cache/core/node'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { refuseOtherPlace } from './place.ts'
import { watchState } from './watched-state.ts'

/** A shared render on its way through the app. */
export interface SharedRun {
  readonly narrowed: NarrowedRequest
  readonly watch: Watch | undefined
  /** What Fastify gave to its error handler. */
  failure?: { readonly error: unknown }
}

// Not by anything on the request: what nobody can reach, nobody can forge or find.
const runs = new WeakMap<IncomingMessage, SharedRun>()
const contexts = new WeakMap<IncomingMessage, PlainContext>()

/** From here on a request of Node's is known as that of a shared render. */
export function beginRun(request: IncomingMessage, run: SharedRun): void {
  runs.set(request, run)
  if (run.narrowed.context !== undefined) contexts.set(request, run.narrowed.context as PlainContext) // as `context` gave it
}

export function runOf({ raw }: FastifyRequest): SharedRun | undefined {
  return runs.get(raw)
}

/** What `context` gave for a visitor who is answered alone. */
export function keepContext({ raw }: FastifyRequest, context: PlainContext | undefined): void {
  if (context !== undefined) contexts.set(raw, context)
}

export function contextOf({ raw }: FastifyRequest): PlainContext | undefined {
  return contexts.get(raw)
}

/** What a page was made with: its handler counts on the type, and its scripts have the nonce of the policy. */
const OF_PAGE: ReadonlySet<string> = new Set([
  'content-type',
  'content-security-policy',
  'content-security-policy-report-only',
])

/**
 * Where the cache stands in the app, a render becomes that of the page. Other fields that hooks above have set are each visitor's own, who passes the same
 * hooks.
 */
export function enterPage({ narrowed, watch }: SharedRun, request: FastifyRequest, reply: FastifyReply): void {
  refuseOtherPlace(request, narrowed.scope)
  for (const name of Object.keys(reply.getHeaders())) if (!OF_PAGE.has(name)) reply.removeHeader(name)
  if (watch !== undefined) watchState(request, watch)
}
