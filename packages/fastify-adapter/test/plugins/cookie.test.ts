import cookie from '@fastify/cookie'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { expect } from 'vitest'
import { isHit } from '../shop.ts'
import { arranged, detailOf, isPublic } from './arrangement.ts'
import { prove } from './prove.ts'

const using = (app: FastifyInstance): unknown => app.register(cookie)

const prices = ({ cookies }: FastifyRequest, reply: FastifyReply): unknown => {
  const { currency = 'EUR', ...others } = cookies
  return reply.type('text/html').send(`<p>Prices in ${currency}, and ${JSON.stringify(others)}</p>`)
}

/** The plugin, and a hook behind it that greets whoever has not been greeted. */
const greeting = (greet: (request: FastifyRequest, reply: FastifyReply, app: FastifyInstance) => void) =>
  async function above(app: FastifyInstance): Promise<void> {
    await app.register(cookie)
    app.addHook('onRequest', async (request, reply) => {
      if (request.cookies['seen'] === undefined) greet(request, reply, app)
    })
  }

prove('@fastify/cookie', {
  async anywhere() {
    for (const place of ['above', 'below'] as const) {
      await using shop = await arranged({ [place]: using, page: prices, options: { key: { cookies: ['currency'] } } })
      const miss = await shop.get('/', { cookie: 'currency=CHF; tracking=1' })
      const hit = await shop.get('/', { cookie: 'tracking=2; currency=CHF' })
      const other = await shop.get('/', { cookie: 'currency=USD' })
      expect([miss, hit, other].map(isHit)).toEqual([false, true, false])
      const texts = ['<p>Prices in CHF, and {}</p>', '<p>Prices in CHF, and {}</p>', '<p>Prices in USD, and {}</p>']
      expect([miss.text, hit.text, other.text]).toEqual(texts)
      const own = await shop.get('/', { cookie: 'currency=CHF; tracking=1; sid=1' })
      expect(own.text).toBe('<p>Prices in CHF, and {"tracking":"1","sid":"1"}</p>')
    }
  },

  async set() {
    await using always = await arranged({ above: greeting((_request, reply) => void reply.setCookie('seen', '1')) })
    for (const _ of [1, 2]) {
      const reply = await always.get('/')
      expect([detailOf(reply), reply.headers['cache-control']]).toEqual(['set-cookie', 'private, no-store'])
    }

    const forVisitors = greeting(({ isSharedRender }, reply) => void (isSharedRender || reply.setCookie('seen', '1')))
    await using lost = await arranged({ above: forVisitors })
    await lost.get('/')
    const without = await lost.get('/')
    expect([isHit(without), without.headers['set-cookie']]).toEqual([true, undefined])

    const byHeader = greeting(
      (_request, reply, app) => void reply.header('set-cookie', app.serializeCookie('seen', '1')),
    )
    await using mended = await arranged({ above: byHeader })
    await mended.get('/')
    const first = await mended.get('/')
    expect([isHit(first), first.headers['set-cookie']]).toEqual([true, ['seen=1']])
    expect(first.headers['cache-control']).toBe('private, no-store')
    const next = await mended.get('/', { cookie: 'seen=1' })
    expect([isHit(next), isPublic(next), next.headers['set-cookie']]).toEqual([true, true, undefined])
  },
})
