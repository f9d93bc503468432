import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import { memoryStore } from '@ssr-cache/core'
import { fakeClock, faultyStore } from '@ssr-cache/core/testing'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Explained } from '../../src/engine/explain-hook.ts'
import { cacheStatus, field, html, openShop, request, type Shop, settled } from './harness.ts'

/** Until the test ends, whoever imported `timingSafeEqual` calls the spy. */
function comparisons() {
  const timingSafeEqual = vi.spyOn(crypto, 'timingSafeEqual')
  syncBuiltinESMExports()
  onTestFinished(() => {
    timingSafeEqual.mockRestore()
    syncBuiltinESMExports()
  })
  return timingSafeEqual
}

const SECRET = 'a-secret-of-this-test'
const ADMIN = { admin: { secret: SECRET } }
const ASKING = { 'ssr-cache-explain': SECRET }

type Init = Parameters<Shop['get']>[1]

/** What the hook answers. */
async function explained(shop: Shop, target: string, init: Init = {}): Promise<Record<string, unknown>> {
  const page = await shop.get(target, { ...init, headers: { ...(init?.headers as object), ...ASKING } })
  expect(field(page, 'content-type')).toBe('application/json')
  return JSON.parse(await page.text())
}

describe('whoever knows admin.secret is told why a request is no hit, in place of its page (I11, I12)', () => {
  test('as JSON that nobody keeps', async () => {
    const shop = openShop(ADMIN)
    const page = await shop.get('/a', { headers: ASKING })
    expect(page.status).toBe(200)
    expect(field(page, 'content-type')).toBe('application/json')
    expect(field(page, 'cache-control')).toBe('private, no-store')
    expect(cacheStatus(page)).toEqual({ fwd: 'bypass', detail: 'explanation' })
  })

  test('in the words of explain, for this very request without the header that asks', async () => {
    const shop = openShop({ ...ADMIN, key: { cookies: ['currency'] }, routes: [{ match: '/movies/:id', maxAge: 300 }] })
    const headers = { cookie: 'currency=EUR; theme=dark', 'accept-language': 'de' }
    const told = await explained(shop, '/movies/42?utm_source=mail', { headers })
    expect(told).toEqual({
      explanation: await shop.cache.explain(request('/movies/42?utm_source=mail', { headers })),
      lifetimes: { maxAge: 300, staleWhileRevalidate: 600, staleIfError: 86_400 },
      hostsNamed: false,
    })
  })

  test('with the counts of its route, the build, and whether hosts are named', async () => {
    const shop = openShop({ ...ADMIN, build: { id: 'b7' }, hosts: ['shop.example'] })
    await shop.render('/a', html('<p>', { 'set-cookie': 'seen=1' }))
    expect(await explained(shop, '/a')).toMatchObject({
      explanation: { decision: 'shared', page: { state: 'marked', reason: 'set-cookie' } },
      counts: { answers: { alone: 1 }, reasons: { 'set-cookie': { count: 1, culprits: { seen: 1 } } }, renders: 1 },
      build: 'b7',
      hostsNamed: true,
    })
  })

  test.each<[string, object, string, Init, object]>([
    ['a session', {}, '/', { headers: { cookie: 'sid=1' } }, { decision: 'bypass', reason: 'cookie', culprit: 'sid' }],
    ['another method', {}, '/', { method: 'POST' }, { decision: 'bypass', reason: 'method', culprit: 'POST' }],
    [
      'a route out of the cache',
      { routes: [{ match: '/me', cache: false }] },
      '/me',
      {},
      { decision: 'bypass', reason: 'route', route: '/me' },
    ],
    ['a host that is not ours', { hosts: ['a.example'] }, '/', {}, { decision: 'refused', reason: 'host-not-allowed' }],
    [
      'a URL that is too long',
      { key: { maxUrlBytes: 5 } },
      '/beyond',
      {},
      { decision: 'refused', reason: 'url-length' },
    ],
  ])('%s is explained, too', async (_, options, target, init, explanation) => {
    const shop = openShop({ ...ADMIN, ...options })
    expect((await explained(shop, target, init))['explanation']).toMatchObject(explanation)
  })

  test('with the counts of the route that matched, or of what matched none', async () => {
    const shop = openShop({ ...ADMIN, hosts: ['shop.example'], routes: [{ match: '/movies/:id' }] })
    await shop.render('/movies/1', '<p>')
    await shop.cache.handle({ url: 'https://evil.example/' }, shop.renders.handler)
    expect(await explained(shop, '/movies/1')).toMatchObject({ counts: { answers: { miss: 1 }, renders: 1 } })
    const refused = await shop.cache.handle({ url: 'https://evil.example/', headers: ASKING }, shop.renders.handler)
    expect(JSON.parse(await refused.text())).toMatchObject({ counts: { answers: { refused: 1 } } })
  })

  test('in any adapter: the plan is one answer that no other visitor is given', async () => {
    const { cache } = openShop(ADMIN)
    const asked = { method: 'GET', scheme: 'https', host: 'shop.example', target: '/a', headers: ASKING } as const
    const plan = cache.plan({ ...asked, scope: '/mounted', context: { plan: 'gold' } })
    if (plan.kind !== 'shared') throw new Error(`expected a shared plan, got ${plan.kind}`)
    const answer = await plan.answer(() => ({ kind: 'declined' }))
    if (answer.kind !== 'answer') throw new Error(`expected an answer, got ${answer.kind}`)
    expect(answer).toMatchObject({ status: 200, shared: false })
    const { explanation } = JSON.parse(String(new TextDecoder().decode(answer.body as Uint8Array))) as Explained
    expect(Object.keys(explanation.variant ?? {}).toSorted()).toEqual(['context', 'scope'])
  })

  test('the value of no cookie is told', async () => {
    const shop = openShop({ ...ADMIN, key: { cookies: ['currency'] } })
    const headers = { cookie: 'currency=keyed-value; theme=other-value' }
    expect(JSON.stringify(await explained(shop, '/', { headers }))).not.toMatch(/keyed-value|other-value/)
  })

  test('it renders nothing, counts nothing and keeps nothing', async () => {
    const shop = openShop(ADMIN)
    await explained(shop, '/a')
    expect(shop.renders.count).toBe(0)
    expect(shop.cache.stats().routes).toEqual({})
    expect(shop.told).toEqual([])
    expect(await shop.cache.lookup(shop.cache.key(request('/a')) as never)).toBeUndefined()
  })

  test('also while the store is down', async () => {
    const store = faultyStore(memoryStore(), { faults: { get: { kind: 'reject' } } })
    const shop = openShop({ ...ADMIN, store, clock: fakeClock() })
    expect(await explained(shop, '/a')).toMatchObject({ explanation: { page: { state: 'none' } } })
  })
})

describe('who does not know the secret can do nothing with the header (P10)', () => {
  test.each([
    ['a wrong secret', ADMIN, 'another-secret-of-it'],
    ['the beginning of the secret', ADMIN, SECRET.slice(0, -1)],
    ['more than the secret', ADMIN, `${SECRET}x`],
    ['an empty secret', ADMIN, ''],
    ['two secrets', ADMIN, `${SECRET}, ${SECRET}`],
    ['any secret where there is no admin', {}, SECRET],
    ['an empty secret where there is no admin', {}, ''],
  ])('%s: the same page as ever, rendered without the header, under the same key', async (_, options, sent) => {
    const shop = openShop(options)
    const headers = { 'ssr-cache-explain': sent }
    const first = shop.get('/a', { headers })
    await settled()
    expect(shop.renders.last.input.request.headers.get('ssr-cache-explain')).toBeNull()
    await shop.renders.last.answers('page')
    expect(await (await first).text()).toBe('page')
    expect(cacheStatus(await shop.get('/a'))).toMatchObject({ hit: true })
    expect(cacheStatus(await shop.get('/a', { headers }))).toMatchObject({ hit: true })
    expect(shop.renders.count).toBe(1)
    expect(shop.cache.key(request('/a', { headers }))).toEqual(shop.cache.key(request('/a')))
  })

  test('what was sent is compared in constant time, whatever its length', async () => {
    const timingSafeEqual = comparisons()
    const shop = openShop(ADMIN)
    for (const sent of ['x', SECRET, SECRET.repeat(9)]) {
      timingSafeEqual.mockClear()
      void shop.get('/a', { headers: { 'ssr-cache-explain': sent } })
      expect(timingSafeEqual.mock.calls.map(([one, other]) => [one.byteLength, other.byteLength])).toEqual([[32, 32]])
    }
  })

  test.each([{ key: { headers: { 'SSR-Cache-Explain': true } } }, { key: { passThrough: ['ssr-cache-explain'] } }])(
    'no option can put the header into a key or a render: %j',
    (options) => {
      expect(() => openShop(options as Parameters<typeof openShop>[0])).toThrow('It asks for explanations.')
    },
  )
})
