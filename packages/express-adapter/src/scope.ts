/** A place in the app: which `expressCache` of its cache, mounted where, with which route parameters. */
export interface Place {
  readonly mount: string
  readonly params: Readonly<Record<string, unknown>>
}

const ROOT: Place = Object.freeze({ mount: '', params: Object.freeze({}) })

/**
 * The part of the key that tells places apart: Express matches paths as they were sent, so two spellings of one canonical URL can come to two places. Empty
 * for the first `expressCache` of a cache at the root, which is all that most apps have.
 */
export function scopeOf(ordinal: number, mount: string, params: Place['params']): string {
  if (ordinal === 0 && mount === '' && isEmpty(params)) return ''
  return JSON.stringify([ordinal, mount, params])
}

/** The place that a scope was made of. */
export function placeOf(scope: string): Place {
  if (scope === '') return ROOT
  const [, mount, params] = JSON.parse(scope) as [number, string, Place['params']] // made by scopeOf
  return { mount, params }
}

function isEmpty(params: Place['params'] | undefined): boolean {
  for (const _ in params) return false
  return true
}

const counts = new WeakMap<object, number>()

/** 0 for the first `expressCache` of a cache, and so on: the same in every process that registers in the same order. */
export function nextOrdinal(cache: object): number {
  const ordinal = counts.get(cache) ?? 0
  counts.set(cache, ordinal + 1)
  return ordinal
}
