import type { RequestHandler } from 'express'
import session from 'express-session'
import { Passport, Strategy } from 'passport'
import { expect } from 'vitest'
import { Browser } from '../../../../test-utils/browser.ts'
import { isHit } from '../versions.ts'
import { arranged, detailOf, isPublic } from './arrangement.ts'
import { prove } from './prove.ts'

/** Takes `Authorization: Bearer NAME` for NAME. */
class Bearer extends Strategy {
  override readonly name = 'bearer'

  override authenticate({ headers }: Parameters<Strategy['authenticate']>[0]): void {
    const [, name] = /^Bearer (\w+)$/.exec(headers.authorization ?? '') ?? []
    if (name === undefined) this.fail(401)
    else this.success({ name })
  }
}

const passport = new Passport()
passport.use(new Bearer())
passport.serializeUser((user, done) => done(null, user))
passport.deserializeUser((user: Express.User, done) => done(null, user))

const anybody: RequestHandler = (request, response, next) => {
  if (request.headers.authorization === undefined) next()
  else passport.authenticate('bearer', { session: request.path === '/sign-in' })(request, response, next)
}

const above = (): readonly RequestHandler[] => [
  session({ secret: 'quiet', resave: false, saveUninitialized: false }),
  passport.session(),
  anybody,
]

const greeting: RequestHandler = (request, response) => {
  const { name } = (request.user ?? { name: 'stranger' }) as { readonly name: string }
  response.type('html').send(`<p>Hello ${name}</p>`)
}

const ADA = { authorization: 'Bearer Ada' }

prove('passport', {
  async above(express) {
    await using shop = await arranged(express, { above: above(), page: greeting })
    const bearer = await shop.get('/', ADA)
    expect([bearer.text, detailOf(bearer)]).toEqual(['<p>Hello Ada</p>', 'authorization'])
    const browser = new Browser(shop)
    await browser.visit('/sign-in', { headers: ADA })
    const own = await browser.visit('/')
    expect([own.text, detailOf(own)]).toEqual(['<p>Hello Ada</p>', 'cookie'])
    expect(own.headers['cache-control']).toBe('private, no-store')
    const replies = [await shop.get('/'), await shop.get('/')]
    expect([replies.map(isHit), replies.map(isPublic)]).toEqual([
      [false, true],
      [true, true],
    ])
    for (const { text } of replies) expect(text).toBe('<p>Hello stranger</p>')

    const options = { routes: [{ match: '/', session: 'anonymous' }] } as const
    await using mended = await arranged(express, { above: above(), page: greeting, options })
    const ada = new Browser(mended)
    await ada.visit('/sign-in', { headers: ADA })
    await mended.get('/')
    const hit = await ada.visit('/')
    expect([isHit(hit), hit.text]).toEqual([true, '<p>Hello stranger</p>'])
  },

  async guard(express) {
    const guards = [
      [401, passport.authenticate('bearer', { session: false })],
      [302, passport.authenticate('bearer', { session: false, failureRedirect: '/sign-in' })],
    ] as const
    for (const [status, guard] of guards) {
      await using shop = await arranged(express, { inside: [guard], page: greeting })
      for (const _ of ['first', 'second']) {
        const reply = await shop.get('/account/orders')
        expect([reply.status, isHit(reply), detailOf(reply)]).toEqual([status, false, 'status'])
        expect(reply.headers['cache-control']).toBe('private, no-store')
      }
      expect((await shop.get('/account/orders', ADA)).text).toBe('<p>Hello Ada</p>')

      const options = { routes: [{ match: '/account/*rest', cache: false }] } as const
      await using mended = await arranged(express, { inside: [guard], page: greeting, options })
      const reply = await mended.get('/account/orders')
      expect([reply.status, detailOf(reply)]).toEqual([status, 'route'])
      expect(reply.headers['cache-control']).toBe('private, no-store')
    }
  },
})
