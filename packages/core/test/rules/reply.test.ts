import { describe, expect, test } from 'vitest'
import type { Field } from '../../src/fields.ts'
import type { WholeAnswer } from '../../src/rules/partial-answer.ts'
import { type Asking, replyTo } from '../../src/rules/reply.ts'

const MODIFIED = 'Sun, 06 Nov 1994 08:49:37 GMT'
const FIELDS: readonly Field[] = [
  ['content-type', 'text/html'],
  ['content-language', 'en'],
  ['last-modified', MODIFIED],
  ['etag', 'W/"1"'],
  ['vary', 'accept-language'],
  ['cache-control', 'public, max-age=0, s-maxage=60'],
  ['cache-status', 'ssr-cache; hit; ttl=60'],
]

const page = (changes: Partial<WholeAnswer> = {}): WholeAnswer => ({
  status: 200,
  fields: FIELDS,
  body: Buffer.from('0123456789'),
  ...changes,
})

const asking = (headers: Asking['headers'], method = 'GET'): Asking => ({ method, headers })

describe('what one client is sent of an answer (A3, R1)', () => {
  test('is all of it', () => {
    expect(replyTo(asking({}), page())).toEqual({ ...page(), length: 10, sendsContent: true, asCame: false })
  })

  test('is the head for HEAD, with the length of what stays here (RFC 9110 9.3.2)', () => {
    expect(replyTo(asking({}, 'HEAD'), page())).toEqual({ ...page(), length: 10, sendsContent: false, asCame: false })
  })

  test.each([
    ['names it', { 'if-none-match': '"1"' }],
    ['names any', { 'if-none-match': '*' }],
    ['names it, and a date that says otherwise', { 'if-none-match': '"1"', 'if-modified-since': 'never' }],
    ['has it from then', { 'if-modified-since': MODIFIED }],
    ['names it, and wants a part', { 'if-none-match': '"1"', range: 'bytes=0-3' }],
  ])('is 304, without what describes content, to a client that %s (RFC 9110 15.4.5)', (_, headers) => {
    for (const method of ['GET', 'HEAD']) {
      const { status, fields, length, sendsContent, asCame } = replyTo(asking(headers, method), page())
      expect([status, length, sendsContent, asCame]).toEqual([304, undefined, false, false])
      expect(fields).toEqual(FIELDS.filter(([name]) => !name.startsWith('content-')))
    }
  })

  test.each([
    [
      'another page is named, and the date would say otherwise',
      { 'if-none-match': '"2"', 'if-modified-since': MODIFIED },
    ],
    ['the tag is no tag', { 'if-none-match': '1' }],
    ['the date is no date', { 'if-modified-since': '1994' }],
  ])('is all of it where %s', (_, headers) => {
    expect(replyTo(asking(headers), page())).toMatchObject({ status: 200, sendsContent: true })
  })

  test('is as it is for any other status (RFC 9110 13.2.1)', () => {
    expect(replyTo(asking({ 'if-none-match': '*' }), page({ status: 404 }))).toMatchObject({ status: 404 })
  })

  test('is all of it where it stands in for a page: the client has that page, and not this (O4)', () => {
    const condition = asking({ 'if-none-match': '*' })
    expect(replyTo(condition, page({ standsIn: true }))).toMatchObject({ status: 200, sendsContent: true })
    expect(replyTo(condition, page({ standsIn: false }))).toMatchObject({ status: 304 })
  })

  test('is a part where a Range asks for one of a kept page, but all of it to HEAD', () => {
    const part = replyTo(asking({ range: 'bytes=2-4' }), page())
    expect(part).toMatchObject({ status: 206, length: 3, sendsContent: true })
    expect(part.fields).toContainEqual(['content-range', 'bytes 2-4/10'])
    expect(Buffer.from(part.body as Uint8Array).toString()).toBe('234')
    expect(replyTo(asking({ range: 'bytes=2-4' }, 'HEAD'), page())).toMatchObject({ status: 200, sendsContent: false })
  })

  const withLength = (length: string, more: Partial<WholeAnswer> = {}): WholeAnswer =>
    page({ asCame: true, fields: [...FIELDS, ['content-length', length]], ...more })

  test('is measured anew, and says its length once, where the app’s own fields go out (RFC 9110 8.6)', () => {
    expect(replyTo(asking({}), withLength('99'))).toEqual({ ...page(), length: 10, sendsContent: true, asCame: true })
    const stream = { body: new ReadableStream<Uint8Array>() as AsyncIterable<Uint8Array> }
    const { fields, length } = replyTo(asking({}), withLength('99', stream))
    expect([fields.at(-1), length]).toEqual([['content-length', '99'], undefined])
    const plain = page({ fields: [...FIELDS, ['content-length', '10']] })
    expect(replyTo(asking({}), plain)).toEqual({ ...plain, length: 10, sendsContent: true, asCame: false })
  })

  test('has the length that the app said for a head, which has no bytes to measure (RFC 9110 9.3.2)', () => {
    const head = withLength('99', { body: new Uint8Array() })
    expect(replyTo(asking({}, 'HEAD'), head)).toEqual({ ...head, length: undefined, sendsContent: false })
    const untold = page({ asCame: true, body: new Uint8Array() })
    expect(replyTo(asking({}, 'HEAD'), untold)).toEqual({ ...untold, length: undefined, sendsContent: false })
    expect(replyTo(asking({}), untold)).toMatchObject({ length: 0 })
    const withBytes = withLength('99')
    expect(replyTo(asking({}, 'HEAD'), withBytes)).toEqual({ ...withBytes, length: undefined, sendsContent: false })
    expect(replyTo(asking({}, 'HEAD'), page({ asCame: true }))).toMatchObject({ length: 10, asCame: true })
    const ours = page({ fields: head.fields })
    expect(replyTo(asking({}, 'HEAD'), ours)).toMatchObject({ length: 10, asCame: false })
  })

  test('is 304 by the app’s Date where it gave no Last-Modified, and only where its own fields decide (RFC 9111 4.3.2)', () => {
    const fields: readonly Field[] = [['date', MODIFIED]]
    const condition = asking({ 'if-modified-since': MODIFIED })
    expect(replyTo(condition, page({ fields, asCame: true }))).toMatchObject({ status: 304, asCame: true })
    expect(replyTo(condition, page({ fields }))).toMatchObject({ status: 200 })
  })

  test.each([204, 205, 304])('has no content with status %i, and nothing that says how long it is', (status) => {
    expect(replyTo(asking({}), page({ status }))).toMatchObject({ status, length: undefined, sendsContent: false })
  })
})
