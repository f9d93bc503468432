import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { hasStatusMaxAge, lifetimesOf, type RouteLifetimes, type Said, settling } from '../../src/rules/policy.ts'
import { isStorableStatus } from '../../src/rules/storable.ts'

const route: RouteLifetimes = {
  maxAge: 60,
  staleWhileRevalidate: 600,
  staleIfError: 86_400,
  statusMaxAge: { 301: 3600, 308: 3600, 404: 10, 410: 3600 },
}

describe('the lifetimes of one page (R2, R61, R64, S3)', () => {
  test.each<[string, number, Said, object]>([
    ['what nobody spoke of is the route’s', 200, {}, { maxAge: 60, staleWhileRevalidate: 600, staleIfError: 86_400 }],
    [
      'the render’s word replaces the route’s, longer (R61)',
      200,
      { maxAge: 300 },
      { maxAge: 300, staleWhileRevalidate: 600, staleIfError: 86_400 },
    ],
    [
      'the render’s word replaces the route’s, shorter (R61)',
      203,
      { maxAge: 0, staleWhileRevalidate: 1, staleIfError: 2 },
      { maxAge: 0, staleWhileRevalidate: 1, staleIfError: 2 },
    ],
    [
      'an instant goes along (R75)',
      200,
      { expiresAt: 5 },
      { maxAge: 60, staleWhileRevalidate: 600, staleIfError: 86_400, expiresAt: 5 },
    ],
    [
      'a 404 lives short, and has no stale window (R64, S3)',
      404,
      {},
      { maxAge: 10, staleWhileRevalidate: 0, staleIfError: 0 },
    ],
    [
      'its figure caps the render too (R64)',
      404,
      { maxAge: 300, staleWhileRevalidate: 5, staleIfError: 5 },
      { maxAge: 10, staleWhileRevalidate: 0, staleIfError: 0 },
    ],
    [
      'its figure is no floor (R64)',
      410,
      { maxAge: 5, expiresAt: 9 },
      { maxAge: 5, staleWhileRevalidate: 0, staleIfError: 0, expiresAt: 9 },
    ],
    ['the route caps a redirect', 301, {}, { maxAge: 60, staleWhileRevalidate: 0, staleIfError: 0 }],
  ])('%s', (_, status, said, expected) => {
    expect(lifetimesOf(status, route, said)).toStrictEqual(expected)
  })

  test.each([
    [200, false],
    [203, false],
    [301, true],
    [308, true],
    [404, true],
    [410, true],
    [302, false],
    [500, false],
  ])('%d has a figure of its own: %s', (status, has) => {
    expect(hasStatusMaxAge(status)).toBe(has)
    if (has) expect(isStorableStatus(status)).toBe(true)
  })

  property.prop([fc.constantFrom(301, 308, 404, 410), fc.nat(100_000), fc.nat(100_000)])(
    'no word of route or render lengthens the life of an error page (R64)',
    (status, routeMaxAge, said) => {
      const cap = route.statusMaxAge[status] as number // the table has all four
      const lifetimes = lifetimesOf(status, { ...route, maxAge: routeMaxAge }, { maxAge: said, staleIfError: said })
      expect(lifetimes.maxAge).toBe(Math.min(cap, said))
      expect(lifetimes.staleIfError + lifetimes.staleWhileRevalidate).toBe(0)
    },
  )

  test('a page whose data may still be on its way has only the grace (settleMs)', () => {
    const lifetimes = lifetimesOf(200, route, {})
    expect(settling(lifetimes, 10)).toEqual({ ...lifetimes, maxAge: 10 })
    expect(settling({ ...lifetimes, maxAge: 3 }, 10).maxAge).toBe(3)
  })
})
