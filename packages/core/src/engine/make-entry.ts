import { hash } from 'node:crypto'
import { type Instants, instants, type Lifetimes, type Limits, limited, NO_LIMITS } from '../rules/freshness.ts'
import type { EncodedVariant, Entry } from '../store/entry.ts'

/** What an entry is made from; the rest follows. */
export interface EntryParts extends Omit<Entry, 'kind' | 'variants' | 'etag' | keyof Instants> {
  /** Of the same bytes, where they were kept before. @default none */
  readonly variants?: readonly EncodedVariant[]
  readonly lifetimes: Lifetimes
  /** Of what it was made from. @default none */
  readonly limits?: Limits
}

/** A page ready to be kept: its instants fixed, its validator made. */
export function makeEntry({ lifetimes, limits = NO_LIMITS, variants = [], ...parts }: EntryParts): Entry {
  const times = limited(parts.storedAt, instants(parts.storedAt, lifetimes), limits)
  return Object.freeze({ kind: 'page', ...parts, ...times, variants, etag: weakEtag(parts.body) })
}

/** One weak validator for all encodings of the same bytes (RFC 9110 8.8.1). */
function weakEtag(body: Uint8Array): string {
  return `W/"${hash('sha256', body, 'base64url').slice(0, 27)}"`
}
