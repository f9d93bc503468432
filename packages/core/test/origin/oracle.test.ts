import { fc, test as property } from '@fast-check/vitest'
import CachePolicy from 'http-cache-semantics'
import { describe, expect } from 'vitest'
import type { OriginResponse } from '../../src/origin/exchange.ts'
import { validated } from '../../src/origin/freshening.ts'
import { variantKey } from '../../src/origin/variant-key.ts'
import { varyNames } from '../../src/origin/vary.ts'
import { dateAt, fate, fieldsOf, NOW, response } from './exchanges.ts'

// http-cache-semantics is right about plain fields. It is left out of what it reads otherwise than RFC 9111: must-revalidate and proxy-revalidate while fresh,
// repeats, quotes, letter case, no-cache beside a stale window, an old Date without Age, Age that is no number, stale windows without a lifetime.

let now = NOW

class Oracle extends CachePolicy {
  now(): number {
    return now
  }
}

type Headers = Record<string, string>

function oracleOf(
  headers: Headers,
  o: { readonly status: number; readonly asked?: Headers } = { status: 200 },
): Oracle {
  now = NOW
  return new Oracle({ headers: o.asked ?? {} }, { status: o.status, headers }, { shared: true, cacheHeuristic: 0 })
}

function oraclesFate(oracle: CachePolicy, asked: Headers, seconds: number): 'serve' | 'refresh' | 'other' {
  now = NOW + seconds * 1000
  if (!oracle.storable()) return 'other'
  const { response: reused, revalidation } = oracle.evaluateRequest({ headers: asked })
  if (reused === undefined) return 'other'
  return revalidation === undefined ? 'serve' : 'refresh'
}

const figure = (name: string): fc.Arbitrary<string> => fc.nat(100).map((seconds) => `${name}=${seconds}`)
const directives = fc
  .tuple(
    figure('max-age'),
    fc.option(figure('s-maxage')),
    fc.option(figure('stale-while-revalidate')),
    fc.subarray(['public', 'no-store', 'private', 'x=1']),
  )
  .map(([maxAge, shared, window, more]) => [maxAge, shared, window, ...more].filter((each) => each !== null).join(', '))
const lifetimes = fc.oneof(
  directives.map((text): Headers => ({ 'cache-control': text })),
  fc.constant<Headers>({ 'cache-control': 'no-cache, max-age=60' }),
  fc.nat(100).map((seconds): Headers => ({ expires: dateAt(seconds) })),
  fc.constant<Headers>({ expires: '0' }),
)
const headers: fc.Arbitrary<Headers> = fc
  .tuple(lifetimes, fc.option(fc.nat(50)), fc.boolean())
  .map(([life, age, isTagged]) => ({
    date: dateAt(0),
    ...life,
    ...(age === null ? {} : { age: String(age) }),
    ...(isTagged ? { etag: '"a"' } : {}),
  }))
const status = fc.constantFrom(200, 203, 204, 300, 301, 302, 303, 307, 308, 404, 405, 410, 414, 501)

describe('http-cache-semantics, where it is right, says the same', () => {
  property.prop([headers, status, fc.boolean(), fc.nat(300)], { numRuns: 2_000 })(
    'of what is stored, how long it is fresh, and when it is refreshed behind a stale answer',
    (said, code, isAuthorized, seconds) => {
      const asked: Headers = isAuthorized ? { authorization: 'Basic x' } : {}
      const oracle = oracleOf(said, { status: code, asked })
      const ours = fate(response(said, { status: code }), seconds, {}, { method: 'GET', headers: asked })
      expect(ours === 'serve' || ours === 'refresh' ? ours : 'other').toBe(oraclesFate(oracle, asked, seconds))
    },
  )

  const some = fc.dictionary(fc.constantFrom('foo', 'bar', 'baz'), fc.constantFrom('1', '2', 'a b'))

  property.prop([fc.subarray(['Foo', 'BAR', 'baz', '*']), some, some])(
    'of which request matches a Vary',
    (listed, one, other) => {
      const vary = listed.join(', ')
      const oracle = oracleOf({ vary, 'cache-control': 'max-age=60' }, { status: 200, asked: one })
      const names = varyNames(fieldsOf({ vary }))
      const matches = names !== '*' && variantKey(names, one) === variantKey(names, other)
      expect(matches).toBe(oraclesFate(oracle, other, 1) === 'serve')
    },
  )

  const value = fc.constantFrom('1', '2', 'max-age=7')
  const names = ['x-a', 'x-b', 'content-type', 'content-length', 'content-encoding', 'content-range', 'cache-control']
  const all = fc.record(Object.fromEntries(names.map((name) => [name, value])))

  // It leaves out what is new in the 304, which RFC 9111 3.2 adds.
  property.prop([all, all, fc.subarray(names)])('of what a 304 with the same tag replaces', (stored, newer, named) => {
    const fresh = Object.fromEntries(named.map((name) => [name, newer[name] as string])) // it has all names
    const kept = { etag: '"a"', date: dateAt(0), ...stored }
    const answer = { etag: '"a"', date: dateAt(1), ...fresh }
    const { policy } = oracleOf(kept).revalidatedPolicy({ headers: {} }, { status: 304, headers: answer })
    const { date: _, age: __, ...theirs } = policy.responseHeaders() as Headers // what was given
    const at = { requestedAt: NOW + 1000, receivedAt: NOW + 1000 }
    const outcome = validated(response(kept), { ...response(answer), status: 304, ...at })
    expect(outcome.kind).toBe('freshened')
    const { date: ___, ...ours } = Object.fromEntries((outcome as { response: OriginResponse }).response.fields)
    expect(ours).toEqual(theirs)
  })
})
