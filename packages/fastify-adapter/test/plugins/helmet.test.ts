import { hash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import helmet, { type FastifyHelmetOptions } from '@fastify/helmet'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { expect } from 'vitest'
import { isHit } from '../shop.ts'
import { arranged, detailOf, isPublic, PAGE } from './arrangement.ts'
import { prove } from './prove.ts'

const using =
  (options: FastifyHelmetOptions = {}) =>
  (app: FastifyInstance): unknown =>
    app.register(helmet, options)

/** Some of its fields. */
function helmetFields(headers: IncomingHttpHeaders): readonly unknown[] {
  return ['content-security-policy', 'strict-transport-security', 'origin-agent-cluster'].map((name) => headers[name])
}

const ALL = [expect.stringContaining("default-src 'self'"), expect.stringMatching(/^max-age=\d+/), '?1']
const NONE = [undefined, undefined, undefined]

const page = ({ url }: FastifyRequest, reply: FastifyReply): unknown => {
  if (url === '/broken') throw new Error('broken')
  return reply.type('text/html').send(PAGE)
}

const options = { hosts: ['127.0.0.1'] }
const host = { host: '127.0.0.1' }

const scripted = (_request: FastifyRequest, reply: FastifyReply): unknown =>
  reply.type('text/html').send(`<script nonce="${reply.cspNonce?.script}">go()</script>`)

prove('@fastify/helmet', {
  async before() {
    await using shop = await arranged({ above: using(), page, options })
    const miss = await shop.get('/', host)
    const hit = await shop.get('/', host)
    expect([isHit(miss), isHit(hit), isPublic(hit)]).toEqual([false, true, true])
    const known = await shop.get('/', { ...host, 'if-none-match': String(hit.headers.etag) })
    const broken = await shop.get('/broken', host)
    const refused = await shop.get('/', { host: 'evil.example' })
    expect([known.status, broken.status, refused.status]).toEqual([304, 500, 421])
    for (const { headers } of [miss, hit, known, broken, refused]) expect(helmetFields(headers)).toEqual(ALL)

    let policy = 'one.example'
    const changing = (app: FastifyInstance): unknown =>
      app.addHook(
        'onRequest',
        async (_request, reply) => void reply.header('content-security-policy', `img-src ${policy}`),
      )
    await using changed = await arranged({ above: changing })
    await changed.get('/')
    policy = 'two.example'
    expect((await changed.get('/')).headers['content-security-policy']).toBe('img-src one.example')
    await changed.cache.purge({ all: true })
    expect((await changed.get('/')).headers['content-security-policy']).toBe('img-src two.example')
  },

  async after() {
    await using shop = await arranged({ below: using(), options })
    const miss = await shop.get('/', host)
    const hit = await shop.get('/', host)
    const refused = await shop.get('/', { host: 'evil.example' })
    expect(isHit(hit)).toBe(true)
    expect([miss, hit, refused].map(({ headers }) => helmetFields(headers))).toEqual([ALL, ALL, NONE])
  },

  async nonce() {
    for (const place of ['above', 'below'] as const) {
      await using shop = await arranged({ [place]: using({ enableCSPNonces: true }), page: scripted })
      for (const _ of ['first', 'second']) {
        const reply = await shop.get('/')
        expect([isHit(reply), detailOf(reply)]).toEqual([false, 'nonce'])
        expect(reply.headers['cache-control']).toBe('private, no-store')
        const [, given] = /script-src [^;]*'nonce-([^']+)'/.exec(String(reply.headers['content-security-policy'])) ?? []
        expect(reply.text).toContain(`nonce="${given}"`)
      }
    }
    const scriptSrc = [`'sha256-${hash('sha256', 'go()', 'base64')}'`]
    await using mended = await arranged({
      above: using({ contentSecurityPolicy: { directives: { scriptSrc } } }),
      page: (_request, reply) => reply.type('text/html').send('<script>go()</script>'),
    })
    await mended.get('/')
    expect(isHit(await mended.get('/'))).toBe(true)
  },
})
