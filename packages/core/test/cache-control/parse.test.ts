import { fc, test } from '@fast-check/vitest'
import { describe, expect, it, vi } from 'vitest'
import { type CacheControl, parseCacheControl } from '../../src/cache-control/index.ts'
import { fieldText } from './arbitraries.ts'

type Row = readonly [field: string, read: CacheControl]

describe('parseCacheControl reads every response directive', () => {
  it.each<Row>([
    ['max-age=60', { maxAge: 60 }],
    ['s-maxage=60', { sMaxAge: 60 }],
    ['stale-while-revalidate=600', { staleWhileRevalidate: 600 }],
    ['stale-if-error=86400', { staleIfError: 86_400 }],
    ['public', { public: true }],
    ['private', { private: true }],
    ['private="set-cookie"', { private: ['set-cookie'] }],
    ['private="a,, b,"', { private: ['a', 'b'] }],
    ['no-cache', { noCache: true }],
    ['no-cache="Set-Cookie, X-Other"', { noCache: ['set-cookie', 'x-other'] }],
    ['no-store', { noStore: true }],
    ['no-transform', { noTransform: true }],
    ['must-revalidate', { mustRevalidate: true }],
    ['proxy-revalidate', { proxyRevalidate: true }],
    ['must-understand', { mustUnderstand: true }],
    ['immutable', { immutable: true }],
    ['public, max-age=0, s-maxage=60', { public: true, maxAge: 0, sMaxAge: 60 }],
    ['PRIVATE, No-Store, MAX-AGE=5', { private: true, noStore: true, maxAge: 5 }],
    ['  public ,\tmax-age=60\t,, ', { public: true, maxAge: 60 }],
    ['', {}],
    [' , ,', {}],
  ])('%j', (field, read) => {
    expect(parseCacheControl(field)).toStrictEqual(read)
  })

  it('joins the lines of one field, and takes a missing one for an empty one', () => {
    expect(parseCacheControl(['public', 'max-age=60, s-maxage=5'])).toEqual({ public: true, maxAge: 60, sMaxAge: 5 })
    expect(parseCacheControl(['max-age=60', 'max-age=5'])).toEqual({ maxAge: 5 })
    expect(parseCacheControl(undefined)).toEqual({})
    expect(parseCacheControl([])).toEqual({})
  })

  it('gives back data that nobody can change', () => {
    const read = parseCacheControl('private="a", x=1')
    expect(Object.isFrozen(read)).toBe(true)
    expect(Object.isFrozen(read.extensions)).toBe(true)
  })
})

describe('parseCacheControl keeps what it does not know', () => {
  it.each<Row>([
    ['pre-check=0, post-check=0', { extensions: { 'pre-check': '0', 'post-check': '0' } }],
    ['Ext', { extensions: { ext: true } }],
    ['ext=', { extensions: { ext: '' } }],
    ['ext="a, \\"b\\" \\\\"', { extensions: { ext: 'a, "b" \\' } }],
    ['ext=1, ext=2', { extensions: { ext: '1' } }],
    ['ext=a/b', { extensions: { ext: 'a/b' } }],
    // A directive inside another's quotes is none (RFC 9111 5.2).
    ['ext="max-age=3600, public"', { extensions: { ext: 'max-age=3600, public' } }],
    ['ext="\\", max-age=3600"', { extensions: { ext: '", max-age=3600' } }],
    // Single quotes quote nothing.
    ["ext='a', max-age=60", { extensions: { ext: "'a'" }, maxAge: 60 }],
    ["ext='no-store, max-age=60'", { extensions: { ext: "'no-store" }, maxAge: 0 }],
  ])('%j', (field, read) => {
    expect(parseCacheControl(field)).toEqual(read)
  })

  it('under any name, without touching a prototype (K5)', () => {
    const { extensions } = parseCacheControl('__proto__=1, constructor=2, toString')
    expect(Object.entries(extensions ?? {})).toEqual([
      ['__proto__', '1'],
      ['constructor', '2'],
      ['tostring', true],
    ])
    expect(Object.getPrototypeOf(extensions)).toBe(null)
    expect(Object.keys(parseCacheControl('__proto__, hasownproperty'))).toEqual(['extensions'])
  })
})

describe('parseCacheControl takes the reading that caches less', () => {
  it.each<Row>([
    ['max-age=0060', { maxAge: 60 }],
    ['max-age=-60', { maxAge: 0 }],
    ['max-age=+60', { maxAge: 0 }],
    ['max-age=60.5', { maxAge: 0 }],
    ['max-age=60s', { maxAge: 0 }],
    ['max-age=0x60', { maxAge: 0 }],
    ['max-age=1e9', { maxAge: 0 }],
    ['max-age=６０', { maxAge: 0 }],
    ['max-age="60"', { maxAge: 0 }],
    ['max-age=', { maxAge: 0 }],
    ['max-age', { maxAge: 0 }],
    ['max-age =60', { maxAge: 0 }],
    ['max-age= 60', { maxAge: 0 }],
    ['max-age=60 60', { maxAge: 0 }],
    ['max-age=60; public', { maxAge: 0 }],
    ['max-age=2147483647', { maxAge: 2_147_483_647 }],
    ['max-age=2147483648', { maxAge: 2_147_483_648 }],
    ['max-age=2147483649', { maxAge: 2_147_483_648 }],
    [`max-age=${'9'.repeat(400)}`, { maxAge: 2_147_483_648 }],
    ['max-age=60, max-age=5', { maxAge: 5 }],
    ['max-age=5, max-age=60', { maxAge: 5 }],
    ['max-age=60, max-age=no', { maxAge: 0 }],
    ['stale-if-error=soon, stale-while-revalidate="9"', { staleIfError: 0, staleWhileRevalidate: 0 }],
    // What restricts holds however it is written, what permits does not.
    ['no-store=no', { noStore: true }],
    ['no-cache max-age=0', { noCache: true, maxAge: 0 }],
    ['private;max-age=60', { private: true, maxAge: 0 }],
    ['x=1;no-store', { noStore: true }],
    ['must-revalidate=?0, proxy-revalidate=""', { mustRevalidate: true, proxyRevalidate: true }],
    ['(no-store)', { noStore: true }],
    ['(public', {}],
    ['=max-age=60', { maxAge: 0 }],
    ['public=yes, immutable="", must-understand=1', {}],
    ['x-other: public, max-age=60', { maxAge: 60 }],
    ['private=Set-Cookie', { private: true }],
    ['private=""', { private: true }],
    ['private="a b"', { private: true }],
    ['private="a", private', { private: true }],
    ['private, private="a"', { private: true }],
    ['no-cache="a", no-cache="B, a"', { noCache: ['a', 'b'] }],
    // Where quotes do not match nobody knows where directives end.
    ['max-age=60, ext="a, public', { maxAge: 60, noStore: true }],
    ['"max-age=60, public"', { noStore: true }],
    ['max-age=60"', { maxAge: 0, noStore: true }],
    ['ext="a""b", max-age=60', { noStore: true }],
    ['ext="\\', { noStore: true }],
    ['must-understand, max-age=60, ext="', { maxAge: 60, noStore: true }],
  ])('%j', (field, read) => {
    expect(parseCacheControl(field)).toEqual(read)
  })

  test.prop([fieldText])('and never throws, whatever it is given (K5)', (field) => {
    const read = parseCacheControl(field)
    for (const seconds of [read.maxAge, read.sMaxAge, read.staleWhileRevalidate, read.staleIfError]) {
      if (seconds !== undefined) expect(Number.isInteger(seconds) && seconds >= 0 && seconds <= 2 ** 31).toBe(true)
    }
  })

  test.prop([fieldText], { numRuns: 2_000 })(
    'and reads no lifetime that does not stand there, alone between commas',
    (field) => {
      const { maxAge = 0 } = parseCacheControl(field)
      const sent = [...field.matchAll(/(?<=^|,)[ \t]*max-age=(\d+)[ \t]*(?=,|$)/gi)].map(([, digits]) => Number(digits))
      if (maxAge > 0) expect(sent.map((seconds) => Math.min(seconds, 2 ** 31))).toContain(maxAge)
    },
  )

  test.prop([fieldText, fieldText], { numRuns: 2_000 })(
    'so that a longer field never allows more than its beginning',
    (first, second) => {
      const before = parseCacheControl(first)
      const after = parseCacheControl([first, second])
      for (const key of ['maxAge', 'sMaxAge', 'staleWhileRevalidate', 'staleIfError'] as const) {
        if (before[key] !== undefined && !after.noStore) expect(after[key]).toBeLessThanOrEqual(before[key])
      }
      for (const key of ['noStore', 'mustRevalidate', 'proxyRevalidate', 'noTransform'] as const) {
        if (before[key]) expect(after[key]).toBe(true)
      }
      for (const key of ['private', 'noCache'] as const) {
        if (before[key] === true) expect(after[key]).toBe(true)
      }
    },
  )

  test.prop([fieldText])('and reads the same from one line as from the same text in capitals', (field) => {
    fc.pre(/^[\x20-\x7e]*$/.test(field) && !field.includes('x-other') && !field.includes('__proto__'))
    const { extensions: _, ...read } = parseCacheControl(field)
    const { extensions: __, ...shouted } = parseCacheControl(field.toUpperCase())
    expect(shouted).toEqual(read)
  })
})

describe('parseCacheControl takes time in proportion to the length (B5)', () => {
  it.each([
    ['commas', ','],
    ['spaces', ' '],
    ['names with spaces after them', 'a    '],
    ['equals signs', '='],
    ['spaced equals signs', ' = '],
    ['quoted strings', 'a="b",'],
    ['backslashes in a quoted string', 'a="\\"'],
    ['names', 'max-age=1,'],
    ['one long number', '1'],
    ['extensions', 'x=1;'],
  ])('for many %s', (_, piece) => {
    const looks = vi.spyOn(String.prototype, 'charCodeAt')
    const text = `max-age=${piece.repeat(20_000)}`
    parseCacheControl(text)
    const count = looks.mock.calls.length
    looks.mockRestore()
    expect(count).toBeLessThan(8 * text.length)
  })
})
