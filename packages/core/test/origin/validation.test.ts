import { describe, expect, test } from 'vitest'
import type { OriginResponse } from '../../src/origin/exchange.ts'
import { seenByHead, validated } from '../../src/origin/freshening.ts'
import { isKnownToVisitor } from '../../src/origin/not-modified.ts'
import { hasValidator, validationHeaders } from '../../src/origin/validation.ts'
import type { RequestHeaders } from '../../src/request.ts'
import { dateAt, type FieldsByName, fate, fieldsOf, NOW, request, response } from './exchanges.ts'

const askedWith = (stored: FieldsByName, headers: RequestHeaders = {}): Record<string, unknown> => ({
  ...validationHeaders(headers, fieldsOf(stored)),
})

describe('Conditional requests: what the app is asked (RFC 9111 4.3.1)', () => {
  test.each<[string, FieldsByName, Record<string, string>]>([
    ['two dates: nobody knows which', { 'last-modified': [dateAt(-9), dateAt(-9)] }, {}],
    ['a strong tag', { etag: '"a"' }, { 'if-none-match': '"a"' }],
    ['a weak tag', { etag: 'W/"a"' }, { 'if-none-match': 'W/"a"' }],
    ['a tag without quotes, as the app writes it', { etag: 'a' }, { 'if-none-match': 'a' }],
    ['a date', { 'last-modified': dateAt(-9) }, { 'if-modified-since': dateAt(-9) }],
    ['both', { etag: '"a"', 'last-modified': dateAt(-9) }, { 'if-none-match': '"a"', 'if-modified-since': dateAt(-9) }],
    ['a Last-Modified that is no date', { etag: '"a"', 'last-modified': 'today' }, { 'if-none-match': '"a"' }],
    ['two tags: nobody knows which', { etag: ['"a"', '"b"'] }, {}],
    ['an empty tag', { etag: '' }, {}],
    ['nothing to ask with', {}, {}],
  ])('%s is sent when stale (Good)', (_, stored, expected) => {
    expect(askedWith(stored)).toStrictEqual(expected)
    expect(hasValidator(fieldsOf(stored))).toBe(Object.keys(expected).length > 0)
  })

  test('a validation repeats the fields that Vary names, as all others (Must)', () => {
    const headers = { foo: '1', 'accept-language': ['de', 'en'], authorization: 'Basic x', cookie: 'a=1' }
    expect(askedWith({ etag: '"a"' }, headers)).toEqual({ ...headers, 'if-none-match': '"a"' })
  })

  test('the visitor’s own conditions and range are answered by us, and not passed on', () => {
    const headers = {
      'if-none-match': '"mine"',
      'if-modified-since': dateAt(-1),
      'if-match': '"mine"',
      'if-unmodified-since': dateAt(-1),
      'if-range': '"mine"',
      range: 'bytes=0-1',
    }
    expect(askedWith({ etag: '"a"' }, headers)).toEqual({ 'if-none-match': '"a"' })
    expect(Object.keys(headers)).toHaveLength(6) // the visitor's own are untouched
  })
})

const STORED: FieldsByName = {
  'cache-control': 'max-age=60',
  etag: '"a"',
  'last-modified': dateAt(-900),
  date: dateAt(0),
  age: '30',
  'content-length': '5',
  'content-type': 'text/plain',
  'content-foo': 'old',
  'x-kept': ['1', '2'],
}
const stored = response(STORED)
const LATER = 1000

/** A head of the app, a quarter of an hour later. */
function later(status: number, fields: FieldsByName): OriginResponse {
  const at = NOW + LATER * 1000
  return response(fields, { status, requestedAt: at - 100, receivedAt: at })
}

function fieldsAfter(fields: FieldsByName): Readonly<Record<string, unknown>> {
  const outcome = validated(stored, later(304, fields))
  if (outcome.kind !== 'freshened') throw new Error(outcome.kind)
  const lines: Record<string, string[]> = {}
  for (const [name, value] of outcome.response.fields) lines[name] = [...(lines[name] ?? []), value]
  return lines
}

describe('Conditional requests: a 304 to our validation (RFC 9111 3.2, 4.3.4)', () => {
  test.each([
    ...['test-header', 'x-test', 'content-foo', 'content-type', 'content-location', 'content-language', 'content-md5'],
    ...['content-security-policy', 'cache-control', 'expires', 'x-frame-options', 'clear-site-data', 'vary', 'link'],
  ])('replaces %s (Must)', (name) => {
    expect(fieldsAfter({ etag: '"a"', [name]: ['new', 'newer'] })[name]).toEqual(['new', 'newer'])
  })

  test('never replaces Content-Length, nor what else describes the kept bytes (Must)', () => {
    const after = fieldsAfter({ etag: '"a"', 'content-length': '0', 'content-encoding': 'gzip', 'content-range': 'x' })
    expect(after['content-length']).toEqual(['5'])
    expect(after['content-encoding']).toBeUndefined()
    expect(after['content-range']).toBeUndefined()
  })

  test('what it omits stays (Must)', () => {
    const after = fieldsAfter({ etag: '"a"' })
    expect(after['x-kept']).toEqual(['1', '2'])
    expect(after['content-type']).toEqual(['text/plain'])
    expect(after['last-modified']).toEqual([dateAt(-900)])
  })

  test('what belongs to its connection is not taken over', () => {
    const after = fieldsAfter({ etag: '"a"', connection: 'x-own', 'x-own': '1', 'keep-alive': '5' })
    expect(Object.keys(after)).not.toEqual(expect.arrayContaining(['x-own']))
    expect(after).not.toHaveProperty('keep-alive')
  })

  test('it extends freshness, and the age before is forgotten (Must)', () => {
    const outcome = validated(stored, later(304, { etag: '"a"' }))
    expect(outcome).toMatchObject({ kind: 'freshened', response: { status: 200, receivedAt: NOW + 1_000_000 } })
    if (outcome.kind !== 'freshened') return
    expect(fate(stored, 30)).toBe('validate')
    expect(fate(outcome.response, LATER + 59)).toBe('serve')
    expect(fate(outcome.response, LATER + 60)).toBe('validate')
  })

  test('its own Date and Age count', () => {
    const outcome = validated(stored, later(304, { etag: '"a"', date: dateAt(LATER - 20), age: '50' }))
    if (outcome.kind !== 'freshened') throw new Error(outcome.kind)
    expect(fate(outcome.response, LATER + 9)).toBe('serve')
    expect(fate(outcome.response, LATER + 10)).toBe('validate')
  })

  test('whether it may be stored is asked anew, of what it says now', () => {
    const outcome = validated(stored, later(304, { etag: '"a"', 'cache-control': 'no-store' }))
    expect(outcome.kind === 'freshened' && fate(outcome.response, LATER)).toBe('no-store')
  })

  test.each<[string, FieldsByName, FieldsByName, string]>([
    ['the same strong tag', { etag: '"a"' }, { etag: '"a"' }, 'freshened'],
    ['another strong tag', { etag: '"a"' }, { etag: '"b"' }, 'mistaken'],
    ['a strong tag where a weak one is stored', { etag: 'W/"a"' }, { etag: '"a"' }, 'mistaken'],
    ['a weak tag where the strong one is stored', { etag: '"a"' }, { etag: 'W/"a"' }, 'freshened'],
    ['another weak tag', { etag: 'W/"a"' }, { etag: 'W/"b"' }, 'mistaken'],
    [
      'a tag where none is stored, though the date is the same',
      { 'last-modified': dateAt(-9) },
      { etag: 'W/"a"', 'last-modified': dateAt(-9) },
      'mistaken',
    ],
    ['a tag where none is stored', { 'last-modified': dateAt(-9) }, { etag: '"a"' }, 'mistaken'],
    ['the same date', { 'last-modified': dateAt(-9) }, { 'last-modified': dateAt(-9) }, 'freshened'],
    ['another date', { 'last-modified': dateAt(-9) }, { 'last-modified': dateAt(-8) }, 'mistaken'],
    [
      'the same tag, and another date',
      { etag: '"a"', 'last-modified': dateAt(-9) },
      { etag: '"a"', 'last-modified': dateAt(-8) },
      'freshened',
    ],
    ['no validator: there is only one response that it can mean', { etag: '"a"' }, {}, 'freshened'],
    ['no validator, where only a date is stored', { 'last-modified': dateAt(-9) }, {}, 'freshened'],
    ['a lower-case w/, which is no weak tag', { etag: '"a"' }, { etag: 'w/"a"' }, 'mistaken'],
    ['only a date, where a tag is stored', { etag: '"a"' }, { 'last-modified': dateAt(-9) }, 'freshened'],
  ])('with %s it is %4$s', (_, kept, answer, expected) => {
    expect(validated(response(kept), later(304, answer)).kind).toBe(expected)
  })

  test('a 200 to our validation replaces the stored response (Must), and so does what is no error', () => {
    for (const status of [200, 203, 301, 404, 410, 429]) {
      expect(validated(stored, later(status, { etag: '"a"' })).kind).toBe('replaced')
    }
  })

  test.each([500, 502, 503, 504, 501, 599])(
    'a %i to our validation replaces nothing (I5, RFC 9111 4.3.3)',
    (status) => {
      expect(validated(stored, later(status, { 'cache-control': 'max-age=60' })).kind).toBe('failed')
    },
  )
})

describe('HEAD freshens or outdates what GET has stored (RFC 9111 4.3.5, Good)', () => {
  test.each<[string, number, FieldsByName, string]>([
    ['the same validators and length', 200, { etag: '"a"', 'content-length': '5' }, 'freshened'],
    ['no length', 200, { etag: '"a"' }, 'freshened'],
    ['another length', 200, { etag: '"a"', 'content-length': '6' }, 'outdated'],
    ['another tag', 200, { etag: '"b"', 'content-length': '5' }, 'outdated'],
    ['another status', 404, { etag: '"b"' }, 'silent'],
  ])('with %s', (_, status, fields, expected) => {
    expect(seenByHead(stored, later(status, fields)).kind).toBe(expected)
  })

  test('its fields replace the stored ones, and its exchange is the one that counts', () => {
    const outcome = seenByHead(stored, later(200, { etag: '"a"', 'x-kept': '3' }))
    expect(outcome).toMatchObject({ response: { receivedAt: NOW + 1_000_000, status: 200 } })
    expect(outcome.kind === 'freshened' && outcome.response.fields.filter(([name]) => name === 'x-kept')).toEqual([
      ['x-kept', '3'],
    ])
  })

  test('only a stored 200 is freshened', () => {
    expect(seenByHead({ ...stored, status: 404 }, later(200, { etag: '"a"' })).kind).toBe('silent')
  })
})

describe('Conditional requests: 304 from what is stored (RFC 9111 4.3.2, RFC 9110 13.2.2)', () => {
  const known = (
    headers: RequestHeaders,
    fields: FieldsByName,
    o: { status?: number; method?: string } = {},
  ): boolean => isKnownToVisitor(request(headers, o.method), response(fields, { status: o.status ?? 200 }))

  test.each<[string, RequestHeaders, FieldsByName, boolean]>([
    ['a strong tag (Good)', { 'if-none-match': '"a"' }, { etag: '"a"' }, true],
    ['a weak tag (Good)', { 'if-none-match': 'W/"a"' }, { etag: 'W/"a"' }, true],
    ['weak and strong (Good)', { 'if-none-match': 'W/"a"' }, { etag: '"a"' }, true],
    ['a list (Good)', { 'if-none-match': '"x", "a"' }, { etag: '"a"' }, true],
    ['lists on several lines (Good)', { 'if-none-match': ['"x"', '"a"'] }, { etag: '"a"' }, true],
    ['a star (Good)', { 'if-none-match': '*' }, {}, true],
    ['another tag', { 'if-none-match': '"b"' }, { etag: '"a"' }, false],
    ['an equal date (Good)', { 'if-modified-since': dateAt(-9) }, { 'last-modified': dateAt(-9) }, true],
    ['stored is earlier (Good)', { 'if-modified-since': dateAt(-8) }, { 'last-modified': dateAt(-9) }, true],
    ['stored is later', { 'if-modified-since': dateAt(-10) }, { 'last-modified': dateAt(-9) }, false],
    ['Date where there is no Last-Modified (Good)', { 'if-modified-since': dateAt(0) }, { date: dateAt(0) }, true],
    ['a later Date', { 'if-modified-since': dateAt(-1) }, { date: dateAt(0) }, false],
    [
      'Date where Last-Modified is no date',
      { 'if-modified-since': dateAt(0) },
      { date: dateAt(0), 'last-modified': '0' },
      true,
    ],
    ['no Date either: when it came', { 'if-modified-since': dateAt(0) }, {}, true],
    ['no Date either, and asked since before', { 'if-modified-since': dateAt(-1) }, {}, false],
    ['a condition that is no date', { 'if-modified-since': 'now' }, { 'last-modified': dateAt(-9) }, false],
    [
      'If-None-Match wins over the date (Must)',
      { 'if-none-match': '"b"', 'if-modified-since': dateAt(0) },
      { etag: '"a"', 'last-modified': dateAt(-9) },
      false,
    ],
    [
      'If-None-Match wins, the other way (Must)',
      { 'if-none-match': '"a"', 'if-modified-since': dateAt(-10) },
      { etag: '"a"', 'last-modified': dateAt(-9) },
      true,
    ],
    ['If-Match is for the app', { 'if-match': '"b"' }, { etag: '"a"' }, false],
    ['nothing asked', {}, { etag: '"a"' }, false],
  ])('%s', (_, headers, fields, expected) => {
    expect(known(headers, fields)).toBe(expected)
    expect(known(headers, fields, { method: 'HEAD' })).toBe(expected)
  })

  test('only a 200 is answered with 304, and only to GET and HEAD', () => {
    const asked = { 'if-none-match': '"a"' }
    for (const status of [203, 204, 301, 404]) expect(known(asked, { etag: '"a"' }, { status })).toBe(false)
    for (const method of ['POST', 'FOO', 'get']) expect(known(asked, { etag: '"a"' }, { method })).toBe(false)
  })
})
