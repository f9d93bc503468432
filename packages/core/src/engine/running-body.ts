import { AsyncLocalStorage } from 'node:async_hooks'
import { own, ownCopyOf } from '../store/owned-bytes.ts'
import { brokenRender } from './broken-render.ts'
import { checkedChunk } from './checked-chunk.ts'

/** A piece of a body, as it came. */
interface Piece {
  bytes: Uint8Array
  next: Piece | undefined
}

/** How a body ended; `left`: nobody wanted the rest of it. */
type End = { readonly kind: 'whole' | 'left' } | { readonly kind: 'broken'; readonly error: unknown }

/** How a running body is read. */
export interface RunningBodyOptions {
  /** So much is read as fast as it is rendered. Of what is larger, the rest is read as fast as its fastest reader reads, and none of it is kept. */
  readonly maxBytes: number
  /** Aborted, it is cut off. */
  readonly signal?: AbortSignal | undefined
  /** Called once, at the end of the turn of the event loop in which its first bytes came, unless that has brought its end, too. */
  readonly onOpen?: ((body: RunningBody) => void) | undefined
}

const NOTHING = new Uint8Array()
const DONE: IteratorReturnResult<undefined> = Object.freeze({ done: true, value: undefined })
const WHOLE: End = Object.freeze({ kind: 'whole' })
const LEFT: End = Object.freeze({ kind: 'left' })

/**
 * The body of a page that is still rendered: gathered as it comes, while any number of readers read it from its beginning, each at a pace of their own. Beyond
 * `maxBytes` it passes through, and only what somebody has yet to read is held: whoever falls behind another reader by more than that is broken off. A body that
 * breaks off throws for everyone, so that half a page is never taken for a page.
 */
export class RunningBody {
  /** What it broke off with, or `undefined` where it ended well or was left; never rejects. */
  readonly ended: Promise<{ readonly error: unknown } | undefined>
  readonly #source: AsyncIterator<Uint8Array>
  readonly #o: RunningBodyOptions
  readonly #gathered = Promise.withResolvers<Uint8Array | undefined>()
  readonly #readers = new Set<BodyReader>()
  readonly #endWith: (broken: { readonly error: unknown } | undefined) => void
  readonly #abort = (): void => this.breakOff(this.#o.signal?.reason)
  /** Before the first piece; `undefined` where nobody may begin to read any more. */
  #first: Piece | undefined = { bytes: NOTHING, next: undefined }
  #last: Piece = this.#first as Piece // set in the line before
  #size = 0
  #isOpen = false
  #isPassing = false
  #isReading = false
  #end: End | undefined
  #turn: NodeJS.Immediate | undefined
  #change: PromiseWithResolvers<void> | undefined
  #inRender: (<T>(run: () => T) => T) | undefined

  constructor(source: AsyncIterator<Uint8Array>, options: RunningBodyOptions) {
    this.#source = source
    this.#o = options
    const { promise, resolve } = Promise.withResolvers<{ readonly error: unknown } | undefined>()
    this.ended = promise
    this.#endWith = resolve
    options.signal?.addEventListener('abort', this.#abort)
  }

  /**
   * Reads it as fast as it is rendered. Its bytes are of exact size and ours: nothing that the render still holds can change or pin them. `undefined`: it
   * passes through. Throws where it breaks off.
   */
  gather(): Promise<Uint8Array | undefined> {
    if (this.#o.signal?.aborted === true) this.#abort()
    else void this.#read()
    return this.#gathered.promise
  }

  /** What there is of it now. */
  get soFar(): Uint8Array {
    return this.#joined()
  }

  /** From now on readers may come; where it turns out too large, the readers that it has by then are all that it will have. */
  open(): void {
    this.#isOpen = true
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  /** Stops gathering: from here on it is read as fast as its readers read. */
  letThrough(): void {
    if (this.#isPassing || this.#end !== undefined) return
    this.#isPassing = true
    this.#inRender = AsyncLocalStorage.snapshot()
    this.#gathered.resolve(undefined)
    // Whoever was told a moment ago that it is open may be about to read.
    if (this.#isOpen) setImmediate(() => this.#shut())
  }

  /** Whether one more may read all of it. */
  get isReadable(): boolean {
    return this.#first !== undefined
  }

  /** One more who reads all of it. Of a body that passes through and was not open, the only one. */
  reader(): BodyReader {
    const reader = new BodyReader(this, this.#first)
    if (this.#isPassing && !this.#isOpen) this.#first = undefined
    if (reader.isReading) this.#readers.add(reader)
    return reader
  }

  /** Cuts it off for everyone. */
  breakOff(error: unknown): void {
    if (this.#end !== undefined) return
    this.#first = undefined
    this.#settle({ kind: 'broken', error })
    this.#gathered.reject(error)
    this.#letGo()
  }

  /** For its readers: how it ended. */
  get end(): End | undefined {
    return this.#end
  }

  /** For its readers: what one of them is given. A copy, unless nobody else has the bytes or will: nothing that a reader holds can change what is kept. */
  given(bytes: Uint8Array): Uint8Array {
    const isLast = this.#isPassing && this.#first === undefined && this.#readers.size === 1
    return isLast ? bytes : new Uint8Array(bytes)
  }

  /** For a reader who has read all that is there: resolves when there may be more. */
  more(): Promise<void> {
    this.#change ??= Promise.withResolvers()
    const { promise } = this.#change
    // Whoever reads, it is rendered in the async context of its render.
    if (this.#isPassing && !this.#isReading) void this.#inRender?.(() => this.#read())
    return promise
  }

  /** For a reader who reads no more. */
  without(reader: BodyReader): void {
    this.#readers.delete(reader)
    if (this.#isPassing && this.#first === undefined && this.#readers.size === 0) this.#leave()
  }

  /** To its end; where it passes through, one piece. */
  async #read(): Promise<void> {
    this.#isReading = true
    try {
      do {
        const step = await this.#source.next()
        if (this.#end !== undefined) return
        if (step.done === true) this.#finish()
        else this.#append(ownCopyOf(checkedChunk(step.value)))
      } while (!this.#isPassing && this.#end === undefined)
    } catch (error) {
      this.breakOff(error)
    } finally {
      this.#isReading = false
    }
  }

  #append(bytes: Uint8Array): void {
    if (bytes.length > 0) {
      const isFirst = this.#size === 0
      const piece = { bytes, next: undefined }
      this.#last.next = piece
      this.#last = piece
      this.#size += bytes.length
      if (this.#size > this.#o.maxBytes) this.letThrough()
      else if (isFirst) this.#openSoon()
      if (this.#isPassing && this.#readers.size > 1) this.#breakOffSlow()
    }
    this.#wake()
  }

  /** What comes at once, however many pieces it comes in, is no stream. */
  #openSoon(): void {
    const { onOpen } = this.#o
    if (onOpen === undefined) return
    this.#turn = setImmediate(() => {
      if (this.#isPassing || this.#end !== undefined) return
      try {
        onOpen(this)
      } catch (error) {
        this.breakOff(error)
      }
    })
  }

  /** The rest is read as fast as the fastest reads: between that one and the slowest may lie what may be held. */
  #breakOffSlow(): void {
    let most = 0
    for (const { taken } of this.#readers) most = Math.max(most, taken)
    for (const reader of this.#readers) if (most - reader.taken > this.#o.maxBytes) reader.breakOff()
  }

  #shut(): void {
    this.#first = undefined
    if (this.#readers.size === 0) this.#leave()
  }

  #finish(): void {
    if (!this.#isPassing) this.#gathered.resolve(this.#joined())
    this.#settle(WHOLE)
    this.#wake()
  }

  #leave(): void {
    if (this.#end !== undefined) return
    this.#settle(LEFT)
    this.#letGo()
  }

  #letGo(): void {
    const letGo = (): void => void this.#source.return?.().catch(() => {})
    if (this.#inRender === undefined) letGo()
    else this.#inRender(letGo)
  }

  #settle(end: End): void {
    this.#end = end
    clearImmediate(this.#turn)
    this.#o.signal?.removeEventListener('abort', this.#abort)
    this.#endWith(end.kind === 'broken' ? { error: end.error } : undefined)
    this.#wake()
  }

  #wake(): void {
    this.#change?.resolve()
    this.#change = undefined
  }

  /** All pieces as one; they become views of it, so that there are not two copies for as long as somebody reads. */
  #joined(): Uint8Array {
    const first = this.#first?.next
    if (first === undefined) return NOTHING
    if (first.next === undefined) return first.bytes
    const body = own(new Uint8Array(this.#size))
    let at = 0
    for (let piece: Piece | undefined = first; piece !== undefined; piece = piece.next) {
      body.set(piece.bytes, at)
      piece.bytes = body.subarray(at, at + piece.bytes.length)
      at += piece.bytes.length
    }
    return body
  }
}

/** One who reads a running body from its beginning. */
export class BodyReader implements AsyncIterableIterator<Uint8Array, undefined> {
  /** Bytes that were read. */
  taken = 0
  readonly #body: RunningBody
  /** The piece that was read last; `undefined` where no more is read. */
  #at: Piece | undefined
  #fault: { readonly error: unknown } | undefined

  constructor(body: RunningBody, first: Piece | undefined) {
    this.#body = body
    this.#at = first
    if (first === undefined) this.#fault = { error: faultOf(body) }
  }

  get isReading(): boolean {
    return this.#at !== undefined
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    while (this.#at !== undefined) {
      const { end } = this.#body
      if (end?.kind === 'broken') throw end.error
      const { next } = this.#at
      if (next !== undefined) return this.#take(next)
      if (end !== undefined) this.#stop()
      else await this.#body.more()
    }
    if (this.#fault !== undefined) throw this.#fault.error
    return DONE
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    this.#stop()
    return DONE
  }

  /** For its body: it has fallen behind. */
  breakOff(): void {
    this.#fault = { error: brokenRender('was read too slowly beside faster readers, and is too large to be held') }
    this.#stop()
  }

  #take(piece: Piece): IteratorYieldResult<Uint8Array> {
    this.#at = piece
    this.taken += piece.bytes.length
    return { done: false, value: this.#body.given(piece.bytes) }
  }

  #stop(): void {
    this.#at = undefined
    this.#body.without(this)
  }
}

/** Why nobody may begin to read a body any more. */
function faultOf({ end }: RunningBody): unknown {
  return end?.kind === 'broken' ? end.error : brokenRender('is too large to be read by one more')
}
