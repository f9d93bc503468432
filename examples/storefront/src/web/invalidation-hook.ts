import type { RenderCache } from '@ssr-cache/core'
import express, { Router } from 'express'
import { invalidationSchema } from '../contract/invalidation.ts'
import { bearing } from './bearing.ts'

export interface InvalidationHookOptions {
  readonly cache: RenderCache
  /** Known to the back end and to us. */
  readonly secret: string
}

/** `POST /hooks/invalidate`: the back end tells which pages are no longer true. */
export function invalidationHook({ cache, secret }: InvalidationHookOptions): Router {
  return Router().post(
    '/hooks/invalidate',
    bearing(secret),
    express.json({ limit: '20kb' }),
    async ({ body }, response) => {
      const invalidation = invalidationSchema.safeParse(body)
      if (!invalidation.success) return response.status(400).json({ error: invalidation.error.issues })
      const { tags, how } = invalidation.data
      await (how === 'purge' ? cache.purge({ tags }) : cache.invalidate({ tags }))
      response.json(invalidation.data)
    },
  )
}
