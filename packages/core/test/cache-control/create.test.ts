import { test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import {
  type CacheControl,
  type CacheControlOptions,
  createCacheControl,
  parseCacheControl,
} from '../../src/cache-control/index.ts'
import { legalDirectives } from './arbitraries.ts'

describe('createCacheControl writes what it is asked for', () => {
  it.each<readonly [CacheControlOptions, string]>([
    [{ public: true, maxAge: 0, sMaxAge: 60 }, 'public, max-age=0, s-maxage=60'],
    [{ private: true, noStore: true }, 'private, no-store'],
    [{ noCache: true, private: true }, 'private, no-cache'],
    [{ public: true, maxAge: 31_536_000, immutable: true }, 'public, max-age=31536000, immutable'],
    [
      { public: true, maxAge: 60, staleWhileRevalidate: 600, staleIfError: 86_400 },
      'public, max-age=60, stale-while-revalidate=600, stale-if-error=86400',
    ],
    [{ maxAge: 60, noTransform: true, mustRevalidate: true }, 'no-transform, max-age=60, must-revalidate'],
    [{ public: true, private: ['Set-Cookie', 'x-a'], maxAge: 5 }, 'public, private="set-cookie, x-a", max-age=5'],
    [{ public: false, private: false, noStore: true, maxAge: undefined }, 'no-store'],
    [{ maxAge: 2_147_483_648 }, 'max-age=2147483648'],
    // A fallback for caches that do not know the status (RFC 9111 5.2.2.3).
    [{ mustUnderstand: true, noStore: true, maxAge: 60 }, 'no-store, must-understand, max-age=60'],
    [{ mustUnderstand: true, noStore: true, public: true }, 'public, no-store, must-understand'],
    // Lifetimes of nothing contradict nothing: real sites send these.
    [{ noStore: true, maxAge: 0 }, 'no-store, max-age=0'],
    [{ private: true, maxAge: 0, sMaxAge: 0, mustRevalidate: true }, 'private, max-age=0, s-maxage=0, must-revalidate'],
    // An explicit window beside s-maxage is the origin's permission; proxy-revalidate leaves it to browsers.
    [{ maxAge: 0, sMaxAge: 60, staleIfError: 9 }, 'max-age=0, s-maxage=60, stale-if-error=9'],
    [
      { maxAge: 60, proxyRevalidate: true, staleWhileRevalidate: 9 },
      'max-age=60, proxy-revalidate, stale-while-revalidate=9',
    ],
    [{ extensions: JSON.parse('{"__proto__": "1"}') }, '__proto__=1'],
    [{ extensions: { a: ' ~' } }, 'a=" ~"'],
    [{ extensions: { 'X-A': '60', b: true, c: 'a "b"\\', d: '' } }, 'x-a=60, b, c="a \\"b\\"\\\\", d=""'],
  ])('%j', (options, field) => {
    expect(createCacheControl(options)).toBe(field)
  })

  test.prop([legalDirectives], { numRuns: 1_000 })(
    'and parseCacheControl reads back what was written',
    (directives) => {
      expect(parseCacheControl(createCacheControl(directives))).toEqual(directives)
    },
  )

  test.prop([legalDirectives])('always in the same words', (directives) => {
    const field = createCacheControl(directives)
    expect(createCacheControl(parseCacheControl(field))).toBe(field)
  })
})

describe('createCacheControl refuses directives that no cache could obey in full, and says why', () => {
  it.each<readonly [CacheControlOptions, RegExp]>([
    [{ public: true, private: true }, /"public" and "private" contradict each other: .*5\.2\.2\.7/],
    [{ noStore: true, public: true }, /"noStore" and "public"/],
    [{ noStore: true, maxAge: 60 }, /"noStore" and a lifetime/],
    [{ noStore: true, sMaxAge: 60 }, /"noStore" and a lifetime/],
    [{ noStore: true, staleWhileRevalidate: 1 }, /"noStore" and a lifetime/],
    [{ noStore: true, staleIfError: 1 }, /"noStore" and a lifetime/],
    [{ noStore: true, maxAge: 0, immutable: true }, /"noStore" and a lifetime/],
    [{ noCache: true, maxAge: 60 }, /"noCache" and a lifetime/],
    [{ noCache: true, staleWhileRevalidate: 60 }, /"noCache" and a lifetime/],
    [{ noCache: true, maxAge: 0, immutable: true }, /"noCache" and a lifetime/],
    [{ private: true, sMaxAge: 60 }, /"private" and "sMaxAge"/],
    [{ maxAge: 60, mustRevalidate: true, staleWhileRevalidate: 60 }, /"mustRevalidate" and a stale window/],
    [{ maxAge: 60, mustRevalidate: true, staleIfError: 60 }, /"mustRevalidate" and a stale window/],
    [{ immutable: true, maxAge: 0 }, /"immutable" and no lifetime/],
    [{ immutable: true, maxAge: 0, sMaxAge: 60 }, /"immutable" and no lifetime/],
    [{ immutable: true }, /"immutable" and no lifetime.*RFC 8246/],
    [{}, /at least one directive/],
    [{ public: false, extensions: {} }, /at least one directive/],
  ])('%j', (options, message) => {
    expect(() => createCacheControl(options)).toThrow(message)
    expect(() => createCacheControl(options)).toThrow(expect.objectContaining({ code: 'ERR_SSR_CACHE_CACHE_CONTROL' }))
  })

  // Every pair of directives that is not among the above must be allowed, or the law of reading back would say little.
  const one: CacheControl = {
    public: true,
    private: true,
    noCache: true,
    noStore: true,
    noTransform: true,
    mustUnderstand: true,
    maxAge: 60,
    sMaxAge: 60,
    mustRevalidate: true,
    proxyRevalidate: true,
    immutable: true,
    staleWhileRevalidate: 60,
    staleIfError: 60,
  }
  const refused = new Set(
    [
      'public private',
      'public noStore',
      'private sMaxAge',
      'noCache maxAge',
      'noCache sMaxAge',
      'noCache staleWhileRevalidate',
      'noCache staleIfError',
      'noStore maxAge',
      'noStore sMaxAge',
      'noStore staleWhileRevalidate',
      'noStore staleIfError',
      'mustRevalidate staleWhileRevalidate',
      'mustRevalidate staleIfError',
      ...Object.keys(one).map((key) => `${key} immutable`),
      'immutable staleWhileRevalidate',
      'immutable staleIfError',
    ].filter((pair) => pair !== 'maxAge immutable' && pair !== 'sMaxAge immutable' && pair !== 'immutable immutable'),
  )
  const keys = Object.keys(one) as (keyof typeof one)[] // the keys of the literal above
  const pairs = keys.flatMap((first, at) => keys.slice(at + 1).map((second) => [first, second] as const))

  it.each(pairs)('and those only: %s with %s', (first, second) => {
    const write = () => createCacheControl({ [first]: one[first], [second]: one[second] })
    if (refused.has(`${first} ${second}`)) expect(write).toThrow('contradict')
    else expect(write()).not.toBe('')
  })
})

describe('createCacheControl says how an option should be written', () => {
  it.each<readonly [unknown, string]>([
    [{ maxAge: '60s' }, '"maxAge" must be whole seconds >= 0 and <= 2147483648, got "60s" (string). Write 60.'],
    [{ maxAge: '5m' }, 'got "5m" (string). Write 300.'],
    [{ sMaxAge: '1 h' }, 'Write 3600.'],
    [{ sMaxAge: '1500ms' }, 'Write 2.'],
    [{ maxAge: '60' }, 'Write 60.'],
    [{ maxAge: ' 60s ' }, 'Write 60.'],
    [{ maxAge: 'about 60s' }, 'Write a number, such as 60.'],
    [{ maxAge: '60s or so' }, 'Write a number, such as 60.'],
    [{ maxAge: 'soon' }, 'Write a number, such as 60.'],
    [{ maxAge: '999999999w' }, 'Write 2147483648.'],
    [{ maxAge: 1.5 }, 'got 1.5 (number). Write 1 or 2.'],
    [{ staleIfError: -1 }, 'Write 0.'],
    [{ staleWhileRevalidate: Number.NaN }, 'Write a number, such as 60.'],
    [{ maxAge: Number.POSITIVE_INFINITY }, 'Write 2147483648, which is 68 years.'],
    [{ maxAge: 2_147_483_649 }, 'Write 2147483648, which is 68 years.'],
    [{ maxAge: null }, 'got null. Write a number, such as 60.'],
    [{ public: 'yes' }, '"public" must be true or false, got "yes" (string). Write true, or leave it out.'],
    [{ private: 'set-cookie' }, '"private" must be true or field names'],
    [{ private: [] }, "Write ['set-cookie'], or true for the whole response."],
    [{ noCache: ['a b'] }, '"noCache" must be true or a list of field names'],
    [{ noCache: [1] }, '"noCache" must be true or a list of field names'],
    [{ private: ['set-cookie', 1] }, '"private" must be true or a list of field names'],
    [{ 'max-age': 60 }, '"max-age" must be left out (there is no such option), got 60 (number). Write maxAge.'],
    [{ smaxage: 60 }, 'Write sMaxAge.'],
    [{ 'stale-while-revalidate': 60 }, 'Write staleWhileRevalidate.'],
    [{ 's-max-age': 60 }, 'Write sMaxAge.'],
    [{ maxage: 60 }, 'Write maxAge.'],
    [{ staleWhileRevaildate: 60 }, 'Write staleWhileRevalidate.'],
    [{ inmutable: true }, 'Write immutable.'],
    [{ ttl: 60 }, 'Known are: public, private, noCache'],
    [JSON.parse('{"__proto__": true}'), '"__proto__" must be left out'],
    ['no-store', '"options" must be an object'],
    [null, '"options" must be an object, got null'],
    [['no-store'], '"options" must be an object'],
    [{ extensions: ['a'] }, '"extensions" must be an object'],
    [
      { extensions: { 'max-age': '60' } },
      '"extensions" must be free of known directives, got "max-age" (string). Write maxAge.',
    ],
    [{ extensions: { 'No-Store': true } }, 'Write noStore.'],
    [
      { extensions: { 'a b': true } },
      `"extensions" must be directive names (RFC 9110 5.6.2), got "a b" (string). Use letters, digits and '-'.`,
    ],
    [{ extensions: { 'a\r\nset-cookie: x': true } }, 'directive names'],
    [
      { extensions: { a: true, A: '1' } },
      '"extensions" must be names that differ by more than letter case, got "A" (string). Leave one out.',
    ],
    [{ extensions: { a: 60 } }, '"extensions.a" must be true or a string of printable ASCII'],
    [{ extensions: { a: 60 } }, 'Write true for a directive without value.'],
    [{ extensions: { a: 'x\r\nset-cookie: y' } }, 'printable ASCII'],
    [{ extensions: { a: 'é' } }, 'printable ASCII'],
  ])('%j (P11)', (options, message) => {
    const write = () => createCacheControl(options as CacheControlOptions) // what a caller without types could hand in
    expect(write).toThrow(message)
    expect(write).toThrow(expect.objectContaining({ code: 'ERR_SSR_CACHE_OPTION' }))
  })

  it('leaves what the caller handed in as it was', () => {
    const options = Object.freeze({ private: Object.freeze(['B', 'a', 'b']), extensions: Object.freeze({ X: '1' }) })
    expect(createCacheControl(options)).toBe('private="b, a", x=1')
  })
})
