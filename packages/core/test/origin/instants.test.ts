import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { instantsOf } from '../../src/origin/instants.ts'
import type { OriginLife } from '../../src/origin/life.ts'
import { reuse, standsIn } from '../../src/origin/reuse.ts'
import { type PageState, pageState } from '../../src/rules/freshness.ts'
import { NOW, response, verdictOn } from './exchanges.ts'

const VALID = { kind: 'valid' } as const

const lives: fc.Arbitrary<OriginLife> = fc
  .record({
    age: fc.nat(100),
    maxAge: fc.nat(100),
    refresh: fc.nat(50),
    error: fc.nat(50),
    tag: fc.constantFrom('', '"a"'),
  })
  .map(({ age, maxAge, refresh, error, tag }) => {
    const said = `max-age=${maxAge}, stale-while-revalidate=${refresh}, stale-if-error=${error}`
    return verdictOn(response({ 'cache-control': said, age: String(age), etag: tag }), { keepForValidation: 80 })
  })
  .filter((verdict) => verdict.kind === 'storable')
  .map((verdict) => (verdict as { life: OriginLife }).life) // as filtered

describe('the instants of an entry that the origin decided (DESIGN §5)', () => {
  property.prop([lives])('are in order, and none lies before it was stored', (life) => {
    const { freshUntil, staleUntil, errorUntil, deleteAt } = instantsOf(life, NOW)
    expect(freshUntil).toBeGreaterThanOrEqual(NOW)
    expect(Math.min(staleUntil, errorUntil)).toBeGreaterThanOrEqual(freshUntil)
    expect(deleteAt).toBeGreaterThanOrEqual(Math.max(staleUntil, errorUntil))
    expect(deleteAt).toBeGreaterThan(NOW)
  })

  property.prop([lives, fc.nat(300_000)])('have the state that the rules of reuse give them', (life, ms) => {
    const now = NOW + ms
    const state = pageState(instantsOf(life, NOW), VALID, now)
    const expected: Readonly<Record<string, PageState>> = { serve: 'fresh', refresh: 'stale' }
    const otherwise: PageState = standsIn(life, 'error', now) ? 'error' : 'expired'
    expect(state).toBe(expected[reuse(life, now).kind] ?? otherwise)
  })

  test('past all windows a page with a validator is kept, and never served unasked', () => {
    const verdict = verdictOn(response({ 'cache-control': 'max-age=10', etag: '"a"' }), { keepForValidation: 80 })
    const times = instantsOf((verdict as { life: OriginLife }).life, NOW)
    expect(times.deleteAt).toBe(NOW + 90_000)
    expect(pageState(times, VALID, NOW + 10_000)).toBe('expired')
  })
})
