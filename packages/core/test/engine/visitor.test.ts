import { createRenderCache, type RequestLike } from '@ssr-cache/core'
import { describe, expect, test } from 'vitest'
import { visitorRequest } from '../../src/engine/visitor.ts'
import { html, openShop, request } from './harness.ts'

const url = 'https://shop.example/'
const headersOf = (headers: RequestLike['headers']): object => ({
  ...visitorRequest({ url, ...(headers && { headers }) }).headers,
})

describe('the headers of a request', () => {
  test.each<[string, NonNullable<RequestLike['headers']>]>([
    [
      'pairs',
      [
        ['Cookie', 'sid=1'],
        ['cookie', 'theme=dark'],
        ['X-A', '1'],
        ['x-a', '2'],
      ],
    ],
    [
      'a Map in several spellings',
      new Map([
        ['Cookie', 'sid=1'],
        ['cookie', 'theme=dark'],
        ['X-A', '1'],
        ['x-a', '2'],
      ]),
    ],
    ['an object in several spellings', { Cookie: 'sid=1', cookie: ['theme=dark'], 'X-A': ['1'], 'x-a': '2' }],
    [
      'Headers',
      new Headers([
        ['cookie', 'sid=1'],
        ['cookie', 'theme=dark'],
        ['x-a', '1'],
        ['x-a', '2'],
      ]),
    ],
  ])('keep every line of what is repeated: %s (RFC 9110 5.2, RFC 9113 8.2.3)', (_, headers) => {
    expect(headersOf(headers)).toEqual({ cookie: 'sid=1; theme=dark', 'x-a': '1, 2' })
  })

  test('what is not there hides nothing', () => {
    expect(headersOf({ cookie: 'sid=1', Cookie: undefined })).toEqual({ cookie: 'sid=1' })
  })

  test.each([
    [
      'before another',
      [
        ['cookie', 'sid=1'],
        ['cookie', 'theme=dark'],
      ],
    ],
    [
      'after another',
      [
        ['cookie', 'theme=dark'],
        ['cookie', 'sid=1'],
      ],
    ],
  ] as const)('a session in a cookie %s is not missed (R65)', async (_, headers) => {
    const cache = createRenderCache()
    const explained = await cache.explain({ url, headers })
    expect(explained).toMatchObject({ decision: 'bypass', reason: 'cookie', culprit: 'sid' })
  })
})

describe('a host that no URL can have (I11)', () => {
  test.each(['1.2.3.999', '1.2.3.4.5', 'shop.0x', '[1::2::3]', '[::1'])(
    '%s is 400, and nothing is rendered',
    async (host) => {
      const shop = openShop()
      const page = await shop.cache.handle({ url: `http://${host}/` }, shop.renders.handler)
      expect([page.status, shop.renders.count]).toEqual([400, 0])
    },
  )

  test('is no reason to bypass either', async () => {
    const shop = openShop()
    const visit = { url: 'http://1.2.3.999/?preview=1', headers: { authorization: 'x' } }
    expect((await shop.cache.handle(visit, () => html('own'))).status).toBe(400)
  })

  test.each(['1.2.3.4', '[::1]:8080', 'shop_1.example', 'localhost'])('%s is a host', async (host) => {
    const shop = openShop()
    expect((await shop.cache.handle({ url: `http://${host}/` }, () => html('page'))).status).toBe(200)
  })

  test.each(['/a', 'shop.example/a', 'ftp://shop.example/', 'http:/a', 42, undefined])(
    'what is no absolute URL at all is the caller’s mistake: %s',
    async (wrong) => {
      const visit = openShop().cache.handle({ url: wrong as string }, () => html('page'))
      await expect(visit).rejects.toMatchObject({ code: 'ERR_SSR_CACHE_REQUEST' })
    },
  )

  test('the same as a Request where it is one', () => {
    expect(visitorRequest(request('/a?b'))).toMatchObject({ host: 'shop.example', target: '/a?b' })
  })

  test('one without a path asks for the root, and one without a method gets it', () => {
    expect(visitorRequest({ url: 'https://shop.example?b' })).toMatchObject({ method: 'GET', target: '/?b' })
    expect(visitorRequest({ url: 'HTTP://shop.example' })).toMatchObject({ scheme: 'http', target: '/' })
  })
})
