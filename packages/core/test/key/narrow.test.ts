import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import {
  createKeyNormalizer,
  deviceClass,
  isSsrCacheError,
  type Json,
  pickLocale,
  type VisitorRequest,
} from '../../src/key/index.ts'
import { keyed, narrowed, plain, visitor } from './visitor.ts'

const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

const session = createKeyNormalizer({ key: { cookies: ['session'] } })

/** What key and render both make of a Cookie field when `session` is keyed. */
function sessionOf(cookie: string | string[]): readonly [key: string, render: string | undefined] {
  const request = visitor({ headers: { cookie } })
  return [keyed(request, session).variant, narrowed(request, session).headers['cookie']]
}

describe('what the render sees (R69, I3)', () => {
  it('is method, URL, two fixed headers, and nothing that a visitor sent beside', () => {
    const request = visitor({
      target: '/m?utm_x=1&b=2&a=1',
      headers: {
        cookie: 'a=1',
        'user-agent': 'x',
        'accept-language': 'de',
        accept: 'text/html;q=0.9',
        referer: 'y',
        range: 'bytes=0-1',
      },
    })
    expect(narrowed(request)).toEqual({
      method: 'GET',
      scheme: 'https',
      host: 'shop.example',
      path: '/m',
      query: 'a=1&b=2',
      url: 'https://shop.example/m?a=1&b=2',
      headers: { host: 'shop.example', accept: 'text/html' },
      scope: '',
      context: undefined,
    })
  })

  it('is also the headers that pass by name, those of tracing unless set otherwise, whatever their letter case in the option', () => {
    const headers = { traceparent: TRACE, tracestate: ['a=1', 'b=2'], 'x-request-id': '7' }
    expect(narrowed(visitor({ headers })).headers).toMatchObject({ traceparent: TRACE, tracestate: 'a=1, b=2' })
    const normalizer = createKeyNormalizer({ key: { passThrough: ['X-Request-Id'] } })
    expect(narrowed(visitor({ headers }), normalizer).headers).toEqual({
      host: 'shop.example',
      accept: 'text/html',
      'x-request-id': '7',
    })
    expect(normalizer.dropped(visitor({ headers })).map(({ name }) => name)).toEqual(['traceparent', 'tracestate'])
  })

  it.each(['00\r\nx-evil: 1', '00\u0000', '00\n', '\u007f'])(
    'is not a passed header that holds a control: %j (P11)',
    (value) => {
      const normalizer = createKeyNormalizer({ key: { passThrough: ['x-pass'] } })
      expect(narrowed(visitor({ headers: { 'x-pass': value } }), normalizer).headers).not.toHaveProperty('x-pass')
    },
  )

  it('is not a passed header that is longer than a keyed one may be (I7)', () => {
    const normalizer = createKeyNormalizer({ key: { passThrough: ['x-pass'], maxValueBytes: 4 } })
    const passed = ['1234', '12345'].map((value) => {
      return narrowed(visitor({ headers: { 'x-pass': value } }), normalizer).headers['x-pass']
    })
    expect(passed).toEqual(['1234', undefined])
  })

  it.each([
    '',
    '<script>alert(1)</script>',
    `${TRACE}<script>`,
    `${TRACE}\n`,
    ` ${TRACE}`,
    TRACE.toUpperCase(),
    TRACE.slice(0, -1),
  ])('is no traceparent that is none, nor the tracestate beside it: %j (I3)', (traceparent) => {
    const { headers } = narrowed(visitor({ headers: { traceparent, tracestate: 'a=1' } }))
    expect(headers).toEqual({ host: 'shop.example', accept: 'text/html' })
  })

  it.each([
    ['alone', undefined, 'a=1'],
    ['longer than 512 bytes', TRACE, 'a'.repeat(513)],
    ['with a control', TRACE, 'a=1\tb'],
    ['beyond ASCII', TRACE, 'a=\u00e4'],
    ['empty', TRACE, ''],
  ])('is no tracestate %s (I3)', (_, traceparent, tracestate) => {
    expect(narrowed(visitor({ headers: { traceparent, tracestate } })).headers).not.toHaveProperty('tracestate')
  })

  it('is a keyed header, or its bucket in its place', () => {
    const normalizer = createKeyNormalizer({
      key: { headers: { 'Accept-Language': pickLocale(['en', 'de']), 'X-Market': true, 'User-Agent': deviceClass() } },
    })
    const request = visitor({
      headers: { 'accept-language': 'de-AT,de;q=0.9', 'x-market': ['at', 'de'], 'user-agent': 'Mozilla/5.0 (iPhone)' },
    })
    expect(narrowed(request, normalizer).headers).toMatchObject({
      'accept-language': 'de',
      'x-market': 'at, de',
      'user-agent': 'mobile',
    })
    expect(narrowed(visitor(), normalizer).headers).toEqual({
      host: 'shop.example',
      accept: 'text/html',
      'accept-language': 'en',
      'user-agent': 'desktop',
    })
  })

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('may be a header called %s (K5)', (name) => {
    const normalizer = createKeyNormalizer({ key: { headers: Object.fromEntries([[name, true]]) } })
    const [without, with1, with2] = [
      {},
      Object.fromEntries([[name.toLowerCase(), '1']]),
      Object.fromEntries([[name.toLowerCase(), '2']]),
    ]
    const keys = [without, with1, with2].map((headers) => keyed(visitor({ headers }), normalizer).full)
    expect(new Set(keys).size).toBe(3)
    expect(Object.entries(narrowed(visitor({ headers: with1 }), normalizer).headers)).toContainEqual([
      name.toLowerCase(),
      '1',
    ])
    expect(narrowed(visitor({ headers: without }), normalizer).headers).toEqual({
      host: 'shop.example',
      accept: 'text/html',
    })
  })

  it('has no prototype that a header name could reach', () => {
    expect(Object.getPrototypeOf(narrowed(visitor()).headers)).toBeNull()
  })

  const canary = fc.stringMatching(/^[a-z]{6}[0-9]{6}$/).map((text) => `canary-${text}`)
  const passing = new Set(['traceparent', 'tracestate'])
  const headerName = fc
    .oneof(
      fc.stringMatching(/^[a-z][a-z0-9-]{0,30}$/),
      fc.constantFrom(
        'x-forwarded-host',
        'x-original-url',
        'x-rewrite-url',
        'forwarded',
        'referer',
        'origin',
        'x-host',
        'host',
        'user-agent',
        'accept-language',
        'x-forwarded-prefix',
        'cache-status',
        'x-ssr-cache',
        'via',
        '__proto__',
        'constructor',
      ),
    )
    .filter((name) => !passing.has(name))
  const carriers = fc.record({
    headers: fc.dictionary(headerName, fc.oneof(canary, fc.array(canary, { maxLength: 2 })), {
      maxKeys: 30,
      noNullPrototype: true,
    }),
    cookies: fc.array(fc.tuple(fc.stringMatching(/^[a-z_]{1,8}$/), canary), { maxLength: 5 }),
    dropped: fc.array(fc.tuple(fc.constantFrom('utm_source', 'utm_x', 'fbclid', 'gclid', 'ref'), canary), {
      maxLength: 5,
    }),
  })
  test.prop([carriers], { numRuns: 300 })(
    'holds nothing of headers, cookies and parameters that are neither keyed nor passed (R69, R68, P1, P3, P10)',
    ({ headers, cookies, dropped }) => {
      const normalizer = createKeyNormalizer({
        key: { ignoreQuery: ['ref'], cookies: ['KEYED'], headers: { 'x-keyed': true } },
        bypass: { cookies: [] },
      })
      const request = visitor({
        target: `/m?${dropped.map((pair) => pair.join('=')).join('&')}`,
        headers: { ...headers, cookie: cookies.map((pair) => pair.join('=')).join('; ') },
      })
      const page = normalizer.normalize(request)
      if (page.kind !== 'keyed') return // a data request or the like: no shared render
      expect(JSON.stringify(normalizer.narrow(page, request))).not.toContain('canary')
      expect(page.full).not.toContain('canary')
    },
  )
})

describe('keyed cookies', () => {
  it.each([
    ['a=1; session=p', 'session=p; b=2'],
    ['session=p', 'session=p'],
    ['session=p;', '  session = p  '],
    ['session=p; session=q', 'session=p'],
    ['session=p; Session=q', 'a; =b; session=p'],
    ['xsession=q; session=p', 'session=p; sessionx=q'],
  ])('are one entry for %j and %j (K7, R66)', (one, other) => {
    expect(sessionOf(one)).toEqual(['[["cookie session","p"]]', 'session=p'])
    expect(sessionOf(other)).toEqual(sessionOf(one))
  })

  it('are read over several lines as over one (K7)', () => {
    expect(sessionOf(['a=1', 'session=p'])).toEqual(sessionOf('session=p'))
  })

  it.each([
    ['the first of repeats, for key and render alike (P4)', 'session=p; session=evil', 'session=p'],
    ['a quoted value as sent', 'session="p"', 'session="p"'],
    ['a semicolon in quotes as a separator, as browsers do (P4)', 'session="p; session=evil"', 'session="p'],
    ['a comma as part of a value (P4)', 'session=p, session=evil', 'session=p, session=evil'],
    ['an equals sign as part of a value', 'session=a=b', 'session=a=b'],
    ['an escaped separator as sent (P4)', 'session=p%3B%20admin=1', 'session=p%3B%20admin=1'],
    ['an empty value', 'session=', 'session='],
    ['names that objects inherit (K5)', '__proto__=x; constructor=y; session=p', 'session=p'],
  ])('take %s', (_what, cookie, seen) => {
    expect(sessionOf(cookie)[1]).toBe(seen)
  })

  it.each([['session'], ['=session'], ['a=session'], ['Session=p'], ['']])('are absent in %j', (cookie) => {
    expect(sessionOf(cookie)).toEqual(['', undefined])
  })

  it.each(['__proto__', 'constructor'])('may be called %s (K5)', (name) => {
    const normalizer = createKeyNormalizer({ key: { cookies: [name] } })
    expect(keyed(visitor(), normalizer).variant).toBe('')
    expect(narrowed(visitor({ headers: { cookie: `${name}=1` } }), normalizer).headers['cookie']).toBe(`${name}=1`)
  })

  it('stand in the order of the option, once each', () => {
    const normalizer = createKeyNormalizer({ key: { cookies: ['b', 'a', 'b'] } })
    expect(narrowed(visitor({ headers: { cookie: 'a=1; c=3; b=2' } }), normalizer).headers['cookie']).toBe('b=2; a=1')
  })

  it('that are not keyed are named as dropped, bypass-listed ones too, without their values', () => {
    expect(session.dropped(visitor({ headers: { cookie: 'sid=s3cret; session=p; theme=dark' } }))).toEqual([
      { kind: 'cookie', name: 'sid', why: 'not-in-key' },
      { kind: 'cookie', name: 'theme', why: 'not-in-key' },
    ])
  })
})

describe('keyed values', () => {
  const normalizer = createKeyNormalizer({ key: { headers: { 'x-a': true, 'x-b': true }, cookies: ['c', 'd'] } })
  const variant = (request: Partial<VisitorRequest>): string => keyed(visitor(request), normalizer).variant

  it.each([
    ['separators in values (K4)', { 'x-a': 'a|b', 'x-b': 'c' }, { 'x-a': 'a', 'x-b': 'b|c' }],
    ['quotes and brackets in values (K4)', { 'x-a': 'a"],["x-b","b' }, { 'x-a': 'a', 'x-b': 'b' }],
    ['one header and another', { 'x-a': 'v' }, { 'x-b': 'v' }],
    ['a header and a cookie', { 'x-a': 'v' }, { cookie: 'c=v' }],
    ['one cookie and another', { cookie: 'c=v' }, { cookie: 'd=v' }],
    ['an empty value and none', { 'x-a': '' }, {}],
    ['an empty cookie and none', { cookie: 'c=' }, { cookie: '' }],
    ['lone surrogates (K6)', { 'x-a': '\ud800' }, { 'x-a': '\ud801' }],
    ['a lone surrogate and the replacement character (K6)', { 'x-a': '\ud800' }, { 'x-a': '\ufffd' }],
    ['a backslash and an escape (K6)', { 'x-a': '\\ud800' }, { 'x-a': '\ud800' }],
  ])('keep apart %s', (_what, one, other) => {
    expect(variant({ headers: one })).not.toBe(variant({ headers: other }))
  })

  it('keep apart a host and a path that hold the usual separators (K4)', () => {
    expect(keyed(visitor({ host: 'a', target: '/b__c' })).full).not.toBe(
      keyed(visitor({ host: 'a__b', target: '/c' })).full,
    )
  })

  it.each([
    ['a header of more than `maxValueBytes`', { 'x-a': 'a'.repeat(1025) }],
    ['a header whose lines together are too long', { 'x-a': ['a'.repeat(600), 'a'.repeat(600)] }],
    ['a header whose bytes are too many', { 'x-a': '€'.repeat(400) }],
    ['a cookie of more than `maxValueBytes`', { cookie: `c=${'a'.repeat(1025)}` }],
  ])('are refused with 431 for %s (I11, B5)', (_what, headers) => {
    expect(normalizer.normalize(visitor({ headers }))).toEqual({ kind: 'refused', status: 431, reason: 'value-length' })
  })

  it.each([['a\r\nb'], ['a\u0000'], ['a\nb'], ['\u001b[31m'], ['\u007f']])(
    'are refused with 400 for controls: %j (K5, P11)',
    (value) => {
      for (const headers of [{ 'x-a': value }, { cookie: `c=x${value}y` }]) {
        expect(normalizer.normalize(visitor({ headers }))).toEqual({ kind: 'refused', status: 400, reason: 'value' })
      }
    },
  )

  it.each([
    ['long', { 'x-z': 'a'.repeat(100_000), cookie: `z=${'a'.repeat(100_000)}` }],
    ['malformed', { 'x-z': 'a\r\nb', cookie: 'z=\u0000' }],
  ])('are all that is looked at: what is not keyed may be %s', (_what, headers) => {
    expect(normalizer.normalize(visitor({ headers })).kind).toBe('keyed')
  })

  it('may hold a tab, and bytes beyond ASCII', () => {
    expect(variant({ headers: { 'x-a': 'a\tb\u00e9' } })).toContain('é')
  })
})

describe('scope and context', () => {
  const of = (request: Partial<VisitorRequest>): string => keyed(visitor(request)).full

  it('are part of the key, and reach the render', () => {
    expect(
      new Set([of({}), of({ scope: '/de' }), of({ scope: '/at' }), of({ context: '/de' }), of({ context: null })]).size,
    ).toBe(5)
    expect(narrowed(visitor({ scope: '/de', context: { tier: 'gold' } }))).toMatchObject({
      scope: '/de',
      context: { tier: 'gold' },
    })
  })

  it('make one key of contexts whose names stand in another order', () => {
    expect(of({ context: { a: 1, b: { d: 1, c: [1, 2] } } })).toBe(of({ context: { b: { c: [1, 2], d: 1 }, a: 1 } }))
    expect(of({ context: { a: [1, 2] } })).not.toBe(of({ context: { a: [2, 1] } }))
  })

  it('show the render what the key holds, not the object that was handed in', () => {
    const context = { user: { name: 'Ada' }, __proto__: { hidden: 1 } }
    const seen = narrowed(visitor({ context })).context
    expect(seen).toEqual({ user: { name: 'Ada' } })
    expect(seen).not.toBe(context)
  })

  it('may hold names that objects inherit (K5)', () => {
    const context = JSON.parse('{"__proto__":{"a":1},"constructor":2}') as Json
    expect(of({ context })).not.toBe(of({ context: { constructor: 2 } as unknown as Json }))
    expect(JSON.stringify(narrowed(visitor({ context })).context)).toBe('{"__proto__":{"a":1},"constructor":2}')
  })

  const cycle: Record<string, unknown> = {}
  cycle['self'] = cycle
  it.each([
    ['a cycle', cycle],
    ['a BigInt', { id: 1n }],
    ['a function', () => 1],
    ['a symbol', Symbol('s')],
    ['what refuses to be JSON', { toJSON: () => undefined }],
    [
      'what throws',
      {
        toJSON: () => {
          throw new Error('no')
        },
      },
    ],
  ])('throw a clear error for a context that is no JSON: %s', (_what, context) => {
    const ask = () => plain.normalize(visitor({ context: context as Json }))
    expect(ask).toThrow(/^ERR_SSR_CACHE_OPTION: "context" must give JSON, got .+\. Give plain values\.$/)
    try {
      ask()
    } catch (error) {
      expect(isSsrCacheError(error) && error.code).toBe('ERR_SSR_CACHE_OPTION')
    }
  })

  it('are bounded too (I7)', () => {
    expect(plain.normalize(visitor({ context: 'x'.repeat(8192) }))).toMatchObject({ status: 431 })
    expect(plain.normalize(visitor({ scope: 'x'.repeat(8193) }))).toMatchObject({ status: 431 })
    expect(plain.normalize(visitor({ scope: 'x'.repeat(8192) })).kind).toBe('keyed')
  })
})

describe('vary names what shapes a page (R70)', () => {
  it.each([
    [{}, []],
    [{ headers: { 'Accept-Language': true, 'x-a': true } }, ['accept-language', 'x-a']],
    [{ cookies: ['a', 'b'] }, ['cookie']],
    [{ cookies: ['a'], headers: { 'X-A': true } }, ['x-a', 'cookie']],
  ] as const)('%j: %j', (key, names) => {
    expect(createKeyNormalizer({ key }).vary).toEqual(names)
  })
})

it('what the key does not hold is named with why; a path is no parameter', () => {
  const allowing = createKeyNormalizer({ key: { allowQuery: ['p'] } })
  expect(allowing.dropped(visitor({ target: '/m', headers: { 'x-a': '1' } }))).toEqual([
    { kind: 'header', name: 'x-a', why: 'not-in-key' },
  ])
})
