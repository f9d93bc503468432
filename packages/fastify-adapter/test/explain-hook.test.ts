import cookie from '@fastify/cookie'
import session from '@fastify/session'
import type { FastifyInstance } from 'fastify'
import { describe, expect, test } from 'vitest'
import { ssrCache } from '../../../test-utils/command.ts'
import { isHit, open, type Shop } from './shop.ts'

const SECRET = 'a-secret-of-this-test'
const ADMIN = { admin: { secret: SECRET } }
const ASKING = { 'ssr-cache-explain': SECRET }

const pages = (app: FastifyInstance): unknown =>
  app.get('/*', ({ headers }, reply) => reply.type('text/html').send(Object.keys(headers).join()))

async function explained(shop: Shop, path: string, headers = {}): Promise<Record<string, unknown>> {
  const reply = await shop.get(path, { ...headers, ...ASKING })
  expect(reply.headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'private, no-store' })
  return JSON.parse(reply.text)
}

describe('the explanation is asked for where the page is (I11, I12)', () => {
  test('through the hooks above, with what they put into the key', async () => {
    await using shop = await open({
      pages,
      plugin: { context: () => ({ country: 'at' }) },
      cache: { ...ADMIN, routes: [{ match: '/movies/:id' }] },
    })
    await shop.get('/movies/42')
    expect(await explained(shop, '/movies/42')).toMatchObject({
      explanation: {
        decision: 'shared',
        route: '/movies/:id',
        variant: { context: expect.any(String) },
        page: { state: 'fresh' },
      },
    })
  })

  test('also of what bypasses or is refused, and beside a session from above, without that the app is asked', async () => {
    let asked = 0
    await using shop = await open({
      async above(app) {
        await app.register(cookie)
        await app.register(session, { secret: 'a secret of thirty-two characters', cookie: { secure: false } })
      },
      pages: (app) => app.get('/*', () => ++asked),
      cache: { ...ADMIN, key: { maxUrlBytes: 20 } },
    })
    expect(await explained(shop, '/', { cookie: 'sid=1' })).toMatchObject({ explanation: { culprit: 'sid' } })
    expect(await explained(shop, `/${'x'.repeat(20)}`)).toMatchObject({ explanation: { reason: 'url-length' } })
    expect(asked).toBe(0)
  })

  test.each([
    ['a wrong secret', ADMIN, 'another-secret-of-it'],
    ['no admin', {}, SECRET],
  ])('%s: the header reaches no shared render and no key (P10)', async (_, cache, sent) => {
    await using shop = await open({ pages, cache })
    const first = await shop.get('/', { 'ssr-cache-explain': sent })
    expect(first.text).toBe('host,accept')
    const second = await shop.get('/')
    expect([isHit(second), second.text]).toEqual([true, first.text])
  })

  test('ssr-cache doctor asks a running app', async () => {
    await using shop = await open({ pages, cache: ADMIN })
    const { code, stdout } = await ssrCache(['doctor', `http://${shop.host}/`])
    expect([code, stdout.split('\n', 1)[0]]).toEqual([0, 'A hit: kept, and fresh for another 60 s.'])
  })
})
