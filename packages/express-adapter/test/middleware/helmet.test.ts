import { hash, randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { RequestHandler } from 'express'
import helmet from 'helmet'
import { expect } from 'vitest'
import { isHit } from '../versions.ts'
import { arranged, detailOf, isPublic } from './arrangement.ts'
import { prove } from './prove.ts'

/** The usual set-up: a nonce for each answer in `res.locals`, in the policy, and on the scripts of the page. */
const nonce: readonly RequestHandler[] = [
  (_request, response, next) => {
    response.locals['nonce'] = randomUUID()
    next()
  },
  helmet({
    contentSecurityPolicy: {
      directives: { scriptSrc: [(_request, response) => `'nonce-${(response as never as Locals).locals['nonce']}'`] },
    },
  }),
]

interface Locals {
  readonly locals: Readonly<Record<string, string>>
}

const scripted: RequestHandler = (_request, response) => {
  response.type('html').send(`<script nonce="${response.locals['nonce'] ?? ''}">go()</script>`)
}

/** A policy that names the script by what it is. */
const hashed = helmet({
  contentSecurityPolicy: { directives: { scriptSrc: [`'sha256-${hash('sha256', 'go()', 'base64')}'`] } },
})

/** Some of its fields. */
function helmetFields(headers: IncomingHttpHeaders): readonly unknown[] {
  return ['content-security-policy', 'strict-transport-security', 'origin-agent-cluster'].map((name) => headers[name])
}

const ALL = [expect.stringContaining("default-src 'self'"), expect.stringMatching(/^max-age=\d+/), '?1']
const NONE = [undefined, undefined, undefined]

prove('helmet', {
  async above(express) {
    const page: RequestHandler = (request, response) => {
      if (request.path === '/broken') throw new Error('broken')
      response.type('html').send('<p>page</p>')
    }
    await using shop = await arranged(express, { above: [helmet()], page, options: { hosts: ['127.0.0.1'] } })
    const host = { host: '127.0.0.1' }
    const miss = await shop.get('/', host)
    const hit = await shop.get('/', host)
    expect([isHit(miss), isHit(hit), isPublic(hit)]).toEqual([false, true, true])
    const known = await shop.get('/', { ...host, 'if-none-match': String(hit.headers.etag) })
    const broken = await shop.get('/broken', host)
    const refused = await shop.get('/', { host: 'evil.example' })
    expect([known.status, broken.status, refused.status]).toEqual([304, 500, 421])
    for (const { headers } of [miss, hit, known, broken, refused]) {
      expect(helmetFields(headers)).toEqual(ALL)
      expect(headers['x-powered-by']).toBeUndefined()
    }
  },

  async inside(express) {
    let policy = helmet()
    const inside: RequestHandler = (request, response, next) => policy(request, response, next)
    await using shop = await arranged(express, { inside: [inside], options: { hosts: ['127.0.0.1'] } })
    const host = { host: '127.0.0.1' }
    const miss = await shop.get('/', host)
    policy = helmet({ contentSecurityPolicy: false })
    const hit = await shop.get('/', host)
    const refused = await shop.get('/', { host: 'evil.example' })
    expect(isHit(hit)).toBe(true)
    expect(helmetFields(miss.headers)).toEqual(ALL)
    expect(helmetFields(hit.headers)).toEqual(ALL)
    expect(helmetFields(refused.headers)).toEqual(NONE)
    for (const { headers } of [miss, hit, refused]) expect(headers['x-powered-by']).toBe('Express')
    await shop.cache.purge({ all: true })
    expect((await shop.get('/', host)).headers['content-security-policy']).toBeUndefined()
  },

  async nonceAbove(express) {
    await using shop = await arranged(express, { above: nonce, page: scripted })
    const miss = await shop.get('/')
    const hit = await shop.get('/')
    const known = await shop.get('/', { 'if-none-match': '*' })
    expect([isHit(miss), isHit(hit), known.status]).toEqual([false, true, 304])
    for (const reply of [miss, hit, known]) {
      expect(reply.headers['content-security-policy']).toMatch(/script-src 'nonce-[\da-f-]+'/)
      expect(reply.headers['cache-control']).toBe('private, no-store')
    }
    expect(hit.text).toBe('<script nonce="">go()</script>')

    await using mended = await arranged(express, { above: [hashed], page: scripted })
    await mended.get('/')
    const shared = await mended.get('/')
    expect([isHit(shared), isPublic(shared)]).toEqual([true, true])
  },

  async nonceInside(express) {
    await using shop = await arranged(express, { inside: nonce, page: scripted })
    for (const _ of ['first', 'second']) {
      const reply = await shop.get('/')
      expect([isHit(reply), detailOf(reply)]).toEqual([false, 'nonce'])
      expect(reply.headers['cache-control']).toBe('private, no-store')
      const [, given] = /'nonce-([^']+)'/.exec(String(reply.headers['content-security-policy'])) ?? []
      expect(reply.text).toContain(`nonce="${given}"`)
    }

    await using mended = await arranged(express, { inside: [hashed], page: scripted })
    await mended.get('/')
    expect(isHit(await mended.get('/'))).toBe(true)
  },
})
