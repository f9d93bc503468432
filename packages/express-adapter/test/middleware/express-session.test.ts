import type { Request, RequestHandler } from 'express'
import session from 'express-session'
import { expect } from 'vitest'
import { Browser } from '../../../../test-utils/browser.ts'
import { isHit } from '../versions.ts'
import { arranged, detailOf, isPublic } from './arrangement.ts'
import { prove } from './prove.ts'

declare module 'express-session' {
  interface SessionData {
    user: string
  }
}

function sessions(o: Partial<session.SessionOptions> = {}): RequestHandler {
  return session({ secret: 'quiet', resave: false, saveUninitialized: false, ...o })
}

/** Greets whom it sees; `/sign-in` makes a session. */
const greeting: RequestHandler = (request, response) => {
  if (request.method === 'POST') request.session.user = 'Ada'
  response.type('html').send(`<p>Hello ${nameOf(request)}</p>`)
}

function nameOf({ session }: Partial<Pick<Request, 'session'>>): string {
  return session?.user ?? 'stranger'
}

const ANYBODY = { routes: [{ match: '/', session: 'anonymous' }] } as const

prove('express-session', {
  async above(express) {
    await using shop = await arranged(express, { above: [sessions()], page: greeting })
    const ada = new Browser(shop)
    await ada.visit('/sign-in', { method: 'POST' })
    const own = await ada.visit('/')
    expect([own.text, detailOf(own)]).toEqual(['<p>Hello Ada</p>', 'cookie'])
    expect(own.headers['cache-control']).toBe('private, no-store')

    const stranger = new Browser(shop)
    const replies = [await stranger.visit('/'), await stranger.visit('/')]
    expect(replies.map(isHit)).toEqual([false, true])
    for (const reply of replies) {
      expect([reply.text, isPublic(reply), reply.headers['set-cookie']]).toEqual([
        '<p>Hello stranger</p>',
        true,
        undefined,
      ])
    }

    await using mended = await arranged(express, { above: [sessions()], page: greeting, options: ANYBODY })
    const eve = new Browser(mended)
    await eve.visit('/sign-in', { method: 'POST' })
    await new Browser(mended).visit('/')
    const hit = await eve.visit('/')
    expect([isHit(hit), isPublic(hit), hit.text]).toEqual([true, true, '<p>Hello stranger</p>'])
  },

  async uninitialized(express) {
    await using shop = await arranged(express, { above: [sessions({ saveUninitialized: true })], page: greeting })
    const first = new Browser(shop)
    await first.visit('/')
    const next = new Browser(shop)
    const hit = await next.visit('/')
    expect([isHit(hit), hit.headers['cache-control']]).toEqual([true, 'private, no-store'])
    expect(hit.headers['set-cookie']).toHaveLength(1)
    for (const browser of [first, next]) {
      const again = await browser.visit('/')
      expect([isHit(again), detailOf(again)]).toEqual([false, 'cookie'])
    }

    // The first way out is the row above; this is the other.
    const visits = sessions({ saveUninitialized: true })
    const account: RequestHandler = (request, response, next) => {
      if (request.path.startsWith('/account')) visits(request, response, next)
      else next()
    }
    await using mended = await arranged(express, { above: [account], page: greeting })
    const browser = new Browser(mended)
    const replies = [await browser.visit('/'), await browser.visit('/')]
    expect([replies.map(isHit), replies.map(isPublic)]).toEqual([
      [false, true],
      [true, true],
    ])
  },

  async rolling(express) {
    for (const rolling of [true, false]) {
      const above = [sessions({ rolling })]
      await using shop = await arranged(express, { above, page: greeting, options: ANYBODY })
      const ada = new Browser(shop)
      await ada.visit('/sign-in', { method: 'POST' })
      await ada.visit('/')
      const hit = await ada.visit('/')
      expect([isHit(hit), isPublic(hit)]).toEqual([true, !rolling])
      expect(hit.headers['set-cookie'] !== undefined).toBe(rolling)
    }
  },

  async named(express) {
    const above = [sessions({ name: 'shop.sid' })]
    await using shop = await arranged(express, { above, page: greeting })
    const ada = new Browser(shop)
    await ada.visit('/sign-in', { method: 'POST' })
    await ada.visit('/')
    const hit = await ada.visit('/')
    expect([isHit(hit), hit.text]).toEqual([true, '<p>Hello stranger</p>'])

    const options = { bypass: { cookies: ['shop.sid'] } }
    await using mended = await arranged(express, { above, page: greeting, options })
    const eve = new Browser(mended)
    await eve.visit('/sign-in', { method: 'POST' })
    expect((await eve.visit('/')).text).toBe('<p>Hello Ada</p>')
  },

  async inside(express) {
    await using shop = await arranged(express, { inside: [sessions()], page: greeting })
    const ada = new Browser(shop)
    await ada.visit('/sign-in', { method: 'POST' })
    // A name of somebody's session is in no page of others: who has one bypasses, and a shared render has another.
    expect((await ada.visit('/')).text).toBe('<p>Hello Ada</p>')
    const replies = [await shop.get('/'), await shop.get('/')]
    expect(replies.map(isHit)).toEqual([false, true])
    for (const { text } of replies) expect(text).toBe('<p>Hello stranger</p>')

    // In both places, each visitor's own session is the one from above.
    await using both = await arranged(express, { above: [sessions()], inside: [sessions()], page: greeting })
    const eve = new Browser(both)
    await eve.visit('/sign-in', { method: 'POST' })
    expect((await eve.visit('/')).text).toBe('<p>Hello Ada</p>')
    await both.get('/')
    expect(isHit(await both.get('/'))).toBe(true)
  },

  async saved(express) {
    const inside = [sessions({ saveUninitialized: true })]
    await using shop = await arranged(express, { inside, page: greeting })
    for (const _ of ['first', 'second']) {
      const reply = await shop.get('/')
      expect([isHit(reply), detailOf(reply)]).toEqual([false, 'set-cookie'])
      expect(reply.headers['cache-control']).toBe('private, no-store')
    }

    const options = { setCookie: ['connect.sid'] }
    await using mended = await arranged(express, { inside, page: greeting, options })
    const replies = [await mended.get('/'), await mended.get('/')]
    expect(replies.map(isHit)).toEqual([false, true])
    for (const { headers } of replies) expect(headers['set-cookie']).toBeUndefined()
  },
})
