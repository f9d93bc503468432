import { createRenderCache, isSsrCacheError } from '@ssr-cache/core'
import { describe, expect, test } from 'vitest'
import { ENCODING_DEFAULTS, isEncoding, resolveEncoding } from '../../src/options/encoding-options.ts'

/** What creation says of an option that is wrong; the code stands before it. */
function refusal(encoding: unknown): string {
  try {
    createRenderCache({ encoding } as never) // wrong on purpose
  } catch (error) {
    if (!isSsrCacheError(error)) throw error
    expect(error.code).toBe('ERR_SSR_CACHE_OPTION')
    return error.message.replace('ERR_SSR_CACHE_OPTION: ', '')
  }
  return 'accepted'
}

describe('the option encoding', () => {
  test.each<[unknown, string]>([
    [
      { br: 12 },
      '"encoding.br" must be a level from 0 to 11, or false, got 12 (number). Write a whole number from 0 to 11, or false.',
    ],
    [
      { gzip: 0 },
      '"encoding.gzip" must be a level from 1 to 9, or false, got 0 (number). Write a whole number from 1 to 9, or false.',
    ],
    [
      { zstd: true },
      '"encoding.zstd" must be a level from 1 to 19, or false, got true (boolean). Write a whole number from 1 to 19, or false.',
    ],
    [
      { brotli: 5 },
      '"encoding.brotli" must be left out (there is no such option), got 5 (number). Known are: zstd, br, gzip, types, minBytes, keep.',
    ],
    [
      { types: ['text/*'] },
      `"encoding.types" must be a list of media types without parameters, got ["text/*"] (array). Write ['text/html'], or leave it out.`,
    ],
    [
      { types: [] },
      `"encoding.types" must be a list of media types without parameters, got [] (array). Write ['text/html'], or leave it out.`,
    ],
    [{ minBytes: '1KB' }, '"encoding.minBytes" must be bytes >= 1, got "1KB" (string). Write 1024.'],
    [{ keep: 'one' }, `"encoding.keep" must be 'all' or 'smallest', got "one" (string). Write 'all', or leave it out.`],
    [true, '"encoding" must be of type object, got true (boolean). See the options table of the README.'],
    [false, 'accepted'],
    [undefined, 'accepted'],
    [{ br: undefined, zstd: false, gzip: 9, types: ['text/html'], minBytes: 1, keep: 'smallest' }, 'accepted'],
  ])('%j', (encoding, message) => {
    expect(refusal(encoding)).toBe(message)
  })

  test('a route may only say that its pages are sent as they are', () => {
    expect(() => createRenderCache({ routes: [{ match: '/', encoding: true as never }] })).toThrow(
      '"routes[0].encoding" must be false, or left out, got true (boolean). Write false to send the pages of a route as they are.',
    )
  })

  test('what is not said is the default, and types are compared without regard to letter case', () => {
    expect(resolveEncoding(undefined)).toEqual(ENCODING_DEFAULTS)
    expect(resolveEncoding({ gzip: 1, types: ['Text/HTML'] })).toEqual({
      ...ENCODING_DEFAULTS,
      gzip: 1,
      types: ['text/html'],
    })
  })

  test('false makes none, and so does false for each', () => {
    expect(isEncoding(resolveEncoding(false))).toBe(false)
    expect(isEncoding(resolveEncoding({ zstd: false, br: false, gzip: false }))).toBe(false)
    for (const name of ['zstd', 'br', 'gzip']) {
      expect(isEncoding({ ...resolveEncoding(false), [name]: 1 })).toBe(true)
    }
  })
})
