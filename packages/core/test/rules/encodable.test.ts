import { describe, expect, test } from 'vitest'
import type { Field } from '../../src/fields.ts'
import { isEncodable, withEncodingVary } from '../../src/rules/encodable.ts'
import { keptFields } from '../../src/rules/storable.ts'

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
})
