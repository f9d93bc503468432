import type { RenderCacheOptions } from '@ssr-cache/core'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Reply } from '../../../../test-utils/serve.ts'
import { open, type Shop } from '../shop.ts'

/** A page that is worth compressing. */
export const PAGE: string = `<p>${'The same page for everybody. '.repeat(100)}</p>`

type Registers = (app: FastifyInstance) => unknown

/** Where plugins stand in an app: registered before `fastifyCache`, or after it. */
export interface Order {
  readonly above?: Registers
  readonly below?: Registers
  /** Renders all pages; one that is the same for everybody unless it says otherwise. */
  readonly page?: (request: FastifyRequest, reply: FastifyReply) => unknown
  readonly options?: RenderCacheOptions
}

/** An app with plugins in this order, served. */
export function arranged({ above, below, page = samePage, options = {} }: Order): Promise<Shop> {
  return open({
    ...(above && { above }),
    async pages(app) {
      await below?.(app)
      app.get('/*', page as never)
      app.post('/*', page as never)
    },
    cache: options,
  })
}

const samePage = (_request: FastifyRequest, reply: FastifyReply): FastifyReply => reply.type('text/html').send(PAGE)

/** Why an answer is none from the cache, as its Cache-Status says. */
export function detailOf({ headers }: Reply): string | undefined {
  return /; detail=([\w-]+)/.exec(String(headers['cache-status']))?.[1]
}

/** Whether caches downstream may keep an answer for others. */
export function isPublic({ headers }: Reply): boolean {
  return String(headers['cache-control']).startsWith('public')
}
