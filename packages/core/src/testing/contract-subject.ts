import { strict as assert } from 'node:assert'
import { randomUUID } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { Entry, Generation, StoredValue } from '../store/entry.ts'
import type { InvalidationLog, Lease, Now, Store, StoreKey } from '../store/store.ts'
import { sampleKey } from './sample-values.ts'

/** The store under test, and its time. */
export interface Subject {
  readonly store: Store
  readonly clock: Clock
  readonly advance: (ms: number) => Now<void>
}

/** One case of the contract. */
export interface Case {
  readonly name: string
  readonly needs?: readonly ('lease' | 'log')[]
  readonly run: (subject: Subject) => Promise<void>
}

/** Where no log was heard of: every record is newer. */
export const UNHEARD: Generation = { epoch: '', position: -1 }

/** A page's path that no other case uses: stores may share their content. */
export function freshPath(): string {
  return `/contract/${randomUUID()}`
}

export function freshKey(): StoreKey {
  return sampleKey(freshPath())
}

export async function valueAt(store: Store, key: StoreKey): Promise<StoredValue | undefined> {
  return (await store.get(key, { since: UNHEARD })).value
}

export async function pageOf(store: Store, key: StoreKey): Promise<Entry> {
  const value = await valueAt(store, key)
  assert(value?.kind === 'page', 'expected a page')
  return value
}

/** Where the log stands now; a made-up place where there is no log. */
export async function headOf(store: Store): Promise<Generation> {
  return store.log === undefined ? { epoch: 'contract', position: 0 } : (await store.log.read(UNHEARD)).head
}

export function logOf(store: Store): InvalidationLog {
  assert(store.log, 'capabilities.log is true, so there must be a log')
  return store.log
}

export function leaseOf(store: Store): Lease {
  assert(store.lease, 'capabilities.lease is true, so there must be a lease')
  return store.lease
}

/** Bytes and lists may come back as other classes: what counts is what they say. */
export function plain(value: StoredValue): unknown {
  if (value.kind !== 'page') return { ...value }
  return {
    ...value,
    // A member that is left out and one that is undefined say the same.
    remarks: value.remarks,
    origin: value.origin,
    body: hex(value.body),
    variants: value.variants.map(({ encoding, body }) => ({ encoding, body: hex(body) })),
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
