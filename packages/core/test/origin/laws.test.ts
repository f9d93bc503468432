import { fc, test as property } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import type { Field } from '../../src/fields.ts'
import type { OriginResponse } from '../../src/origin/exchange.ts'
import { seenByHead, validated } from '../../src/origin/freshening.ts'
import { invalidatedUrls } from '../../src/origin/invalidation.ts'
import { requestDirectives } from '../../src/origin/request-directives.ts'
import { reuse, standsIn } from '../../src/origin/reuse.ts'
import { servedFields } from '../../src/origin/served-fields.ts'
import type { OriginSettings } from '../../src/origin/settings.ts'
import { validationHeaders } from '../../src/origin/validation.ts'
import { fieldText } from '../cache-control/arbitraries.ts'
import { dateAt, fate, NOW, request, response, verdictOn } from './exchanges.ts'

const NAMES = [
  ...['cache-control', 'cdn-cache-control', 'expires', 'date', 'age', 'last-modified', 'etag', 'vary', 'connection'],
  ...['set-cookie', 'pragma', 'content-length', 'x-other'],
]
const date = fc.integer({ min: -3_000, max: 3_000 }).map(dateAt)
const number = fc.oneof(
  fc.nat(3_000).map(String),
  fc.constantFrom('-1', '0', '2147483647', '2147483648', '9'.repeat(30)),
)
const text = fc.oneof(fieldText, date, number, fc.constantFrom('"a"', 'W/"a"', '*', 'Foo, Bar', 'x-other'))
const fields: fc.Arbitrary<readonly Field[]> = fc.array(fc.tuple(fc.constantFrom(...NAMES), text), { maxLength: 8 })
const instants = fc.record({
  requestedAt: fc.integer({ min: NOW - 9_000, max: NOW + 9_000 }),
  receivedAt: fc.constant(NOW),
})

/** Whatever an app could answer. */
const anyResponse: fc.Arbitrary<OriginResponse> = fc
  .tuple(fc.integer({ min: 100, max: 999 }), fields, instants)
  .map(([status, said, at]) => ({ status, fields: said, ...at }))

const GENEROUS: Partial<OriginSettings> = {
  targetedFields: ['cdn-cache-control'],
  setCookie: 'keep',
  staleOnDisconnect: 100,
  keepForValidation: 1e6,
}

/** Something that can be reused, most of the time. */
const goodResponse: fc.Arbitrary<OriginResponse> = fc
  .record({
    'cache-control': fc
      .tuple(
        fc.nat(100),
        fc.subarray([
          'public',
          's-maxage=50',
          'stale-while-revalidate=40',
          'stale-if-error=60',
          'must-revalidate',
          'x=1',
        ]),
      )
      .map(([maxAge, more]) => [`max-age=${maxAge}`, ...more].join(', ')),
    age: fc.nat(30).map(String),
    date: fc.integer({ min: -20, max: 20 }).map(dateAt),
    etag: fc.constantFrom('', '"a"'),
  })
  .map((said) => response(said))

const seconds = fc.nat(300)
const RANK: Readonly<Record<string, number>> = { serve: 3, refresh: 2, validate: 1 }
const rankAt = (answer: OriginResponse, at: number, o = GENEROUS): number => RANK[fate(answer, at, o)] ?? 0

function withLine(answer: OriginResponse, name: string, value: string): OriginResponse {
  return { ...answer, fields: [...answer.fields, [name, value]] }
}

describe('laws of origin-driven mode: whatever an app sends', () => {
  property.prop([anyResponse, anyResponse, text], { numRuns: 1_000 })('nothing is ever thrown', (one, other, asked) => {
    for (const settings of [{}, GENEROUS]) verdictOn(one, settings)
    validated(one, { ...other, status: 304 })
    seenByHead({ ...one, status: 200 }, { ...other, status: 200 })
    validationHeaders({ 'if-none-match': asked }, one.fields)
    requestDirectives({ 'cache-control': asked, pragma: asked })
    invalidatedUrls({ method: 'POST', url: 'https://shop.example/', status: 200, fields: [['location', asked]] })
    expect(Number.isInteger(one.status)).toBe(true)
  })

  property.prop([anyResponse], { numRuns: 2_000 })('never more freshness is read than was sent', (answer) => {
    const verdict = verdictOn(answer, GENEROUS)
    if (verdict.kind === 'unstorable') return
    const figures = answer.fields
      .filter(([name]) => name.endsWith('cache-control'))
      .flatMap(([, value]) => value.match(/\d+/g) ?? [])
      .map((digits) => NOW + Math.min(Number(digits), 2 ** 31) * 1000)
    const dates = answer.fields.filter(([name]) => name === 'expires').map(([, value]) => Date.parse(value))
    const sent = [...figures, ...dates].filter((at) => !Number.isNaN(at))
    // An Expires is counted from Date, which a clock ahead of ours writes later.
    const ahead = answer.fields.filter(([name]) => name === 'date').map(([, value]) => NOW - Date.parse(value) || 0)
    expect(verdict.life.freshUntil).toBeLessThanOrEqual(Math.max(NOW, ...sent) + Math.max(0, ...ahead))
  })

  property.prop([anyResponse, fc.integer({ min: 0, max: 1e6 })], { numRuns: 1_000 })(
    'what is neither explicitly fresh nor validated is never reused',
    (answer, at) => {
      const said = answer.fields.some(([name]) => name.endsWith('cache-control') || name === 'expires')
      if (!said) expect(['serve', 'refresh']).not.toContain(fate(answer, at, GENEROUS))
    },
  )

  property.prop([anyResponse])('no cookie is stored unless asked for, and nothing of the connection ever', (answer) => {
    const verdict = verdictOn(answer, { ...GENEROUS, setCookie: 'strip' })
    if (verdict.kind === 'unstorable') return
    const names = verdict.fields.map(([name]) => name)
    expect(names).not.toContain('set-cookie')
    expect(names).not.toContain('connection')
    // All else is as it came, line by line and in order.
    expect(answer.fields.filter((field) => verdict.fields.includes(field))).toEqual(verdict.fields)
  })
})

describe('laws of origin-driven mode: caching less', () => {
  property.prop([goodResponse, seconds, fc.nat(100)])('a response only ever gets older', (answer, at, more) => {
    expect(rankAt(answer, at + more)).toBeLessThanOrEqual(rankAt(answer, at))
  })

  property.prop([
    goodResponse,
    seconds,
    fc.constantFrom('no-store', 'private', 'no-cache', 'must-revalidate', 'proxy-revalidate'),
  ])('a restriction more never makes a response more reusable', (answer, at, restriction) => {
    expect(rankAt(withLine(answer, 'cache-control', restriction), at)).toBeLessThanOrEqual(rankAt(answer, at))
  })

  property.prop([goodResponse, seconds, fc.nat(200)])(
    'a greater Age never makes one more reusable',
    (answer, at, more) => {
      const older = answer.fields.map(
        ([name, value]): Field => [name, name === 'age' ? String(Number(value) + more) : value],
      )
      expect(rankAt({ ...answer, fields: older }, at)).toBeLessThanOrEqual(rankAt(answer, at))
    },
  )

  property.prop([goodResponse, seconds, fc.nat(20_000)])('nor does an answer that took longer', (answer, at, delay) => {
    expect(rankAt({ ...answer, requestedAt: NOW - delay }, at)).toBeLessThanOrEqual(rankAt(answer, at))
  })

  property.prop([goodResponse, seconds, fieldText])(
    'what a visitor asks never makes one fresh that is not',
    (answer, at, asked) => {
      const verdict = verdictOn(answer, GENEROUS)
      if (verdict.kind === 'unstorable') return
      const now = NOW + at * 1000
      const { kind } = reuse(verdict.life, now, requestDirectives({ 'cache-control': asked }))
      if (kind === 'serve') expect(reuse(verdict.life, now).kind).toBe('serve')
    },
  )

  property.prop([goodResponse, seconds, fc.constantFrom('error' as const, 'disconnected' as const)])(
    'what must be validated once stale never stands in for anything',
    (answer, at, failure) => {
      const verdict = verdictOn(withLine(answer, 'cache-control', 'must-revalidate'), GENEROUS)
      if (verdict.kind === 'unstorable') return
      const now = NOW + at * 1000
      expect(standsIn(verdict.life, failure, now)).toBe(now < verdict.life.freshUntil)
    },
  )

  property.prop([goodResponse, seconds])(
    'what remains of the lifetime is what was sent, less the Age that goes out',
    (answer, at) => {
      const verdict = verdictOn(answer, GENEROUS)
      if (verdict.kind === 'unstorable') return
      const now = NOW + at * 1000
      const served = servedFields(answer, verdict.life, now)
      // A cache behind this one takes the same response, with our Age, and is never fresh for longer.
      const behind = verdictOn({ status: 200, requestedAt: now, receivedAt: now, fields: served }, GENEROUS)
      if (behind.kind === 'storable')
        expect(behind.life.freshUntil).toBeLessThan(Math.max(now, verdict.life.freshUntil) + 1000)
    },
  )
})

describe('laws of validation', () => {
  const goodHead = goodResponse.map((head) => ({
    ...head,
    status: 304,
    requestedAt: NOW + 500,
    receivedAt: NOW + 1_000,
  }))

  property.prop([goodResponse, goodHead])('the same 304 a second time changes nothing', (stored, head) => {
    const once = validated(stored, head)
    if (once.kind === 'freshened') expect(validated(once.response, head)).toEqual(once)
  })

  property.prop([anyResponse, anyResponse])('a 304 never changes status nor length', (stored, head) => {
    const outcome = validated(stored, { ...head, status: 304 })
    if (outcome.kind !== 'freshened') return
    const lengths = ({ fields: said }: OriginResponse): readonly Field[] =>
      said.filter(([name]) => name === 'content-length')
    expect(outcome.response.status).toBe(stored.status)
    expect(lengths(outcome.response)).toEqual(lengths(stored))
  })

  property.prop([fc.dictionary(fc.constantFrom('foo', 'cookie', 'range', 'if-match'), fc.string()), fields])(
    'a validation never asks for a part, and repeats what it does not replace',
    (headers, stored) => {
      const asked = validationHeaders(headers, stored)
      expect(asked['range']).toBeUndefined()
      expect(asked['foo']).toBe(headers['foo'])
      expect(asked['cookie']).toBe(request(headers).headers['cookie'])
    },
  )
})
