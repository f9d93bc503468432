import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { ENCODINGS, type Encoding, IDENTITY, type Wanted, wantedBy } from '../../src/rules/accept-encoding.ts'

const wanted = (field: string): Wanted => wantedBy(field, ENCODINGS)

describe('what an Accept-Encoding field asks for (RFC 9110 12.5.3)', () => {
  test.each<[string, readonly Encoding[]]>([
    ['gzip', ['gzip']],
    ['GZip', ['gzip']],
    ['gzip, deflate, br, zstd', ['zstd', 'br', 'gzip']],
    ['br;q=0.5, gzip', ['gzip', 'br']],
    ['gzip;q=0.5, zstd;q=0.5, br;q=0.501', ['br', 'zstd', 'gzip']],
    ['gzip;q=0, br', ['br']],
    ['br;q=0.000', []],
    ['*', ['zstd', 'br', 'gzip']],
    ['gzip;q=0, *', ['zstd', 'br']],
    ['gzip, *;q=0.5', ['gzip', 'zstd', 'br']],
    ['identity, gzip;q=0.5', []],
    ['identity;q=0.5, gzip;q=0.8, br;q=0.3', ['gzip']],
    [' gzip ; q=1 ,\tbr ', ['br', 'gzip']],
    ['gzip;level="a,b";q=0, br', ['br']],
    ['compress, deflate', []],
    ['', []],
    ['identity', []],
  ])('%j', (field, encodings) => {
    expect(wanted(field)).toEqual({ encodings, refusesIdentity: false })
  })

  test.each<[string, readonly Encoding[]]>([
    ['gzip, *;q=0', ['gzip']],
    ['gzip, identity;q=0', ['gzip']],
    ['identity;q=0, *;q=0.1', ['zstd', 'br', 'gzip']],
  ])('%j refuses identity', (field, encodings) => {
    expect(wanted(field)).toEqual({ encodings, refusesIdentity: true })
  })

  test.each([
    '*;q=0',
    'identity;q=0',
    'deflate, *;q=0',
    ',,;;==',
    'gzip;q=often',
    'gzip;q=-1',
    '"gzip"',
    'gzip br',
    '\u0000',
  ])('%j leaves nothing to send but the page as it is', (field) => {
    expect(wanted(field)).toBe(IDENTITY)
  })

  test('only what is offered is answered with', () => {
    expect(wantedBy('*', ['gzip']).encodings).toEqual(['gzip'])
    expect(wantedBy('gzip, br', [])).toBe(IDENTITY)
  })

  test('a field that no browser sends is not read: 16 KB of it would take milliseconds (I7)', () => {
    expect(wanted(`gzip${','.repeat(1_020)}`).encodings).toEqual(['gzip'])
    expect(wanted(`gzip${','.repeat(1_021)}`)).toBe(IDENTITY)
  })

  const coding = fc.constantFrom('gzip', 'br', 'zstd', 'identity', '*', 'deflate', 'x')
  const weight = fc.integer({ min: 0, max: 1000 })
  const fields = fc.uniqueArray(fc.record({ coding, weight }), { selector: ({ coding }) => coding, maxLength: 7 })

  property.prop([fields], { numRuns: 1_000 })(
    'is what each weight says: nothing refused, the heavier before the lighter, and none below identity',
    (members) => {
      const field = members.map(({ coding, weight }) => `${coding};q=${(weight / 1000).toFixed(3)}`).join(', ')
      const said = new Map<string, number>(members.map(({ coding, weight }) => [coding, weight]))
      const weightOf = (name: string): number | undefined => said.get(name) ?? said.get('*')
      const { encodings, refusesIdentity } = wanted(field)
      const weights = encodings.map((encoding) => weightOf(encoding) ?? 0)
      expect(weights.every((each) => each > 0)).toBe(true)
      expect(weights).toEqual(weights.toSorted((a, b) => b - a))
      const identity = weightOf('identity')
      if (identity !== undefined && identity > 0) expect(weights.every((each) => each >= identity)).toBe(true)
      if (refusesIdentity) expect(identity).toBe(0)
      const best = Math.max(0, ...['zstd', 'br', 'gzip'].map((name) => weightOf(name) ?? 0))
      if (best > 0 && best >= (identity ?? 0)) expect(weights[0]).toBe(best)
    },
  )

  const characters = fc.constantFrom(
    'gzip',
    'br',
    'q',
    '=',
    ';',
    ',',
    ' ',
    '\t',
    '"',
    '\\',
    '*',
    '0',
    '.',
    '5',
    '\u00ff',
  )
  property.prop([fc.array(characters, { maxLength: 60 }).map((parts) => parts.join(''))], { numRuns: 2_000 })(
    'never throws, and offers nothing twice',
    (field) => {
      const { encodings } = wanted(field)
      expect(new Set(encodings).size).toBe(encodings.length)
    },
  )
})
