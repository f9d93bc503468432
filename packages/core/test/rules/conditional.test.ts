import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { isConditional, isNotModified, isRangeWanted, isSameTag, type Validators } from '../../src/rules/conditional.ts'
import { httpDate } from '../../src/rules/http-date.ts'

const OLD = 'Sun, 06 Nov 1994 08:49:37 GMT'
const LATER = 'Mon, 07 Nov 1994 08:49:37 GMT'
const page = { etag: 'W/"abc"', lastModified: OLD }

test.each([
  ['W/"1"', '"1"', true],
  ['"1"', '"1"', true],
  ['W/"1"', 'W/"2"', false],
  ['"1"', '"W/1"', false],
])('%s and %s are the same page by the weak comparison: %s (RFC 9110 8.8.3.2)', (one, other, expected) => {
  expect(isSameTag(one, other)).toBe(expected)
})

describe('whether a Range counts (RFC 9110 13.1.5)', () => {
  const strong: Validators = { etag: '"abc"', lastModified: OLD, date: LATER }
  const weak: Validators = { etag: 'W/"abc"', lastModified: OLD, date: OLD }
  const bare: Validators = { etag: undefined, lastModified: undefined }

  test.each<[string, Readonly<Record<string, string>>, Validators, boolean]>([
    ['no condition', {}, strong, true],
    ['no condition on a page without validators', {}, bare, true],
    ['its strong tag', { 'if-range': '"abc"' }, strong, true],
    ['its strong tag with spaces round it', { 'if-range': ' "abc"\t' }, strong, true],
    ['another tag', { 'if-range': '"x"' }, strong, false],
    ['its weak tag', { 'if-range': 'W/"abc"' }, weak, false],
    ['its date, a second or more before it was made', { 'if-range': OLD }, strong, true],
    ['its date, in the second in which it was made', { 'if-range': OLD }, weak, false],
    ['its date, where nobody knows when it was made', { 'if-range': OLD }, { ...strong, date: undefined }, false],
    ['a tag of a page without validators', { 'if-range': '"abc"' }, bare, false],
    ['If-Match beside it', { 'if-match': '"abc"' }, strong, false],
    ['If-Unmodified-Since beside it', { 'if-unmodified-since': LATER }, strong, false],
  ])('%s', (_, headers, validators, expected) => {
    expect(isRangeWanted(headers, validators)).toBe(expected)
  })
})

describe('conditional requests (A3, RFC 9110 13)', () => {
  test.each([
    ['the same weak tag', 'W/"abc"', true],
    ['the same tag, strong: the comparison is weak', '"abc"', true],
    ['a list that holds it', '"x", W/"abc", "y"', true],
    ['a list without spaces', '"x",W/"abc"', true],
    ['a star: there is a page', '*', true],
    ['a star with spaces round it', ' * ', true],
    ['a comma before it', ', "abc"', true],
    ['a tab before it', '"x",\t"abc"', true],
    ['a tag that holds a comma before it', '"x,y", "abc"', true],
    ['a comma inside quotes does not end a tag', '"x, W/"abc"', false],
    ['another tag', 'W/"abcd"', false],
    ['the tag without quotes', 'abc', false],
    ['a lower-case w/ is no weak tag', 'w/"abc"', false],
    ['an unclosed quote', '"abc', false],
    ['what is no tag is passed over', 'nonsense, W/"abc"', true],
    ['an empty list', '', false],
    ['commas alone', ' , ,, ', false],
    ['a star among others is no star', '*, "x"', false],
  ])('If-None-Match with %s', (_, value, expected) => {
    expect(isNotModified({ 'if-none-match': value }, page)).toBe(expected)
  })

  test.each([
    ['the same date', OLD, true],
    ['a later date', LATER, true],
    ['an earlier date', 'Sat, 05 Nov 1994 08:49:37 GMT', false],
    ['RFC 850 form', 'Sunday, 06-Nov-94 08:49:37 GMT', true],
    ['asctime form, which means UTC', 'Sun Nov  6 08:49:37 1994', true],
    ['asctime form a second early', 'Sun Nov  6 08:49:36 1994', false],
    ['no date', 'yesterday', false],
    ['a date that is no HTTP-date', '1999', false],
    ['a day that does not exist', 'Sun, 99 Nov 1994 08:49:37 GMT', false],
  ])('If-Modified-Since with %s', (_, value, expected) => {
    expect(isNotModified({ 'if-modified-since': value }, page)).toBe(expected)
  })

  test('If-None-Match wins over If-Modified-Since, either way', () => {
    expect(isNotModified({ 'if-none-match': '"x"', 'if-modified-since': LATER }, page)).toBe(false)
    expect(
      isNotModified({ 'if-none-match': '"abc"', 'if-modified-since': 'Sat, 05 Nov 1994 08:49:37 GMT' }, page),
    ).toBe(true)
  })

  test('a page without validators is sent again, except to whoever wants none that exists', () => {
    const bare = { etag: undefined, lastModified: undefined }
    expect(isNotModified({ 'if-none-match': '"abc"' }, bare)).toBe(false)
    expect(isNotModified({ 'if-modified-since': LATER }, bare)).toBe(false)
    expect(isNotModified({ 'if-none-match': '*' }, bare)).toBe(true)
  })

  test('a request without conditions is none, whatever else it asks', () => {
    expect(isConditional({ 'if-match': '"abc"', range: 'bytes=0-1' })).toBe(false)
    expect(isNotModified({ 'if-match': '"x"' }, page)).toBe(false)
    expect(isConditional({ 'if-none-match': '*' })).toBe(true)
    expect(isConditional({ 'if-modified-since': OLD })).toBe(true)
  })

  const tag = fc.stringMatching(/^[!#-~]{0,12}$/)

  property.prop([fc.array(tag, { maxLength: 6 }), tag, fc.boolean()])(
    'a list names a tag exactly when it holds it, weak or strong',
    (tags, mine, weak) => {
      const list = tags.map((each, i) => (i % 2 === 0 ? `"${each}"` : `W/"${each}"`)).join(', ')
      const etag = `${weak ? 'W/' : ''}"${mine}"`
      expect(isNotModified({ 'if-none-match': list }, { etag, lastModified: undefined })).toBe(tags.includes(mine))
    },
  )

  property.prop([fc.string({ unit: fc.constantFrom('"', ',', 'W', '/', ' ', 'a'), maxLength: 200 })])(
    'any text is read to its end',
    (text) => {
      expect(typeof isNotModified({ 'if-none-match': text }, page)).toBe('boolean')
    },
  )

  property.prop([fc.integer({ min: 0, max: 4_102_444_800 })])(
    'what Date writes is read back to the second',
    (seconds) => {
      expect(httpDate(new Date(seconds * 1000).toUTCString())).toBe(seconds * 1000)
    },
  )
})
