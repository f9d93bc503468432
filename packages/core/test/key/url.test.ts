import { describe, expect, it } from 'vitest'
import { createKeyNormalizer } from '../../src/key/index.ts'
import { TRACKING_NAMES } from '../../src/key/tracking-names.ts'
import { sharedFile } from '../shared-data.ts'
import { keyed, keyOf, narrowed, plain, visitor } from './visitor.ts'

const SITE = 'https://shop.example'

describe('the URL in the key', () => {
  it.each([
    ['parameters in another order (K1)', '/m?b=2&a=1', '/m?a=1&b=2'],
    ['campaign and click names (K1, R66)', '/m?utm_source=x&a=1&fbclid=IwAR0&gclid=1&mc_eid=2', '/m?a=1'],
    ['names that begin with utm_, known or not (K1)', '/m?utm_id=1&utm_invented_tomorrow=2', '/m'],
    ['an empty query', '/m?', '/m'],
    ['empty parameters', '/m?&&a=1&', '/m?a=1'],
    ['unreserved characters that were escaped (K2)', '/%7Ea?%61=%31', '/~a?a=1'],
    ['the letter case of escapes (K2)', '/a%2fb?q=%c3%a9', '/a%2Fb?q=%C3%A9'],
    ['dot segments (K2, P6)', '/a/./b/../c', '/a/c'],
    ['escaped dot segments (P6)', '/a/%2e%2E/c', '/c'],
    ['letter case of the host', '/', '/', 'SHOP.example'],
    ['the port of the scheme', '/', '/', 'shop.example:443'],
    ['an empty port', '/', '/', 'shop.example:'],
    ['the trailing dot of the host', '/', '/', 'shop.example.'],
  ])('does not tell apart %s', (_what, one, other, host = 'shop.example') => {
    expect(keyed(visitor({ target: one, host })).full).toBe(SITE + other)
    expect(keyOf(other)).toBe(SITE + other)
  })

  it.each([
    ['repeats in another order (K1)', '/m?a=1&a=2', '/m?a=2&a=1'],
    ['unknown parameters, since an allow-list that nobody updates breaks pages (K1, R67)', '/m?page=1', '/m?page=2'],
    ['a bare parameter and one with an empty value', '/m?a', '/m?a='],
    ['an escaped slash and a slash (K2)', '/a%2Fb', '/a/b'],
    ['double slashes (K2)', '/a//b', '/a/b'],
    ['a path that begins with two slashes', '//evil.example', '/evil.example'],
    ['a path parameter (K2, P6)', '/account;x.js', '/account'],
    ['a dot segment with a path parameter, which is none (P6)', '/a/..;/b', '/b'],
    ['an escaped slash in a dot segment (P6)', '/static/..%2faccount', '/account'],
    ['letter case of the path (K2)', '/A', '/a'],
    ['a trailing slash (K2)', '/a/', '/a'],
    ['a backslash, which is no slash', '/\\evil.example', '//evil.example'],
    ['an escaped ampersand and a separator (P4)', '/m?a=1%26b=2', '/m?a=1&b=2'],
    ['an escaped equals sign', '/m?a%3D1', '/m?a=1'],
    ['a plus and an escaped plus', '/m?a=1+2', '/m?a=1%2B2'],
    ['what decodes to the same only when decoded twice (P4)', '/m?a=%2531', '/m?a=1'],
    ['a semicolon and a separator (P4)', '/m?a=1;b=2', '/m?a=1&b=2'],
    ['a replacement character and bytes that are no UTF-8 (K6)', '/m?a=%EF%BF%BD', '/m?a=%FF'],
  ])('tells apart %s', (_what, one, other) => {
    expect(keyOf(one)).not.toBe(keyOf(other))
  })

  it('keeps a query that is no list of pairs as it was sent (K3)', () => {
    expect(keyOf('/image?285,291')).toBe(`${SITE}/image?285,291`)
  })

  it('holds scheme, host and port', () => {
    const keys = [
      visitor(),
      visitor({ scheme: 'http' }),
      visitor({ host: 'shop.example:444' }),
      visitor({ host: 'x.shop.example' }),
    ]
    expect(new Set(keys.map((request) => keyed(request).full)).size).toBe(4)
  })

  it('does not hold the method: HEAD is answered from the page of GET, and renders as GET (R65, P12)', () => {
    const head = visitor({ method: 'HEAD', target: '/m' })
    expect(keyed(head).full).toBe(keyOf('/m'))
    expect(narrowed(head).method).toBe('GET')
  })

  it('makes nothing of an extension: the session bypasses first, whatever the path looks like (P6)', () => {
    expect(keyOf('/account/x.css')).toBe(`${SITE}/account/x.css`)
    expect(plain.normalize(visitor({ target: '/account/x.css', headers: { cookie: 'sid=1' } }))).toMatchObject({
      kind: 'bypass',
      reason: 'cookie',
    })
  })
})

describe('a target alone, as an invalidation names it', () => {
  it.each([
    ['/m?b=2&utm_x=1&a=%31', '/m?a=1&b=2'],
    ['/a/../b', '/b'],
    ['/m?fbclid=1', '/m'],
    ['//x', '//x'],
  ])('%s is %s on whatever host', (target, canonical) => {
    expect(createKeyNormalizer().target(target)).toBe(canonical)
    expect(keyOf(target)).toBe(SITE + canonical)
  })

  it.each(['', 'm', 'https://shop.example/m', '/%zz', '/m#x', '/a\r\nb'])('%j is none', (target) => {
    expect(plain.target(target)).toBeUndefined()
  })
})

describe('parameters that are dropped', () => {
  it('are gone from the URL that the render sees, by the same parse as from the key (P3, P4, R66)', () => {
    const request = visitor({ target: '/m?utm_source%3Devil=1&%66bclid=2&utm_x=1;callback=evil&a=1&fbclid=3' })
    expect(keyed(request).full).toBe(`${SITE}/m?a=1`)
    expect(narrowed(request)).toMatchObject({ path: '/m', query: 'a=1', url: `${SITE}/m?a=1` })
  })

  it('are kept aside for the Location of a redirect, in canonical spelling and apart from the key', () => {
    const url = plain.url(visitor({ target: '/m?utm_source=a%0d%0ab&a=1&gclid="x"' }))
    expect(url).toMatchObject({ query: 'a=1', droppedQuery: 'gclid=%22x%22&utm_source=a%0D%0Ab' })
  })

  it('are named with the reason (R66, R67)', () => {
    const normalizer = createKeyNormalizer({ key: { ignoreQuery: ['ref'] } })
    expect(normalizer.dropped(visitor({ target: '/m?ref=x&fbclid=1&utm_x=1&a=1' }))).toEqual([
      { kind: 'query', name: 'fbclid', why: 'tracking' },
      { kind: 'query', name: 'ref', why: 'ignored' },
      { kind: 'query', name: 'utm_x', why: 'tracking' },
    ])
  })

  it('are those of the block list alone: `ref` goes because it was named, `reference` stays (R66, R67)', () => {
    const normalizer = createKeyNormalizer({ key: { ignoreQuery: ['ref'] } })
    expect(keyOf('/m?ref=1&reference=2', normalizer)).toBe(`${SITE}/m?reference=2`)
    expect(keyOf('/m?ref=1')).toBe(`${SITE}/m?ref=1`)
  })

  it('are all but the allowed ones where an allow-list is set, and it says which', () => {
    const normalizer = createKeyNormalizer({ key: { allowQuery: ['page', 'utm_source'] } })
    expect(keyOf('/m?sort=up&page=2&utm_source=x&utm_id=1', normalizer)).toBe(`${SITE}/m?page=2&utm_source=x`)
    expect(normalizer.dropped(visitor({ target: '/m?sort=up&utm_id=1' }))).toEqual([
      { kind: 'query', name: 'sort', why: 'not-allowed' },
      { kind: 'query', name: 'utm_id', why: 'not-allowed' },
    ])
    expect(keyOf('/m?a=1', createKeyNormalizer({ key: { allowQuery: [] } }))).toBe(`${SITE}/m`)
  })

  it('are compared by their exact name, letter case included', () => {
    expect(keyOf('/m?FBCLID=1&fbclid2=1')).toBe(`${SITE}/m?FBCLID=1&fbclid2=1`)
  })

  const consensus = sharedFile('tracking-params/consensus.tsv')
  it.skipIf(consensus.missing)(
    'hold every name that four or more of seven public lists carry: however it is spelled, neither key nor render has it (K1, P3; needs the lists)',
    () => {
      const rows = consensus
        .lines()
        .slice(1)
        .map((line) => line.split('\t'))
      const agreed = rows.filter(([lists]) => Number(lists) >= 4).map(([, name]) => name as string) // two columns
      expect(agreed).toHaveLength(53)
      for (const name of agreed) {
        const escaped = [...name].map((letter) => `%${letter.charCodeAt(0).toString(16)}`).join('')
        for (const query of [`${name}=x`, name, `${name}=`, `${escaped}=x`, `${name}=1&${name}=2`, `${name}=a;b=c`]) {
          expect(keyOf(`/?${query}`)).toBe(`${SITE}/`)
          const request = visitor({ target: `/m?a=1&${query}&z=2` })
          expect(keyed(request).full).toBe(`${SITE}/m?a=1&z=2`)
          expect(narrowed(request)).toMatchObject({ query: 'a=1&z=2', url: `${SITE}/m?a=1&z=2` })
        }
      }
    },
  )

  it.each([
    'fbclid',
    'gclid',
    'dclid',
    'gbraid',
    'wbraid',
    'msclkid',
    'yclid',
    'twclid',
    'ttclid',
    'mc_cid',
    'mc_eid',
    '_ga',
    '_gl',
    '__hstc',
    '_hsenc',
    'mtm_campaign',
    'pk_campaign',
    'mkt_tok',
    'srsltid',
    'utm_source',
    'utm_medium',
    'utm_campaign',
    'utm_term',
    'utm_content',
  ])('hold %s (K1)', (name) => {
    expect(keyOf(`/?${name}=1`)).toBe(`${SITE}/`)
  })

  it.each(['ref', 'page', 'q', 'id', 'lang', 'source', 'campaign', 'sort', 'variant', 'sku', 'utm', 'cid'])(
    'do not hold %s, which may shape a page (R67)',
    (name) => {
      expect(keyOf(`/?${name}=1`)).toBe(`${SITE}/?${name}=1`)
    },
  )

  it('are listed once each', () => {
    expect(new Set(TRACKING_NAMES).size).toBe(TRACKING_NAMES.length)
  })
})

describe('a malformed or oversized request is refused, and never a bypass (I11)', () => {
  it.each([
    ['no path', '', 400],
    ['an absolute target', 'http://evil.example/', 400],
    ['an asterisk', '*', 400],
    ['an authority', 'evil.example:443', 400],
    ['a relative path', 'a/b', 400],
    ['a backslash in front', '\\evil.example', 400],
    ['NUL in the path (K5)', '/a\u0000b', 400],
    ['CR LF in the path (K5, P11)', '/a\r\nX-Evil: 1', 400],
    ['CR LF in the query (K5, P11)', '/a?b=\r\nX-Evil: 1', 400],
    ['a space in the path', '/a b', 400],
    ['a space in the query', '/a?b c', 400],
    ['a fragment', '/a#b', 400],
    ['a broken escape in the path (K5)', '/%zz', 400],
    ['a lone surrogate in the path (K6)', '/\ud800', 400],
    ['a lone surrogate in the query (K6)', '/?\udc00', 400],
    ['one byte too many (B5)', `/${'a'.repeat(8192)}`, 414],
    ['a 64 KB query (B5)', `/?q=${'a'.repeat(65_536)}`, 414],
    ['10,000 parameters (B5)', `/?${'a=1&'.repeat(10_000)}`, 414],
    ['characters within the limit whose bytes are beyond it (B5)', `/${'€'.repeat(3_000)}`, 414],
  ])('with %s', (_what, target, status) => {
    for (const method of ['GET', 'POST']) {
      expect(plain.normalize(visitor({ method, target, headers: { authorization: 'Basic x' } }))).toEqual({
        kind: 'refused',
        status,
        reason: status === 414 ? 'url-length' : 'target',
      })
    }
  })

  it.each([
    ['a percent sign that escapes nothing, in a query (K5)', '/?q=100%&r=%zz', '/?q=100%25&r=%25zz'],
    ['bytes that are no UTF-8 (K5)', '/%FF?%FF=%C3', '/%FF?%FF=%C3'],
    ['escaped controls (K5)', '/%00?a=%0D%0A', '/%00?a=%0D%0A'],
    [
      'names that objects inherit (K5)',
      '/constructor?__proto__=1&constructor=2&toString=3',
      '/constructor?__proto__=1&constructor=2&toString=3',
    ],
    ['a URL of exactly the limit (B5)', `/${'a'.repeat(8191)}`, `/${'a'.repeat(8191)}`],
    ['characters that no URL may hold but clients send', '/<b>?q="{|}^`', '/%3Cb%3E?q=%22%7B%7C%7D%5E%60'],
  ])('but not with %s', (_what, target, canonical) => {
    expect(keyOf(target)).toBe(SITE + canonical)
  })

  it('with a URL beyond `maxUrlBytes`', () => {
    const normalizer = createKeyNormalizer({ key: { maxUrlBytes: 4 } })
    expect(normalizer.url(visitor({ target: '/éa' }))).toMatchObject({ kind: 'url' })
    expect(normalizer.url(visitor({ target: '/éé' }))).toMatchObject({ status: 414 })
    expect(createKeyNormalizer({ key: { maxUrlBytes: 5 } }).url(visitor({ target: '/\u{1f600}' }))).toMatchObject({
      kind: 'url',
    })
  })
})
