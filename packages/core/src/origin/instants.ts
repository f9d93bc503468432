import type { Instants } from '../rules/freshness.ts'
import type { OriginLife } from './life.ts'

/**
 * The instants of an entry with this life: none lies before the response was there, and past all windows it is kept as long as it can be validated. What
 * `pageState` says of them is what `reuse` says of the life.
 */
export function instantsOf(life: OriginLife, storedAt: number): Instants {
  const freshUntil = Math.max(storedAt, life.freshUntil)
  const staleUntil = Math.max(freshUntil, life.staleUntil)
  const errorUntil = Math.max(freshUntil, life.errorUntil)
  return { freshUntil, staleUntil, errorUntil, deleteAt: Math.max(staleUntil, errorUntil, life.keptUntil) }
}
