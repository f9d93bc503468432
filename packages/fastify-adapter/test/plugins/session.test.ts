import cookie from '@fastify/cookie'
import session, { type FastifySessionOptions } from '@fastify/session'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { expect } from 'vitest'
import { Browser } from '../../../../test-utils/browser.ts'
import { isHit } from '../shop.ts'
import { arranged, detailOf, isPublic } from './arrangement.ts'
import { prove } from './prove.ts'

const using = (options: Partial<FastifySessionOptions> = {}) =>
  async function sessions(app: FastifyInstance): Promise<void> {
    await app.register(cookie)
    const cookies = { secure: false, maxAge: 60_000 }
    await app.register(session, {
      secret: 'a secret of thirty-two characters',
      cookie: cookies,
      saveUninitialized: false,
      ...options,
    })
  }

interface Signed {
  user?: string
}

const greeting = (request: FastifyRequest, reply: FastifyReply): unknown => {
  const own = request.session as unknown as Signed
  if (request.method === 'POST') own.user = 'Ada'
  return reply.type('text/html').send(`<p>Hello ${own.user ?? 'stranger'}</p>`)
}

const anonymous = { routes: [{ match: '/', session: 'anonymous' }] } as const

async function signedIn(shop: Awaited<ReturnType<typeof arranged>>): Promise<Browser> {
  const ada = new Browser(shop)
  await ada.visit('/sign-in', { method: 'POST' })
  return ada
}

prove('@fastify/session', {
  async before() {
    await using shop = await arranged({ above: using(), page: greeting })
    const own = await (await signedIn(shop)).visit('/')
    expect([own.text, detailOf(own)]).toEqual(['<p>Hello Ada</p>', 'cookie'])
    const stranger = new Browser(shop)
    const replies = [await stranger.visit('/'), await stranger.visit('/')]
    expect([replies.map(isHit), replies.map(isPublic)]).toEqual([
      [false, true],
      [true, true],
    ])
    for (const { text } of replies) expect(text).toBe('<p>Hello stranger</p>')

    await using mended = await arranged({ above: using(), page: greeting, options: anonymous })
    await new Browser(mended).visit('/')
    const hit = await (await signedIn(mended)).visit('/')
    expect([isHit(hit), isPublic(hit), hit.text]).toEqual([true, true, '<p>Hello stranger</p>'])
  },

  async uninitialized() {
    await using shop = await arranged({ above: using({ saveUninitialized: true }) })
    for (const _ of [1, 2]) {
      const reply = await shop.get('/')
      expect([isHit(reply), detailOf(reply)]).toEqual([false, 'set-cookie'])
      expect(reply.headers['cache-control']).toBe('private, no-store')
    }
  },

  async rolling() {
    await using shop = await arranged({ above: using({ rolling: true }), page: greeting, options: anonymous })
    await shop.get('/')
    const ada = await signedIn(shop)
    const hit = await ada.visit('/')
    expect([isHit(hit), hit.headers['set-cookie']]).toEqual([true, undefined])
    const renewed = await ada.visit('/elsewhere')
    expect([isHit(renewed), renewed.headers['set-cookie']]).toEqual([false, [expect.stringContaining('sessionId=')]])
  },

  async named() {
    await using shop = await arranged({ above: using({ cookieName: 'shop.sid' }), page: greeting })
    await shop.get('/')
    const hit = await (await signedIn(shop)).visit('/')
    expect([isHit(hit), hit.text]).toEqual([true, '<p>Hello stranger</p>'])

    const options = { bypass: { cookies: ['shop.sid'] } }
    await using mended = await arranged({ above: using({ cookieName: 'shop.sid' }), page: greeting, options })
    await mended.get('/')
    const own = await (await signedIn(mended)).visit('/')
    expect([detailOf(own), own.text]).toEqual(['cookie', '<p>Hello Ada</p>'])
  },

  async after() {
    await using shop = await arranged({ below: using(), page: greeting })
    const ada = await signedIn(shop)
    await shop.get('/')
    expect(isHit(await shop.get('/'))).toBe(true)
    expect((await ada.visit('/')).text).toBe('<p>Hello Ada</p>')
    expect((await shop.get('/')).text).toBe('<p>Hello stranger</p>')
  },
})
