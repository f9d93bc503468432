import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import type { Field } from '../../src/fields.ts'
import { createKeyNormalizer } from '../../src/key/index.ts'
import {
  isFailureStatus,
  isStorableStatus,
  judge,
  keptFields,
  type StorablePolicy,
  type UnshareableReason,
  type WholeResponse,
} from '../../src/rules/storable.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const HTML: Field = ['content-type', 'text/html; charset=utf-8']

const page: WholeResponse = { status: 200, fields: [HTML], body: bytes('<p>hello</p>') }
const policy: StorablePolicy = {
  url: 'https://shop.example/a?b=1',
  canonicalTarget: createKeyNormalizer({ key: { ignoreQuery: ['ref'] } }).target,
  types: ['text/html'],
  setCookie: 'refuse',
  varyCovered: new Set(['accept-encoding', 'accept-language']),
  maxTags: 3,
  isPrivate: false,
  tagCount: 0,
}

const verdict = (response: Partial<WholeResponse>, rules: Partial<StorablePolicy> = {}): ReturnType<typeof judge> =>
  judge({ ...page, ...response }, { ...policy, ...rules })
const withFields = (...fields: readonly Field[]): Partial<WholeResponse> => ({ fields: [HTML, ...fields] })
const withBody = (body: string): Partial<WholeResponse> => ({ body: bytes(body) })

describe('which pages may be everybody’s (I4, R64, P7, P8, P9)', () => {
  test.each<[string, Partial<WholeResponse>, Partial<StorablePolicy>]>([
    ['a page', {}, {}],
    ['a 203', { status: 203 }, {}],
    ['a 404, with or without a body', { status: 404, body: bytes('') }, {}],
    ['a 410', { status: 410 }, {}],
    ['a redirect, without type or body', { status: 301, fields: [['location', '/b']], body: bytes('') }, {}],
    ['a 308', { status: 308, fields: [['location', '/b']], body: bytes('') }, {}],
    [
      'a redirect of http to https',
      { status: 301, fields: [['location', 'https://shop.example/a?b=1']] },
      { url: 'http://shop.example/a?b=1' },
    ],
    ['a redirect to what is no URL', { status: 301, fields: [['location', 'https://']] }, {}],
    ['a page that names itself as its location', withFields(['location', '/a?b=1']), {}],
    ['a redirect to another query', { status: 301, fields: [['location', '/a?b=2']] }, {}],
    ['the type in other letter case', { fields: [['content-type', 'TEXT/HTML']] }, {}],
    ['the type with a space before its parameters', { fields: [['content-type', 'text/html ; charset=utf-8']] }, {}],
    [
      'a type that the route expects',
      { fields: [['content-type', 'application/json']] },
      { types: ['text/html', 'application/json'] },
    ],
    ['identity as an encoding', withFields(['content-encoding', 'identity']), {}],
    ['a Vary that the key covers', withFields(['vary', 'Accept-Language, accept-encoding']), {}],
    ['two Vary lines that the key covers', withFields(['vary', 'Accept-Language'], ['vary', 'Accept-Encoding']), {}],
    ['an empty Vary', withFields(['vary', ' , ']), {}],
    ['a public Cache-Control', withFields(['cache-control', 'public, max-age=0']), {}],
    ['no-cache: it asks others to ask us', withFields(['cache-control', 'no-cache']), {}],
    ['as many tags as allowed', {}, { tagCount: 3 }],
    ['a cookie that is stripped', withFields(['set-cookie', 'theme=dark']), { setCookie: 'strip' }],
    ['a cookie that is stripped by name', withFields(['set-cookie', 'theme=dark; Path=/']), { setCookie: ['theme'] }],
    [
      'a cookie that is stripped by name, after a space',
      withFields(['set-cookie', ' theme =1']),
      { setCookie: ['theme'] },
    ],
    ['a policy without a nonce', withFields(['content-security-policy', "script-src 'sha256-abc'"]), {}],
    ['a field that speaks of nonces and is no policy', withFields(['x-help', "script-src 'nonce-x'"]), {}],
    ['the word nonce in the text', withBody('<p>What a nonce="x" is, and why <b>nonce=y</b>'), {}],
    ['an empty nonce', withBody('<script nonce="">1</script>'), {}],
    ['the right Content-Length', withFields(['content-length', '12']), {}],
    ['more bytes than it says: what goes out is measured anew', withFields(['content-length', '11']), {}],
  ])('%s', (_, response, rules) => {
    expect(verdict(response, rules)).toMatchObject({ kind: 'shareable' })
  })
})

describe('which are their visitor’s alone, and who is to blame (I4, I12)', () => {
  test.each<[string, UnshareableReason, string | undefined, Partial<WholeResponse>, Partial<StorablePolicy>]>([
    ['a cookie', 'set-cookie', 'sid', withFields(['set-cookie', 'sid=1; HttpOnly']), {}],
    ['a cookie without a name', 'set-cookie', '', withFields(['set-cookie', 'nonsense']), {}],
    [
      'a second cookie that is not stripped',
      'set-cookie',
      'sid',
      withFields(['set-cookie', 'theme=1'], ['set-cookie', 'sid=1']),
      { setCookie: ['theme'] },
    ],
    [
      'a stripped name in other letter case',
      'set-cookie',
      'Theme',
      withFields(['set-cookie', 'Theme=1']),
      { setCookie: ['theme'] },
    ],
    ['private()', 'private', 'private()', {}, { isPrivate: true }],
    ['Cache-Control: private', 'private', 'cache-control', withFields(['cache-control', 'max-age=60, Private']), {}],
    ['Cache-Control: no-store', 'no-store', 'cache-control', withFields(['cache-control', 'no-store']), {}],
    [
      'no-store in a second line',
      'no-store',
      'cache-control',
      withFields(['cache-control', 'public'], ['cache-control', 'no-store']),
      {},
    ],
    ['Vary: *', 'vary', '*', withFields(['vary', '*']), {}],
    [
      'Vary: * although it was named as covered',
      'vary',
      '*',
      withFields(['vary', '*']),
      { varyCovered: new Set(['*']) },
    ],
    [
      'Vary on what the key does not hold',
      'vary',
      'user-agent',
      withFields(['vary', 'Accept-Language, User-Agent']),
      {},
    ],
    ['a 204 (P8)', 'status', '204', { status: 204, body: bytes('') }, {}],
    ['a 206 (P7)', 'status', '206', { status: 206 }, {}],
    ['a 302', 'status', '302', { status: 302 }, {}],
    ['a 303', 'status', '303', { status: 303 }, {}],
    ['a 304 (P7)', 'status', '304', { status: 304 }, {}],
    ['a 307', 'status', '307', { status: 307 }, {}],
    ['a 401', 'status', '401', { status: 401 }, {}],
    ['a 403', 'status', '403', { status: 403 }, {}],
    ['a 412 (P7)', 'status', '412', { status: 412 }, {}],
    ['an empty 200 (P8)', 'empty', undefined, withBody(''), {}],
    ['an empty 203 (P8)', 'empty', undefined, { status: 203, body: bytes('') }, {}],
    ['an encoded body', 'content-encoding', 'gzip', withFields(['content-encoding', 'gzip']), {}],
    [
      'JSON (P9)',
      'content-type',
      'application/json',
      { fields: [['content-type', 'application/json; charset=utf-8']] },
      {},
    ],
    ['no type', 'content-type', 'none', { fields: [] }, {}],
    [
      'a 404 in JSON',
      'content-type',
      'application/json',
      { status: 404, fields: [['content-type', 'application/json']] },
      {},
    ],
    ['too many tags (I7)', 'too-many-tags', '4', {}, { tagCount: 4 }],
    [
      'a nonce in the policy (A8)',
      'nonce',
      undefined,
      withFields(['content-security-policy', "script-src 'nonce-r4nd0m'"]),
      {},
    ],
    [
      'a nonce in a policy that only reports (A8)',
      'nonce',
      undefined,
      withFields(['content-security-policy-report-only', "script-src 'nonce-x'"]),
      {},
    ],
    [
      'a nonce in a policy in capitals (A8)',
      'nonce',
      undefined,
      withFields(['content-security-policy', "script-src 'NONCE-x'"]),
      {},
    ],
    ['a nonce on a script (A8)', 'nonce', undefined, withBody('<script nonce="r4nd0m">1</script>'), {}],
    ['a nonce on a style, unquoted (A8)', 'nonce', undefined, withBody('<style media=all nonce=x>'), {}],
    ['a nonce on a link, over two lines (A8)', 'nonce', undefined, withBody('<link\n rel="preload"\n nonce="x">'), {}],
    ['a nonce in capitals (A8)', 'nonce', undefined, withBody('<SCRIPT NONCE="x">'), {}],
    ['a nonce with spaces round the sign (A8)', 'nonce', undefined, withBody('<script nonce = "x">'), {}],
    [
      'a nonce after an attribute that holds a > (A8)',
      'nonce',
      undefined,
      withBody('<script data-if="a>b" nonce="x">'),
      {},
    ],
    ['a redirect to itself', 'redirect-loop', '/a?b=1', { status: 301, fields: [['location', '/a?b=1']] }, {}],
    [
      'a redirect to itself, absolute',
      'redirect-loop',
      'https://shop.example/a?b=1',
      { status: 308, fields: [['location', 'https://shop.example/a?b=1']] },
      {},
    ],
    [
      'a redirect to itself with a fragment',
      'redirect-loop',
      '#top',
      { status: 301, fields: [['location', '#top']] },
      {},
    ],
    [
      'a redirect to itself in another spelling',
      'redirect-loop',
      '/%61?b=1',
      { status: 301, fields: [['location', '/%61?b=1']] },
      {},
    ],
    [
      'a redirect to itself with the query in another order',
      'redirect-loop',
      '/a?c=2&b=1',
      { status: 301, fields: [['location', '/a?c=2&b=1']] },
      { url: 'https://shop.example/a?b=1&c=2' },
    ],
    [
      'a redirect to itself but for a parameter that the key drops (R66)',
      'redirect-loop',
      '/a?b=1&utm_source=mail',
      { status: 301, fields: [['location', '/a?b=1&utm_source=mail']] },
      {},
    ],
    [
      'a redirect to itself but for a parameter that the options drop (R66)',
      'redirect-loop',
      'https://SHOP.example:443/a?ref=x&b=1',
      { status: 308, fields: [['location', 'https://SHOP.example:443/a?ref=x&b=1']] },
      {},
    ],
  ])('%s: %s', (_, reason, culprit, response, rules) => {
    expect(verdict(response, rules)).toStrictEqual({
      kind: 'unshareable',
      reason,
      ...(culprit === undefined ? {} : { culprit }),
    })
  })
})

describe('failures are no pages and no marks (I4, I5, S2)', () => {
  test.each([500, 502, 503, 504, 599, 429])('%d is a failure, whatever else it says', (status) => {
    const response = { status, ...withFields(['set-cookie', 'sid=1'], ['cache-control', 'private']) }
    expect(verdict(response)).toEqual({ kind: 'failure', reason: `status-${status}` })
    expect(isFailureStatus(status)).toBe(true)
    expect(isStorableStatus(status)).toBe(false)
  })

  test('a body that is shorter than it says was cut off (S4)', () => {
    const half = withFields(['content-length', '13'])
    expect(verdict(half)).toEqual({ kind: 'failure', reason: 'cut-off' })
    expect(judge({ ...page, ...half, isOpen: true }, policy)).toMatchObject({ kind: 'shareable' })
    expect(verdict({ status: 404, ...withFields(['content-length', '13']) })).toMatchObject({ kind: 'failure' })
  })

  test('the length of an encoded body is not compared with that of a decoded one', () => {
    const encoded = withFields(['content-encoding', 'gzip'], ['content-length', '13'])
    expect(verdict(encoded)).toMatchObject({ kind: 'unshareable', reason: 'content-encoding' })
  })
})

describe('what is kept of a response', () => {
  test('end-to-end fields stay, in their order; what belongs to one transfer, one visitor or one instant goes', () => {
    const fields: Field[] = [
      ['x-first', '1'],
      HTML,
      ['date', 'now'],
      ['age', '7'],
      ['expires', 'later'],
      ['etag', '"app"'],
      ['set-cookie', 'sid=1'],
      ['cache-control', 'public'],
      ['cache-status', 'app'],
      ['akamai-cache-control', 'max-age=9'],
      ['cdn-cache-control', 'max-age=9'],
      ['surrogate-control', 'max-age=9'],
      ['x-accel-expires', '9'],
      ['content-length', '12'],
      ['transfer-encoding', 'chunked'],
      ['connection', 'close, X-Hop'],
      ['keep-alive', 'timeout=5'],
      ['x-hop', 'gone'],
      ['link', '</a.css>; rel=preload'],
      ['link', '</b.css>; rel=preload'],
      ['last-modified', 'then'],
    ]
    expect(keptFields(fields)).toEqual([
      ['x-first', '1'],
      HTML,
      ['link', '</a.css>; rel=preload'],
      ['link', '</b.css>; rel=preload'],
      ['last-modified', 'then'],
    ])
  })

  test.each([
    'clear-site-data',
    'x-request-id',
    'request-id',
    'x-correlation-id',
    'server-timing',
    'traceparent',
    'tracestate',
    'traceresponse',
    'set-cookie2',
    'www-authenticate',
    'authentication-info',
    'ratelimit',
    'ratelimit-policy',
    'ratelimit-limit',
    'ratelimit-remaining',
    'ratelimit-reset',
    'x-ratelimit-limit',
    'x-ratelimit-remaining',
    'x-ratelimit-reset',
    'x-response-time',
  ])('%s was said to one visitor, and goes (I4, I10)', (name) => {
    expect(keptFields([[name, 'x'], HTML])).toEqual([HTML])
  })

  test('Alt-Svc is the origin’s word to everybody, and stays (RFC 7838)', () => {
    expect(keptFields([['alt-svc', 'h3=":443"']])).toHaveLength(1)
  })

  const name = fc.constantFrom(
    'set-cookie',
    'cache-control',
    'vary',
    'content-type',
    'x-a',
    'content-encoding',
    'connection',
    'age',
  )
  const value = fc.constantFrom('', 'a=1', 'private', 'no-store', '*', 'text/html', 'gzip', 'x-a', 'public', '7')
  const fields = fc.array(fc.tuple(name, value))

  property.prop([fields, fc.integer({ min: 200, max: 599 }), fc.string()])(
    'whatever is shared carries no cookie and no lifetime of the app (I4)',
    (given, status, body) => {
      const judged = judge({ status, fields: given, body: bytes(body) }, { ...policy, setCookie: 'strip' })
      if (judged.kind !== 'shareable') return
      const names = judged.fields.map(([kept]) => kept)
      for (const forbidden of ['set-cookie', 'cache-control', 'age', 'connection'])
        expect(names).not.toContain(forbidden)
    },
  )

  property.prop([fields, fc.integer({ min: 200, max: 599 })])(
    'a cookie makes it nobody else’s, wherever it stands (I4)',
    (given, status) => {
      const judged = judge({ ...page, status, fields: [...given, ['set-cookie', 'sid=1'], ...given] }, policy)
      expect(judged.kind).not.toBe('shareable')
    },
  )
})
