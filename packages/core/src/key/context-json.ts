import { SsrCacheError, shown } from '../errors.ts'
import type { Json } from '../request.ts'

/**
 * JSON with the names of every object in order: equal contexts have one text, and with it one key.
 * @throws ERR_SSR_CACHE_OPTION for what JSON cannot say (cycles, BigInt, a function). A page keyed without it could show it to everyone.
 */
export function contextJson(context: Json): string {
  // JSON.stringify answers undefined for functions and symbols, which its type does not say.
  const text = stringify(context) as string | undefined
  if (text === undefined) throw contextError(context)
  return text
}

function stringify(context: Json): string {
  try {
    return JSON.stringify(context, inOrder)
  } catch (cause) {
    throw contextError(context, cause)
  }
}

function inOrder(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}

function contextError(context: unknown, cause?: unknown): SsrCacheError {
  return new SsrCacheError(
    'ERR_SSR_CACHE_OPTION',
    `"context" must give JSON, got ${shown(context)}. Give plain values.`,
    { cause },
  )
}
