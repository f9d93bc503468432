import rateLimit, { type RateLimitOptions } from '@fastify/rate-limit'
import type { FastifyInstance } from 'fastify'
import { expect } from 'vitest'
import { isHit } from '../shop.ts'
import { arranged } from './arrangement.ts'
import { prove } from './prove.ts'

/** Renders have no address. */
const lettingPass: RateLimitOptions = {
  keyGenerator: ({ ip }) => (ip as string | undefined) ?? '',
  allowList: ({ isSharedRender }) => isSharedRender,
}

prove('@fastify/rate-limit', {
  async before() {
    const above = async (app: FastifyInstance): Promise<void> => {
      await app.register(rateLimit, { global: false, max: 3 })
      app.addHook('onRequest', app.rateLimit(lettingPass))
    }
    await using shop = await arranged({ above })
    const replies = []
    for (let i = 0; i < 4; i++) replies.push(await shop.get('/'))
    expect(replies.map(isHit)).toEqual([false, true, true, false])
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 429])
    expect(replies.map(({ headers }) => headers['x-ratelimit-remaining'])).toEqual(['2', '1', '0', '0'])
  },

  async global() {
    for (const place of ['above', 'below'] as const) {
      await using shop = await arranged({ [place]: (app: FastifyInstance) => app.register(rateLimit, { max: 3 }) })
      expect((await shop.get('/')).status).toBe(500)
      await using keyed = await arranged({
        [place]: (app: FastifyInstance) => app.register(rateLimit, { max: 3, ...lettingPass, allowList: [] }),
      })
      const statuses = []
      for (const path of ['/', '/', '/', '/', '/a', '/b', '/c']) statuses.push((await keyed.get(path)).status)
      expect(statuses).toEqual([200, 200, 200, 200, 200, 200, 429])
    }
  },
})
