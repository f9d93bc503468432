import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalPath, canonicalQuery } from '../../src/key/canonical-url.ts'
import { anyPath, anyQuery } from '../path/arbitraries.ts'

/** The canonical query as text, which is what a key holds. */
function query(text: string): string | undefined {
  return canonicalQuery(text)
    ?.map((part) => part.text)
    .join('&')
}

const names = (text: string): string[] | undefined => canonicalQuery(text)?.map((part) => part.name)

const HEX_PAIRS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
const UNRESERVED = /^[A-Za-z0-9\-._~]$/

describe('a canonical path', () => {
  it.each([
    ['/', '/'],
    ['/%7Eann', '/~ann'],
    ['/%7eann', '/~ann'],
    ['/%41%5a%30%2D%2e%5F', '/AZ0-._'],
    ['/%c3%a9', '/%C3%A9'],
    ['/é', '/%C3%A9'],
    ['/e\u0301', '/e%CC%81'],
    ['/\ud7ff\ue000', '/%ED%9F%BF%EE%80%80'],
    ['/👩‍🚀', '/%F0%9F%91%A9%E2%80%8D%F0%9F%9A%80'],
    ['/"<>\\^`{|}', '/%22%3C%3E%5C%5E%60%7B%7C%7D'],
  ])(
    'writes %s as %s: unreserved decoded, hex in upper case, what is no URL character encoded (K2)',
    (path, canonical) => {
      expect(canonicalPath(path)).toBe(canonical)
    },
  )

  it('decodes the escapes of unreserved characters and of nothing else (K2)', () => {
    for (const pair of HEX_PAIRS) {
      const character = String.fromCharCode(Number.parseInt(pair, 16))
      const canonical = UNRESERVED.test(character) ? character : `%${pair.toUpperCase()}`
      expect(canonicalPath(`/x%${pair}y`)).toBe(`/x${canonical}y`)
      expect(canonicalPath(`/x%${pair.toUpperCase()}y`)).toBe(`/x${canonical}y`)
      expect(query(`x%${pair}y`)).toBe(`x${canonical}y`)
    }
  })

  it.each(['%2F', '%5C', '%00', '%23', '%3F', '%25', '%3B', '%26', '%2B'])('never decodes %s (K2, P6)', (encoded) => {
    expect(canonicalPath(`/a${encoded}b`)).toBe(`/a${encoded}b`)
    expect(canonicalPath(`/a${encoded.toLowerCase()}b`)).toBe(`/a${encoded}b`)
    expect(query(`a${encoded}b`)).toBe(`a${encoded}b`)
  })

  it('decodes once only (K2)', () => {
    expect(canonicalPath('/%257Eann')).toBe('/%257Eann')
    expect(canonicalPath('/%252e%252e/x')).toBe('/%252e%252e/x')
    expect(canonicalPath('/%25%32%45')).toBe('/%252E')
  })

  it.each([
    ['/a', '/a/'],
    ['/a/b', '/a//b'],
    ['/a', '//a'],
    ['/a', '/a;x'],
    ['/a;x', '/a%3Bx'],
    ['/a', '/A'],
    ['/a/b', '/a%2Fb'],
    ['/a\\b', '/a/b'],
    ['/é', '/e\u0301'],
    ['/K', '/\u212a'],
    ['/a,b', '/a%2Cb'],
    ['/a+b', '/a%20b'],
    ['/a', '/a%00'],
    ['/%ff', '/%C3%BF'],
    ['/%ff', '/%EF%BF%BD'],
    ['/index.html', '/'],
  ])('tells %s from %s (K2, K5)', (one, other) => {
    expect(canonicalPath(one)).toBeDefined()
    expect(canonicalPath(one)).not.toBe(canonicalPath(other))
  })

  it.each([
    ['/a/./b', '/a/b'],
    ['/a/../b', '/b'],
    ['/a/b/..', '/a/'],
    ['/a/b/.', '/a/b/'],
    ['/..', '/'],
    ['/.', '/'],
    ['/../../x', '/x'],
    ['/a/../../../x', '/x'],
    ['/a//../b', '/a/b'],
    ['//..', '/'],
    ['//../x', '/x'],
    ['/.//x', '//x'],
    ['/%2e%2E/x', '/x'],
    ['/a/.%2e/x', '/x'],
    ['/a/%2e', '/a/'],
    ['/...', '/...'],
    ['/.a/..b/c..', '/.a/..b/c..'],
    ['/..;/x', '/..;/x'],
    ['/..%2Fx', '/..%2Fx'],
    ['/a/..%5Cx', '/a/..%5Cx'],
    // RFC 3986 5.4, as far as a path alone goes, and 5.2.4
    ['/a/b/c/./../../g', '/a/g'],
    ['/b/c/g;x=1/../y', '/b/c/y'],
    ['/b/c/g;x=1/./y', '/b/c/g;x=1/y'],
    ['/mid/content=5/../6', '/mid/6'],
  ])('resolves the dot segments of %s to %s (K2, RFC 3986 5.2.4)', (path, canonical) => {
    expect(canonicalPath(path)).toBe(canonical)
  })

  it.each([
    ['no slash in front', 'a'],
    ['nothing', ''],
    ['an asterisk', '*'],
    ['a whole URL', 'https://shop.example/a'],
    ['a query', '/a?b'],
    ['a fragment', '/a#b'],
    ['a space', '/a b'],
    ['a tab', '/a\tb'],
    ['NUL', '/a\u0000'],
    ['CR LF', '/a\r\nSet-Cookie: x'],
    ['DEL', '/a\u007f'],
    ['a percent sign alone', '/100%'],
    ['half an escape', '/a%2'],
    ['an escape of no hex', '/a%zz'],
    ['a first digit just past F', '/a%g0'],
    ['a second digit just past F', '/a%0G'],
    ['a first digit just before 0', '/a%/0'],
    ['a second digit just past 9', '/a%0:'],
    ['a digit just before A', '/a%@0'],
    ['a digit just before a', '/a%`0'],
    ['a full-width escape', '/a%２Ｆ'],
    ['a lone high surrogate', '/\ud83d'],
    ['a lone low surrogate', '/\udc69x'],
  ])('does not exist for %s (K5, I11)', (_, path) => {
    expect(canonicalPath(path)).toBeUndefined()
  })
})

describe('a canonical query', () => {
  it.each([
    ['b=2&a=1', 'a=1&b=2'],
    ['a=1&b=2', 'a=1&b=2'],
    ['b=2&a=2&b=1&a=1', 'a=2&a=1&b=2&b=1'],
    ['a=2&a=1', 'a=2&a=1'],
    ['b&a&c=', 'a&b&c='],
    ['&&a=1&&b=2&', 'a=1&b=2'],
    ['', ''],
    ['&', ''],
    ['a10&a2&a', 'a&a10&a2'],
    ['b&B&a&A', 'A&B&a&b'],
    ['%62=1&a=2', 'a=2&b=1'],
    ['=x&a', '=x&a'],
    ['z=1&%C3%A9=2&a=3', 'a=3&z=1&%C3%A9=2'],
  ])('orders %s as %s: by name, repeats as sent, empty parts gone (K1)', (sent, canonical) => {
    expect(query(sent)).toBe(canonical)
  })

  it.each([
    ['285,291', '285,291'],
    ['a=1;b=2', 'a=1;b=2'],
    ['b=1;a=2&c', 'b=1;a=2&c'],
    ['x[]=2&x[]=1', 'x[]=2&x[]=1'],
    ['q=a+b', 'q=a+b'],
    ['q=a%20b', 'q=a%20b'],
    ['a=b=c', 'a=b=c'],
    ['q=a?b/c:d@e', 'q=a?b/c:d@e'],
    ['a%26b=1', 'a%26b=1'],
    ['a%3Db=1', 'a%3Db=1'],
  ])('keeps %s as it is: only & separates (K3, P4)', (sent, canonical) => {
    expect(query(sent)).toBe(canonical)
  })

  it.each([
    ['a', 'a='],
    ['a=1&b=2', 'a=1%26b=2'],
    ['a=1&b=2', 'a=1;b=2'],
    ['a=1&a=2', 'a=2&a=1'],
    ['a=b', 'a%3Db'],
    ['q=a+b', 'q=a%20b'],
    ['q=a+b', 'q=a%2Bb'],
    ['x[]=1', 'x%5B%5D=1'],
    ['a=%FF', 'a=%C3%BF'],
    ['a=%EF%BF%BD', 'a=%FF'],
    ['a=%2541', 'a=A'],
    ['a,b', 'b,a'],
  ])('tells %s from %s (K3, K5, P4)', (one, other) => {
    expect(query(one)).not.toBe(query(other))
  })

  it.each([
    ['%75tm_source=x', 'utm_source'],
    ['a+b=1', 'a b'],
    ['a%20b=1', 'a b'],
    ['a%2Bb=1', 'a+b'],
    ['a%26b=1', 'a&b'],
    ['a%3Db=1', 'a=b'],
    ['=1', ''],
    ['a', 'a'],
    ['__proto__=1', '__proto__'],
    ['constructor', 'constructor'],
    ['%E6%98%A0=1', '映'],
    ['%FF=1', '%FF'],
    ['%zz=1', '%zz'],
    ['%2541=1', '%41'],
  ])('reads the name of %s as %s, as a parser does: decoded once (K5, P4)', (sent, name) => {
    expect(names(sent)).toEqual([name])
  })

  it('reads names as URLSearchParams does, for all that is UTF-8 (P4)', () => {
    fc.assert(
      fc.property(fc.webQueryParameters(), (sent) => {
        const parsed = [...new URLSearchParams(`?${sent}`).keys()] // with a ? of its own, since the first one is dropped
        expect(names(sent)?.sort()).toEqual(parsed.sort())
      }),
    )
  })

  it.each([
    ['100%', '100%25'],
    ['a=%zz', 'a=%25zz'],
    ['a=%2', 'a=%252'],
    ['a=%%41', 'a=%25A'],
    ['a=%4%31', 'a=%2541'],
  ])('writes the stray percent sign of %s as %s, which parsers read as the same (K5)', (sent, canonical) => {
    expect(query(sent)).toBe(canonical)
    expect(query(canonical)).toBe(canonical)
  })

  it.each(['a b', 'a#b', 'a\u0000', 'a\r\nb', 'a\t', 'a\u007f', '\ud800', 'a=\udfff&b'])(
    'does not exist for %j (K5, I11)',
    (sent) => {
      expect(canonicalQuery(sent)).toBeUndefined()
    },
  )
})

describe('canonical spelling', () => {
  const anyText = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'binary-ascii' }),
    fc.string({ unit: fc.constantFrom(...'%%%2eEfF04/.?&=+;~aA\\ #é\ud800') }),
  )

  it('never throws, whatever text it gets (K5)', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        for (const path of [text, `/${text}`]) canonicalPath(path)
        canonicalQuery(text)
      }),
      { numRuns: 500 },
    )
  })

  it('changes nothing when applied twice (K2)', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          anyText.map((text) => `/${text}`),
          anyPath,
        ),
        fc.oneof(anyText, anyQuery),
        (path, text) => {
          const canonical = canonicalPath(path)
          if (canonical !== undefined) expect(canonicalPath(canonical)).toBe(canonical)
          const parts = canonicalQuery(text)
          if (parts !== undefined) expect(canonicalQuery(parts.map((part) => part.text).join('&'))).toEqual(parts)
        },
      ),
      { numRuns: 500 },
    )
  })

  it('holds URL characters only, no dot segment, and hex in upper case (K2)', () => {
    fc.assert(
      fc.property(anyPath, anyQuery, (path, text) => {
        const canonical = canonicalPath(path)
        expect(canonical).toMatch(/^(?:\/(?!\.{1,2}(?:\/|$))(?:[A-Za-z0-9\-._~!$&'()*+,;=:@[\]]|%[0-9A-F]{2})*)+$/)
        expect(query(text)).toMatch(/^(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/?[\]]|%[0-9A-F]{2})*$/)
      }),
    )
  })

  it('is one for all ways to percent-encode the same text (K2, RFC 3986 6.2.2)', () => {
    const respell = (text: string, pick: readonly boolean[]) =>
      [...text]
        .map((c, i) => (pick[i % pick.length] && UNRESERVED.test(c) ? `%${c.charCodeAt(0).toString(16)}` : c))
        .join('')
    fc.assert(
      fc.property(anyPath, fc.array(fc.boolean(), { minLength: 1 }), (path, pick) => {
        const canonical = canonicalPath(path) as string // these paths all have one
        const plain = canonical.replace(/%../g, '') // respelling must not touch the hex of an escape
        expect(canonicalPath(respell(plain, pick))).toBe(canonicalPath(plain))
        expect(canonicalPath(canonical.replace(/%../g, (encoded) => encoded.toLowerCase()))).toBe(canonical)
      }),
    )
  })

  const decoded = (text: string): string => {
    try {
      return decodeURIComponent(text)
    } catch {
      return 'no UTF-8'
    }
  }

  it('keeps the text that a decoder reads: only dot segments and the order of parameters change (K2, P4)', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^(?:[a-c%~é/]|%7e|%2f|%C3%A9)*$/), (text) => {
        const canonical = canonicalPath(`/${text}`)
        if (canonical !== undefined) expect(decoded(canonical)).toBe(decoded(`/${text}`))
      }),
    )
  })

  it('is in the order of names, and keeps repeats in theirs, be they few or many (K1)', () => {
    const names = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 24 })
    fc.assert(
      fc.property(names, (sent) => {
        const parts = sent.map((name, i) => ({ name, text: `${name}=${i}` }))
        const sorted = parts.toSorted((one, other) => one.name.localeCompare(other.name))
        expect(canonicalQuery(parts.map(({ text }) => text).join('&'))).toEqual(sorted)
      }),
    )
  })

  it('is independent of the order in which different parameters were sent (K1)', () => {
    const parameters = fc.uniqueArray(fc.stringMatching(/^[a-e%+0-9]{0,3}$/), {
      maxLength: 6,
      selector: (text) => names(text)?.[0] ?? '',
    })
    fc.assert(
      fc.property(
        parameters.chain((parts) =>
          fc.tuple(fc.constant(parts), fc.shuffledSubarray(parts, { minLength: parts.length })),
        ),
        ([parts, shuffled]) => {
          expect(query(shuffled.join('&'))).toBe(query(parts.join('&')))
        },
      ),
    )
  })
})
