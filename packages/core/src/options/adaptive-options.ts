import { z } from 'zod'
import { optionError } from '../errors.ts'
import type { AdaptiveBounds } from '../rules/adaptive-limit.ts'
import { defined } from './defined.ts'
import { parseOptions } from './parse.ts'
import { count, milliseconds } from './quantity.ts'

/** Between what the cap of renders moves by itself. */
export interface AdaptiveOptions {
  /** Renders that run side by side at least, however late the event loop is. @default 1 */
  readonly minConcurrency?: number
  /**
   * Milliseconds that the event loop may be late, on average over half a second: beyond it fewer renders run side by side, and more again only where it is less than
   * half of that.
   * @default 50
   */
  readonly maxLoopDelayMs?: number
}

/** All defaults of {@link AdaptiveOptions}. */
export const ADAPTIVE_DEFAULTS: Required<AdaptiveOptions> = Object.freeze({ minConcurrency: 1, maxLoopDelayMs: 50 })

const schema = z.strictObject({
  admission: z.strictObject({
    adaptive: z.strictObject({ minConcurrency: count(1).optional(), maxLoopDelayMs: milliseconds(1).optional() }),
  }),
})

/**
 * Checks the option and lays its defaults under it; `undefined` where the cap stands still.
 * @throws ERR_SSR_CACHE_OPTION
 */
export function resolveAdaptive(adaptive: boolean | AdaptiveOptions, concurrency: number): AdaptiveBounds | undefined {
  if (adaptive === false) return undefined
  const given = adaptive === true ? {} : adaptive
  parseOptions(schema, { admission: { adaptive: given } })
  const { minConcurrency: least, maxLoopDelayMs } = { ...ADAPTIVE_DEFAULTS, ...defined(given) }
  if (least <= concurrency) return { least, most: concurrency, maxLoopDelayMs }
  throw optionError(
    'admission.adaptive.minConcurrency',
    `at most concurrency (${concurrency})`,
    least,
    'The cap moves between the two.',
  )
}
