import { describe, expect, test } from 'vitest'
import type { OriginRequest } from '../../src/origin/exchange.ts'
import type { UnstorableReason } from '../../src/origin/storable.ts'
import { dateAt, type FieldsByName, fate, fieldsOf, request, response, verdictOn } from './exchanges.ts'

const CC = (value: string | readonly string[]): FieldsByName => ({ 'cache-control': value })
const TAGGED = { etag: '"a"' }

describe('Response directives (RFC 9111 5.2.2)', () => {
  test.each<[string, FieldsByName, UnstorableReason]>([
    ['private', CC('private, max-age=60'), 'private'],
    ['private in any case', CC('PRIVATE, max-age=60'), 'private'],
    ['private beside public', CC('public, private, s-maxage=60'), 'private'],
    ['private on another line', CC(['max-age=60', 'Private']), 'private'],
    ['private with names: whoever writes it means a person', CC('private="x-user", max-age=60'), 'private'],
    ['no-store', CC('no-store, max-age=60'), 'no-store'],
    ['no-store in any case', CC('No-StoRe, max-age=60'), 'no-store'],
    ['no-store beside public and s-maxage', CC('public, s-maxage=60, no-store'), 'no-store'],
    ['no-store with a validator and an Expires', { ...CC('no-store'), ...TAGGED, expires: dateAt(60) }, 'no-store'],
  ])('%s is not stored, whatever else stands there (Must)', (_, fields, reason) => {
    expect(fate(response(fields), 0)).toBe(reason)
  })

  test.each([
    ['alone, with a validator', CC('no-cache')],
    ['beside max-age', CC('no-cache, max-age=60')],
    ['beside s-maxage and public', CC('public, s-maxage=60, no-cache')],
    ['in any case', CC('NO-cache, max-age=60')],
    ['beside both stale windows', CC('no-cache, max-age=60, stale-while-revalidate=60, stale-if-error=60')],
    ['with names that cannot be read', CC('no-cache="a b", max-age=60')],
  ])('no-cache is never reused without validation: %s (Must)', (_, fields) => {
    for (const seconds of [0, 30, 90]) {
      expect(fate(response({ ...fields, ...TAGGED }), seconds, { staleOnDisconnect: 600 })).toBe('validate')
    }
  })

  test('no-cache without a validator is of no use to anybody, and not stored', () => {
    expect(fate(response(CC('no-cache, max-age=60')), 0)).toBe('no-freshness')
  })

  test('no-cache with names: those are not stored, and the rest lives by its lifetime (RFC 9111 5.2.2.4)', () => {
    const answer = response({ ...CC('no-cache="X-User, set-cookie", max-age=60'), 'x-user': 'me', 'set-cookie': 'a=1' })
    expect(fate(answer, 59)).toBe('serve')
    expect(verdictOn(answer)).toMatchObject({ fields: fieldsOf(CC('no-cache="X-User, set-cookie", max-age=60')) })
  })

  test('a fresh must-revalidate is reused, a stale one validated (Must)', () => {
    const answer = response({ ...CC('max-age=60, must-revalidate, stale-while-revalidate=600'), ...TAGGED })
    expect(fate(answer, 59)).toBe('serve')
    expect(fate(answer, 60)).toBe('validate')
  })

  test('must-understand: with an unknown status not stored (Must), with a known one stored, no-store or not (Good)', () => {
    for (const directives of ['no-store, must-understand, max-age=60', 'must-understand, max-age=60']) {
      expect(fate(response(CC(directives), { status: 299 }), 0)).toBe('status')
      expect(fate(response(CC(directives), { status: 599 }), 0)).toBe('status')
      expect(fate(response(CC(directives), { status: 200 }), 0)).toBe('serve')
      expect(fate(response(CC(directives), { status: 404 }), 0)).toBe('serve')
    }
    expect(fate(response(CC('no-store, must-understand, private, max-age=60')), 0)).toBe('private')
  })
})

const STATUSES = [
  ...[200, 203, 204, 299, 301, 302, 303, 307, 308, 400, 404, 410, 499, 500, 502, 503, 504, 599],
  ...[201, 202, 403, 405, 414, 501],
]

describe('Status and heuristics (RFC 9111 3, 4.2.2)', () => {
  test.each(STATUSES)('%i with explicit freshness is reused while fresh (Good), not once stale (Must)', (status) => {
    const answer = response({ ...CC('max-age=60'), ...TAGGED }, { status })
    expect(fate(answer, 59)).toBe('serve')
    expect(fate(answer, 60)).toBe('validate')
  })

  test.each(STATUSES)('%i with an Expires is reused as long', (status) => {
    expect(fate(response({ expires: dateAt(60), date: dateAt(0) }, { status }), 59)).toBe('serve')
  })

  const OLD = { 'last-modified': dateAt(-1_000_000), date: dateAt(0) }

  test.each([201, 202, 302, 307, 403, 502, 503, 504, 299, 599])(
    '%i with only Last-Modified is never reused (Must)',
    (status) => {
      expect(fate(response(OLD, { status }), 0)).toBe('no-freshness')
      expect(fate(response(OLD, { status }), 0, { heuristicFraction: 0.1 })).toBe('no-freshness')
    },
  )

  test.each([200, 203, 204, 404, 405, 410, 414, 501])(
    '%i with only Last-Modified: validated each time, or as an option reused for a part of its age',
    (status) => {
      const answer = response(OLD, { status })
      expect(fate(answer, 0)).toBe('validate')
      expect(fate(answer, 99_999, { heuristicFraction: 0.1 })).toBe('serve')
      expect(fate(answer, 100_000, { heuristicFraction: 0.1 })).toBe('validate')
    },
  )

  test('the option guesses nothing where something is said, nor from a date that is none or of the future', () => {
    const o = { heuristicFraction: 0.1 }
    expect(fate(response({ ...OLD, ...CC('max-age=10') }), 10, o)).toBe('validate')
    expect(fate(response({ ...OLD, expires: '0' }), 0, o)).toBe('validate')
    expect(fate(response({ ...OLD, ...CC('no-cache') }), 0, o)).toBe('validate')
    expect(fate(response({ 'last-modified': 'long ago', date: dateAt(0) }), 0, o)).toBe('no-freshness')
    expect(fate(response({ 'last-modified': dateAt(60), date: dateAt(0) }), 0, o)).toBe('validate')
    expect(fate(response({ ...OLD, ...CC('public') }, { status: 299 }), 0, o)).toBe('serve')
  })

  test.each([206, 304, 100, 103, 600, 999])('%i is never stored (Must)', (status) => {
    expect(fate(response(CC('public, max-age=60'), { status }), 0)).toBe('status')
  })
})

const authorized = request({ authorization: 'Basic YTpi' })

describe('Authorization (RFC 9111 3.5, Must)', () => {
  test.each<[string, string, string]>([
    ['max-age alone', 'max-age=60', 'authorization'],
    ['proxy-revalidate', 'max-age=60, proxy-revalidate', 'authorization'],
    ['public', 'max-age=60, public', 'serve'],
    ['must-revalidate', 'max-age=60, must-revalidate', 'serve'],
    ['s-maxage', 's-maxage=60', 'serve'],
    ['public that is none', 'max-age=60, public=no', 'authorization'],
  ])('the answer to credentials with %s', (_, directives, expected) => {
    expect(fate(response(CC(directives)), 0, {}, authorized)).toBe(expected)
  })

  test('an Expires is no permission, and a request without credentials needs none', () => {
    expect(fate(response({ expires: dateAt(60) }), 0, {}, authorized)).toBe('authorization')
    expect(fate(response({ expires: dateAt(60) }), 0)).toBe('serve')
  })
})

describe('Methods: only GET fills', () => {
  test.each(['HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'FOO', 'get'])('%s does not', (method) => {
    expect(fate(response(CC('public, max-age=60')), 0, {}, request({}, method))).toBe('method')
  })
})

const PLAIN: readonly string[] = ['test-header', 'x-frame-options', 'content-foo', 'content-length', 'content-type']
const END_TO_END = [
  ...PLAIN,
  ...['content-encoding', 'content-location', 'content-md5', 'content-security-policy', 'clear-site-data', 'etag'],
  ...['expires', 'last-modified', 'proxy-status', 'set-cookie2', 'strict-transport-security', 'via', 'warning', 'link'],
]

describe('Storing fields (RFC 9111 3.1)', () => {
  test.each(END_TO_END)('%s is kept as sent, in all its lines (Must)', (name) => {
    const answer = response({ ...CC('max-age=60'), [name]: [' "a",  b;c', 'D'], last: '1' })
    expect(verdictOn(answer)).toMatchObject({ fields: answer.fields })
  })

  test.each([
    ...['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authentication-info', 'proxy-authorization'],
    ...['proxy-connection', 'te', 'transfer-encoding', 'upgrade'],
  ])('%s is not kept (Must)', (name) => {
    const answer = response({ ...CC('max-age=60'), [name]: 'x', last: '1' })
    expect(verdictOn(answer)).toMatchObject({ fields: fieldsOf({ ...CC('max-age=60'), last: '1' }) })
  })

  test('those named in Connection are not kept, in any case and on any line (Must)', () => {
    const answer = response({
      connection: ['close, X-a', 'x-B ,'],
      'x-a': '1',
      'x-b': '2',
      'x-c': '3',
      ...CC('max-age=60'),
    })
    expect(verdictOn(answer)).toMatchObject({ fields: fieldsOf({ 'x-c': '3', ...CC('max-age=60') }) })
  })

  test('Trailer is not kept: what is stored has no trailers', () => {
    expect(verdictOn(response({ ...CC('max-age=60'), trailer: 'x' }))).toMatchObject({
      fields: fieldsOf(CC('max-age=60')),
    })
  })

  const baked = response({ ...CC('max-age=60'), 'set-cookie': ['theme=dark; Path=/', 'sid=1'] })

  test('Set-Cookie is never stored unless an option says so (Must)', () => {
    expect(verdictOn(baked)).toEqual({ kind: 'unstorable', reason: 'set-cookie', culprit: 'theme' })
    for (const line of ['fuse=1', 'nonsense']) {
      expect(verdictOn(response({ ...CC('max-age=60'), 'set-cookie': line }))).toMatchObject({ reason: 'set-cookie' })
    }
    expect(
      verdictOn(response({ ...CC('max-age=60'), 'set-cookie': ' theme =1' }), { setCookie: ['theme'] }),
    ).toMatchObject({
      kind: 'storable',
    })
    expect(verdictOn(baked, { setCookie: ['theme'] })).toMatchObject({ reason: 'set-cookie', culprit: 'sid' })
    expect(verdictOn(baked, { setCookie: ['theme', 'sid'] })).toMatchObject({ fields: fieldsOf(CC('max-age=60')) })
    expect(verdictOn(baked, { setCookie: 'strip' })).toMatchObject({ fields: fieldsOf(CC('max-age=60')) })
    expect(verdictOn(baked, { setCookie: 'keep' })).toMatchObject({ fields: baked.fields })
  })
})

const ON = { targetedFields: ['cdn-cache-control'] }
const targeted = (value: string | readonly string[], more: FieldsByName = {}): ReturnType<typeof response> =>
  response({ 'cdn-cache-control': value, ...more })

describe('Targeted fields (RFC 9213)', () => {
  test('off by default: a cache that is no CDN ignores CDN-Cache-Control (Must)', () => {
    expect(fate(targeted('max-age=60'), 0)).toBe('no-freshness')
    expect(fate(targeted('no-store', CC('max-age=60')), 0)).toBe('serve')
  })

  test.each<[string, string | readonly string[], FieldsByName, number, string]>([
    ['its max-age counts', 'max-age=60', CC('max-age=10'), 59, 'serve'],
    ['and is the end', 'max-age=10', CC('max-age=60'), 10, 'validate'],
    ['over no-store there', 'max-age=60', CC('no-store'), 59, 'serve'],
    ['over private there', 'max-age=60', CC('private'), 59, 'serve'],
    ['over s-maxage there', 'max-age=10', CC('s-maxage=60'), 10, 'validate'],
    ['its no-store counts', 'no-store', CC('max-age=60'), 0, 'no-store'],
    ['its private counts', 'private', CC('max-age=60'), 0, 'private'],
    ['its no-cache counts', 'no-cache', CC('max-age=60'), 0, 'validate'],
    ['its max-age=0 counts', 'max-age=0', CC('max-age=60'), 0, 'validate'],
    ['its s-maxage counts', 'max-age=10, s-maxage=60', CC('max-age=10'), 59, 'serve'],
    ['Expires does not count beside it', 'must-revalidate', { expires: dateAt(60) }, 0, 'validate'],
    ['several lines are one', ['max-age=60', 'must-revalidate'], {}, 59, 'serve'],
    ['a received Age counts', 'max-age=60', { age: '50' }, 10, 'validate'],
  ])('a valid one replaces Cache-Control and Expires entirely: %s (Must)', (_, value, more, seconds, expected) => {
    expect(fate(targeted(value, { ...more, ...TAGGED }), seconds, ON)).toBe(expected)
  })

  test.each([
    ['an error', 'max-age=60, &&'],
    ['capital letters', 'Max-Age=60'],
    ['a quoted figure', 'max-age="60"'],
    ['a decimal', 'max-age=60.0'],
    ['a flag with a value', 'no-store=yes, max-age=60'],
    ['a negative figure', 'max-age=-60'],
    ['nothing', ''],
  ])('with %s the whole field is ignored (Must)', (_, value) => {
    expect(fate(targeted(value, CC('max-age=10')), 9, ON)).toBe('serve')
    expect(fate(targeted(value, { ...CC('max-age=10'), ...TAGGED }), 10, ON)).toBe('validate')
    expect(fate(targeted(value, CC('no-store')), 0, ON)).toBe('no-store')
  })

  test('the first name of the list that is valid counts (RFC 9213 2.2)', () => {
    const list = { targetedFields: ['example-cache-control', 'cdn-cache-control'] }
    expect(fate(targeted('max-age=60', { 'example-cache-control': 'no-store' }), 0, list)).toBe('no-store')
    expect(fate(targeted('max-age=60', { 'example-cache-control': 'No-Store' }), 59, list)).toBe('serve')
  })

  test('it is kept with the page as any other field', () => {
    const answer = targeted('max-age=60', CC('no-store'))
    expect(verdictOn(answer, ON)).toMatchObject({ fields: answer.fields })
  })
})

describe('why a response is not stored, and who is to blame (I12)', () => {
  test.each<[FieldsByName, number, object]>([
    [CC('private'), 200, { kind: 'unstorable', reason: 'private' }],
    [{ ...CC('max-age=60'), vary: 'foo, *' }, 200, { kind: 'unstorable', reason: 'vary', culprit: '*' }],
    [CC('max-age=60'), 206, { kind: 'unstorable', reason: 'status', culprit: '206' }],
  ])('%j with %i', (fields, status, verdict) => {
    expect(verdictOn(response(fields, { status }))).toStrictEqual(verdict)
  })
})

describe('what is stored is worth it', () => {
  const past: OriginRequest = request()

  test('what is stale already, and can neither be validated nor stand in for anything, is not stored', () => {
    expect(fate(response(CC('max-age=0')), 0, {}, past)).toBe('no-freshness')
    expect(fate(response({ ...CC('max-age=60'), age: '60' }), 0)).toBe('no-freshness')
    expect(fate(response(CC('max-age=0, stale-while-revalidate=1')), 0)).toBe('refresh')
    expect(fate(response({ ...CC('max-age=0'), ...TAGGED }), 0, { keepForValidation: 0 })).toBe('no-freshness')
  })

  test('Pragma in a response says nothing (RFC 9111 5.4)', () => {
    expect(fate(response({ ...CC('max-age=60'), pragma: 'no-cache' }), 0)).toBe('serve')
  })
})
