import { randomBytes } from 'node:crypto'
import type { StoredValue } from '../store/entry.ts'
import { decodeEntry, encodeEntry } from '../store/entry-codec.ts'
import type { Standing } from '../store/precondition.ts'

// What lies in the database is text, since serializers and columns differ in what they do to bytes: a revision of its own for each write, a space, and the
// frame in base64.
const REVISION_BYTES = 12
const REVISION_LENGTH = 16
const FRAME_AT = REVISION_LENGTH + 1
/** How a frame begins in base64: `SSRC`, whatever follows. */
const MAGIC = 'U1NSQ'

/** A value as the text that is written, with a revision that no other write has. */
export function storedText(value: StoredValue, full: string): string {
  return `${randomBytes(REVISION_BYTES).toString('base64url')} ${Buffer.from(encodeEntry(value, full)).toString('base64')}`
}

/**
 * The value in `text`, or `undefined` where it is kept under another key than `full`.
 *
 * @throws `ERR_SSR_CACHE_ENTRY` for whatever is not as it was written.
 */
export function standingIn(text: string, full: string): Standing | undefined {
  const value = decodeEntry(Buffer.from(text.slice(FRAME_AT), 'base64'), full)
  return value && { value, revision: text.slice(0, REVISION_LENGTH) }
}

/** Whether `text` was written by this store, though it may be damaged now. */
export function isOurs(text: string): boolean {
  return text.startsWith(MAGIC, FRAME_AT)
}
