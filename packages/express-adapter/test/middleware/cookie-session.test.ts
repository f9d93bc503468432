import cookieSession from 'cookie-session'
import type { RequestHandler } from 'express'
import { expect } from 'vitest'
import { Browser } from '../../../../test-utils/browser.ts'
import { isHit } from '../versions.ts'
import { arranged, detailOf, isPublic } from './arrangement.ts'
import { prove } from './prove.ts'

const sessions = (): RequestHandler => cookieSession({ secret: 'quiet' }) as never // its types are those of Express 4

type Data = Record<string, string>

/** The session of a request, where there is one. */
function sessionOf(request: object): Data | undefined {
  return (request as { readonly session?: Data }).session
}

const greeting: RequestHandler = (request, response) => {
  const own = sessionOf(request)
  if (request.method === 'POST' && own !== undefined) own['user'] = 'Ada'
  response.type('html').send(`<p>Hello ${own?.['user'] ?? 'stranger'}</p>`)
}

const writing: RequestHandler = (request, _response, next) => {
  const own = sessionOf(request)
  if (own !== undefined) own['seen'] = 'yes'
  next()
}

prove('cookie-session', {
  async above(express) {
    await using shop = await arranged(express, { above: [sessions()], page: greeting })
    const ada = new Browser(shop)
    await ada.visit('/sign-in', { method: 'POST' })
    const own = await ada.visit('/')
    expect([own.text, detailOf(own)]).toEqual(['<p>Hello Ada</p>', 'cookie'])

    const stranger = new Browser(shop)
    const replies = [await stranger.visit('/'), await stranger.visit('/')]
    expect([replies.map(isHit), replies.map(isPublic)]).toEqual([
      [false, true],
      [true, true],
    ])
    for (const { text } of replies) expect(text).toBe('<p>Hello stranger</p>')

    const options = { routes: [{ match: '/', session: 'anonymous' }] } as const
    await using mended = await arranged(express, { above: [sessions()], page: greeting, options })
    const eve = new Browser(mended)
    await eve.visit('/sign-in', { method: 'POST' })
    await new Browser(mended).visit('/')
    const hit = await eve.visit('/')
    expect([isHit(hit), isPublic(hit), hit.text]).toEqual([true, true, '<p>Hello stranger</p>'])
  },

  async written(express) {
    await using shop = await arranged(express, { above: [sessions(), writing], page: greeting })
    const first = new Browser(shop)
    await first.visit('/')
    const next = new Browser(shop)
    const hit = await next.visit('/')
    expect([isHit(hit), hit.headers['cache-control']]).toEqual([true, 'private, no-store'])
    for (const browser of [first, next]) {
      const again = await browser.visit('/')
      expect([isHit(again), detailOf(again)]).toEqual([false, 'cookie'])
    }
  },
})
