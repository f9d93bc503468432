import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { httpDate } from '../../src/rules/http-date.ts'

const NOW = Date.UTC(2026, 5, 15, 12)
const THEN = Date.UTC(1994, 10, 6, 8, 49, 37)

describe('HTTP-dates are read in their three forms (RFC 9110 5.6.7, HTTP-CACHE freshness)', () => {
  test.each<[string, string, number]>([
    ['the form of today', 'Sun, 06 Nov 1994 08:49:37 GMT', THEN],
    ['the form of RFC 850', 'Sunday, 06-Nov-94 08:49:37 GMT', THEN],
    ['the form of asctime, which means UTC', 'Sun Nov  6 08:49:37 1994', THEN],
    ['asctime with a day of two digits', 'Wed Nov 16 08:49:37 1994', Date.UTC(1994, 10, 16, 8, 49, 37)],
    ['the day in wrong letter case', 'sun, 06 Nov 1994 08:49:37 GMT', THEN],
    ['the month in wrong letter case', 'Sun, 06 NOV 1994 08:49:37 GMT', THEN],
    ['the zone in wrong letter case', 'Sun, 06 Nov 1994 08:49:37 gMT', THEN],
    ['another day of the week than it was', 'Mon, 06 Nov 1994 08:49:37 GMT', THEN],
    ['a year after 2038', 'Thu, 18 Aug 2050 02:01:18 GMT', Date.UTC(2050, 7, 18, 2, 1, 18)],
    ['the year 9999', 'Fri, 31 Dec 9999 23:59:59 GMT', Date.UTC(9999, 11, 31, 23, 59, 59)],
    ['a leap second', 'Sat, 31 Dec 2016 23:59:60 GMT', Date.UTC(2017, 0, 1)],
    ['the 29th of February in a leap year', 'Thu, 29 Feb 2024 00:00:00 GMT', Date.UTC(2024, 1, 29)],
  ])('%s', (_, text, at) => {
    expect(httpDate(text, NOW)).toBe(at)
  })
})

describe('what JavaScript would read as a date, and HTTP does not, is none (HTTP-CACHE freshness)', () => {
  test.each([
    ['zero', '0'],
    ['minus one', '-1'],
    ['nothing', ''],
    ['another zone', 'Sun, 06 Nov 1994 08:49:37 AEST'],
    ['UTC as the name of the zone', 'Sun, 06 Nov 1994 08:49:37 UTC'],
    ['a numeric zone', 'Sun, 06 Nov 1994 08:49:37 +0000'],
    ['no zone', 'Sun, 06 Nov 1994 08:49:37'],
    ['a zone after asctime', 'Sun Nov  6 08:49:37 1994 GMT'],
    ['a year of two digits in the first form', 'Sun, 06 Nov 94 08:49:37 GMT'],
    ['a year of four digits in the second', 'Sunday, 06-Nov-1994 08:49:37 GMT'],
    ['a year of five digits', 'Sun, 06 Nov 19940 08:49:37 GMT'],
    ['no comma', 'Sun 06 Nov 1994 08:49:37 GMT'],
    ['a doubled space', 'Sun, 06  Nov 1994 08:49:37 GMT'],
    ['a space at the end', 'Sun, 06 Nov 1994 08:49:37 GMT '],
    ['dashes in the date', 'Sun, 06-Nov-1994 08:49:37 GMT'],
    ['dots in the time', 'Sun, 06 Nov 1994 08.49.37 GMT'],
    ['an hour of one digit', 'Sun, 06 Nov 1994 8:49:37 GMT'],
    ['a day of one digit', 'Sun, 6 Nov 1994 08:49:37 GMT'],
    ['no seconds', 'Sun, 06 Nov 1994 08:49 GMT'],
    ['24 o’clock', 'Sun, 06 Nov 1994 24:00:00 GMT'],
    ['a minute 60', 'Sun, 06 Nov 1994 08:60:37 GMT'],
    ['a second 61', 'Sun, 06 Nov 1994 08:49:61 GMT'],
    ['the 31st of February', 'Mon, 31 Feb 2050 08:49:37 GMT'],
    ['the 29th of February in no leap year', 'Wed, 29 Feb 2023 00:00:00 GMT'],
    ['a day 0', 'Sun, 00 Nov 1994 08:49:37 GMT'],
    ['a month that is none', 'Sun, 06 Nun 1994 08:49:37 GMT'],
    ['a day of the week that is none', 'Dim, 06 Nov 1994 08:49:37 GMT'],
    ['two lines', 'Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT'],
    ['ISO 8601', '1994-11-06T08:49:37Z'],
    ['a number of seconds', '784111777'],
  ])('%s', (_, text) => {
    expect(httpDate(text, NOW)).toBeUndefined()
  })
})

describe('a year of two digits is at most 50 years ahead (RFC 9110 5.6.7)', () => {
  test.each<[string, string, string, number]>([
    ['the same century', '2026-06-15', '94', 1994],
    ['49 years ahead', '2026-06-15', '75', 2075],
    ['50 years ahead, to the day', '2026-11-06', '76', 2076],
    ['50 years and some days ahead', '2026-06-15', '76', 1976],
    ['shortly before the turn of a century', '1999-06-15', '05', 2005],
    ['long before it', '1940-06-15', '94', 1894],
  ])('%s', (_, now, digits, year) => {
    expect(httpDate(`Sunday, 06-Nov-${digits} 00:00:00 GMT`, Date.parse(`${now}T00:00:00Z`))).toBe(
      Date.UTC(year, 10, 6),
    )
  })

  test.each([
    ['49', 2049],
    ['50', 1950],
  ])('and where nobody says what time it is, %s is %i', (digits, year) => {
    expect(httpDate(`Sunday, 06-Nov-${digits} 00:00:00 GMT`)).toBe(Date.UTC(year, 10, 6))
  })

  property.prop([
    fc.integer({ min: 0, max: 99 }),
    fc.date({ min: new Date('1900-01-01'), max: new Date('2500-01-01'), noInvalidDate: true }),
  ])('none is further ahead, and none more than a century back', (digits, now) => {
    const read = httpDate(`Sunday, 06-Nov-${String(digits).padStart(2, '0')} 00:00:00 GMT`, now.getTime())
    const year = new Date(read ?? Number.NaN).getUTCFullYear()
    expect(year % 100).toBe(digits)
    expect(read).toBeLessThanOrEqual(new Date(now).setUTCFullYear(now.getUTCFullYear() + 50))
    expect(year).toBeGreaterThanOrEqual(now.getUTCFullYear() - 50)
  })
})

describe('laws of HTTP-dates', () => {
  const LAST = Date.UTC(9999, 11, 31, 23, 59, 59) / 1000

  property.prop([fc.integer({ min: Date.UTC(0, 0, 1) / 1000, max: LAST })])(
    'what is written is read back',
    (seconds) => {
      expect(httpDate(new Date(seconds * 1000).toUTCString(), NOW)).toBe(seconds * 1000)
    },
  )

  property.prop([
    fc.integer({ min: 0, max: LAST }),
    fc.nat(28),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 2 }),
  ])('whatever stands in its place, nothing is thrown and nothing but an instant is read', (seconds, at, text) => {
    const date = new Date(seconds * 1000).toUTCString()
    const read = httpDate(date.slice(0, at) + text + date.slice(at + 1), NOW)
    expect(read === undefined || Number.isInteger(read)).toBe(true)
  })
})
