import type { Answer, Field, RenderCacheOptions, Rendered, VisitorRequest } from '@ssr-cache/core'
import { describe, expect, test } from 'vitest'
import { field, html, openShop, type Shop, settled } from './harness.ts'

const VISITOR: VisitorRequest = { method: 'GET', scheme: 'https', host: 'shop.example', target: '/a', headers: {} }

type PageAnswer = Extract<Answer, { kind: 'answer' }>

/** What an adapter is given for a page whose render gives these fields. */
async function given(shop: Shop, fields: readonly Field[], status = 200, asked = VISITOR): Promise<PageAnswer> {
  const plan = shop.cache.plan(asked)
  if (plan.kind !== 'shared') throw new Error(`expected a shared plan, got ${plan.kind}`)
  const body = new TextEncoder().encode('<p>')
  const answer = await plan.answer((): Rendered => ({ kind: 'response', status, fields, body }))
  if (answer.kind !== 'answer') throw new Error(`expected an answer, got ${answer.kind}`)
  return answer
}

const sent = ({ fields }: PageAnswer): Record<string, string> => Object.fromEntries(fields)
const HTML = ['content-type', 'text/html'] as const
const FRAMING = [
  'connection',
  'content-length',
  'date',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
].map((name) => [name, '1'] as const)
const OFF: RenderCacheOptions = { enabled: false }
const NEVER: RenderCacheOptions = { maxAge: 0, staleWhileRevalidate: 0, staleIfError: 0 }

describe('what an adapter is given to send', () => {
  test.each<[string, RenderCacheOptions, readonly Field[], number, boolean, Record<string, string>]>([
    [
      'a kept page',
      {},
      [HTML],
      200,
      true,
      {
        'content-type': 'text/html',
        etag: expect.any(String) as unknown as string,
        'cache-control': 'public, max-age=0, s-maxage=60, stale-if-error=86400',
        'cache-status': 'ssr-cache; fwd=uri-miss; stored; ttl=60',
      },
    ],
    [
      'a page for all who waited and nobody else',
      NEVER,
      [HTML],
      200,
      false,
      {
        'content-type': 'text/html',
        etag: expect.any(String) as unknown as string,
        'cache-control': 'private, no-store',
        'cache-status': 'ssr-cache; fwd=uri-miss; ttl=0',
      },
    ],
    [
      'one visitor’s answer, without the fields of one transfer',
      {},
      [HTML, ['set-cookie', 'a=1'], ...FRAMING],
      200,
      false,
      {
        'content-type': 'text/html',
        'set-cookie': 'a=1',
        'cache-control': 'private, no-store',
        'cache-status': 'ssr-cache; fwd=miss; detail=set-cookie',
      },
    ],
    [
      'one visitor’s answer of another type, with the app’s own lifetime',
      {},
      [
        ['content-type', 'application/json'],
        ['cache-control', 'max-age=9'],
      ],
      200,
      false,
      {
        'content-type': 'application/json',
        'cache-control': 'max-age=9',
        'cache-status': 'ssr-cache; fwd=miss; detail=content-type',
      },
    ],
    [
      'an answer while the cache is off',
      OFF,
      [HTML, ...FRAMING],
      200,
      false,
      {
        'content-type': 'text/html',
        'cache-control': 'private, no-store',
        'cache-status': 'ssr-cache; fwd=bypass; detail=off',
      },
    ],
    [
      'a failure, as it came',
      {},
      [HTML, ['retry-after', '9'], ['cache-control', 'max-age=9'], ['set-cookie', 'a=1'], ...FRAMING],
      503,
      false,
      {
        'content-type': 'text/html',
        'retry-after': '9',
        'set-cookie': 'a=1',
        'cache-control': 'no-store',
        'cache-status': 'ssr-cache; fwd=miss; detail=status-503',
      },
    ],
  ])('%s', async (_, options, fields, status, shared, expected) => {
    const answer = await given(openShop(options), fields, status)
    expect(answer).toMatchObject({ kind: 'answer', status, shared })
    // Where it is, an adapter leaves the app's own fields of lifetime as they are.
    expect(answer.asCame).not.toBe(true)
    expect(new TextDecoder().decode(answer.body as Uint8Array)).toBe('<p>')
    expect(sent(answer)).toEqual(expected)
  })

  test('a failure of ours, in plain text, with when to ask again', async () => {
    const shop = openShop({ admission: { concurrency: 1, queueLimit: 0 } })
    void shop.get('/busy')
    await settled()
    const answer = await given(shop, [HTML], 200, { ...VISITOR, headers: { ...VISITOR.headers, accept: 'text/html' } })
    expect(answer).toMatchObject({ kind: 'answer', status: 503, shared: false })
    expect(new TextDecoder().decode(answer.body as Uint8Array)).toBe('Service Unavailable\n')
    expect(sent(answer)).toEqual({
      'content-type': 'text/plain; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'retry-after': '5',
      'cache-control': 'no-store',
      'cache-status': 'ssr-cache; fwd=miss; detail=turned-away',
    })
  })

  test('with a CDN’s own field: what remains of the lifetime, and the windows as the page has them', async () => {
    const shop = openShop({ downstream: { cdn: 'generic' } })
    await given(shop, [HTML])
    shop.clock.advance(10_000)
    expect(sent(await given(shop, []))['cdn-cache-control']).toBe(
      'max-age=50, stale-while-revalidate=600, stale-if-error=86400',
    )
  })

  test('a crowd that is redirected: each has back what was dropped from the URL that was sent (R66)', async () => {
    const shop = openShop()
    const crowd = ['mail', 'feed', 'mail', 'feed'].map((source) => shop.get(`/a?utm_source=${source}`))
    await settled()
    await shop.renders.last.answers(html('', { location: '/b' }, 301))
    const places = (await Promise.all(crowd)).map((page) => field(page, 'location'))
    expect(places).toEqual(['mail', 'feed', 'mail', 'feed'].map((source) => `/b?utm_source=${source}`))
    expect(shop.renders.count).toBe(1)
  })

  test('what many are given can be changed by none of them (I10)', async () => {
    for (const options of [{}, NEVER]) {
      const answer = await given(openShop(options), [HTML])
      expect([answer, answer.fields].every(Object.isFrozen)).toBe(true)
    }
  })

  test('a kept redirect has back for each visitor what was dropped from the URL, and a page has nothing to give back', async () => {
    const shop = openShop()
    const moved: readonly Field[] = [HTML, ['location', '/b'], ['content-location', '/c']]
    for (const source of ['mail', 'feed', 'mail']) {
      const answer = await given(shop, moved, 301, { ...VISITOR, target: `/a?utm_source=${source}` })
      expect(sent(answer)).toMatchObject({ location: `/b?utm_source=${source}`, 'content-location': '/c' })
    }
    const page = await given(shop, moved, 200, { ...VISITOR, target: '/page?utm_source=mail' })
    expect(sent(page)).toMatchObject({ location: '/b' })
  })
})
