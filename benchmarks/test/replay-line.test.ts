import { fc, test } from '@fast-check/vitest'
import { describe, expect, it, vi } from 'vitest'
import { accessLogLine } from '../src/replay/access-log-line.ts'
import { LineSplitter, LONGEST_LINE } from '../src/replay/line-splitter.ts'
import { logTime } from '../src/replay/log-time.ts'

const TIME = '17/May/2015:10:05:03 +0000'
const AT = Date.UTC(2015, 4, 17, 10, 5, 3)
const COMMON = `10.0.0.1 - - [${TIME}] "GET /blog HTTP/1.1" 200 512`

describe('a line of an access log', () => {
  it.each([
    ['in common format', COMMON, { format: 'common', client: '10.0.0.1', at: AT, method: 'GET', target: '/blog' }],
    [
      'in combined format',
      `${COMMON} "http://a.example/?q=1" "Mozilla/5.0 (X11)"`,
      { format: 'combined', referer: 'http://a.example/?q=1', userAgent: 'Mozilla/5.0 (X11)' },
    ],
    ['with neither referer nor user agent', `${COMMON} "-" "-"`, { format: 'combined' }],
    ['of a client with an IPv6 address', COMMON.replace('10.0.0.1', '2001:db8::7'), { client: '2001:db8::7' }],
    ['of a client that is a name', COMMON.replace('10.0.0.1', 'client-1'), { client: 'client-1' }],
    ['of a user whose name holds spaces', COMMON.replace('- -', '- Ada King'), { target: '/blog' }],
    ['without a size', COMMON.replace('512', '-'), { target: '/blog' }],
    ['of a method that changes something', COMMON.replace('GET', 'POST'), { method: 'POST' }],
    ['of HTTP/0.9, without a version', COMMON.replace(' HTTP/1.1', ''), { target: '/blog' }],
    ['of HTTP/2', COMMON.replace('1.1', '2'), { target: '/blog' }],
    ['with spaces in the target', COMMON.replace('/blog', '/a b  c'), { target: '/a b  c' }],
    ['with an escaped quote in it', COMMON.replace('/blog', '/a\\"b'), { target: '/a"b' }],
    ['with quotes in the user agent', `${COMMON} "-" "a \\"b\\" c\\\\"`, { userAgent: 'a "b" c\\' }],
    ['with bytes escaped as Apache does', `${COMMON} "-" "\\xe4\\t"`, { userAgent: '\xe4\t' }],
    ['with bytes escaped as nginx does', `${COMMON} "-" "\\xE4\\x22"`, { userAgent: '\xe4"' }],
    ['with bytes that are no UTF-8', `${COMMON} "-" "\xff\xfe"`, { userAgent: '\xff\xfe' }],
    ['with more fields behind it', `${COMMON} "-" "curl" 0.123 "10.1.1.1"`, { format: 'combined', userAgent: 'curl' }],
    ['in common format with a time behind it', `${COMMON} 0.123`, { format: 'common', target: '/blog' }],
  ])('%s is read', (_, line, expected) => {
    expect(accessLogLine(line)).toMatchObject({ kind: 'request', ...expected })
  })

  it('without referer and user agent has none', () => {
    const read = accessLogLine(`${COMMON} "-" "-"`)
    expect(read).not.toHaveProperty('referer')
    expect(read).not.toHaveProperty('userAgent')
  })

  it.each([
    ['a dash', '-'],
    ['nothing', ''],
    ['the start of a TLS handshake', '\\x16\\x03\\x01\\x02'],
    ['a method alone', 'GET'],
  ])('whose request is %s belongs to a log, and asks for nothing', (_, request) => {
    expect(accessLogLine(COMMON.replace('GET /blog HTTP/1.1', request)).kind).toBe('no-request')
  })

  it.each([
    ['empty', ''],
    ['prose', 'The quick brown fox jumps over the lazy dog.'],
    ['JSON', '{"time":"2015-05-17T10:05:03Z","request":"GET / HTTP/1.1"}'],
    ['of another day than there is', COMMON.replace('17/May', '31/Apr')],
    ['of no month', COMMON.replace('May', 'Mai')],
    ['without a status', COMMON.replace(' 200 512', '')],
    ['with a status that is none', COMMON.replace('200', 'OK')],
  ])('that is %s is malformed', (_, line) => {
    expect(accessLogLine(line)).toEqual({ kind: 'malformed' })
  })

  const combined = `${COMMON} "http://a.example/" "Mozilla/5.0"`
  test.prop([fc.integer({ min: 0, max: combined.length - 1 })])(
    'that is cut off anywhere is malformed, or is whole up to the end of its common part',
    (length) => {
      const isWhole = [COMMON.length - 2, COMMON.length - 1, COMMON.length, COMMON.length + 1].includes(length)
      expect(accessLogLine(combined.slice(0, length)).kind).toBe(isWhole ? 'request' : 'malformed')
    },
  )

  test.prop([fc.string({ unit: 'binary', maxLength: 300 })])('never throws, whatever it holds', (line) => {
    expect(['request', 'no-request', 'malformed']).toContain(accessLogLine(line).kind)
    expect(['request', 'no-request', 'malformed']).toContain(accessLogLine(`${COMMON}${line}`).kind)
  })

  const text = fc.string({
    unit: fc.integer({ min: 0, max: 255 }).map((byte) => String.fromCharCode(byte)),
    minLength: 1,
  })
  test.prop([text, text])('gives back what Apache has escaped', (referer, userAgent) => {
    fc.pre(referer !== '-' && userAgent !== '-')
    const line = `${COMMON} "${escaped(referer)}" "${escaped(userAgent)}"`
    expect(accessLogLine(line)).toMatchObject({ format: 'combined', referer, userAgent })
  })

  it('takes a time that grows with its length, whatever stands in it (B5)', () => {
    for (const part of [' [x] "', ' [', '"', '\\"', '\\', ' ', '[]', ' "-" "']) {
      const line = part.repeat(LONGEST_LINE / part.length)
      for (const hostile of [line, `a b c${line}`, `${COMMON} "${line}`, `${COMMON}${line}`]) accessLogLine(hostile)
    }
  }, 10_000)
})

/** As Apache writes fields of a request into its log. */
function escaped(field: string): string {
  return field.replace(/[^ !#-[\]-~]/g, (character) => {
    if (character === '"' || character === '\\') return `\\${character}`
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`
  })
}

describe('the time of a line', () => {
  it.each([
    ['17/May/2015:10:05:03 +0000', '2015-05-17T10:05:03Z'],
    ['17/May/2015:10:05:03 +0530', '2015-05-17T04:35:03Z'],
    ['01/Jan/2016:00:00:00 +0100', '2015-12-31T23:00:00Z'],
    ['31/Dec/2015:20:00:00 -0800', '2016-01-01T04:00:00Z'],
    ['29/Feb/2016:00:00:00 +0000', '2016-02-29T00:00:00Z'],
    ['30/Jun/2015:23:59:60 +0000', '2015-07-01T00:00:00Z'], // a leap second
  ])('%s is %s', (text, iso) => {
    expect(logTime(text)).toBe(Date.parse(iso))
  })

  it.each([
    '',
    '17/May/2015',
    '29/Feb/2015:00:00:00 +0000',
    '17/May/2015:24:00:00 +0000',
    '17/may/2015:10:05:03 +0000',
    '2015-05-17T10:05:03Z',
    '17/May/2015:10:05:03',
  ])('%j is no time', (text) => {
    expect(logTime(text)).toBeUndefined()
  })
})

describe('the lines of a log', () => {
  const split = (chunks: readonly Buffer[]): (string | undefined)[] => {
    const splitter = new LineSplitter()
    return [...chunks.flatMap((chunk) => [...splitter.push(chunk)]), ...splitter.end()]
  }
  const bytes = fc.uint8Array({ maxLength: 200, size: 'max' })

  test.prop([bytes, fc.array(fc.nat(200))])('are the same wherever the bytes are cut into pieces', (all, cuts) => {
    const at = [0, ...cuts.map((cut) => Math.min(cut, all.length)).sort((a, b) => a - b), all.length]
    const pieces = at.slice(1).map((end, i) => Buffer.from(all.subarray(at[i], end)))
    const text = Buffer.from(all).toString('latin1')
    const expected = text.split('\n').map((line) => line.replace(/\r$/, ''))
    if (text === '' || text.endsWith('\n')) expected.pop()
    expect(split(pieces)).toEqual(expected)
  })

  it('may end in CR LF, be empty, and lack a line feed at the end', () => {
    expect(split([Buffer.from('a\r\n\r\n\nb')])).toEqual(['a', '', '', 'b'])
  })

  it('that are too long are let go of as they come, and those behind them are whole (I7)', () => {
    const half = Buffer.alloc(LONGEST_LINE / 2, 'x')
    const endless = [Buffer.from('a\n'), ...Array.from({ length: 50 }, () => half), Buffer.from('x\nb\n')]
    const concat = vi.spyOn(Buffer, 'concat')
    expect(split(endless)).toEqual(['a', undefined, 'b'])
    for (const { value } of concat.mock.results) expect(value.length).toBeLessThanOrEqual(LONGEST_LINE)
    concat.mockRestore()
    expect(split([half, half, Buffer.from('\n')])[0]).toHaveLength(LONGEST_LINE)
    expect(split([half, half, Buffer.from('x\nc')])).toEqual([undefined, 'c'])
  })
})
