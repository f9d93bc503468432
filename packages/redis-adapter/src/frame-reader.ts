import type { EncodedVariant, Entry, StoredValue } from '@ssr-cache/core/store'
import { decodeFrame, type Read, VALUE_AT } from './frame.ts'

/** Values whose frames are remembered, without their bodies: about a kilobyte each. */
const REMEMBERED = 1_000

/** What a frame was found to hold, and where its bodies lie in it. */
interface Known {
  /** All that scripts compare: the revision is in it, which no two writes have in common. */
  readonly prefix: Buffer
  readonly length: number
  readonly full: string
  readonly revision: string
  readonly value: StoredValue
  readonly bodies: readonly Place[]
}

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

  get size(): number {
    return this.#known.size
  }

  /** What `bytes` hold, if it is kept under `full`. `id` is the hash of `full`. */
  read(bytes: Buffer, id: string, full: string): Read {
    const known = this.#known.get(id)
    if (known !== undefined && isSame(known, bytes, full)) {
      // The longest unread stays the first of the map.
      this.#known.delete(id)
      this.#known.set(id, known)
      return { kind: 'value', value: withBodies(known, bytes), revision: known.revision }
    }
    const read = decodeFrame(bytes, full)
    if (read.kind === 'value') this.#remember(id, { ...read, bytes, full })
    return read
  }

  #remember(id: string, o: Read & { readonly kind: 'value'; readonly bytes: Buffer; readonly full: string }): void {
    const { value, revision, bytes, full } = o
    const bodies = value.kind === 'page' ? [value.body, ...value.variants.map(({ body }) => body)] : []
    this.#known.delete(id)
    this.#known.set(id, {
      // Not a view: it would keep the whole page alive.
      prefix: Buffer.from(bytes.subarray(0, VALUE_AT)),
      length: bytes.byteLength,
      full,
      revision,
      value: withoutBodies(value),
      bodies: bodies.map((body) => ({
        from: body.byteOffset - bytes.byteOffset,
        to: body.byteOffset - bytes.byteOffset + body.byteLength,
      })),
    })
    if (this.#known.size > REMEMBERED) this.#known.delete(this.#known.keys().next().value as string) // it is not empty
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
  const [body, ...others] = bodies.map(({ from, to }) => bytes.subarray(from, to))
  const variants: EncodedVariant[] = others.map((each, i) => ({
    encoding: value.variants[i]?.encoding ?? '',
    body: each,
  }))
  return { ...value, body: body ?? NO_BYTES, variants } satisfies Entry
}
