import { describe, expect, test } from 'vitest'
import { invalidatedUrls } from '../../src/origin/invalidation.ts'
import { type FieldsByName, fieldsOf } from './exchanges.ts'

const URL_ASKED = 'https://shop.example/cart?id=1'

const dropped = (method: string, status: number, fields: FieldsByName = {}, url = URL_ASKED): readonly string[] =>
  invalidatedUrls({ method, url, status, fields: fieldsOf(fields) })

describe('Methods and invalidation (RFC 9111 4.4)', () => {
  test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'M-SEARCH', 'FOO', 'post', 'get'])(
    'success of %s drops the URL, for what nobody knows is unsafe (Must)',
    (method) => {
      for (const status of [200, 201, 204, 299, 303, 399]) expect(dropped(method, status)).toEqual([URL_ASKED])
    },
  )

  test.each(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND', 'SEARCH', 'QUERY'])('%s never does (Must)', (method) => {
    expect(dropped(method, 200, { location: '/other' })).toEqual([])
  })

  test.each([400, 404, 409, 500, 503, 599, 100])('failure with %i does not (Good)', (status) => {
    expect(dropped('POST', status, { location: '/other' })).toEqual([])
  })

  test.each(['location', 'content-location'])('a same-origin %s too (Good)', (name) => {
    expect(dropped('POST', 201, { [name]: '/items/7?a=b' })).toEqual([URL_ASKED, 'https://shop.example/items/7?a=b'])
    expect(dropped('POST', 201, { [name]: '?id=2' })).toEqual([URL_ASKED, 'https://shop.example/cart?id=2'])
    expect(dropped('POST', 201, { [name]: 'https://SHOP.example:443/x#part' })).toEqual([
      URL_ASKED,
      'https://shop.example/x',
    ])
  })

  test.each([
    ['another host', 'https://evil.example/x'],
    ['another scheme', 'http://shop.example/x'],
    ['another port', 'https://shop.example:8443/x'],
    ['no URL', 'https://'],
    ['another scheme altogether', 'javascript:1'],
  ])('but not of %s (Must)', (_, location) => {
    expect(dropped('POST', 201, { location, 'content-location': location })).toEqual([URL_ASKED])
  })

  test('two lines name nobody knows what, and the same URL is named once', () => {
    expect(dropped('POST', 201, { location: ['/a', '/b'] })).toEqual([URL_ASKED])
    expect(dropped('POST', 201, { location: '/a', 'content-location': '/a' })).toHaveLength(2)
    expect(dropped('PUT', 200, { location: URL_ASKED })).toEqual([URL_ASKED])
  })

  test('a request for no URL of the web drops none', () => {
    expect(dropped('OPTIONS', 200, {}, '*')).toEqual([])
    expect(dropped('FOO', 200, {}, '*')).toEqual([])
  })
})
