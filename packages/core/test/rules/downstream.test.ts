import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { CDN_DIALECTS, CDN_FIELDS } from '../../src/cache-control/index.ts'
import type { Field } from '../../src/fields.ts'
import {
  type DownstreamSettings,
  fieldsRule,
  isLifetimeField,
  lifetimeFields,
  ownFields,
  personalFields,
  remainingSeconds,
  type Sendable,
  varyValue,
} from '../../src/rules/downstream.ts'

const NOW = 1_000_000
const fresh = (seconds: number, maxAge = 60): Sendable => ({
  kind: 'fresh',
  until: NOW + seconds * 1000,
  maxAge,
  staleWhileRevalidate: 600,
  staleIfError: 86_400,
})
const short = (seconds: number, most = 10): Sendable => ({ kind: 'short', until: NOW + seconds * 1000, most })
const cacheControl = (page: Sendable, settings: DownstreamSettings = { preset: 'shared' }): string | undefined =>
  lifetimeFields(page, NOW, settings).find(([name]) => name === 'cache-control')?.[1]

describe('what remains is said in whole seconds (R10, R12, S11)', () => {
  test.each([
    [60, 60, 60],
    [59.999, 60, 59],
    [1.5, 60, 1],
    [0.2, 60, 1],
    [0, 60, 1],
    [-100, 60, 1],
    [3_600, 60, 60],
    [3_600, 10, 10],
    [12.7, Number.POSITIVE_INFINITY, 12],
  ])('%d seconds left, at most %d: %d', (left, most, expected) => {
    expect(remainingSeconds(NOW + left * 1000, NOW, most)).toBe(expected)
  })

  property.prop([fc.integer(), fc.integer(), fc.nat(1_000_000)])(
    'a whole number of at least 1, and no more than was allowed, whatever the clock says (S8, S11)',
    (until, now, most) => {
      const seconds = remainingSeconds(until, now, most)
      expect(Number.isInteger(seconds)).toBe(true)
      expect(seconds).toBeGreaterThanOrEqual(1)
      expect(seconds).toBeLessThanOrEqual(Math.max(1, most))
    },
  )
})

describe('the lifetime fields of a page that anybody may keep (R10–R13, R60)', () => {
  test('browsers keep nothing that no purge can reach; shared caches what remains (R60)', () => {
    expect(cacheControl(fresh(42.9))).toBe('public, max-age=0, s-maxage=42, stale-if-error=86400')
  })

  test('the single style gives everyone what remains (R10, R11)', () => {
    expect(cacheControl(fresh(60), { preset: 'single' })).toBe('public, max-age=60')
    expect(cacheControl(fresh(59.4), { preset: 'single' })).toBe('public, max-age=59')
  })

  test('a clock that ran ahead lengthens nothing: never more than the page’s own maxAge (S8)', () => {
    expect(cacheControl(fresh(3_600, 60))).toContain('s-maxage=60,')
    expect(cacheControl(fresh(3_600, 0))).toContain('s-maxage=1,')
  })

  test.each(['shared', 'single'] as const)(
    'a page with only a grace says nothing of windows, style %s (R13)',
    (preset) => {
      const expected = preset === 'shared' ? 'public, max-age=0, s-maxage=4' : 'public, max-age=4'
      expect(cacheControl(short(4), { preset })).toBe(expected)
      expect(cacheControl(short(3_600), { preset })).toBe(expected.replace('4', '10'))
    },
  )

  test.each(CDN_DIALECTS)('%s is told the lifetime in a field of its own or in Cache-Control', (cdn) => {
    const text = lifetimeFields(fresh(42), NOW, { preset: 'shared', cdn })
      .map(([, value]) => value)
      .join(' ')
    expect(text).toContain('42')
    expect(text).not.toMatch(/\d\.\d|e\+|NaN|-\d/)
  })
})

describe('answers that nobody may keep (I4, DESIGN §5 Downstream)', () => {
  const app: Field[] = [
    ['content-type', 'text/html'],
    ['cache-control', 'public, max-age=3600'],
    ['expires', 'Thu, 01 Jan 2032 00:00:00 GMT'],
    ['pragma', 'cache'],
    ['x-keep', 'this'],
    ...[...CDN_FIELDS].map((name): Field => [name, 'max-age=60']),
  ]

  test('a personal answer is private and no-store over whatever the app wrote, without a field for any CDN', () => {
    expect(personalFields(app)).toEqual([
      ['content-type', 'text/html'],
      ['x-keep', 'this'],
      ['cache-control', 'private, no-store'],
    ])
  })

  test('what is none of our business keeps the app’s own fields', () => {
    expect(ownFields(app)).toBe(app)
  })

  test('… and is private and no-store where the app said nothing', () => {
    expect(ownFields([['x-keep', 'this']])).toEqual([
      ['x-keep', 'this'],
      ['cache-control', 'private, no-store'],
    ])
  })

  test('… and beside a Set-Cookie, whatever the app said', () => {
    expect(ownFields([...app, ['set-cookie', 'sid=1']])).toContainEqual(['cache-control', 'private, no-store'])
  })

  test('a CDN’s field alone says nothing to browsers: the answer is private', () => {
    expect(ownFields([['cdn-cache-control', 'max-age=60']])).toEqual([['cache-control', 'private, no-store']])
  })

  test.each([...CDN_FIELDS, 'cache-control', 'expires', 'pragma'])('%s is a lifetime field', (name) => {
    expect(isLifetimeField(name)).toBe(true)
  })

  test.each(['etag', 'vary', 'date', 'age', 'last-modified'])('%s is none', (name) => {
    expect(isLifetimeField(name)).toBe(false)
  })
})

describe('Vary names what the page depends on (R70)', () => {
  test.each<[string | undefined, readonly string[], string | undefined]>([
    [undefined, [], undefined],
    ['', [], undefined],
    [' , ', [], undefined],
    [undefined, ['accept-language'], 'accept-language'],
    ['Accept-Encoding', ['accept-language', 'cookie'], 'accept-encoding, accept-language, cookie'],
    ['Cookie, cookie', ['cookie'], 'cookie'],
    ['Accept-Language,Origin', ['accept-language'], 'accept-language, origin'],
  ])('page: %j, key: %j', (page, keyed, expected) => {
    expect(varyValue(page, keyed)).toBe(expected)
  })
})

describe('what the app answers a visitor itself (I4)', () => {
  const said: readonly Field[] = [
    ['cache-control', 'max-age=60'],
    ['cdn-cache-control', 'max-age=60'],
  ]

  test.each([
    ['personal', said, [['cache-control', 'private, no-store']]],
    ['own', said, said],
    ['own', [], [['cache-control', 'private, no-store']]],
    ['as-came', said, said],
    ['as-came', [], []],
  ] as const)('%s', (by, fields, expected) => {
    expect(fieldsRule(by)(fields)).toEqual(expected)
  })
})
