import { createHash, timingSafeEqual } from 'node:crypto'
import type { RenderCache } from '@ssr-cache/core'
import express, { type RequestHandler, Router } from 'express'
import { changePrice, findTea } from './teas.ts'

/** `PUT /api/teas/:slug/price` changes a price, for whoever knows the secret, and makes the pages that show it stale. */
export function priceHook(cache: RenderCache, secret: string): Router {
  return Router().put('/api/teas/:slug/price', bearing(secret), express.json(), async ({ params, body }, response) => {
    const tea = await findTea(String(params['slug']))
    if (tea === undefined) return response.status(404).json({ error: 'There is no such tea.' })
    if (!Number.isSafeInteger(body?.cents) || body.cents < 0) {
      return response.status(400).json({ error: 'Expected { "cents": whole number }.' })
    }
    await changePrice(tea, body.cents)
    await cache.invalidate({ tags: [`tea:${tea.slug}`] })
    return response.status(204).end()
  })
}

/** Lets pass what carries the secret. Hashes are compared, in a time that tells nothing about how much of it was right. */
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
