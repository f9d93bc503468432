import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { contentRange, type RangeDecision, rangeOf } from '../../src/rules/range.ts'

const part = (first: number, last: number): RangeDecision => ({ kind: 'part', first, last })
const WHOLE: RangeDecision = { kind: 'whole' }
const NONE: RangeDecision = { kind: 'unsatisfiable' }

describe('what a Range asks of a page of 1,000 bytes (RFC 9110 14)', () => {
  test.each<[string, string, RangeDecision]>([
    ['the first bytes', 'bytes=0-499', part(0, 499)],
    ['one byte', 'bytes=0-0', part(0, 0)],
    ['the last byte', 'bytes=999-999', part(999, 999)],
    ['from somewhere on', 'bytes=500-', part(500, 999)],
    ['all of it', 'bytes=0-', part(0, 999)],
    ['more than there is', 'bytes=500-5000', part(500, 999)],
    ['the last 200', 'bytes=-200', part(800, 999)],
    ['the last 1,000', 'bytes=-1000', part(0, 999)],
    ['the last of more than there are: all of it', 'bytes=-1001', part(0, 999)],
    ['a unit in other letter case', 'BYTES=0-1', part(0, 1)],
    ['leading zeros', 'bytes=0000-0001', part(0, 1)],
    ['spaces round the range', 'bytes= 0-1', part(0, 1)],
    ['a number of 400 digits as the end', `bytes=0-${'9'.repeat(400)}`, part(0, 999)],
    ['a suffix of 400 digits', `bytes=-${'9'.repeat(400)}`, part(0, 999)],
    ['a number of 400 digits as the start', `bytes=${'9'.repeat(400)}-`, NONE],
    ['what begins at the end', 'bytes=1000-', NONE],
    ['what begins beyond it', 'bytes=2000-3000', NONE],
    ['the last none', 'bytes=-0', NONE],
    ['several, none of them there', 'bytes=1000-1001, 2000-, -0', NONE],
    ['several, one of them there', 'bytes=1000-1001, 5-6', part(5, 6)],
    ['several', 'bytes=0-1,3-4', WHOLE],
    ['several that overlap', 'bytes=0-5, 3-8', WHOLE],
    ['the same twice', 'bytes=0-5,0-5', WHOLE],
    ['an unknown unit', 'pages=0-1', WHOLE],
    ['a unit that only begins like bytes', 'bytesx=0-1', WHOLE],
    ['no unit', '0-1', WHOLE],
    ['nothing', '', WHOLE],
    ['no range', 'bytes=', WHOLE],
    ['a hyphen alone', 'bytes=-', WHOLE],
    ['no hyphen', 'bytes=5', WHOLE],
    ['the end before the beginning', 'bytes=5-2', WHOLE],
    ['one of several with its end before its beginning', 'bytes=0-1,5-2', WHOLE],
    ['letters', 'bytes=a-b', WHOLE],
    ['letters behind a number', 'bytes=0-1x', WHOLE],
    ['a hexadecimal number', 'bytes=0x0-0x1', WHOLE],
    ['an exponent', 'bytes=1e2-', WHOLE],
    ['a sign', 'bytes=+1-2', WHOLE],
    ['two hyphens', 'bytes=--1', WHOLE],
    ['three numbers', 'bytes=1-2-3', WHOLE],
    ['spaces inside a range', 'bytes=0 - 1', WHOLE],
    ['a space before the equals sign', 'bytes =0-1', WHOLE],
    ['an empty member', 'bytes=,0-1', WHOLE],
    ['one good member and one malformed', 'bytes=0-1,x', WHOLE],
    ['two lines that were joined', 'bytes=0-1, bytes=3-4', WHOLE],
    ['digits that are none of ASCII', 'bytes=٠-١', WHOLE],
  ])('%s', (_, text, decision) => {
    expect(rangeOf(text, 1000)).toEqual(decision)
  })

  test('a range that ends before it begins is malformed, by however little and however far out', () => {
    expect(rangeOf('bytes=999999999999999949515880660993-999999999999999949515880660992', 1)).toEqual(WHOLE)
    expect(rangeOf('bytes=999999999999999949515880660992-999999999999999949515880660993', 1)).toEqual(NONE)
  })

  test('of no bytes nothing is cut', () => {
    for (const text of ['bytes=0-', 'bytes=-1', 'bytes=0-0']) expect(rangeOf(text, 0)).toEqual(WHOLE)
  })

  test('a part and none say where they lie', () => {
    expect(contentRange({ kind: 'part', first: 0, last: 9 }, 100)).toBe('bytes 0-9/100')
    expect(contentRange({ kind: 'unsatisfiable' }, 100)).toBe('bytes */100')
  })
})

const size = fc.integer({ min: 0, max: 5_000 })
/** Near the bounds, and far beyond any number. */
const position = fc.oneof(fc.nat(6_000).map(BigInt), fc.bigInt({ min: 0n, max: 10n ** 30n }))
const range = fc.oneof(
  fc.tuple(position, position).map(([first, last]) => ({ text: `${first}-${last}`, first, last })),
  position.map((first) => ({ text: `${first}-`, first, last: undefined })),
  position.map((last) => ({ text: `-${last}`, first: undefined, last })),
)
type Asked = typeof range extends fc.Arbitrary<infer T> ? T : never

/** Which bytes a range names, one by one in exact numbers: RFC 9110 14.1.2 in other words. */
function named({ first, last }: Asked, size: number): number[] | 'malformed' {
  if (first !== undefined && last !== undefined && last < first) return 'malformed'
  return Array.from({ length: size }, (_, at) => at).filter((at) => {
    if (first === undefined) return BigInt(size - at) <= (last ?? 0n)
    return BigInt(at) >= first && (last === undefined || BigInt(at) <= last)
  })
}

describe('laws of Range', () => {
  property.prop([range, size])('one range is cut as the RFC counts its bytes', (asked, bytes) => {
    const decision = rangeOf(`bytes=${asked.text}`, bytes)
    const expected = named(asked, bytes)
    if (expected === 'malformed' || bytes === 0) expect(decision).toEqual(WHOLE)
    else if (expected.length === 0) expect(decision).toEqual(NONE)
    else expect(decision).toEqual(part(expected[0] as number, expected.at(-1) as number))
  })

  property.prop([fc.array(range, { minLength: 2, maxLength: 5 }), size])(
    'of several, one that is there is cut, and none is none',
    (asked, bytes) => {
      const all = asked.map((each) => named(each, bytes))
      const there = all.filter((each) => each !== 'malformed' && each.length > 0) as number[][]
      const [only, another] = there
      const decision = rangeOf(`bytes=${asked.map(({ text }) => text).join(', ')}`, bytes)
      if (bytes === 0 || all.includes('malformed') || another !== undefined) expect(decision).toEqual(WHOLE)
      else if (only === undefined) expect(decision).toEqual(NONE)
      else expect(decision).toEqual(part(only[0] as number, only.at(-1) as number))
    },
  )

  const noise = fc.string({
    unit: fc.constantFrom('0', '9', '-', ',', '=', ' ', 'b', '\t', 'e', '٣', '\0'),
    maxLength: 60,
  })

  property.prop([
    fc.oneof(
      fc.string(),
      noise,
      noise.map((text) => `bytes=${text}`),
    ),
    fc.nat(),
  ])('any text is read, and no part lies outside', (text, bytes) => {
    const decision = rangeOf(text, bytes)
    if (decision.kind !== 'part') return
    expect(Number.isSafeInteger(decision.first) && Number.isSafeInteger(decision.last)).toBe(true)
    expect(decision.first).toBeGreaterThanOrEqual(0)
    expect(decision.last).toBeGreaterThanOrEqual(decision.first)
    expect(decision.last).toBeLessThan(bytes)
  })

  test.each([
    ['ranges', 'bytes=0-1'.padEnd(1_000_000, ',0-1')],
    ['digits', `${'bytes='.padEnd(1_000_000, '9')}-`],
    ['hyphens', 'bytes='.padEnd(1_000_000, '-')],
    ['spaces', 'bytes='.padEnd(1_000_000, ' ')],
    ['commas', 'bytes=0-1'.padEnd(1_000_000, ' ,')],
  ])('a million %s are read in linear time (B5)', (_, text) => {
    expect(rangeOf(text, 1000).kind).not.toBe('part')
  })
})
