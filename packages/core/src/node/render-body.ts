/** Bytes on offer: whoever reads them calls `taken`. */
interface Offer {
  readonly bytes: Uint8Array
  readonly taken: () => void
}

interface Reader {
  readonly resolve: (step: IteratorResult<Uint8Array, undefined>) => void
  readonly reject: (error: unknown) => void
}

const DONE: IteratorReturnResult<undefined> = Object.freeze({ done: true, value: undefined })

/**
 * The body of a render as it is written, for one reader who asks for one piece after another. At most one piece is on offer: the writer waits for the
 * reader. What was cut off throws, so that half a page is never taken for a page; a reader who stops early, even before the first piece, lets the writer know.
 */
export class RenderBody implements AsyncIterableIterator<Uint8Array, undefined> {
  readonly #left: () => void
  #offer: Offer | undefined
  #reader: Reader | undefined
  #end: { readonly error?: unknown } | undefined

  constructor(left: () => void) {
    this.#left = left
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  /** Puts bytes on offer; not before those before them are taken. */
  write(bytes: Uint8Array, taken: () => void): void {
    const reader = this.#reader
    if (bytes.length > 0 && reader === undefined) {
      this.#offer = { bytes, taken }
      return
    }
    if (bytes.length > 0) {
      this.#reader = undefined
      reader?.resolve({ done: false, value: bytes })
    }
    taken()
  }

  /** All bytes have been taken, and it is the whole page. */
  end(): void {
    if (this.#end !== undefined) return
    this.#end = {}
    this.#reader?.resolve(DONE)
  }

  /** The page was cut off. */
  break(error: unknown): void {
    if (this.#end !== undefined) return
    this.#end = { error }
    this.#offer = undefined
    this.#reader?.reject(error)
  }

  next(): Promise<IteratorResult<Uint8Array, undefined>> {
    const offer = this.#offer
    if (offer !== undefined) {
      this.#offer = undefined
      offer.taken()
      return Promise.resolve({ done: false, value: offer.bytes })
    }
    if (this.#end !== undefined) return 'error' in this.#end ? Promise.reject(this.#end.error) : Promise.resolve(DONE)
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject }
    })
  }

  return(): Promise<IteratorReturnResult<undefined>> {
    if (this.#end === undefined) {
      this.end()
      this.#offer = undefined
      this.#left()
    }
    return Promise.resolve(DONE)
  }
}
