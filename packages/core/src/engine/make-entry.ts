import { hash } from 'node:crypto'
import { type Instants, instants, type Lifetimes } from '../rules/freshness.ts'
import type { Entry } from '../store/entry.ts'

/** What an entry is made from; the rest follows. */
export interface EntryParts extends Omit<Entry, 'kind' | 'variants' | 'etag' | keyof Instants> {
  readonly lifetimes: Lifetimes
}

/** A page ready to be kept: its instants fixed, its validator made. */
export function makeEntry({ lifetimes, ...parts }: EntryParts): Entry {
  const times: Instants = instants(parts.storedAt, lifetimes)
  return Object.freeze({ kind: 'page', ...parts, ...times, variants: [], etag: weakEtag(parts.body) })
}

/** One weak validator for all encodings of the same bytes (RFC 9110 8.8.1). */
function weakEtag(body: Uint8Array): string {
  return `W/"${hash('sha256', body, 'base64url').slice(0, 27)}"`
}
