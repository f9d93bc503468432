import cors, { type FastifyCorsOptions } from '@fastify/cors'
import type { FastifyInstance } from 'fastify'
import { expect } from 'vitest'
import { isHit, type Shop } from '../shop.ts'
import { arranged, isPublic, PAGE } from './arrangement.ts'
import { prove } from './prove.ts'

const A = 'https://a.example'
const B = 'https://b.example'
const ALLOWED = 'access-control-allow-origin'

const using =
  (options: FastifyCorsOptions) =>
  (app: FastifyInstance): unknown =>
    app.register(cors, options)

const several = using({ origin: [A, B], credentials: true })

prove('@fastify/cors', {
  async before() {
    // So that the page has a Vary of its own.
    const options = { key: { cookies: ['currency'] }, downstream: { cdnKeys: ['currency'] } }
    await using shop = await arranged({ above: several, options })
    await shop.get('/', { origin: A })
    for (const origin of [A, B, 'https://evil.example', undefined]) {
      const hit = await shop.get('/', origin === undefined ? {} : { origin })
      const isAllowed = origin === A || origin === B
      expect([isHit(hit), isPublic(hit), hit.text]).toEqual([true, true, PAGE])
      expect([hit.headers[ALLOWED], hit.headers.vary]).toEqual([
        isAllowed ? origin : undefined,
        'origin, accept-encoding, cookie',
      ])
    }
    const known = await shop.get('/', { origin: B, 'if-none-match': '*' })
    expect([known.status, known.headers[ALLOWED], known.headers.vary]).toEqual([
      304,
      B,
      'origin, accept-encoding, cookie',
    ])
    await expectPreflight(shop)
  },

  async after() {
    await using shop = await arranged({ below: several })
    const replies = [
      await shop.get('/', { origin: A }),
      await shop.get('/', { origin: A }),
      await shop.get('/', { origin: B }),
    ]
    expect(replies.map(isHit)).toEqual([false, true, true])
    for (const { headers } of replies)
      expect([headers[ALLOWED], headers.vary]).toEqual([undefined, 'origin, accept-encoding'])
    await expectPreflight(shop)
  },

  async fixed() {
    for (const origin of ['*', A]) {
      await using shop = await arranged({ below: using({ origin }) })
      await shop.get('/', { origin: B })
      const hit = await shop.get('/', { origin: A })
      expect([isHit(hit), hit.headers[ALLOWED]]).toEqual([true, origin])
    }
  },
})

/** A preflight is no page: it is answered for its own origin, wherever the plugin stands. */
async function expectPreflight(shop: Shop): Promise<void> {
  const headers = { origin: B, 'access-control-request-method': 'GET' }
  const { status, headers: sent } = await shop.ask('/', { method: 'OPTIONS', headers })
  expect([status, sent[ALLOWED]]).toEqual([204, B])
}
