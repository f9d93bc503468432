import type { Server } from 'node:http'
import type { RenderCache } from '@ssr-cache/core'
import { expressGateway } from './express-gateway.ts'
import { fastifyGateway } from './fastify-gateway.ts'
import { fetchGateway } from './fetch-gateway.ts'
import type { Upstream } from './upstream.ts'

/** A server that answers from the cache, and asks the origin for the rest. */
export type Gateway = (cache: RenderCache, upstream: Upstream) => Server | Promise<Server>

/** The ways in. */
export const GATEWAYS = {
  express: expressGateway,
  fastify: fastifyGateway,
  fetch: fetchGateway,
} as const satisfies Readonly<Record<string, Gateway>>

/** The name of a way in. */
export type AdapterName = keyof typeof GATEWAYS
