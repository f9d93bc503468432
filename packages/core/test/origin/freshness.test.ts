import { describe, expect, test } from 'vitest'
import type { OriginResponse } from '../../src/origin/exchange.ts'
import { servedFields } from '../../src/origin/served-fields.ts'
import { dateAt, type FieldsByName, fate, NOW, response, verdictOn } from './exchanges.ts'

describe('Roots: if these two fail, nothing else counts', () => {
  test.each<[string, FieldsByName]>([
    ['nothing at all', {}],
    ['a Date', { date: dateAt(0) }],
    ['public alone', { 'cache-control': 'public' }],
    ['a stale window without a lifetime', { 'cache-control': 'stale-while-revalidate=600, stale-if-error=600' }],
    ['a Vary', { vary: 'accept' }],
  ])('no explicit freshness and no validator: never reused, with %s (Must)', (_, fields) => {
    expect(fate(response(fields), 0, { staleOnDisconnect: 60 })).toBe('no-freshness')
  })

  test('max-age alone: reused, and Cache-Control, ETag, Vary and Date go out as they came in (Must)', () => {
    const answer = response({
      'cache-control': ['Max-Age = 60', 'max-age=60,PUBLIC'],
      date: dateAt(0),
      etag: '"a"',
      vary: ' Accept ,, Foo',
      'x-unknown': 'as it is',
    })
    const verdict = verdictOn(answer)
    expect(verdict.kind).toBe('storable')
    if (verdict.kind !== 'storable') return
    expect(verdict.fields).toEqual(answer.fields)
    const served = servedFields({ ...answer, fields: verdict.fields }, verdict.life, NOW + 7_000)
    expect(served).toEqual([...answer.fields, ['age', '7']])
    expect(fate(response({ 'cache-control': 'max-age=60' }), 59)).toBe('serve')
  })
})

type Row = readonly [title: string, fields: FieldsByName, freshSeconds: number]

/** Fresh until the second, and not in it; 0 is never. */
function expectFresh(answer: OriginResponse, seconds: number): void {
  const last = seconds - 0.001
  const kept = { keepForValidation: 0, staleOnDisconnect: 1e9 } // nothing is refused for want of use
  if (seconds > 0) expect(fate(answer, last, kept)).toBe('serve')
  expect(fate(answer, seconds, kept)).not.toBe('serve')
}

describe('Freshness, Must', () => {
  test.each<Row>([
    ['max-age is honoured, and expires on time', { 'cache-control': 'max-age=60' }, 60],
    ['max-age=0 is stale', { 'cache-control': 'max-age=0' }, 0],
    ['max-age=0 beats a future Expires', { 'cache-control': 'max-age=0', expires: dateAt(600), date: dateAt(0) }, 0],
    ['a negative max-age means not fresh', { 'cache-control': 'max-age=-60', expires: dateAt(600) }, 0],
    ['a received Age counts', { 'cache-control': 'max-age=60', age: '50' }, 10],
    ['an Age as long as the lifetime', { 'cache-control': 'max-age=60', age: '60' }, 0],
    ['s-maxage alone is enough', { 'cache-control': 's-maxage=60' }, 60],
    ['a short s-maxage beats a long max-age', { 'cache-control': 's-maxage=10, max-age=600' }, 10],
    ['in the other order', { 'cache-control': 'max-age=600, s-maxage=10' }, 10],
    ['on separate lines', { 'cache-control': ['max-age=600', 's-maxage=10'] }, 10],
    ['on separate lines, in the other order', { 'cache-control': ['s-maxage=10', 'max-age=600'] }, 10],
    ['a long s-maxage beats max-age=0', { 'cache-control': 'max-age=0, s-maxage=10' }, 10],
    ['s-maxage beats Expires', { 'cache-control': 's-maxage=10', expires: dateAt(600) }, 10],
  ])('%s', (_, fields, seconds) => {
    expectFresh(response(fields), seconds)
  })

  test.each<Row>([
    ['Expires minus Date is the lifetime', { date: dateAt(0), expires: dateAt(60) }, 60],
    ['Date is in the past: minus Date, and Date is how old it is', { date: dateAt(-30), expires: dateAt(60) }, 60],
    ['Date is in the future: minus Date, not minus now', { date: dateAt(30), expires: dateAt(60) }, 30],
    ['without a Date: minus when it came', { expires: dateAt(60) }, 60],
    ['equal to Date is stale', { date: dateAt(0), expires: dateAt(0) }, 0],
    ['before Date is stale', { date: dateAt(0), expires: dateAt(-60) }, 0],
    ['before a Date of the future is stale, though not past', { date: dateAt(120), expires: dateAt(60) }, 0],
    ['0 is stale', { date: dateAt(0), expires: '0' }, 0],
    ['an empty Expires is stale', { date: dateAt(0), expires: '' }, 0],
    ['two lines are stale, though both are dates', { expires: [dateAt(60), dateAt(60)] }, 0],
    ['an Age counts', { date: dateAt(0), expires: dateAt(60), age: '50' }, 10],
    ['an Age counts with a slow Date', { date: dateAt(-10), expires: dateAt(10), age: '25' }, 0],
    ['an Age counts with a fast Date', { date: dateAt(10), expires: dateAt(20), age: '25' }, 0],
    ['a slow Date is age beside a smaller Age', { date: dateAt(-40), expires: dateAt(20), age: '10' }, 20],
  ])('Expires: %s', (_, fields, seconds) => {
    expectFresh(response(fields), seconds)
  })

  // Each form of a date has its row in rules/http-date.test.ts.
  test.each([
    ['another zone', 'Mon, 15 Jun 2099 12:00:00 AEST'],
    ['UTC', 'Mon, 15 Jun 2099 12:00:00 UTC'],
    ['a year of two digits', 'Mon, 15 Jun 99 12:00:00 GMT'],
    ['no comma', 'Mon 15 Jun 2099 12:00:00 GMT'],
    ['doubled spaces', 'Mon,  15  Jun  2099  12:00:00  GMT'],
    ['dashes', 'Mon, 15-Jun-2099 12:00:00 GMT'],
    ['dots in the time', 'Mon, 15 Jun 2099 12.00.00 GMT'],
    ['an hour of one digit', 'Mon, 15 Jun 2099 1:00:00 GMT'],
  ])('only the HTTP-date forms count in Expires: %s is stale', (_, expires) => {
    expectFresh(response({ expires, date: dateAt(0) }), 0)
  })

  test.each<[string, string | readonly string[], number]>([
    ['a number with a fraction', '50.5', 60],
    ['a negative number', '-50', 60],
    ['text', 'abc', 60],
    ['digits with letters after', '50a', 60],
    ['digits with letters before', 'a50', 60],
    ['a parameter', '50;foo=1', 60],
    ['nothing', '', 60],
  ])('Age that is no whole number from 0 up is ignored: %s', (_, age, seconds) => {
    expectFresh(response({ 'cache-control': 'max-age=60', age }), seconds)
  })

  test.each([
    ['2^31 - 1', '2147483647'],
    ['2^31', '2147483648'],
    ['2^31 + 1', '2147483649'],
    ['2^32 + 1, which is 1 to those who overflow', '4294967297'],
    ['thirty digits', '9'.repeat(30)],
  ])('an Age of %s is very old, whatever the lifetime', (_, age) => {
    expectFresh(response({ 'cache-control': 'max-age=2147483648', age }), 0)
  })

  test.each<[string, string | readonly string[], number]>([
    ['a list', '10, 50', 50],
    ['a list, the other way round', '50, 10', 10],
    ['several lines', ['10', '50'], 50],
    ['several lines, the other way round', ['50', '10'], 10],
    ['a first member that is no number', '50a, 0', 60],
    ['a first line that is no number', ['a50', '10'], 60],
    ['an empty member before it', ', 50', 10],
  ])('of an Age in %s the first member counts', (_, age, seconds) => {
    expectFresh(response({ 'cache-control': 'max-age=60', age }), seconds)
  })

  test('how long the answer took counts, also on top of Age (RFC 9111 4.2.3)', () => {
    const late = { requestedAt: NOW - 8_000 }
    expectFresh(response({ 'cache-control': 'max-age=60' }, late), 52)
    expectFresh(response({ 'cache-control': 'max-age=60', age: '10' }, late), 42)
    expectFresh(response({ 'cache-control': 'max-age=60', date: dateAt(-5) }, late), 52)
  })

  test('a clock that went back meanwhile makes nothing younger', () => {
    expectFresh(response({ 'cache-control': 'max-age=60', age: '10' }, { requestedAt: NOW + 8_000 }), 50)
  })
})

describe('Freshness, Good', () => {
  test.each<Row>([
    ['2^31 seconds', { 'cache-control': 'max-age=2147483648' }, 2 ** 31],
    ['more than 2^31 seconds are 2^31', { 'cache-control': 'max-age=99999999999' }, 2 ** 31],
    ['an Expires that is further away is 2^31 too', { expires: 'Fri, 31 Dec 9999 23:59:59 GMT' }, 2 ** 31],
    ['names in any case', { 'cache-control': 'MaX-aGe=60' }, 60],
    ['unknown directives are ignored', { 'cache-control': 'foobar, max-age=60, x=1' }, 60],
    ['max-age beats a past Expires', { 'cache-control': 'max-age=60', expires: dateAt(-600), date: dateAt(0) }, 60],
    ['max-age beats an Expires that is no date', { 'cache-control': 'max-age=60', expires: '0' }, 60],
    ['RFC 850, by the 50-year rule', { expires: 'Monday, 15-Jun-26 12:01:00 GMT' }, 60],
    ['RFC 850, 51 years ahead and so 49 years ago', { expires: 'Monday, 15-Jun-77 12:01:00 GMT' }, 0],
    ['asctime', { expires: 'Mon Jun 15 12:01:00 2026' }, 60],
    ['the wrong letter case', { expires: 'mON, 15 jUN 2026 12:01:00 gmt' }, 60],
    ['a year after 2038', { expires: 'Mon, 15 Jun 2048 12:00:00 GMT' }, (Date.UTC(2048, 5, 15, 12) - NOW) / 1000],
    ['a Date that is no date: when it came counts', { date: 'yesterday', expires: dateAt(60) }, 60],
    ['a Date that is no date, and max-age', { date: '0', 'cache-control': 'max-age=60' }, 60],
  ])('%s', (_, fields, seconds) => {
    expectFresh(response(fields), seconds)
  })
})

describe('Parsing', () => {
  test.each<Row>([
    ['quoted, before the real one (Must)', { 'cache-control': 'extension="max-age=3600", max-age=1' }, 1],
    ['quoted, after the real one (Must)', { 'cache-control': 'max-age=1, extension="max-age=3600"' }, 1],
    ['quoted after a comma (Must)', { 'cache-control': 'max-age=1, extension="a, max-age=3600, b"' }, 1],
    ['quoted with an escaped quote (Must)', { 'cache-control': 'x="a\\", s-maxage=3600, b", max-age=1' }, 1],
    ['single quotes do not quote (Must)', { 'cache-control': "x='a, max-age=1, b', max-age=60" }, 1],
    ['a figure in single quotes is none (Must)', { 'cache-control': "max-age='3600'" }, 0],
    ['leading zeros are fine (Must)', { 'cache-control': 'max-age=0060' }, 60],
    ['duplicates (Free): the shortest', { 'cache-control': 'max-age=60, max-age=5' }, 5],
    ['duplicates on two lines (Free): the shortest', { 'cache-control': ['max-age=5', 'max-age=60'] }, 5],
    ['a quoted number (Free) is none', { 'cache-control': 'max-age="60"' }, 0],
    ['a space before = (Free)', { 'cache-control': 'max-age =60' }, 0],
    ['a space after = (Free)', { 'cache-control': 'max-age= 60' }, 0],
    ['a decimal (Free)', { 'cache-control': 'max-age=60.0' }, 0],
    ['trailing letters (Free)', { 'cache-control': 'max-age=60s' }, 0],
    ['semicolons for commas (Free)', { 'cache-control': 'max-age=60; public' }, 0],
  ])('%s', (_, fields, seconds) => {
    expectFresh(response(fields), seconds)
  })

  test('a quoted no-store is none, and one that stands alone is (Must)', () => {
    expect(fate(response({ 'cache-control': 'x="no-store, private", max-age=60' }), 0)).toBe('serve')
    expect(fate(response({ 'cache-control': "x='a, no-store, b', max-age=60" }), 0)).toBe('no-store')
  })

  test('where quotes do not match, nothing is stored: nobody knows where directives end (Free)', () => {
    expect(fate(response({ 'cache-control': 'max-age=60, x="' }), 0)).toBe('no-store')
    expect(fate(response({ 'cache-control': 'must-understand, max-age=60, x="no-cache' }), 0)).toBe('no-store')
  })
})
