import cookieParser from 'cookie-parser'
import { doubleCsrf } from 'csrf-csrf'
import type { RequestHandler } from 'express'
import { expect } from 'vitest'
import { Browser } from '../../../../test-utils/browser.ts'
import { isHit } from '../versions.ts'
import { arranged, detailOf, isPublic } from './arrangement.ts'
import { prove } from './prove.ts'

const { doubleCsrfProtection, generateCsrfToken } = doubleCsrf({
  getSecret: () => 'quiet',
  getSessionIdentifier: () => 'visitor',
  cookieName: 'x-csrf',
  cookieOptions: { secure: false },
})

const protection: readonly RequestHandler[] = [cookieParser(), doubleCsrfProtection]

const tokenRoute: RequestHandler = (request, response, next) => {
  if (request.path === '/token') response.json(generateCsrfToken(request, response))
  else next()
}

const tokenForAll: RequestHandler = (request, response, next) => {
  generateCsrfToken(request, response)
  next()
}

/** A form, with a token on it where the render can have one; what is sent by it is taken, or 403. */
const form: RequestHandler = (request, response) => {
  const { csrfToken } = request as { readonly csrfToken?: () => string }
  const token = request.method === 'GET' ? csrfToken?.() : undefined
  response.type('html').send(request.method === 'POST' ? 'taken' : `<form>${token ?? ''}</form>`)
}

/** What a form gets that is sent with this token. */
async function sent(browser: Browser, token: string): Promise<number> {
  return (await browser.visit('/', { method: 'POST', headers: { 'x-csrf-token': token } })).status
}

prove('csrf-csrf', {
  async route(express) {
    await using shop = await arranged(express, { above: [...protection, tokenRoute], page: form })
    const browser = new Browser(shop)
    const replies = [await browser.visit('/'), await browser.visit('/')]
    expect([replies.map(isHit), replies.map(isPublic)]).toEqual([
      [false, true],
      [true, true],
    ])
    expect(await sent(browser, 'guessed')).toBe(403)
    const token: string = JSON.parse((await browser.visit('/token')).text)
    expect(await sent(browser, token)).toBe(200)
    const hit = await browser.visit('/')
    expect([isHit(hit), isPublic(hit), hit.headers['set-cookie']]).toEqual([true, true, undefined])
  },

  async above(express) {
    await using shop = await arranged(express, { above: [...protection, tokenForAll], page: form })
    const browser = new Browser(shop)
    await browser.visit('/')
    for (const reply of [await browser.visit('/'), await new Browser(shop).visit('/')]) {
      expect([isHit(reply), reply.headers['cache-control']]).toEqual([true, 'private, no-store'])
      expect(reply.headers['set-cookie']).toHaveLength(1)
      expect(reply.text).toBe('<form></form>')
    }
  },

  async inside(express) {
    await using shop = await arranged(express, { inside: protection, page: form })
    for (const browser of [new Browser(shop), new Browser(shop)]) {
      const reply = await browser.visit('/')
      expect([isHit(reply), detailOf(reply)]).toEqual([false, 'set-cookie'])
      expect(reply.headers['cache-control']).toBe('private, no-store')
      expect(await sent(browser, tokenOf(reply.text))).toBe(200)
    }

    const options = { setCookie: 'strip' } as const
    await using stripped = await arranged(express, { inside: protection, page: form, options })
    const browser = new Browser(stripped)
    await browser.visit('/')
    const hit = await browser.visit('/')
    expect(isHit(hit)).toBe(true)
    expect(await sent(browser, tokenOf(hit.text))).toBe(403)
  },
})

function tokenOf(text: string): string {
  return text.slice('<form>'.length, -'</form>'.length)
}
