import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test, vi } from 'vitest'
import type { Field } from '../../src/fields.ts'
import { declaredLength, lengthError, measurable } from '../../src/rules/declared-length.ts'

const saying = (...values: readonly string[]): readonly Field[] => values.map((value) => ['content-length', value])

describe('the length that a message says it has (RFC 9110 8.6)', () => {
  test.each<[string, readonly string[], ReturnType<typeof declaredLength>]>([
    ['nothing', [], undefined],
    ['a number', ['42'], 42],
    ['none', ['0'], 0],
    ['the same in two lines', ['42', '42'], 42],
    ['the same twice in one line', ['42, 42'], 42],
    ['two that differ', ['42', '43'], 'malformed'],
    ['two that differ in spelling', ['42', '042'], 'malformed'],
    ['two that differ in one line', ['42,43'], 'malformed'],
    ['an empty member', ['42,'], 'malformed'],
    ['an empty field', [''], 'malformed'],
    ['a sign', ['+42'], 'malformed'],
    ['less than nothing', ['-1'], 'malformed'],
    ['a fraction', ['1.5'], 'malformed'],
    ['another base', ['0x10'], 'malformed'],
    ['a word', ['long'], 'malformed'],
  ])('%s', (_, values, expected) => {
    expect(declaredLength(saying(...values))).toBe(expected)
  })

  property.prop([fc.array(fc.string())])(
    'is a whole number of bytes, nonsense or nothing, whatever is written',
    (values) => {
      const length = declaredLength(saying(...values))
      if (typeof length === 'number') expect(length).toBeGreaterThanOrEqual(0)
      else expect(length).toBe(values.length === 0 ? undefined : 'malformed')
    },
  )

  test('goes out where it is one, and is left out and told where it is not', () => {
    const other: Field = ['content-type', 'text/html']
    const failed = vi.fn()
    for (const fields of [[other], [other, ...saying('42')]]) expect(measurable(fields, failed)).toBe(fields)
    expect(failed).not.toHaveBeenCalled()
    expect(measurable([other, ...saying('4', '5')], failed)).toEqual([other])
    expect(failed).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: 'ERR_SSR_CACHE_RENDER' }))
  })

  test('is named by the error that says it is none', () => {
    expect(lengthError(saying('4', '5')).message).toBe(
      'ERR_SSR_CACHE_RENDER: a response must have one Content-Length, a whole number of bytes, got "4, 5" (string). Set it once, or leave it to Node.',
    )
  })
})
