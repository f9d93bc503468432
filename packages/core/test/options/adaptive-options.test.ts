import { createRenderCache, isSsrCacheError } from '@ssr-cache/core'
import { describe, expect, test } from 'vitest'
import { resolveAdaptive } from '../../src/options/adaptive-options.ts'
import { resolveOptions } from '../../src/options/settings.ts'

/** What creation says of an option that is wrong; the code stands before it. */
function refusal(admission: unknown): string {
  try {
    void createRenderCache({ admission } as never).close() // wrong on purpose
  } catch (error) {
    if (!isSsrCacheError(error)) throw error
    expect(error.code).toBe('ERR_SSR_CACHE_OPTION')
    return error.message.replace('ERR_SSR_CACHE_OPTION: ', '')
  }
  return 'accepted'
}

describe('the option admission.adaptive', () => {
  test.each<[unknown, string]>([
    [
      { adaptive: 'yes' },
      '"admission.adaptive" must be of type object, got "yes" (string). See the options table of the README.',
    ],
    [
      { adaptive: { minConcurrency: 0 } },
      '"admission.adaptive.minConcurrency" must be a whole number >= 1, got 0 (number). Write 1 or more.',
    ],
    [
      { adaptive: { minConcurrency: 9 } },
      '"admission.adaptive.minConcurrency" must be at most concurrency (8), got 9 (number). The cap moves between the two.',
    ],
    [
      { adaptive: { maxLoopDelayMs: '50ms' } },
      '"admission.adaptive.maxLoopDelayMs" must be milliseconds >= 1, got "50ms" (string). Write 50.',
    ],
    [
      { adaptive: { maxLoopDelay: 5 } },
      '"admission.adaptive.maxLoopDelay" must be left out (there is no such option), got 5 (number). Write maxLoopDelayMs.',
    ],
    [{ adaptive: true }, 'accepted'],
    [{ adaptive: false }, 'accepted'],
    [{ adaptive: { minConcurrency: 4, maxLoopDelayMs: undefined }, concurrency: 4 }, 'accepted'],
  ])('%j', (admission, message) => {
    expect(refusal(admission)).toBe(message)
  })

  test('the cap is concurrency, and what is not said is the default', () => {
    expect(resolveAdaptive(true, 8)).toEqual({ least: 1, most: 8, maxLoopDelayMs: 50 })
    expect(resolveOptions({ admission: { concurrency: 20, adaptive: { minConcurrency: 5 } } }).adaptive).toEqual({
      least: 5,
      most: 20,
      maxLoopDelayMs: 50,
    })
    expect(resolveOptions({}).adaptive).toBeUndefined()
  })
})
