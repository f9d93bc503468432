import { createHash, timingSafeEqual } from 'node:crypto'
import type { RequestHandler } from 'express'

/** Lets pass what carries the secret. Compared as hashes, in a time that tells nothing about how much of it was right. */
export function bearing(secret: string): RequestHandler {
  const expected = sha256(`Bearer ${secret}`)
  return (request, response, next) => {
    if (timingSafeEqual(sha256(request.get('authorization') ?? ''), expected)) return next()
    response.status(401).set('www-authenticate', 'Bearer').json({ error: 'The secret is missing or wrong.' })
  }
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
