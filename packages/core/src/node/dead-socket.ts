import { Duplex } from 'node:stream'
import { own } from '../store/owned-bytes.ts'

/** Takes what is written; calls `taken` when there is room for more. */
export type Take = (bytes: Uint8Array, taken: () => void) => void

function ownText(text: string, encoding: BufferEncoding): Uint8Array {
  const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(text, encoding))
  bytes.write(text, encoding)
  return own(bytes)
}

/** What comes of what is written, and of the end. */
export interface DeadSocketOptions {
  readonly encrypted: boolean
  readonly isBody: () => boolean
  readonly take: Take
  readonly gone: (error: Error | null) => void
  readonly interim?: ((bytes: Uint8Array) => void) | undefined
}

/** A socket that leads nowhere: nothing ever comes from it, and what is written to it is handed to `take`. It knows no address: a render is nobody's. */
export class DeadSocket extends Duplex {
  /** What `node:tls` sockets have, and frameworks tell the scheme by. */
  readonly encrypted: boolean
  readonly #isBody: () => boolean
  readonly #take: Take
  readonly #gone: (error: Error | null) => void
  readonly #interim: ((bytes: Uint8Array) => void) | undefined

  /** Before `isBody` says so, what is written is interim answers (1xx), which are for one visitor. */
  constructor(o: DeadSocketOptions) {
    super({ decodeStrings: false })
    this.encrypted = o.encrypted
    this.#isBody = o.isBody
    this.#take = o.take
    this.#gone = o.gone
    this.#interim = o.interim
    // Whoever destroys it has said why; `gone` passes it on.
    this.on('error', () => {})
  }

  override _read(): void {}

  // At the call and not in `_write`, which comes later while the socket is corked.
  override write(chunk: unknown, encoding?: unknown, done?: unknown): boolean {
    if (this.#isBody()) return super.write(chunk, encoding as BufferEncoding, done as () => void) // as Node's own response calls it
    this.#interim?.(typeof chunk === 'string' ? Buffer.from(chunk, encoding as BufferEncoding) : (chunk as Uint8Array)) // as above
    if (typeof done === 'function') process.nextTick(done)
    return true
  }

  override _write(chunk: string | Uint8Array, encoding: BufferEncoding, taken: () => void): void {
    // A copy, whoever owns it: its writer may use the buffer again as soon as it is taken, or it is a kept page on its way to somebody who may not.
    this.#take(typeof chunk === 'string' ? ownText(chunk, encoding) : own(new Uint8Array(chunk)), taken)
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#gone(error)
    done(error)
  }

  // What code asks of a net.Socket. There is no connection to tune, and time limits of a shared render are the cache's.
  setTimeout(): this {
    return this
  }
  setNoDelay(): this {
    return this
  }
  setKeepAlive(): this {
    return this
  }
  ref(): this {
    return this
  }
  unref(): this {
    return this
  }
  address(): object {
    return {}
  }
}
