import { createRenderCache, isSsrCacheError } from '@ssr-cache/core'
import { describe, expect, test } from 'vitest'
import { resolveOptions } from '../../src/options/settings.ts'
import { ORIGIN_DEFAULTS } from '../../src/origin/settings.ts'

/** What creation says of options that are wrong; the code stands before it. */
function refusal(options: object): string {
  try {
    createRenderCache(options)
  } catch (error) {
    if (!isSsrCacheError(error)) throw error
    expect(error.code).toBe('ERR_SSR_CACHE_OPTION')
    return error.message.replace('ERR_SSR_CACHE_OPTION: ', '')
  }
  return 'accepted'
}

const DECIDED =
  "The app's own Cache-Control, Expires and Vary decide there; write freshness: 'policy' where they shall not."

describe('the options of origin-driven mode', () => {
  test.each<[string, object, string]>([
    [
      'freshness',
      { freshness: 'http' },
      '"freshness" must be one of "policy", "origin", got "http" (string). See the options table of the README.',
    ],
    [
      'an option that is none',
      { freshness: 'origin', origin: { staleIfDisconnected: 5 } },
      '"origin.staleIfDisconnected" must be left out (there is no such option), got 5 (number). Known are: targetedFields, setCookie, staleOnDisconnect, heuristicFraction, keepForValidation, requestDirectives.',
    ],
    [
      'staleOnDisconnect',
      { freshness: 'origin', origin: { staleOnDisconnect: '1h' } },
      '"origin.staleOnDisconnect" must be seconds >= 0, got "1h" (string). Write 3600.',
    ],
    [
      'targetedFields',
      { freshness: 'origin', origin: { targetedFields: ['cdn cache-control'] } },
      `"origin.targetedFields" must be a list of field names, got ["cdn cache-control"] (array). Write ['cdn-cache-control'].`,
    ],
    [
      'setCookie',
      { freshness: 'origin', origin: { setCookie: true } },
      `"origin.setCookie" must be 'refuse', 'strip', 'keep' or a list of cookie names to strip, got true (boolean). Write 'refuse' unless you know the cookie to be of no use to the visitor.`,
    ],
    [
      'heuristicFraction',
      { freshness: 'origin', origin: { heuristicFraction: 1 } },
      '"origin.heuristicFraction" must be a fraction >= 0 and < 1, got 1 (number). Write 0.2 for the last fifth of a lifetime, or 0 for never.',
    ],
  ])('%s is looked at when the cache is made', (_, options, message) => {
    expect(refusal(options)).toBe(message)
  })

  test.each<[string, object, string]>([
    ['maxAge of its route', { routes: [{ match: '/a', freshness: 'origin', maxAge: 60 }] }, 'routes[0].maxAge'],
    [
      'types of a route that inherits it',
      { freshness: 'origin', routes: [{ match: '/a', types: ['text/html'] }] },
      'routes[0].types',
    ],
    ['session', { freshness: 'origin', routes: [{ match: '/a', session: 'anonymous' }] }, 'routes[0].session'],
    ['setCookie of the cache', { freshness: 'origin', setCookie: 'strip' }, 'setCookie'],
    ['ignoreVary of the cache', { freshness: 'origin', ignoreVary: ['x'] }, 'ignoreVary'],
  ])('where the app decides, %s would be a second word, and is refused', (_, options, name) => {
    expect(refusal(options)).toContain(`"${name}" must be left out where freshness is 'origin'`)
    expect(refusal(options)).toContain(DECIDED)
  })

  test('what would mean nothing anywhere is refused', () => {
    expect(refusal({ origin: { staleOnDisconnect: 60 } })).toBe(
      `"origin" must be left out where no route has freshness: 'origin', got {"staleOnDisconnect":60} (object). Write freshness: 'origin', for the cache or for a route.`,
    )
  })

  test.each<[string, object]>([
    ['lifetimes of the cache, which count for values', { freshness: 'origin', maxAge: 60 }],
    ['tags', { freshness: 'origin', routes: [{ match: '/a', tags: ['a'] }] }],
    [
      'a route of each mode',
      { freshness: 'origin', setCookie: 'strip', routes: [{ match: '/a', freshness: 'policy', maxAge: 5 }] },
    ],
    ['settings for one route', { origin: { staleOnDisconnect: 60 }, routes: [{ match: '/a', freshness: 'origin' }] }],
    ['a route that is not cached', { freshness: 'origin', routes: [{ match: '/a', cache: false }] }],
  ])('what means something is accepted: %s', (_, options) => {
    expect(refusal(options)).toBe('accepted')
  })

  test('defaults are laid under, and field names put into lower case', () => {
    const targetedFields = ['CDN-Cache-Control']
    const { origin } = resolveOptions({ freshness: 'origin', origin: { targetedFields } })
    expect(origin).toEqual({ ...ORIGIN_DEFAULTS, targetedFields: ['cdn-cache-control'] })
    expect(targetedFields).toEqual(['CDN-Cache-Control'])
    expect(resolveOptions({}).freshness).toBe('policy')
  })
})
