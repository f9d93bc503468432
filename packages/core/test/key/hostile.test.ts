import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { createKeyNormalizer, deviceClass, type Json, pickLocale, type VisitorRequest } from '../../src/key/index.ts'
import { corporaMissing, hostileLines, spellings, tabledTexts } from '../corpora.ts'
import { sharedFile } from '../shared-data.ts'
import { stepsInText } from '../work.ts'
import { keyOf, plain, visitor } from './visitor.ts'

const strict = createKeyNormalizer({
  hosts: ['shop.example', '*.shop.example'],
  key: {
    ignoreQuery: ['ref', '__proto__'],
    cookies: ['session', '__proto__', 'constructor'],
    headers: Object.fromEntries([
      ['accept-language', pickLocale(['en', 'de'])],
      ['user-agent', deviceClass()],
      ['__proto__', true],
      ['constructor', (value: string | undefined) => value && decodeURIComponent(value)],
    ] as const),
    passThrough: ['x-pass', 'toString'],
  },
  bypass: { when: ({ headers }) => (headers['x-draft'] as string).length > 0 },
})

const nasty = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({
    unit: fc.constantFrom(
      ...'/.%;,=&?#:@[]*\\"\' \t\r\n\0',
      'a',
      '\ud800',
      '\udfff',
      '\ufffd',
      'é',
      '%2f',
      '%00',
      '..',
    ),
    maxLength: 40,
  }),
  fc.constantFrom(
    '__proto__',
    'constructor',
    '/%zz',
    '*',
    '//evil',
    '/\\evil',
    'http://evil/',
    '/a/..;/b',
    '/%c0%ae%c0%ae/',
    'text/html',
    'shop.example',
  ),
)
const headerName = fc.oneof(
  nasty,
  fc.constantFrom(
    'accept',
    'accept-language',
    'user-agent',
    'cookie',
    'authorization',
    'content-length',
    'sec-fetch-dest',
    'x-pass',
    'x-draft',
    'upgrade',
    'rsc',
    'hx-request',
    'hx-boosted',
    '__proto__',
    'constructor',
    'toString',
  ),
)
const anyRequest: fc.Arbitrary<VisitorRequest> = fc.record(
  {
    method: fc.oneof(fc.constantFrom('GET', 'HEAD', 'POST', ''), nasty),
    scheme: fc.constantFrom('http' as const, 'https' as const),
    host: fc.oneof(fc.constant('shop.example'), nasty),
    target: fc.oneof(
      nasty,
      nasty.map((text) => `/${text}`),
      nasty.map((text) => `/?${text}`),
    ),
    headers: fc.dictionary(headerName, fc.oneof(nasty, fc.array(nasty, { maxLength: 3 }), fc.constant(undefined))),
    scope: nasty,
    context: fc.jsonValue().map((json) => json as Json),
  },
  { requiredKeys: ['method', 'scheme', 'host', 'target', 'headers'] },
)

describe('whatever a stranger sends', () => {
  test.prop([anyRequest], { numRuns: 3_000 })(
    'is refused, bypasses or has a key, and nothing throws (K5, I11)',
    (request) => {
      for (const normalizer of [plain, strict]) {
        const result = normalizer.normalize(request)
        expect(['refused', 'bypass', 'keyed']).toContain(result.kind)
        if (result.kind === 'refused') expect([400, 414, 421, 431]).toContain(result.status)
        if (result.kind === 'keyed') expect(normalizer.narrow(result, request).url).toBe(result.url.url)
        expect(normalizer.dropped(request)).toBeInstanceOf(Array)
      }
    },
  )

  test.prop([anyRequest, anyRequest], { numRuns: 1_000 })(
    'says in its culprit only what is known beforehand (I7, P11)',
    (one, other) => {
      for (const request of [one, { ...other, method: 'GET', host: 'shop.example', target: '/' }]) {
        const result = plain.normalize(request)
        if (result.kind === 'bypass') expect(result.culprit ?? '').toMatch(/^[\w.:*-]*$/)
      }
    },
  )

  it.skipIf(corporaMissing)(
    'does no harm as path, query, host, cookie or header, whatever list it is from (K5, P4, P11; needs the corpora)',
    () => {
      const texts = [...hostileLines().flatMap(spellings), ...tabledTexts()]
      expect(texts.length).toBeGreaterThan(10_000)
      for (const text of texts) {
        const places: Partial<VisitorRequest>[] = [
          { target: text.startsWith('/') ? text : `/${text}` },
          { target: `/m?q=${text}` },
          { target: `/m?${text}` },
          { host: text },
          { host: `${text}.shop.example` },
          { headers: { cookie: `session=${text}`, 'user-agent': text, 'accept-language': text, constructor: text } },
        ]
        for (const place of places) expectHarmless(text, place)
      }
    },
    60_000,
  )

  function expectHarmless(text: string, place: Partial<VisitorRequest>): void {
    const request = visitor({ ...place, headers: { 'x-draft': '', ...place.headers } })
    const result = strict.normalize(request)
    if (result.kind !== 'keyed') return
    const { url, path, query } = result.url
    const isUrl = /^https:\/\/([a-z0-9_-]+\.)*shop\.example(:\d+)?\/[!-~]*$/.test(url)
    if (!isUrl || path.split('/').includes('..')) expect.fail(`${JSON.stringify(text)} is ${url} in the key`)
    // Whoever reads the key's URL reads the path and the query that the render was given.
    const read = new URL(url)
    expect(read.pathname).toBe(path)
    expect([...new URLSearchParams(read.search)]).toEqual([...new URLSearchParams(`?${query}`)])
    expect(strict.narrow(result, request)).toMatchObject({ path, query, url })
  }

  const headerNames = sharedFile('hostile-input/patt-param_miner_lowercase_headers.txt')
  it.skipIf(headerNames.missing)('under a thousand header names reaches neither key nor render (P1, R69)', () => {
    const headers = Object.fromEntries(headerNames.lines().map((name) => [name, 'canary']))
    expect(Object.keys(headers).length).toBeGreaterThan(1_000)
    const request = visitor({ headers })
    const url = plain.url(request)
    if (url.kind === 'refused') throw new Error('refused')
    const parts = plain.parts(request)
    expect(parts).toEqual([])
    for (const [name, value] of Object.entries(headers)) {
      const one = visitor({ headers: { [name]: value } })
      const result = plain.normalize(one)
      if (result.kind !== 'keyed') continue
      expect(JSON.stringify([result, plain.narrow(result, one)])).not.toContain('canary')
    }
  })
})

describe('work grows no faster than what was sent (B5)', () => {
  const wide = createKeyNormalizer({
    key: {
      maxUrlBytes: 2 ** 24,
      maxValueBytes: 2 ** 24,
      cookies: ['c'],
      headers: { 'accept-language': pickLocale(['en', 'de']), 'user-agent': deviceClass() },
    },
    bypass: { cookies: ['nobody*'] },
  })
  const storms: readonly (readonly [what: string, request: (n: number) => Partial<VisitorRequest>])[] = [
    ['ampersands', (n) => ({ target: `/?${'&'.repeat(n)}` })],
    ['percent signs', (n) => ({ target: `/?${'%'.repeat(n)}` })],
    ['equals signs', (n) => ({ target: `/?${'='.repeat(n)}` })],
    ['escapes', (n) => ({ target: `/?${'%41'.repeat(n)}` })],
    ['bytes that are no UTF-8', (n) => ({ target: `/?${'%FF&'.repeat(n)}` })],
    ['parameters', (n) => ({ target: `/?${'a=1&'.repeat(n)}` })],
    ['dropped parameters', (n) => ({ target: `/?${'utm_a=1&'.repeat(n)}` })],
    ['dot segments', (n) => ({ target: '/..'.repeat(n) })],
    ['slashes', (n) => ({ target: '/'.repeat(n) })],
    ['characters beyond ASCII', (n) => ({ target: `/${'é'.repeat(n)}` })],
    ['brackets', (n) => ({ target: `/?${'['.repeat(n)}` })],
    ['semicolons in cookies', (n) => ({ headers: { cookie: ';'.repeat(n) } })],
    ['cookies without a value', (n) => ({ headers: { cookie: 'c;'.repeat(n) } })],
    ['cookies', (n) => ({ headers: { cookie: 'd=1; '.repeat(n) } })],
    ['spaces in cookies', (n) => ({ headers: { cookie: `${' '.repeat(n)}=1` } })],
    ['ranges in Accept', (n) => ({ headers: { accept: 'text/x;q=0,'.repeat(n) } })],
    ['semicolons in Accept', (n) => ({ headers: { accept: `text/html${';'.repeat(n)}` } })],
    ['languages', (n) => ({ headers: { 'accept-language': 'nl,'.repeat(n) } })],
    ['a long User-Agent', (n) => ({ headers: { 'user-agent': 'x'.repeat(n) } })],
  ]
  it.each(storms)('for %s', async (_what, request) => {
    const steps = (n: number): Promise<number> => {
      const sent = visitor(request(n))
      return stepsInText(() => [wide.normalize(sent), wide.dropped(sent)])
    }
    const [few, many] = [await steps(500), await steps(2_000)]
    expect(few).toBeGreaterThan(500) // it is counted
    expect(many).toBeLessThan(few * 5 + 500) // four times as much was sent; squared would be sixteen
  })

  it.each<[string, (n: number) => Partial<VisitorRequest>]>([
    ['a URL', (n) => ({ target: '/'.repeat(n) })],
    ['a host', (n) => ({ host: 'a.'.repeat(n) })],
  ])('and of %s beyond the limit, nothing more is read than tells that it is', async (_what, request) => {
    const steps = (n: number): Promise<number> => {
      const sent = visitor(request(n))
      return stepsInText(() => plain.normalize(sent))
    }
    expect(await steps(10_000_000)).toBe(await steps(10_000))
  })
})

describe('cloaking', () => {
  // Query parsers that apps use, told apart by nothing: what they read from the narrowed URL is what the key holds.
  it.each([
    ['/m?a=1;admin=2', [['a', '1;admin=2']]],
    ['/m?a=1%26admin=2', [['a', '1&admin=2']]],
    ['/m?a=1%2526admin=2', [['a', '1%26admin=2']]],
    [
      '/m?a=1&a=2',
      [
        ['a', '1'],
        ['a', '2'],
      ],
    ],
    [
      '/m?a=%31&%61=2',
      [
        ['a', '1'],
        ['a', '2'],
      ],
    ],
    ['/m?utm_a=1;admin=2', []],
    ['/m?utm_a%26admin=2', []],
    [
      '/m?b=1&utm_a=2&a=%',
      [
        ['a', '%'],
        ['b', '1'],
      ],
    ],
  ])('%s is read alike by key and render (P4)', (target, pairs) => {
    const url = new URL(keyOf(target))
    expect([...url.searchParams]).toEqual(pairs)
  })
})
