import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { KEY_DEFAULTS } from '../../src/key/key-options.ts'
import { ADAPTIVE_DEFAULTS } from '../../src/options/adaptive-options.ts'
import { ADMISSION_DEFAULTS } from '../../src/options/admission-options.ts'
import { ENCODING_DEFAULTS } from '../../src/options/encoding-options.ts'
import { FALLBACK_DEFAULTS } from '../../src/options/fallback-options.ts'
import { DEFAULTS, DOWNSTREAM_DEFAULTS } from '../../src/options/render-cache-options.ts'
import { ORIGIN_DEFAULTS } from '../../src/origin/settings.ts'
import { STATUS_MAX_AGE } from '../../src/rules/policy.ts'

/** The `@default` of each field of an interface, as its TSDoc says it. */
function documented(file: string, name: string): Readonly<Record<string, string>> {
  const source = readFileSync(new URL(`../../src/${file}`, import.meta.url), 'utf8')
  const start = source.indexOf(`export interface ${name} {`)
  const body = source.slice(start, source.indexOf('\n}', start))
  const fields = body.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*readonly (\w+)\??:/g)
  return Object.fromEntries(
    [...fields].map(([, comment = '', field = '']) => [
      field,
      /@default (.+?)\s*(?:\*\/|\n|$)/.exec(comment)?.[1]?.trim() ?? 'none',
    ]),
  )
}

/** A value as a TSDoc comment writes it. */
function written(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(written).join(', ')}]`
  if (typeof value === 'string') return `'${value}'`
  if (typeof value !== 'object' || value === null) return String(value)
  const fields = Object.entries(value).map(([name, part]) => `${name}: ${written(part)}`)
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`
}

describe('every default that is documented is the one that holds (STYLE 5)', () => {
  test.each([
    ['options/render-cache-options.ts', 'RenderCacheOptions', DEFAULTS],
    ['options/admission-options.ts', 'AdmissionOptions', ADMISSION_DEFAULTS],
    ['options/render-cache-options.ts', 'DownstreamOptions', DOWNSTREAM_DEFAULTS],
    ['options/adaptive-options.ts', 'AdaptiveOptions', ADAPTIVE_DEFAULTS],
    ['options/fallback-options.ts', 'FallbackOptions', FALLBACK_DEFAULTS],
    ['options/encoding-options.ts', 'EncodingOptions', ENCODING_DEFAULTS],
    ['origin/settings.ts', 'OriginOptions', ORIGIN_DEFAULTS],
    ['key/key-options.ts', 'KeyOptions', KEY_DEFAULTS],
    ['key/key-options.ts', 'BypassOptions', { query: KEY_DEFAULTS.bypassQuery }],
  ] as const)('%s: %s', (file, name, defaults) => {
    const said = documented(file, name)
    const held = Object.fromEntries(
      Object.entries(defaults).flatMap(([field, value]) => (field in said ? [[field, written(value)]] : [])),
    )
    expect(Object.keys(held).length).toBeGreaterThan(0)
    expect(said).toMatchObject(held)
  })

  test.each([
    [
      'options/render-cache-options.ts',
      'RenderCacheOptions',
      {
        ...DEFAULTS,
        enabled: 0,
        keyCoverage: 0,
        store: 0,
        hosts: 0,
        build: 0,
        key: 0,
        bypass: 0,
        logger: 0,
        clock: 0,
        encoding: 0,
        origin: 0,
        admission: 0,
        downstream: 0,
        admin: 0,
      },
    ],
    [
      'options/admission-options.ts',
      'AdmissionOptions',
      {
        ...ADMISSION_DEFAULTS,
        queueTimeoutMs: 0,
        alwaysConcurrency: 0,
        crawlerTimeoutMs: 0,
        alwaysTimeoutMs: 0,
        fallback: 0,
      },
    ],
    ['options/render-cache-options.ts', 'DownstreamOptions', { ...DOWNSTREAM_DEFAULTS, cdn: 0 }],
    ['options/adaptive-options.ts', 'AdaptiveOptions', ADAPTIVE_DEFAULTS],
    ['options/encoding-options.ts', 'EncodingOptions', ENCODING_DEFAULTS],
    ['origin/settings.ts', 'OriginOptions', ORIGIN_DEFAULTS],
  ])('%s, %s: every option has one, and every default an option', (file, name, known) => {
    const said = documented(file, name)
    expect(Object.keys(said).sort()).toEqual(Object.keys(known).sort())
    expect(Object.entries(said).filter(([, text]) => text === 'none')).toEqual([])
  })

  test('the figures of statuses are one literal', () => {
    expect(DEFAULTS.statusMaxAge).toEqual(STATUS_MAX_AGE)
  })
})
