import { describe, expect, test } from 'vitest'
import type { Field } from '../../src/fields.ts'
import { isEncodable, withAddedVary, withEncodingVary } from '../../src/rules/encodable.ts'
import { keptFields } from '../../src/rules/storable.ts'
import type { Entry } from '../../src/store/entry.ts'

const POLICY = { types: ['text/html'], minBytes: 100 }
const HTML: Field = ['content-type', 'Text/HTML; charset=utf-8']

function varyOf(
  fields: readonly Field[],
  { status = 200, length = 100, policy = POLICY as typeof POLICY | false } = {},
) {
  const kept = withEncodingVary(keptFields(fields), { status, fields, body: new Uint8Array(length) }, policy)
  return {
    vary: kept.filter(([name]) => name === 'vary').map(([, value]) => value),
    isEncodable: isEncodable({ fields: kept }),
  }
}

describe('which pages are sent encoded', () => {
  test.each<[string, readonly Field[], object, readonly string[]]>([
    ['a page', [HTML], {}, ['accept-encoding']],
    [
      'one that varies',
      [HTML, ['vary', 'Cookie'], ['vary', 'accept-language']],
      {},
      ['cookie, accept-language, accept-encoding'],
    ],
    ['one that says so itself', [HTML, ['vary', 'Accept-Encoding, cookie']], {}, ['cookie, accept-encoding']],
    ['a 404', [HTML], { status: 404 }, ['accept-encoding']],
    [
      'a page under other directives',
      [HTML, ['cache-control', 'max-age=5, no-transformation']],
      {},
      ['accept-encoding'],
    ],
    ['one byte too small', [HTML], { length: 99 }, []],
    ['another type', [['content-type', 'image/png']], {}, []],
    ['no type', [], {}, []],
    ['a choice of pages', [HTML], { status: 300 }, []],
    ['a redirect', [HTML], { status: 301 }, []],
    ['the last of the redirects', [HTML], { status: 399 }, []],
    ['no-transform (RFC 9111 5.2.2.6)', [HTML, ['cache-control', 'public'], ['cache-control', 'No-Transform']], {}, []],
    [
      'no-transform on a page that says it varies',
      [HTML, ['cache-control', 'no-transform'], ['vary', 'accept-encoding']],
      {},
      [],
    ],
  ])('%s', (_, fields, o, vary) => {
    expect(varyOf(fields, o)).toEqual({ vary, isEncodable: vary.length > 0 })
  })

  test('and nothing else of its fields is touched', () => {
    const fields: readonly Field[] = [HTML, ['vary', 'cookie'], ['content-language', 'en']]
    const kept = withEncodingVary(fields, { status: 200, fields, body: new Uint8Array(100) }, POLICY)
    expect(kept).toEqual([HTML, ['content-language', 'en'], ['vary', 'cookie, accept-encoding']])
  })

  test('where nothing is encoded, what the app says stands', () => {
    expect(varyOf([HTML, ['vary', 'Accept-Encoding, Cookie']], { policy: false }).vary).toEqual([
      'Accept-Encoding, Cookie',
    ])
  })

  test.each([true, false])(
    'where the app’s own fields decide, what was noted of the page counts (%s), and not its Vary',
    (isNoted) => {
      const fields: readonly Field[] = isNoted ? [HTML] : [HTML, ['vary', 'accept-encoding']]
      const origin = { isEncodable: isNoted } as NonNullable<Entry['origin']> // nothing else of it is read
      expect(isEncodable({ fields, origin })).toBe(isNoted)
    },
  )

  test.each<[string, readonly Field[], boolean]>([
    ['that says nothing', [HTML], true],
    ['that varies by others', [HTML, ['vary', 'Cookie']], true],
    ['that says so in its own words', [HTML, ['vary', 'Cookie, ACCEPT-Encoding']], false],
    ['that says so in a field of its own', [HTML, ['vary', 'accept-encoding'], ['vary', 'cookie']], false],
  ])(
    'an answer of the app %s keeps its fields as they came, and names Accept-Encoding behind them: %s (RFC 9110 12.5.5)',
    (_, fields, isAdded) => {
      expect(withAddedVary(fields)).toEqual(isAdded ? [...fields, ['vary', 'Accept-Encoding']] : fields)
    },
  )
})
