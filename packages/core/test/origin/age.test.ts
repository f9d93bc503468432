import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { ageSeconds } from '../../src/origin/age.ts'
import { lifeOf } from '../../src/origin/life.ts'
import { servedFields } from '../../src/origin/served-fields.ts'
import { ORIGIN_DEFAULTS } from '../../src/origin/settings.ts'
import { wordOf } from '../../src/origin/word.ts'
import { dateAt, type FieldsByName, NOW, response } from './exchanges.ts'

function servedAfter(fields: FieldsByName, seconds: number): readonly (readonly [string, string])[] {
  const answer = response(fields)
  const life = lifeOf(answer, wordOf(answer.fields, []), ORIGIN_DEFAULTS)
  return servedFields(answer, life, NOW + seconds * 1000)
}

describe('Age is generated, and Date is left alone (RFC 9111 5.1)', () => {
  test.each<[string, FieldsByName, number, string]>([
    ['at once', {}, 0, '0'],
    ['in whole seconds', {}, 7.999, '7'],
    ['added to a received Age (Must)', { age: '30' }, 7, '37'],
    ['a list of Ages', { age: ['30', '50'] }, 7, '37'],
    ['an Age that is none', { age: 'old' }, 7, '7'],
    ['an old Date is age', { date: dateAt(-30) }, 7, '37'],
    ['at most 2^31', { age: '2147483647' }, 7, '2147483648'],
  ])('%s', (_, fields, seconds, age) => {
    expect(servedAfter(fields, seconds).filter(([name]) => name === 'age')).toEqual([['age', age]])
  })

  test('Date is untouched (Must), and written with the time of receipt where there is none (RFC 9110 6.6.1)', () => {
    expect(servedAfter({ date: 'yesterday' }, 7)).toEqual([
      ['date', 'yesterday'],
      ['age', '7'],
    ])
    expect(servedAfter({ date: [dateAt(0), dateAt(1)] }, 7).slice(0, 2)).toEqual([
      ['date', dateAt(0)],
      ['date', dateAt(1)],
    ])
    expect(servedAfter({ etag: '"a"' }, 7)).toEqual([
      ['etag', '"a"'],
      ['date', dateAt(0)],
      ['age', '7'],
    ])
  })

  property.prop([fc.integer({ min: -1e12, max: 1e12 }), fc.nat(1e9)])(
    'an Age never goes back and is never negative',
    (bornAt, ms) => {
      const age = ageSeconds(bornAt, NOW)
      expect(age).toBeGreaterThanOrEqual(0)
      expect(ageSeconds(bornAt, NOW + ms)).toBeGreaterThanOrEqual(age)
    },
  )
})
