import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { endToEndHeaders } from '../../src/origin/connection-fields.ts'
import { wayOf } from '../../src/origin/way.ts'
import type { RequestHeaders } from '../../src/request.ts'
import { request } from './exchanges.ts'

describe('Methods: how a request is served (RFC 9111 2, 4)', () => {
  test.each<[string, RequestHeaders, string, object]>([
    ['a GET is shared', {}, 'GET', { kind: 'shared' }],
    ['whatever it says in Cookie', { cookie: 'sid=1' }, 'GET', { kind: 'shared' }],
    [
      'and whatever it wants of caches (I11)',
      { 'cache-control': 'no-cache', pragma: 'no-cache' },
      'GET',
      { kind: 'shared' },
    ],
    ['a length of 0 is no body', { 'content-length': '0' }, 'GET', { kind: 'shared' }],
    ['a HEAD is answered from what GET has stored', {}, 'HEAD', { kind: 'alone', reason: 'head' }],
    ['credentials', { authorization: 'Basic x' }, 'GET', { kind: 'alone', reason: 'authorization' }],
    ['a condition', { 'if-none-match': '"a"' }, 'GET', { kind: 'alone', reason: 'conditional' }],
    ['a date', { 'if-modified-since': '0' }, 'GET', { kind: 'alone', reason: 'conditional' }],
    ['If-Match', { 'if-match': '*' }, 'GET', { kind: 'alone', reason: 'conditional' }],
    ['If-Unmodified-Since', { 'if-unmodified-since': '0' }, 'GET', { kind: 'alone', reason: 'conditional' }],
    ['a range', { range: 'bytes=0-1' }, 'GET', { kind: 'alone', reason: 'range' }],
    ['a body', { 'content-length': '3' }, 'GET', { kind: 'through', reason: 'body' }],
    ['a body in chunks', { 'transfer-encoding': 'chunked' }, 'GET', { kind: 'through', reason: 'body' }],
    ['an upgrade', { upgrade: 'websocket' }, 'GET', { kind: 'through', reason: 'upgrade' }],
    [
      'another method in a field (P5)',
      { 'x-http-method-override': 'DELETE' },
      'GET',
      { kind: 'through', reason: 'method-override' },
    ],
    ['a POST passes', {}, 'POST', { kind: 'through', reason: 'method' }],
    ['an unknown method passes (Must)', {}, 'FOO', { kind: 'through', reason: 'method' }],
    ['methods are case-sensitive', {}, 'get', { kind: 'through', reason: 'method' }],
  ])('%s', (_, headers, method, way) => {
    expect(wayOf(request(headers, method))).toEqual(way)
  })
})

describe('Methods: what goes on to the app (RFC 9110 7.6.1)', () => {
  test('what belongs to the connection stays behind, and all else goes on as it came', () => {
    const kept = { accept: ['a', 'b'], 'x-forwarded-for': '1', cookie: 'a=1' }
    const own = {
      connection: 'close, X-Own',
      'x-own': '1',
      te: 'trailers',
      'keep-alive': '5',
      'transfer-encoding': 'chunked',
    }
    expect({ ...endToEndHeaders({ ...kept, ...own, upgrade: 'h2c', 'proxy-connection': 'x' }) }).toEqual(kept)
    expect({ ...endToEndHeaders(kept) }).toEqual(kept)
  })

  property.prop([fc.dictionary(fc.stringMatching(/^[a-z-]{1,12}$/), fc.string())])(
    'nothing is invented, and nothing of ours is changed',
    (headers) => {
      const before = { ...headers }
      for (const [name, value] of Object.entries(endToEndHeaders(headers))) expect(value).toBe(headers[name])
      expect({ ...headers }).toEqual(before)
    },
  )
})
