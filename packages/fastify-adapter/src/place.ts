import type { NarrowedRequest } from '@ssr-cache/core/node'
import type { FastifyRequest, RouteOptions } from 'fastify'
import { fail } from './options.ts'

/** By a symbol on the config of a route: Fastify copies the config, and keeps nothing else that a hook could leave there. */
const PLACE: unique symbol = Symbol('place')

interface Placed {
  readonly [PLACE]?: string
}

/** Remembers what a route asks of a request beside method and path. Its host is left out: that is in every key. */
export function rememberPlace(route: RouteOptions): void {
  const { host: _, ...asked } = (route.constraints ?? {}) as Readonly<Record<string, unknown>> // by the names of strategies
  if (Object.keys(asked).length === 0) return
  const placed: Placed = { [PLACE]: JSON.stringify(asked) }
  route.config = Object.assign({}, route.config, placed)
}

/**
 * The part of the key that tells the routes of one URL apart: what it was routed here by. Empty for a route without constraints, which is all that most apps
 * have.
 */
export function placeOf(config: object): string {
  return (config as Placed)[PLACE] ?? '' // where `rememberPlace` has left it
}

/** A request of a render as the router must see it, so that it comes to the route that its visitor came to. */
export function routedTo(narrowed: NarrowedRequest): NarrowedRequest {
  if (narrowed.scope === '') return narrowed
  const { version } = JSON.parse(narrowed.scope) as { readonly version?: unknown } // made by `rememberPlace`
  if (typeof version !== 'string') return narrowed
  return { ...narrowed, headers: { ...narrowed.headers, 'accept-version': version } }
}

/** A render that comes to another route than its visitor would be a page of one place that is kept for another. */
export function refuseOtherPlace({ routeOptions: { config } }: FastifyRequest, expected: string): void {
  const found = placeOf(config)
  if (found === expected) return
  const wayOut = 'Put the header that the constraint reads into key.headers of createRenderCache.'
  fail(
    'key.headers',
    `what routes are told apart by (${expected || 'no constraint'})`,
    found || 'no constraint',
    wayOut,
  )
}
