import { createHash, timingSafeEqual } from 'node:crypto'
import type { RenderCache } from '@ssr-cache/core'
import express, { type RequestHandler, Router } from 'express'
import { invalidationSchema } from '../contract/invalidation.ts'

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

/** Lets pass what carries the secret. Compared as hashes, in a time that tells nothing about how much of it was right. */
function bearing(secret: string): RequestHandler {
  const expected = sha256(`Bearer ${secret}`)
  return (request, response, next) => {
    if (timingSafeEqual(sha256(request.get('authorization') ?? ''), expected)) return next()
    response.status(401).set('www-authenticate', 'Bearer').json({ error: 'The secret is missing or wrong.' })
  }
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
