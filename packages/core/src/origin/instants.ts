import type { Instants, Validity } from '../rules/freshness.ts'
import type { Entry, OriginMarks } from '../store/entry.ts'
import type { OriginResponse } from './exchange.ts'
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

/** An entry with what the app's own fields said of it. */
export type OriginEntry = Entry & { readonly origin: OriginMarks }

/** The life of a kept response, as the invalidation log leaves it: windows count from the earlier of the end of freshness and the record, as they do elsewhere. */
export function lifeLeft({ origin, ...entry }: OriginEntry, validity: Validity): OriginLife {
  const { freshUntil, staleUntil, errorUntil, deleteAt: keptUntil } = entry
  const earlier = validity.kind === 'stale' ? Math.max(0, freshUntil - validity.at) : 0
  return {
    bornAt: origin.bornAt,
    freshUntil: validity.kind === 'valid' ? freshUntil : freshUntil - earlier,
    staleUntil: staleUntil - earlier,
    errorUntil: errorUntil - earlier,
    disconnectedUntil: origin.disconnectedUntil - earlier,
    keptUntil,
    mayBeStale: origin.mayBeStale,
  }
}

/** A kept response as the app gave it, and when. */
export function responseOf({ status, fields, renderStartedAt, storedAt }: Entry): OriginResponse {
  return { status, fields, requestedAt: renderStartedAt, receivedAt: storedAt }
}

/** Whether the app's own fields decided on an entry. */
export function isOriginEntry(entry: Entry): entry is OriginEntry {
  return entry.origin !== undefined
}
