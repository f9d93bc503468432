import { describe, expect, test } from 'vitest'
import { routeTable } from '../../src/rules/routes.ts'
import { unreachableRoute } from '../../src/rules/unreachable-route.ts'

const dead = (earlier: string, later: string, cache?: false): boolean =>
  unreachableRoute([{ match: earlier, cache }, { match: later }]) !== undefined

describe('a rule that an earlier one takes everything from is found at the start (R61)', () => {
  test.each([
    ['/movies', '/movies'],
    ['/movies/:id', '/movies/:slug'],
    ['/x/*rest', '/x/*all'],
    ['/*rest', '/'],
    ['/*rest', '/movies/:id'],
    ['/*rest', '/a{/:b}'],
    ['/x/*rest', '/x'],
    ['/x/*rest', '/x/y/:id'],
    ['/x/*rest', '/x/y/*rest'],
    ['/:lang/x/*rest', '/en/x/y'],
    ['/:lang/x/*rest', '/:locale/x'],
    ['/x/*"the rest"', '/x/y'],
  ])('%s before %s', (earlier, later) => {
    expect(dead(earlier, later)).toBe(true)
  })

  test.each([
    ['/movies/new', '/movies/:id'],
    ['/movies/:id', '/movies/new'],
    ['/movies/:id', '/movies/:id/cast'],
    ['/movies/*rest', '/*rest'],
    ['/x/*rest', '/xy'],
    ['/x/*rest', '/y/x'],
    ['/x/*rest', '/X/a'],
    ['/X/*rest', '/x/a'],
    ['/:a/:b/*rest', '/x{/:c}'],
    ['/en/x/*rest', '/:lang/x/y'],
    ['/:lang/*rest', '/'],
    ['/:lang/x/*rest', '/*any/x'],
    ['/x{/:page}', '/x/*rest'],
    ['/a/*mid/b', '/a/c/b/d'],
  ])('but not %s before %s', (earlier, later) => {
    expect(dead(earlier, later)).toBe(false)
  })

  test('a rule against caching takes its paths in any letter case (P6)', () => {
    expect(dead('/account/*rest', '/Account/orders', false)).toBe(true)
    expect(dead('/Account/*rest', '/account/orders', false)).toBe(true)
  })

  test('both are named by their places', () => {
    const list = ['/a', '/b/*rest', '/c', '/b/d'].map((match) => ({ match }))
    expect(unreachableRoute(list)).toEqual({ earlier: 1, later: 3 })
  })

  test('what it says is what the table does', () => {
    const defaults = {
      admission: {
        concurrency: 8,
        queueTimeoutMs: 10_000,
        timeoutMs: 3_000,
        crawlerTimeoutMs: 10_000,
        alwaysTimeoutMs: 60_000,
        deadlineMs: 60_000,
      },
      maxAge: 1,
      staleWhileRevalidate: 0,
      staleIfError: 0,
      statusMaxAge: {},
      refreshAhead: 0,
      setCookie: 'refuse',
      ignoreVary: [],
      stream: 'first',
    } as const
    const patterns = ['/*rest', '/:a/*rest', '/x/*rest', '/x', '/:a', '/x/:b', '/x/y', '/:a/y', '/x{/:b}', '/x/*m/y']
    const paths = ['/', '/x', '/y', '/x/y', '/y/y', '/x/z', '/x/z/y', '/x/y/z', '/y/z/y']
    for (const earlier of patterns) {
      for (const later of patterns.filter((match) => match !== earlier && dead(earlier, match))) {
        const alone = routeTable([{ match: later }], defaults)
        const taken = routeTable([{ match: earlier }], defaults)
        const reached = paths.filter((path) => alone(path).name === later && taken(path).name !== earlier)
        expect([earlier, later, reached]).toEqual([earlier, later, []])
      }
    }
  })
})
