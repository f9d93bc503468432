import { z } from 'zod'
import type { Through, WarmProgress } from '../warm/warm-up.ts'
import { expect } from './checks.ts'
import { parseOptions } from './parse.ts'
import { count } from './quantity.ts'

/** Options of `warm`. */
export interface WarmOptions {
  /**
   * What answers, as it would answer a visitor: `(request) => cache.handle(request, handler)`, `fetchFrom(app)` of `@ssr-cache/core/node` for an Express app, or
   * `fetch` for one that runs elsewhere.
   */
  readonly through: Through
  /** Scheme and host of URLs that are given as paths; those of another site are refused. @default that of the first URL */
  readonly origin?: string
  /** Pages that are asked for side by side. In this process their renders wait behind visitors. @default 2 */
  readonly concurrency?: number
  /** Headers of the visitor whose variant is warmed, such as `accept-language`. @default {} */
  readonly headers?: Readonly<Record<string, string>>
  /** Calls the warm-up off: it ends at once, and nothing else is asked for. Renders that are under way go on, and are kept. @default undefined */
  readonly signal?: AbortSignal
  /** Told after each page. Where it throws, the first error is logged, and the warm-up goes on. @default undefined */
  onProgress?(progress: WarmProgress): void
}

/** All defaults of {@link WarmOptions}. */
export const WARM_DEFAULTS: Required<Pick<WarmOptions, 'concurrency' | 'headers'>> = Object.freeze({
  concurrency: 2,
  headers: Object.freeze({}),
})

const isFunction = (value: unknown): boolean => typeof value === 'function'

const warmSchema = z.strictObject({
  through: expect(
    isFunction,
    'a function (request) => answer',
    'Write (request) => cache.handle(request, handler), or fetchFrom(app).',
  ),
  origin: z.string().optional(),
  concurrency: count(1).optional(),
  headers: z.record(z.string(), z.string()).optional(),
  signal: expect((value) => value instanceof AbortSignal, 'an AbortSignal', 'Write controller.signal.').optional(),
  onProgress: expect(isFunction, 'a function', 'Write ({ done, total }) => …').optional(),
})

/**
 * Checks the options of one warm-up.
 * @throws ERR_SSR_CACHE_OPTION that says what was expected, what came, and the way out.
 */
export function checkWarmOptions(options: unknown): asserts options is WarmOptions {
  parseOptions(warmSchema, options)
}
