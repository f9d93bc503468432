import { hash } from 'node:crypto'
import type { Field } from '../fields.ts'
import { type Instants, instants, type Lifetimes } from '../rules/freshness.ts'
import type { Entry, Generation } from '../store/entry.ts'

/** What an entry is made from; the rest follows. */
export interface EntryParts {
  readonly status: number
  readonly fields: readonly Field[]
  readonly body: Uint8Array
  readonly tags: readonly string[]
  readonly build: string
  readonly generation: Generation
  readonly token: bigint
  readonly renderStartedAt: number
  readonly storedAt: number
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
