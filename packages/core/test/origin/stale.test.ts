import { describe, expect, test } from 'vitest'
import type { OriginLife } from '../../src/origin/life.ts'
import { requestDirectives } from '../../src/origin/request-directives.ts'
import { reuse, standsIn } from '../../src/origin/reuse.ts'
import type { OriginSettings } from '../../src/origin/settings.ts'
import { dateAt, type FieldsByName, fate, NOW, response, verdictOn } from './exchanges.ts'

const at = (seconds: number): number => NOW + seconds * 1000

function lifeIn(fields: FieldsByName, o: Partial<OriginSettings> = {}): OriginLife {
  const verdict = verdictOn(response({ etag: '"a"', ...fields }), o)
  if (verdict.kind === 'unstorable') throw new Error(`not stored: ${verdict.reason}`)
  return verdict.life
}

const lifeWith = (directives: string, o: Partial<OriginSettings> = {}): OriginLife =>
  lifeIn({ 'cache-control': directives }, o)
const OFFLINE = { staleOnDisconnect: 600 }
const FORBIDDEN: readonly (readonly [string, string])[] = [
  ['must-revalidate', 'max-age=10, must-revalidate'],
  ['proxy-revalidate', 'max-age=10, proxy-revalidate'],
  ['no-cache', 'max-age=10, no-cache'],
  ['s-maxage', 's-maxage=10'],
  ['s-maxage beside max-age', 'max-age=60, s-maxage=10'],
  ['s-maxage with windows of 0', 's-maxage=10, stale-if-error=0, stale-while-revalidate=0'],
]

describe('Serving stale when the app fails (RFC 9111 4.2.4, RFC 5861 4)', () => {
  test.each(FORBIDDEN)('never under %s (Must)', (_, directives) => {
    const life = lifeWith(directives, OFFLINE)
    for (const seconds of [10, 11, 599]) {
      expect(standsIn(life, 'disconnected', at(seconds))).toBe(false)
      expect(standsIn(life, 'error', at(seconds))).toBe(false)
    }
  })

  test.each(['must-revalidate', 'proxy-revalidate', 'no-cache'])(
    'never under %s, even with both windows (Must)',
    (word) => {
      const life = lifeWith(`max-age=10, ${word}, stale-while-revalidate=60, stale-if-error=60`, OFFLINE)
      expect(reuse(life, at(10)).kind).toBe('validate')
      expect(standsIn(life, 'error', at(11))).toBe(false)
      expect(standsIn(life, 'disconnected', at(11))).toBe(false)
    },
  )

  test('served where nothing forbids it and a window is open (Must)', () => {
    const silent = lifeWith('max-age=10', OFFLINE)
    expect(standsIn(silent, 'disconnected', at(609))).toBe(true)
    expect(standsIn(silent, 'disconnected', at(610))).toBe(false)
    expect(standsIn(silent, 'error', at(11))).toBe(false)
    const told = lifeWith('max-age=10, stale-if-error=60')
    for (const failure of ['error', 'disconnected'] as const) {
      expect(standsIn(told, failure, at(69))).toBe(true)
      expect(standsIn(told, failure, at(70))).toBe(false)
    }
  })

  test('not at all by default, where the app says nothing', () => {
    expect(standsIn(lifeWith('max-age=10'), 'disconnected', at(10))).toBe(false)
  })

  test('who says how long errors may be covered says it of a lost connection too', () => {
    expect(standsIn(lifeWith('max-age=10, stale-if-error=60', OFFLINE), 'disconnected', at(70))).toBe(false)
    expect(standsIn(lifeWith('max-age=10, stale-if-error=0', OFFLINE), 'disconnected', at(10))).toBe(false)
  })

  test('beside s-maxage an explicit stale directive is the permission', () => {
    const errors = lifeWith('s-maxage=10, stale-if-error=60')
    expect(standsIn(errors, 'error', at(69))).toBe(true)
    const refreshed = lifeWith('s-maxage=10, stale-while-revalidate=60', OFFLINE)
    expect(reuse(refreshed, at(69)).kind).toBe('refresh')
    expect(standsIn(refreshed, 'disconnected', at(609))).toBe(true)
  })

  test('what is fresh, or within its stale-while-revalidate, stands in for whatever goes wrong', () => {
    const life = lifeWith('max-age=10, stale-while-revalidate=5')
    expect(standsIn(life, 'error', at(14))).toBe(true)
    expect(standsIn(life, 'disconnected', at(14))).toBe(true)
    expect(standsIn(life, 'error', at(15))).toBe(false)
  })

  test('what never had a lifetime never stands in', () => {
    const life = lifeIn({ 'cache-control': 'stale-if-error=60, stale-while-revalidate=60' }, OFFLINE)
    expect(reuse(life, at(0)).kind).toBe('validate')
    expect(standsIn(life, 'disconnected', at(0))).toBe(false)
    const modified = { 'cache-control': 'stale-while-revalidate=60', 'last-modified': dateAt(-900) }
    expect(reuse(lifeIn(modified, OFFLINE), at(0)).kind).toBe('validate')
  })
})

describe('stale-while-revalidate (RFC 5861 3)', () => {
  test('within the window the stored one at once and a refresh behind it, past it no stale answer (Must)', () => {
    const answer = response({ 'cache-control': 'max-age=10, stale-while-revalidate=60', etag: '"a"' })
    expect(fate(answer, 9.999)).toBe('serve')
    expect(fate(answer, 10)).toBe('refresh')
    expect(fate(answer, 69.999)).toBe('refresh')
    expect(fate(answer, 70)).toBe('validate')
  })

  test('both windows count from the end of freshness, and a received Age is part of that', () => {
    const life = lifeIn({ 'cache-control': 'max-age=10, stale-while-revalidate=60, stale-if-error=90', age: '20' })
    expect(reuse(life, at(49.999)).kind).toBe('refresh')
    expect(reuse(life, at(50)).kind).toBe('validate')
    expect(standsIn(life, 'error', at(79.999))).toBe(true)
    expect(standsIn(life, 'error', at(80))).toBe(false)
  })

  test('what has a validator is kept past all windows, and what has none is not', () => {
    const o = { keepForValidation: 100 }
    expect(lifeWith('max-age=10, stale-while-revalidate=60', o).keptUntil).toBe(at(110))
    expect(lifeWith('max-age=10, stale-while-revalidate=600', o).keptUntil).toBe(at(610))
    expect(lifeIn({ 'cache-control': 'max-age=10, stale-while-revalidate=60', etag: '' }, o).keptUntil).toBe(at(70))
    expect(lifeIn({ 'cache-control': 'max-age=10', age: '9999' }, o).keptUntil).toBe(at(100))
  })
})

describe('Request directives, where they are honoured (Good, RFC 9111 5.2.1)', () => {
  const fresh = { 'cache-control': 'max-age=60' }
  const kindFor = (asked: string, seconds: number, fields: FieldsByName = fresh): string =>
    reuse(lifeIn(fields), at(seconds), requestDirectives({ 'cache-control': asked })).kind

  test.each<[string, string, number, FieldsByName, string]>([
    ['max-age longer than the age', 'max-age=30', 30, fresh, 'serve'],
    ['max-age shorter than the age', 'max-age=30', 31, fresh, 'validate'],
    ['max-age=0', 'max-age=0', 1, fresh, 'validate'],
    ['max-age counts a received Age', 'max-age=30', 0, { ...fresh, age: '31' }, 'validate'],
    ['max-age that is no number', 'max-age=soon', 1, fresh, 'validate'],
    ['max-age, and past freshness', 'max-age=90', 60, fresh, 'validate'],
    ['max-stale without a figure', 'max-stale', 1e6, fresh, 'serve-stale'],
    ['max-stale that is enough', 'max-stale=10', 70, fresh, 'serve-stale'],
    ['max-stale that is not enough', 'max-stale=10', 71, fresh, 'validate'],
    ['max-stale that is no number', 'max-stale=some', 61, fresh, 'validate'],
    ['max-stale and must-revalidate', 'max-stale', 60, { 'cache-control': 'max-age=60, must-revalidate' }, 'validate'],
    ['max-stale and s-maxage', 'max-stale', 60, { 'cache-control': 's-maxage=60' }, 'validate'],
    ['max-stale and no-cache', 'max-stale', 1, { 'cache-control': 'max-age=60, no-cache' }, 'validate'],
    ['max-stale, and fresh', 'max-stale=10', 59, fresh, 'serve'],
    ['min-fresh that is left', 'min-fresh=10', 50, fresh, 'serve'],
    ['min-fresh that is not left', 'min-fresh=10', 51, fresh, 'validate'],
    ['min-fresh without a figure', 'min-fresh', 0, fresh, 'validate'],
    [
      'max-stale that is not enough, though the window is',
      'max-stale=5',
      66,
      { 'cache-control': 'max-age=60, stale-while-revalidate=60' },
      'validate',
    ],
    ['min-fresh that is no number', 'min-fresh=x', 0, fresh, 'validate'],
    [
      'min-fresh in the stale window',
      'min-fresh=0',
      61,
      { 'cache-control': 'max-age=60, stale-while-revalidate=60' },
      'validate',
    ],
    ['no-cache', 'no-cache', 0, fresh, 'validate'],
    ['only-if-cached, and fresh', 'only-if-cached', 59, fresh, 'serve'],
    ['only-if-cached, and stale: 504', 'only-if-cached', 60, fresh, 'unavailable'],
    [
      'only-if-cached in the stale window',
      'only-if-cached',
      60,
      { 'cache-control': 'max-age=60, stale-while-revalidate=9' },
      'refresh',
    ],
    ['only-if-cached and max-age', 'only-if-cached, max-age=10', 11, fresh, 'unavailable'],
    ['nothing that is known', 'x', 59, fresh, 'serve'],
  ])('%s', (_, asked, seconds, fields, expected) => {
    expect(kindFor(asked, seconds, fields)).toBe(expected)
  })

  test('Pragma: no-cache counts where there is no Cache-Control (RFC 9111 5.4)', () => {
    expect(requestDirectives({ pragma: 'no-cache' }).noCache).toBe(true)
    expect(requestDirectives({ pragma: 'no-cache', 'cache-control': 'max-age=60' }).noCache).toBe(false)
    expect(requestDirectives({ pragma: 'x' }).noCache).toBe(false)
  })

  test('no-store is read, and several lines are one', () => {
    expect(requestDirectives({ 'cache-control': ['max-stale', 'NO-STORE'] })).toMatchObject({
      noStore: true,
      maxStale: Number.POSITIVE_INFINITY,
    })
    expect(requestDirectives({})).toStrictEqual({ noCache: false, noStore: false, onlyIfCached: false })
  })

  test('by default they are not looked at (I11)', () => {
    expect(reuse(lifeIn(fresh), at(1)).kind).toBe('serve')
  })
})
