import { describe, expect, test } from 'vitest'
import { ORIGIN_DEFAULTS } from '../../src/origin/settings.ts'
import {
  type Route,
  type RouteDefaults,
  type RouteOptions,
  type RouteParams,
  routeTable,
} from '../../src/rules/routes.ts'
import { namedTag } from '../../src/rules/tags.ts'

const defaults: RouteDefaults = {
  maxAge: 60,
  staleWhileRevalidate: 600,
  staleIfError: 86_400,
  statusMaxAge: { 301: 3600, 308: 3600, 404: 10, 410: 3600 },
  refreshAhead: 0,
  setCookie: 'refuse',
  ignoreVary: ['accept-encoding', 'origin'],
  stream: 'first',
  admission: {
    concurrency: 8,
    queueTimeoutMs: 10_000,
    timeoutMs: 3_000,
    crawlerTimeoutMs: 10_000,
    alwaysTimeoutMs: 60_000,
    deadlineMs: 60_000,
  },
}

const found = (path: string, ...routes: readonly RouteOptions[]): Route => routeTable(routes, defaults)(path)

/** The parameters that a pattern takes from a path; `undefined` where it does not match. */
function params(match: string, path: string): RouteParams | undefined {
  let taken: RouteParams | undefined
  const tags = (given: RouteParams): readonly string[] => {
    taken = { ...given }
    return []
  }
  found(path, { match, tags })
  return taken
}

describe('which rule holds for a path (R61, DESIGN §8 Routes)', () => {
  test.each<[string, string, Record<string, unknown> | undefined]>([
    ['/', '/', {}],
    ['/', '/a', undefined],
    ['/movies', '/movies', {}],
    ['/movies', '/movie', undefined],
    ['/movies/:id', '/movies/42', { id: '42' }],
    ['/movies/:id', '/movies', undefined],
    ['/movies/:id', '/movies/42/cast', undefined],
    ['/movies/:id', '/movies/a%20b', { id: 'a b' }],
    ['/movies/:id', '/movies/a%2Fb', { id: 'a/b' }],
    ['/movies/:id', '/movies/%FF', { id: '%FF' }],
    ['/movies/:id', '/movies/caf%C3%A9', { id: 'café' }],
    ['/movies/:id', '/Movies/42', undefined],
    ['/café/:id', '/caf%C3%A9/1', { id: '1' }],
    ['/100%', '/100%25', {}],
    ['/x/*rest', '/x', {}],
    ['/x/*rest', '/x/a', { rest: ['a'] }],
    ['/x/*rest', '/x/a/b%20c', { rest: ['a', 'b c'] }],
    ['/x/*rest', '/xy', undefined],
    ['/x/*rest', '/xy/a', undefined],
    ['/*rest', '/', {}],
    ['/*rest', '/a/b', { rest: ['a', 'b'] }],
    ['/:lang/x/*rest', '/en/x', { lang: 'en' }],
    ['/:lang/x/*rest', '/en/x/y', { lang: 'en', rest: ['y'] }],
    ['/x/*"the rest"', '/x', {}],
    ['/x/*rest/y', '/x/a/y', { rest: ['a'] }],
    ['/x/*rest/y', '/x/y', undefined],
    ['/x/*rest/y', '/x/a', undefined],
    ['/x{/:page}', '/x', {}],
    ['/x{/:page}', '/x/2', { page: '2' }],
  ])('%s on %s', (match, path, expected) => {
    expect(params(match, path)).toEqual(expected)
  })

  test('the first rule that matches counts', () => {
    const rules = [
      { match: '/movies/new', maxAge: 1 },
      { match: '/movies/:id', maxAge: 2 },
      { match: '/*rest', maxAge: 3 },
    ]
    expect(['/movies/new', '/movies/42', '/home'].map((path) => found(path, ...rules).maxAge)).toEqual([1, 2, 3])
  })

  test('order decides, even against what is more exact', () => {
    const rules = [
      { match: '/*rest', maxAge: 3 },
      { match: '/movies/new', maxAge: 1 },
    ]
    expect(found('/movies/new', ...rules).name).toBe('/*rest')
  })

  test('a path that no rule names has the cache’s defaults, under the name *', () => {
    expect(found('/elsewhere', { match: '/movies/:id' })).toMatchObject({
      ...defaults,
      name: '*',
      cache: true,
      tags: [],
    })
  })

  test.each(['/account/orders', '/ACCOUNT/orders', '/Account/Orders', '/account', '/ACCOUNT'])(
    'a rule against caching is compared without regard to letter case: %s (P6)',
    (path) => {
      expect(found(path, { match: '/account/*rest', cache: false }).cache).toBe(false)
    },
  )

  test('a rule that names no tags gives none', () => {
    expect(found('/m', { match: '/m', maxAge: 5 }).tags).toEqual([])
  })

  test('a rule that caches is compared exactly: letter case tells pages apart (K2)', () => {
    expect(found('/MOVIES/1', { match: '/movies/:id', maxAge: 5 }).name).toBe('*')
  })
})

describe('what a rule says, and what it leaves unsaid', () => {
  test('what it says stands, and the cache’s defaults stand under it', () => {
    const route = found('/m', {
      match: '/m',
      maxAge: 300,
      types: ['Text/HTML', 'application/json'],
      session: 'anonymous',
      setCookie: ['theme'],
      statusMaxAge: { 404: 3 },
    })
    expect(route).toMatchObject({
      name: '/m',
      cache: true,
      session: 'anonymous',
      maxAge: 300,
      staleWhileRevalidate: 600,
      staleIfError: 86_400,
      types: ['text/html', 'application/json'],
      setCookie: ['theme'],
      ignoreVary: ['accept-encoding', 'origin'],
      statusMaxAge: { 301: 3600, 308: 3600, 404: 3, 410: 3600 },
    })
  })

  test('only text/html is kept unless the rule says otherwise (P9)', () => {
    expect(found('/m', { match: '/m' }).types).toEqual(['text/html'])
  })
})

describe('the tags of a rule (R21, R30)', () => {
  test('are made from the parameters of the path', () => {
    const tags = ({ id }: RouteParams): readonly string[] => [`movie:${id}`]
    expect(found('/movies/a%20b', { match: '/movies/:id', tags }).tags).toEqual(['movie:a b'])
  })

  test('a class and id is found by its class too', () => {
    const tag = { class: 'menu', id: 'small' }
    expect(found('/', { match: '/', tags: [tag] }).tags).toEqual([namedTag(tag), namedTag({ class: 'menu' })])
  })

  test('a list that the caller keeps is never written to (V16)', () => {
    const tags = Object.freeze(['a', Object.freeze({ class: 'b', id: 1 })])
    expect(found('/', { match: '/', tags }).tags).toHaveLength(3)
    expect(tags).toEqual(['a', { class: 'b', id: 1 }])
  })

  test.each<[string, Partial<RouteDefaults>, Omit<RouteOptions, 'match'>, boolean]>([
    ['as the cache says, where it says nothing', { freshness: 'origin' }, {}, true],
    ['as the cache says, where neither says', {}, {}, false],
    ['as it says itself', {}, { freshness: 'origin' }, true],
    ['as it says itself, against the cache', { freshness: 'origin' }, { freshness: 'policy' }, false],
  ])(
    'a route lets the app’s own fields decide %s, and then neither encodes nor refreshes ahead (R72)',
    (_, cache, route, isOrigin) => {
      const origin = { ...ORIGIN_DEFAULTS }
      const table = (more: object): Route =>
        routeTable([{ match: '/', refreshAhead: 0.5, ...route, ...more }], { ...defaults, ...cache, origin })('/')
      expect(table({}).origin).toBe(isOrigin ? origin : undefined)
      expect([table({}).encoding, table({ encoding: false }).encoding]).toEqual([!isOrigin, false])
      expect(table({}).refreshAhead).toBe(isOrigin ? 0 : 0.5)
    },
  )

  test('where the cache encodes what the app decides on, a route does, unless it says otherwise', () => {
    const cache = { ...defaults, freshness: 'origin', encodesOrigin: true } as const
    expect(routeTable([{ match: '/' }], cache)('/').encoding).toBe(true)
    expect(routeTable([{ match: '/', encoding: false }], cache)('/').encoding).toBe(false)
  })

  test.each([
    ['never', 'always', 'never'],
    ['default', 'always', 'default'],
    [undefined, 'always', 'always'],
    [undefined, undefined, 'default'],
  ] as const)('a route of strategy %s in a cache of strategy %s has %s (O6)', (own, cache, strategy) => {
    const route = { match: '/', ...(own !== undefined && { strategy: own }) }
    const all = { ...defaults, ...(cache !== undefined && { strategy: cache }) }
    expect(routeTable([route], all)('/').strategy).toBe(strategy)
  })

  test('a wrong tag in a list is an error at the start, not at the first request', () => {
    expect(() => routeTable([{ match: '/', tags: [42 as never] }], defaults)).toThrow(
      "ERR_SSR_CACHE_OPTION: a tag must be a string or { class: string, id?: string | number }, got 42 (number). Write 'movie:42' or { class: 'movie', id: 42 }.",
    )
  })

  test('a function that gives no list is told so by the name of its rule', () => {
    const table = routeTable([{ match: '/a' }, { match: '/m/:id', tags: (() => 'movie:1') as never }], defaults)
    expect(String(table('/m/1').tagsFault?.error)).toBe(
      'SsrCacheError: ERR_SSR_CACHE_OPTION: "routes[1].tags" must be a function that gives a list of tags, got "movie:1" (string). Write ({ id }) => [\'movie:\' + id].',
    )
    expect(table('/m/1').cache).toBe(false)
  })

  test('a function that throws keeps its path out of the cache (I11)', () => {
    const error = new Error('odd')
    const tags = (): never => {
      throw error
    }
    expect(found('/m/1', { match: '/m/:id', tags })).toMatchObject({ cache: false, tags: [], tagsFault: { error } })
  })
})

describe('bad patterns are errors at the start', () => {
  test.each(['/x/*', '/x/:', '/x(', '/x/{a', '/x?'])('%s', (match) => {
    const table = (): unknown => routeTable([{ match: '/ok' }, { match }], defaults)
    expect(table).toThrow(
      /^ERR_SSR_CACHE_OPTION: "routes\[1\]\.match" must be a path pattern \(.+\), got .*\. Write '\/movies\/:id' or '\/account\/\*rest'\.$/,
    )
  })
})
