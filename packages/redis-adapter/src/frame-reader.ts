import type { EncodedVariant, Entry, StoredValue } from '@ssr-cache/core/store'
import { decodeFrame, type Read, type ReadValue, VALUE_AT } from './frame.ts'

/** How much of what was read is remembered, in bytes as it is written, without the bodies: more than a thousand pages, but for those with many tags or fields. */
const REMEMBERED_BYTES = 2 * 1024 ** 2

/** What it costs to remember a value, beside what its frame says. */
const EACH_BYTES = 1_024

/** A longer head is read anew each time: it would take the place of dozens of others. */
const LONGEST_BYTES = 64 * 1024

/** What a frame was found to hold, and where its bodies lie in it. */
interface Known {
  /** All that scripts compare: the revision is in it, which no two writes have in common. */
  readonly prefix: Buffer
  readonly length: number
  /** What it counts for, in bytes. */
  readonly cost: number
  readonly full: string
  readonly revision: string
  readonly value: StoredValue
  readonly bodies: readonly Place[]
  /** Since it was last considered for making room. */
  wasRead: boolean
}

/** What was read; `write` stands for the write of a value that is remembered. */
type Reading = Read & { readonly write?: object | undefined }

interface Place {
  readonly from: number
  readonly to: number
}

const NO_BYTES = new Uint8Array(0)

/**
 * Reads frames. To check and parse one takes as long as to fetch it, so that a frame that was read before is known by its revision and its length: its bytes were
 * checked when they came for the first time.
 */
export class FrameReader {
  readonly #known = new Map<string, Known>()
  #bytes = 0

  /** Values that are remembered. */
  get size(): number {
    return this.#known.size
  }

  /** What they count for, in bytes. */
  get bytes(): number {
    return this.#bytes
  }

  /** What `bytes` hold, if it is kept under `full`. `id` is the hash of `full`. */
  read(bytes: Buffer, id: string, full: string): Reading {
    const known = this.#known.get(id)
    if (known !== undefined && isSame(known, bytes, full)) {
      known.wasRead = true
      return { kind: 'value', value: withBodies(known, bytes), revision: known.revision, write: known }
    }
    const read = decodeFrame(bytes, full)
    return read.kind === 'value' ? { ...read, write: this.#remember(id, { ...read, bytes, full }) } : read
  }

  #remember(id: string, o: ReadValue & { readonly bytes: Buffer; readonly full: string }): Known | undefined {
    const { value, revision, bytes, full } = o
    const bodies = value.kind === 'page' ? [value.body, ...value.variants.map(({ body }) => body)] : []
    const head = bodies.reduce((left, body) => left - body.byteLength, bytes.byteLength) + full.length
    this.#forget(id)
    if (head > LONGEST_BYTES) return undefined
    const known: Known = {
      // Not a view: it would keep the whole page alive.
      prefix: Buffer.from(bytes.subarray(0, VALUE_AT)),
      length: bytes.byteLength,
      cost: head + EACH_BYTES,
      full,
      revision,
      value: withoutBodies(value),
      bodies: bodies.map((body) => ({
        from: body.byteOffset - bytes.byteOffset,
        to: body.byteOffset - bytes.byteOffset + body.byteLength,
      })),
      wasRead: false,
    }
    this.#known.set(id, known)
    this.#bytes += head + EACH_BYTES
    this.#makeRoom()
    return known
  }

  /** What was read since has a second chance, at the end of the map: to move it there with each reading would be work for every hit. */
  #makeRoom(): void {
    for (const [id, known] of this.#known) {
      if (this.#bytes <= REMEMBERED_BYTES) return
      if (known.wasRead) this.#spare(id, known)
      else this.#forget(id)
    }
  }

  #spare(id: string, known: Known): void {
    known.wasRead = false
    this.#known.delete(id)
    this.#known.set(id, known)
  }

  #forget(id: string): void {
    this.#bytes -= this.#known.get(id)?.cost ?? 0
    this.#known.delete(id)
  }
}

function isSame({ prefix, length, full }: Known, bytes: Buffer, asked: string): boolean {
  return bytes.byteLength === length && full === asked && prefix.compare(bytes, 0, VALUE_AT) === 0
}

function withoutBodies(value: StoredValue): StoredValue {
  if (value.kind !== 'page') return value
  return { ...value, body: NO_BYTES, variants: value.variants.map(({ encoding }) => ({ encoding, body: NO_BYTES })) }
}

function withBodies({ value, bodies }: Known, bytes: Buffer): StoredValue {
  if (value.kind !== 'page') return value
  const body = bytesAt(bytes, bodies[0])
  if (value.variants.length === 0) return { ...value, body } satisfies Entry
  const variants = value.variants.map(({ encoding }, i): EncodedVariant => {
    return { encoding, body: bytesAt(bytes, bodies[i + 1]) }
  })
  return { ...value, body, variants } satisfies Entry
}

function bytesAt(bytes: Buffer, place: Place | undefined): Uint8Array {
  return place === undefined ? NO_BYTES : bytes.subarray(place.from, place.to)
}
