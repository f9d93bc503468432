import { hash, randomBytes } from 'node:crypto'
import { decodeEntry, encodeEntry, type Generation, isSsrCacheError, type StoredValue } from '@ssr-cache/core/store'

// What lies under the key of a page. First what scripts compare, which they read by GETRANGE without the rest:
//
//   0  4  'SCRP'
//   4  1  version of this layout
//   5  3  zero
//   8 16  revision: random, of this very write
//  24  8  of the hash of the full key
//  32 16  of the hash of the epoch of the generation
//  48  8  position of the generation: a double, little-endian
//  56 16  fencing token, big-endian
//  72  …  the value, as the core writes it
const MAGIC = Buffer.from('SCRP')
const VERSION = 1
const REVISION_AT = 8
const FULL_AT = 24
const EPOCH_AT = 32
const POSITION_AT = 48
const TOKEN_AT = 56
export const VALUE_AT = 72

/** A value as it is kept: with a revision that no other write has. */
export function encodeFrame(value: StoredValue, full: string): Buffer {
  const encoded = encodeEntry(value, full)
  const frame = Buffer.alloc(VALUE_AT + encoded.byteLength)
  MAGIC.copy(frame)
  frame[4] = VERSION
  randomBytes(16).copy(frame, REVISION_AT)
  fingerprint(full).copy(frame, FULL_AT)
  epochMark(value.generation).copy(frame, EPOCH_AT)
  frame.writeDoubleLE(value.generation.position, POSITION_AT)
  tokenBytes(value.token).copy(frame, TOKEN_AT)
  frame.set(encoded, VALUE_AT)
  return frame
}

/** A value that was written by this library. */
export interface ReadValue {
  readonly kind: 'value'
  readonly value: StoredValue
  readonly revision: string
}

/** `foreign`: another program's. `unreadable`: ours, but cut off, changed, or of another version. */
export type Read = ReadValue | { readonly kind: 'other key' | 'foreign' | 'unreadable' }

/** What `bytes` hold, if it is kept under `full`. Whatever they are, it does not throw. */
export function decodeFrame(bytes: Buffer, full: string): Read {
  if (!bytes.subarray(0, 4).equals(MAGIC)) return { kind: 'foreign' }
  if (bytes.byteLength < VALUE_AT || bytes[4] !== VERSION) return { kind: 'unreadable' }
  try {
    const value = decodeEntry(bytes.subarray(VALUE_AT), full)
    return value === undefined ? { kind: 'other key' } : { kind: 'value', value, revision: revisionOf(bytes) }
  } catch (error) {
    if (isSsrCacheError(error)) return { kind: 'unreadable' }
    throw error
  }
}

/** By what scripts tell that it is kept under this key. */
export function fingerprint(full: string): Buffer {
  // Not as UTF-8, which has one and the same code for every lone surrogate.
  return hash('sha256', Buffer.from(full, 'utf16le'), 'buffer').subarray(0, 8)
}

/** By what scripts tell logs apart. */
export function epochMark({ epoch }: Pick<Generation, 'epoch'>): Buffer {
  return hash('sha256', epoch, 'buffer').subarray(0, 16)
}

/** Big-endian, so that scripts can compare it in four parts: Lua's numbers hold 53. */
export function tokenBytes(token: bigint): Buffer {
  return Buffer.from((token & MOST).toString(16).padStart(32, '0'), 'hex')
}

const MOST = 2n ** 128n - 1n

export function revisionBytes(revision: string): Buffer {
  return Buffer.from(revision, 'base64url')
}

function revisionOf(frame: Buffer): string {
  return frame.toString('base64url', REVISION_AT, FULL_AT)
}
