import { createHash } from 'node:crypto'
import { SsrCacheError } from '../errors.ts'
import type { Entry, Mark, Names, StoredValue } from './entry.ts'
import type { EntryHead, MarkHead, NamesHead, PageHead } from './entry-head.ts'
import { headOf, parseHead } from './entry-head.ts'

// A frame, all numbers little-endian:
//
//   0  4  'SSRC'
//   4  1  version of the format
//   5  3  zero
//   8  4  length of the whole frame
//  12  4  length of the head
//  16  4  the first four bytes of the SHA-256 of everything but these four
//  20  …  head: JSON in UTF-8, everything but the bodies, and how long they are
//   …  …  body, then the bodies of the variants in their order
const MAGIC = 0x43525353
const VERSION = 1
const LENGTH_AT = 8
const HEAD_LENGTH_AT = 12
const CHECKSUM_AT = 16
const HEAD_AT = 20

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * A value as one run of bytes, for stores outside this process: with its lifetime, so that both are written in one command, and with the full key that it is
 * kept under.
 */
export function encodeEntry(value: StoredValue, full: string): Uint8Array {
  const head = Buffer.from(JSON.stringify(headOf(value, full)))
  const bodies = value.kind === 'page' ? [value.body, ...value.variants.map(({ body }) => body)] : []
  const length = bodies.reduce((sum, body) => sum + body.byteLength, HEAD_AT + head.byteLength)
  const frame = new Uint8Array(length)
  const view = new DataView(frame.buffer)
  view.setUint32(0, MAGIC, true)
  view.setUint8(4, VERSION)
  view.setUint32(LENGTH_AT, length, true)
  view.setUint32(HEAD_LENGTH_AT, head.byteLength, true)
  let at = HEAD_AT
  for (const part of [head, ...bodies]) {
    frame.set(part, at)
    at += part.byteLength
  }
  view.setUint32(CHECKSUM_AT, checksum(frame), true)
  return frame
}

/**
 * The value in `bytes`, or `undefined` where it is kept under another key than `full` (two keys with one hash). Nothing is allocated on the word of what has
 * not been checked; the bodies are views of `bytes`.
 *
 * @throws `ERR_SSR_CACHE_ENTRY` for whatever is not a whole frame of this format: cut off, changed, of another version or another program.
 */
export function decodeEntry(bytes: Uint8Array, full: string): StoredValue | undefined {
  const bodiesAt = checkedFrame(bytes)
  const head = checkedHead(bytes.subarray(HEAD_AT, bodiesAt))
  const bodies = bytes.subarray(bodiesAt)
  checkLengths(head, bodies.byteLength)
  if (head.full !== full) return undefined
  return storedValue(head, bodies)
}

function storedValue(head: EntryHead, bodies: Uint8Array): StoredValue {
  switch (head.kind) {
    case 'page':
      return pageOf(head, bodies)
    case 'mark':
      return markOf(head)
    case 'names':
      return namesOf(head)
  }
}

/** Where the bodies begin, in a frame that is as it was written. */
function checkedFrame(bytes: Uint8Array): number {
  if (bytes.byteLength < HEAD_AT) throw notAnEntry(`${HEAD_AT} bytes or more`, String(bytes.byteLength))
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.getUint32(0, true) !== MAGIC) throw notAnEntry('a frame that begins with SSRC', 'something else')
  const version = view.getUint8(4)
  if (version !== VERSION) throw notAnEntry(`version ${VERSION}`, `version ${version}`)
  const length = view.getUint32(LENGTH_AT, true)
  if (length !== bytes.byteLength) throw notAnEntry(`${length} bytes`, String(bytes.byteLength))
  if (view.getUint32(CHECKSUM_AT, true) !== checksum(bytes))
    throw notAnEntry('bytes as they were written', 'changed ones')
  const bodiesAt = HEAD_AT + view.getUint32(HEAD_LENGTH_AT, true)
  if (bodiesAt > length) throw notAnEntry('a head inside the frame', `one that ends at ${bodiesAt}`)
  return bodiesAt
}

function checkedHead(bytes: Uint8Array): EntryHead {
  try {
    return parseHead(utf8.decode(bytes))
  } catch (cause) {
    throw notAnEntry('a head of this version', 'another one', cause)
  }
}

function checkLengths(head: EntryHead, bytes: number): void {
  const told = head.kind === 'page' ? head.variants.reduce((sum, { length }) => sum + length, head.length) : 0
  if (told !== bytes) throw notAnEntry(`bodies of ${told} bytes`, String(bytes))
}

function pageOf(head: PageHead, bodies: Uint8Array): Entry {
  let at = head.length
  const variants = head.variants.map(({ encoding, length }) => {
    const body = bodies.subarray(at, at + length)
    at += length
    return { encoding, body }
  })
  return {
    kind: 'page',
    status: head.status,
    fields: head.fields,
    body: bodies.subarray(0, head.length),
    variants,
    etag: head.etag,
    tags: head.tags,
    remarks: head.remarks,
    build: head.build,
    generation: { epoch: head.epoch, position: head.position },
    token: BigInt(head.token),
    renderStartedAt: head.renderStartedAt,
    storedAt: head.storedAt,
    freshUntil: head.freshUntil,
    staleUntil: head.staleUntil,
    errorUntil: head.errorUntil,
    deleteAt: head.deleteAt,
    origin: head.origin,
  }
}

function markOf({ reason, epoch, position, token, storedAt, deleteAt }: MarkHead): Mark {
  return { kind: 'mark', reason, generation: { epoch, position }, token: BigInt(token), storedAt, deleteAt }
}

function namesOf({ names, status, epoch, position, token, storedAt, deleteAt }: NamesHead): Names {
  return { kind: 'names', names, status, generation: { epoch, position }, token: BigInt(token), storedAt, deleteAt }
}

function checksum(frame: Uint8Array): number {
  // node:zlib has a CRC-32 only since Node 22.2.
  const rest = createHash('sha256').update(frame.subarray(0, CHECKSUM_AT)).update(frame.subarray(HEAD_AT))
  return rest.digest().readUInt32LE(0)
}

function notAnEntry(expected: string, got: string, cause?: unknown): SsrCacheError {
  const message = `stored bytes must be an entry: expected ${expected}, got ${got}. Count it as a miss; the next render writes it anew.`
  return new SsrCacheError('ERR_SSR_CACHE_ENTRY', message, { cause })
}
