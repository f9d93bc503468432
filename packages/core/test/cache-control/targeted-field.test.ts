import { test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import {
  type CacheControl,
  type CacheControlOptions,
  createTargetedField,
  parseTargetedField,
} from '../../src/cache-control/index.ts'
import { fieldText, legalDirectives } from './arbitraries.ts'

describe('parseTargetedField reads a dictionary', () => {
  it.each<readonly [field: string, read: CacheControl]>([
    ['max-age=600', { maxAge: 600 }],
    ['max-age=600, stale-while-revalidate=60', { maxAge: 600, staleWhileRevalidate: 60 }],
    ['no-store', { noStore: true }],
    ['no-store=?1', { noStore: true }],
    ['private, no-cache="set-cookie, X-A"', { private: true, noCache: ['set-cookie', 'x-a'] }],
    ['max-age=600;note="for the edge", must-revalidate;a=1', { maxAge: 600, mustRevalidate: true }],
    ['max-age=60, max-age=600', { maxAge: 600 }], // the last one counts (RFC 9651 3.2)
    ['max-age=999999999999999', { maxAge: 2_147_483_648 }],
    ['max-age=0060', { maxAge: 60 }],
    ['max-age=-0', { maxAge: 0 }],
    ['none', { extensions: { none: true } }], // the example of RFC 9213 3.1
    ['a=1, b=tok, c="s, t", d', { extensions: { a: '1', b: 'tok', c: 's, t', d: true } }],
    ['a=(1 2), b=:aGk=:, d=?0, e=%"x", max-age=1, c=@1', { maxAge: 1 }],
    ['a="\\", max-age=6.5", max-age=6, b=6.5', { maxAge: 6, extensions: { a: '", max-age=6.5', b: '6.5' } }],
  ])('%j', (field, read) => {
    expect(parseTargetedField(field)).toEqual(read)
  })

  it('joins the lines of one field', () => {
    expect(parseTargetedField(['max-age=60', 'must-revalidate'])).toEqual({ maxAge: 60, mustRevalidate: true })
  })
})

describe('parseTargetedField ignores the whole field for one error (RFC 9213 2.1)', () => {
  it.each([
    undefined,
    '',
    '   ',
    'max-age=600,',
    ',max-age=600',
    'max-age=600;',
    'max-age=600 no-store',
    'Max-Age=600',
    'max-age =600',
    'max-age= 600',
    'max-age="600"',
    'max-age=abc',
    'max-age=600s',
    'max-age',
    'max-age=-1',
    'max-age=60.5',
    'max-age=60.0',
    'no-store, s-maxage=1.0',
    'max-age=(600)',
    'max-age=1000000000000000',
    'no-store=?0',
    'no-store=1',
    'public="yes"',
    'private=set-cookie',
    'private=("set-cookie")',
    'private=""',
    'no-cache="a b"',
    'max-age=600, ext="open',
    'max-age=600, ext=é',
    "max-age=600, ext='a'",
  ])('%j', (field) => {
    expect(parseTargetedField(field)).toBeUndefined()
  })

  test.prop([fieldText], { numRuns: 2_000 })(
    'and never throws, nor reads a lifetime that does not stand there',
    (field) => {
      const { maxAge } = parseTargetedField(field) ?? {}
      const sent = [...field.matchAll(/(?<=^|,)[ \t]*max-age=(\d+)/g)].map(([, digits]) => Number(digits))
      if (maxAge !== undefined) expect(sent.map((seconds) => Math.min(seconds, 2 ** 31))).toContain(maxAge)
    },
  )
})

describe('createTargetedField writes a dictionary', () => {
  it.each<readonly [CacheControlOptions, string]>([
    [{ maxAge: 600, staleWhileRevalidate: 60 }, 'max-age=600, stale-while-revalidate=60'],
    [{ noStore: true }, 'no-store'],
    [{ noCache: ['Set-Cookie', 'a'] }, 'no-cache="set-cookie, a"'],
    [
      { extensions: { a: '60', b: '060', c: 'tok', d: 'a b', e: true, f: '-5', g: '-0', h: '' } },
      'a=60, b="060", c=tok, d="a b", e, f=-5, g="-0", h=""',
    ],
  ])('%j', (options, field) => {
    expect(createTargetedField(options)).toBe(field)
  })

  it('refuses what createCacheControl refuses, and names that no dictionary can have', () => {
    expect(() => createTargetedField({ public: true, private: true })).toThrow('contradict')
    expect(() => createTargetedField({ maxAge: 1.5 })).toThrow('Write 1 or 2.')
    expect(() => createTargetedField({ extensions: { '1a': true } })).toThrow(
      /"extensions" must be keys of a Dictionary .*Begin with a letter, then letters, digits, '_', '-', '.', '\*'\./,
    )
  })

  test.prop([legalDirectives], { numRuns: 1_000 })('that parseTargetedField reads back', (directives) => {
    expect(parseTargetedField(createTargetedField(directives))).toEqual(directives)
  })
})
