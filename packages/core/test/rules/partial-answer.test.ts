import { describe, expect, test } from 'vitest'
import type { Field } from '../../src/fields.ts'
import { partialAnswer, type WholeAnswer } from '../../src/rules/partial-answer.ts'

const TEXT = 'the page, all of it'
const HIT = 'ssr-cache; hit; ttl=60'
const CHANGED = 'Sun, 06 Nov 1994 08:49:37 GMT'
const SECOND_LATER = 'Sun, 06 Nov 1994 08:49:38 GMT'

function page(changes: Partial<WholeAnswer> = {}, more: readonly Field[] = []): WholeAnswer {
  const fields: readonly Field[] = [
    ['content-type', 'text/html'],
    ['content-language', 'en'],
    ['content-security-policy', "default-src 'self'"],
    ['vary', 'accept-language'],
    ['etag', 'W/"1"'],
    ['cache-control', 'public, max-age=0, s-maxage=60'],
    ['cdn-cache-control', 'max-age=60'],
    ...more,
    ['cache-status', HIT],
  ]
  return { status: 200, fields, body: Buffer.from(TEXT), ...changes }
}

const cut = (headers: Record<string, string>, answer = page(), method = 'GET') => partialAnswer(method, headers, answer)
const textOf = (body: Uint8Array | undefined): string => new TextDecoder().decode(body)

describe('a Range of a kept page (RFC 9110 14)', () => {
  test('is its part, with all that the page says, and where it lies', () => {
    const answer = cut({ range: 'bytes=4-7' })
    expect([answer?.status, textOf(answer?.body)]).toEqual([206, 'page'])
    expect(answer?.fields).toEqual([...page().fields, ['content-range', `bytes 4-7/${TEXT.length}`]])
  })

  test.each([
    ['several parts', 'bytes=0-1,4-7'],
    ['another unit', 'lines=0-1'],
    ['nonsense', 'bytes=7-4'],
  ])('that asks for %s is of no account', (_, range) => {
    expect(cut({ range })).toBeUndefined()
  })

  test('is known by our own word on it, wherever it stands among the fields', () => {
    const [status, others] = [['cache-status', HIT] as const, page().fields.slice(0, -1)]
    expect(cut({ range: 'bytes=4-7' }, page({ fields: [status, ...others] }))?.status).toBe(206)
    expect(cut({ range: 'bytes=4-7' }, page({ fields: others }))).toBeUndefined()
  })

  test('that is not there is 416, which no cache may keep: it would take the page away from everybody (I11)', () => {
    const answer = cut({ range: 'bytes=100-' })
    expect([answer?.status, answer?.body.length]).toEqual([416, 0])
    expect(answer?.fields).toEqual([
      ['content-security-policy', "default-src 'self'"],
      ['vary', 'accept-language'],
      ['etag', 'W/"1"'],
      ['cache-status', HIT],
      ['cache-control', 'no-store'],
      ['content-range', `bytes */${TEXT.length}`],
    ])
  })

  test.each<[string, WholeAnswer]>([
    ['a miss', page({ fields: [['cache-status', 'ssr-cache; fwd=uri-miss; stored; ttl=60']] })],
    ['whoever followed', page({ fields: [['cache-status', 'ssr-cache; fwd=uri-miss; stored; collapsed; ttl=60']] })],
    ['an answer without Cache-Status', page({ fields: [] })],
    [
      'a hit of another cache that this one passed on',
      page({
        fields: [
          ['cache-status', HIT],
          ['cache-status', 'ssr-cache; fwd=miss'],
        ],
      }),
    ],
    ['another status', page({ status: 404 })],
    ['a stream', page({ body: (async function* () {})() })],
  ])('%s is given whole', (_, answer) => {
    expect(cut({ range: 'bytes=0-1' }, answer)).toBeUndefined()
  })

  test.each(['HEAD', 'POST', 'get'])('a %s is given no part: Range is for GET', (method) => {
    expect(cut({ range: 'bytes=0-1' }, page(), method)).toBeUndefined()
  })

  test('a stale hit, and a hit behind another cache, are cut as well', () => {
    for (const status of ['ssr-cache; hit; ttl=-3; detail=refreshing', HIT]) {
      const fields: readonly Field[] = [
        ['cache-status', 'other; fwd=miss'],
        ['cache-status', status],
      ]
      expect(cut({ range: 'bytes=0-1' }, page({ fields }))?.status).toBe(206)
    }
  })
})

describe('a Range with a condition (RFC 9110 13.1.5, 13.2.2)', () => {
  const strong = page({}, [['etag', '"2"']]).fields.filter(([name, value]) => name !== 'etag' || value !== 'W/"1"')
  const dated = (date?: string): WholeAnswer =>
    page({}, [['last-modified', CHANGED], ...(date === undefined ? [] : [['date', date] as const])])

  test.each<[string, string, WholeAnswer, boolean]>([
    ['our weak tag: the comparison is strong', 'W/"1"', page(), false],
    ['our tag without its W/', '"1"', page(), false],
    ['a strong tag of the app', '"2"', page({ fields: strong }), true],
    ['another strong tag', '"3"', page({ fields: strong }), false],
    ['its strong tag made weak', 'W/"2"', page({ fields: strong }), false],
    ['a list: it holds one validator', '"2", "3"', page({ fields: strong }), false],
    ['a star: it is no condition of If-Range', '*', page({ fields: strong }), false],
    ['the date of a page made a second later', CHANGED, dated(SECOND_LATER), true],
    ['the date of a page made in the same second, which may have changed again', CHANGED, dated(CHANGED), false],
    ['the date of a page of which nobody knows when it was made', CHANGED, dated(), false],
    ['a date of a page whose Date is none', CHANGED, dated('now'), false],
    ['another date, though a later one', SECOND_LATER, dated(SECOND_LATER), false],
    ['the same date in another form', 'Sunday, 06-Nov-94 08:49:37 GMT', dated(SECOND_LATER), false],
    ['a date of a page without one', CHANGED, page(), false],
    ['nothing', '', page(), false],
    ['nonsense', 'yesterday', dated(SECOND_LATER), false],
  ])('If-Range with %s', (_, condition, answer, wanted) => {
    expect(cut({ range: 'bytes=0-1', 'if-range': condition }, answer)?.status).toBe(wanted ? 206 : undefined)
  })

  test('of which If-Range does not hold is never 416: the page is another', () => {
    expect(cut({ range: 'bytes=100-', 'if-range': '"old"' })).toBeUndefined()
  })

  test.each(['if-match', 'if-unmodified-since'])(
    'is dropped beside %s: whoever sends it would join the part with another page’s',
    (name) => {
      expect(cut({ range: 'bytes=0-1', [name]: name === 'if-match' ? '"1"' : CHANGED })).toBeUndefined()
    },
  )
})
