import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import {
  CDN_DIALECTS,
  CDN_FIELDS,
  type CdnDialect,
  type Field,
  parseCacheControl,
  parseTargetedField,
  type SharedLife,
  sharedFields,
} from '../../src/cache-control/index.ts'

const FULL: SharedLife = { maxAge: 60, staleWhileRevalidate: 600, staleIfError: 86_400 }
const BARE: SharedLife = { maxAge: 10, staleWhileRevalidate: 0, staleIfError: 0 }

describe('sharedFields without a dialect', () => {
  it('keeps browsers out and tells shared caches the lifetime (R60)', () => {
    expect(sharedFields(undefined, 'shared', BARE)).toEqual([['cache-control', 'public, max-age=0, s-maxage=10']])
  })

  it('tells of the error window where there is one, and never of stale-while-revalidate', () => {
    expect(sharedFields(undefined, 'shared', FULL)).toEqual([
      ['cache-control', 'public, max-age=0, s-maxage=60, stale-if-error=86400'],
    ])
  })

  it.each([
    [60, 'public, max-age=60'],
    [1, 'public, max-age=1'],
    [2_592_000, 'public, max-age=2592000'],
  ])(
    'in the single style gives everyone the same %i seconds and nothing else (R10, R11, R12, R18)',
    (maxAge, value) => {
      expect(sharedFields(undefined, 'single', { ...FULL, maxAge })).toEqual([['cache-control', value]])
    },
  )
})

describe('sharedFields speaks to each CDN in its own words, and tells browsers to ask', () => {
  it.each<readonly [CdnDialect, full: readonly Field[], bare: readonly Field[]]>([
    [
      'generic',
      [
        ['cdn-cache-control', 'max-age=60, stale-while-revalidate=600, stale-if-error=86400'],
        ['cache-control', 'public, max-age=0'],
      ],
      [
        ['cdn-cache-control', 'max-age=10'],
        ['cache-control', 'public, max-age=0'],
      ],
    ],
    [
      'cloudflare',
      [
        ['cloudflare-cdn-cache-control', 'max-age=60, stale-while-revalidate=600, stale-if-error=86400'],
        ['cache-control', 'public, max-age=0'],
      ],
      [
        ['cloudflare-cdn-cache-control', 'max-age=10, stale-if-error=0'],
        ['cache-control', 'public, max-age=0'],
      ],
    ],
    [
      'cloudfront',
      [['cache-control', 'public, max-age=0, s-maxage=60, stale-if-error=86400']],
      [['cache-control', 'public, max-age=0, s-maxage=10, stale-if-error=0']],
    ],
    [
      'fastly',
      [
        ['surrogate-control', 'max-age=60, stale-while-revalidate=600, stale-if-error=86400'],
        ['cache-control', 'public, max-age=0'],
      ],
      [
        ['surrogate-control', 'max-age=10'],
        ['cache-control', 'public, max-age=0'],
      ],
    ],
    [
      'akamai',
      [
        ['akamai-cache-control', 'max-age=60, stale-while-revalidate=600, stale-if-error=86400'],
        ['cache-control', 'public, max-age=0'],
      ],
      [
        ['akamai-cache-control', 'max-age=10'],
        ['cache-control', 'public, max-age=0'],
      ],
    ],
    [
      'varnish',
      [
        [
          'cache-control',
          'public, max-age=0, s-maxage=60, must-revalidate, stale-while-revalidate=600, stale-if-error=86400',
        ],
      ],
      [['cache-control', 'public, max-age=0, s-maxage=10, stale-while-revalidate=0']],
    ],
    [
      'nginx',
      [
        ['x-accel-expires', '60'],
        ['cache-control', 'public, max-age=0, must-revalidate, stale-while-revalidate=600, stale-if-error=86400'],
      ],
      [
        ['x-accel-expires', '10'],
        ['cache-control', 'public, max-age=0'],
      ],
    ],
  ])('%s', (dialect, full, bare) => {
    expect(sharedFields(dialect, 'shared', FULL)).toEqual(full)
    expect(sharedFields(dialect, 'shared', BARE)).toEqual(bare)
  })

  it('nginx takes the revalidation window for errors too, unless told otherwise', () => {
    expect(sharedFields('nginx', 'shared', { ...FULL, staleIfError: 0 })[1]).toEqual([
      'cache-control',
      'public, max-age=0, must-revalidate, stale-while-revalidate=600, stale-if-error=0',
    ])
  })

  it.each(CDN_DIALECTS)('%s: only the single style changes what Cache-Control says', (dialect) => {
    const shared = sharedFields(dialect, 'shared', FULL)
    const single = sharedFields(dialect, 'single', FULL)
    expect(single.at(-1)).toEqual(['cache-control', 'public, max-age=60'])
    expect(single.slice(0, -1)).toEqual(shared.slice(0, -1))
  })
})

const seconds = fc.oneof(fc.constant(0), fc.nat(2_592_000))
const life = fc.record({ maxAge: seconds, staleWhileRevalidate: seconds, staleIfError: seconds })
const dialect = fc.option(fc.constantFrom(...CDN_DIALECTS), { nil: undefined })

describe('whatever the dialect and the life,', () => {
  test.prop([dialect, life])(
    'every field is public, promises nobody more than the life, and names are lower case',
    (cdn, given) => {
      for (const [name, value] of sharedFields(cdn, 'shared', given)) {
        expect(name).toBe(name.toLowerCase())
        if (name === 'x-accel-expires') continue
        const said = parseCacheControl(value)
        expect(said).not.toHaveProperty('noStore')
        expect(said).not.toHaveProperty('private')
        expect(said.sMaxAge ?? said.maxAge ?? 0).toBeLessThanOrEqual(given.maxAge)
        expect(said.staleWhileRevalidate ?? 0).toBeLessThanOrEqual(given.staleWhileRevalidate)
        expect(said.staleIfError ?? 0).toBeLessThanOrEqual(given.staleIfError)
      }
    },
  )

  test.prop([dialect, life])('browsers keep nothing that they would show without asking', (cdn, given) => {
    const said = parseCacheControl(sharedFields(cdn, 'shared', given).at(-1)?.[1])
    expect(said.public).toBe(true)
    expect(said.maxAge).toBe(0)
    if (said.staleWhileRevalidate) expect(said.mustRevalidate).toBe(true)
  })

  test.prop([dialect, life])(
    'a field of the CDN’s own is one that personal answers drop, and comes before Cache-Control',
    (cdn, given) => {
      const fields = sharedFields(cdn, 'shared', given)
      expect(fields.at(-1)?.[0]).toBe('cache-control')
      for (const [name] of fields.slice(0, -1)) expect(CDN_FIELDS).toContain(name)
    },
  )

  test.prop([fc.constantFrom('generic', 'cloudflare', 'akamai'), life])(
    'targeted fields are dictionaries that say the life',
    (cdn, given) => {
      const own = parseTargetedField(sharedFields(cdn, 'shared', given)[0]?.[1])
      expect(own?.maxAge).toBe(given.maxAge)
      expect(own?.staleWhileRevalidate ?? 0).toBe(given.staleWhileRevalidate)
      expect(own?.staleIfError ?? 0).toBe(given.staleIfError)
    },
  )
})
