import { fc, test as property } from '@fast-check/vitest'
import { isSsrCacheError, SsrCacheError } from '@ssr-cache/core'
import { describe, expect, test } from 'vitest'
import { crossed, crossing } from '../../src/worker/crossing-error.ts'

/** What arrives on the other side. */
const across = (thrown: unknown): unknown => crossed(structuredClone(crossing(thrown)))

describe('what is thrown in one thread, and arrives in another', () => {
  test('is an error with its name, message and stack, and its own plain fields', () => {
    const error = Object.assign(new TypeError('not here'), {
      status: 404,
      code: 'E_NONE',
      expose: true,
      inner: { a: 1 },
      run() {},
    })
    const other = across(error) as Error
    expect(other).toBeInstanceOf(Error)
    expect([other.name, other.message, other.stack]).toEqual(['TypeError', 'not here', error.stack])
    expect({ ...other }).toEqual({ status: 404, code: 'E_NONE', expose: true })
  })

  test('is one of ours where it was', () => {
    const other = across(new SsrCacheError('ERR_SSR_CACHE_RENDER', 'not so', { cause: new Error('inside') }))
    expect(isSsrCacheError(other)).toBe(true)
    expect(other).toMatchObject({ code: 'ERR_SSR_CACHE_RENDER', cause: { message: 'inside' } })
  })

  test('has an end, where its causes have none', () => {
    const error = new Error('round')
    error.cause = error
    expect(() => across(error)).not.toThrow()
  })

  test('is an abort where it was', () => {
    const { signal } = new AbortController()
    void signal
    expect(across(AbortSignal.abort().reason)).toMatchObject({ name: 'AbortError' })
  })

  property.prop([fc.oneof(fc.string(), fc.integer(), fc.bigInt(), fc.boolean(), fc.constantFrom(null, undefined))])(
    'is the same where it is a plain value',
    (value) => {
      expect(across(value)).toBe(value)
    },
  )

  property.prop([fc.anything()])('never fails on its way', (value) => {
    expect(() => across(value)).not.toThrow()
  })
})
