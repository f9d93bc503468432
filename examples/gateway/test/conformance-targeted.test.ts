import { describe, expect, test } from 'vitest'
import { ADAPTERS, gatewayBeforeScript } from './gateway-under-test.ts'

const PAST = 'Thu, 01 Jan 2015 00:00:00 GMT'
const FUTURE = 'Sat, 01 Jan 2050 00:00:00 GMT'

type Fields = Readonly<Record<string, string>>

/** Title, the fields of the answer, and how many seconds later it is asked for again. */
type Row = readonly [title: string, fields: Fields, after?: number]

const REUSED: readonly Row[] = [
  ['max-age', { 'cdn-cache-control': 'max-age=3600' }, 3599],
  ['a lifetime of 2^31', { 'cdn-cache-control': 'max-age=2147483648' }],
  ['a lifetime beyond 2^31', { 'cdn-cache-control': 'max-age=99999999999' }],
  ['a directive that nobody knows beside it', { 'cdn-cache-control': 'foobar, max-age=3600' }],
  ['max-age over an Expires that is past', { 'cdn-cache-control': 'max-age=3600', expires: PAST }],
  ['max-age over an Expires that is none', { 'cdn-cache-control': 'max-age=3600', expires: '0' }],
  [
    'a long max-age over a short one of Cache-Control',
    { 'cdn-cache-control': 'max-age=3600', 'cache-control': 'max-age=1' },
    2,
  ],
  ['max-age over the no-store of Cache-Control', { 'cdn-cache-control': 'max-age=3600', 'cache-control': 'no-store' }],
  [
    'Cache-Control where it is no structured field',
    { 'cdn-cache-control': 'no-store, &&&', 'cache-control': 'max-age=60' },
  ],
]

const FRESH = { 'cache-control': 'max-age=10000', expires: FUTURE } as const

const NOT_REUSED: readonly Row[] = [
  ['past its max-age', { 'cdn-cache-control': 'max-age=3600', 'cache-control': 'max-age=9999' }, 3600],
  ['where Age is greater than its max-age', { 'cdn-cache-control': 'max-age=3600', age: '7200' }],
  ['max-age=0', { 'cdn-cache-control': 'max-age=0' }],
  ['max-age=0, with an Expires to come', { 'cdn-cache-control': 'max-age=0', expires: FUTURE }],
  ['a short max-age over a long one of Cache-Control', { 'cdn-cache-control': 'max-age=1', ...FRESH }, 2],
  ['private', { 'cdn-cache-control': 'private', ...FRESH }],
  ['no-cache', { 'cdn-cache-control': 'no-cache', ...FRESH }],
  ['no-store', { 'cdn-cache-control': 'no-store', ...FRESH }],
  ['a value of a type that there is not', { 'cdn-cache-control': 'max-age=10000, &&&&&', 'cache-control': 'no-store' }],
  ['a value of another type', { 'cdn-cache-control': 'max-age="10000"', 'cache-control': 'no-store' }],
  [
    'space before the =, which is no structured field',
    { 'cdn-cache-control': 'max-age =100', 'cache-control': 'max-age=1' },
    2,
  ],
  [
    'space behind the =, which is none either',
    { 'cdn-cache-control': 'max-age= 100', 'cache-control': 'max-age=1' },
    2,
  ],
  [
    'a name in capitals, which is none either',
    { 'cdn-cache-control': 'MaX-aGe=3600', 'cache-control': 'max-age=1' },
    2,
  ],
]

describe.each(ADAPTERS)('CDN-Cache-Control on %s, where it is heeded (RFC 9213)', (adapter) => {
  /** Which answer of the origin a second visitor gets. */
  async function second(fields: Fields, after: number, cdnCacheControl = true): Promise<string> {
    await using gateway = await gatewayBeforeScript([{ fields }], { adapter, cdnCacheControl })
    expect((await gateway.ask('/')).headers).toMatchObject({ 'cdn-cache-control': fields['cdn-cache-control'] })
    gateway.clock.advance(after * 1000)
    return (await gateway.ask('/')).text
  }

  for (const [title, fields, after = 0] of REUSED) {
    test(`an answer is reused by ${title}`, async () => expect(await second(fields, after)).toBe('answer 1'))
  }

  for (const [title, fields, after = 0] of NOT_REUSED) {
    test(`an answer is not reused: ${title}`, async () => expect(await second(fields, after)).toBe('answer 2'))
  }

  test('counts for nothing where it is not', async () => {
    expect(await second({ 'cdn-cache-control': 'max-age=3600' }, 0, false)).toBe('answer 2')
    expect(await second({ 'cdn-cache-control': 'no-store', ...FRESH }, 0, false)).toBe('answer 1')
  })
})
