// Plugin

import type { PlainContext } from '@ssr-cache/core/node'

export { fastifyCache } from './fastify-cache.ts'
export type { FastifyCacheOptions, PlansAnswers } from './options.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Whether this request is a shared render's: everybody's who waits, and nobody's own. Hooks that are about one visitor have nothing to do there. */
    readonly isSharedRender: boolean
    /** What the `context` of `fastifyCache` gave: in a shared render, and where a visitor of the cache is answered alone. */
    readonly cacheContext: PlainContext | undefined
  }

  interface FastifyContextConfig {
    /** Whether the pages of this route are the business of `fastifyCache`. @default true, or false where it is registered with `routes: 'marked'` */
    cache?: boolean
  }
}
