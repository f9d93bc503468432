import { AsyncLocalStorage } from 'node:async_hooks'
import { SsrCacheError, shown } from '../errors.ts'
import { own, ownCopyOf } from '../store/owned-bytes.ts'
import type { Body } from './plan.ts'

/** A body that was read to its end, or one that turned out too large to keep: what was read, and then the rest. */
export type Collected =
  | { readonly kind: 'whole'; readonly body: Uint8Array }
  | { readonly kind: 'overflow'; readonly body: Overflow }

/**
 * Reads a body up to `maxBytes`. The bytes are of exact size and ours: nothing that the render still holds can change or pin them. Lets the body go when
 * `signal` says so, and throws its reason.
 */
export async function collect(body: Body, maxBytes: number, signal?: AbortSignal): Promise<Collected> {
  if (body instanceof Uint8Array) {
    return body.length > maxBytes
      ? { kind: 'overflow', body: new Overflow([body]) }
      : { kind: 'whole', body: ownCopyOf(body) }
  }
  const source = body[Symbol.asyncIterator]()
  const letGo = (): void => void source.return?.().catch(() => {})
  signal?.addEventListener('abort', letGo)
  try {
    return await collectFrom(source, maxBytes, signal)
  } catch (error) {
    letGo()
    throw error
  } finally {
    signal?.removeEventListener('abort', letGo)
  }
}

async function collectFrom(
  source: AsyncIterator<Uint8Array>,
  maxBytes: number,
  signal?: AbortSignal,
): Promise<Collected> {
  const chunks: Uint8Array[] = []
  let size = 0
  for (let step = await source.next(); !step.done; step = await source.next()) {
    signal?.throwIfAborted()
    const chunk = checkedChunk(step.value)
    size += chunk.length
    chunks.push(ownCopyOf(chunk))
    if (size > maxBytes) return { kind: 'overflow', body: new Overflow(chunks, source, signal) }
  }
  return { kind: 'whole', body: joined(chunks, size) }
}

/** A stream is the app's code: text in place of bytes would be read as so many zeros. */
function checkedChunk(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk
  throw new SsrCacheError(
    'ERR_SSR_CACHE_RENDER',
    `a body must give its bytes as Uint8Array, got ${shown(chunk)}. Encode text: stream.pipeThrough(new TextEncoderStream()).`,
  )
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const [only] = chunks
  if (chunks.length === 1 && only !== undefined) return only
  const body = own(new Uint8Array(size))
  let at = 0
  for (const chunk of chunks) {
    body.set(chunk, at)
    at += chunk.length
  }
  return body
}

/**
 * What was read of a body, then what is still to come, in the async context of its render whoever reads it. Unlike a generator it lets the source go even
 * if nobody has begun to read.
 */
export class Overflow implements AsyncIterableIterator<Uint8Array> {
  /** Resolves when nothing more will come: it was read to its end, broke off, or was let go. */
  readonly ended: Promise<void>
  readonly #end: () => void
  readonly #read: Uint8Array[]
  readonly #source: AsyncIterator<Uint8Array> | undefined
  readonly #signal: AbortSignal | undefined
  readonly #inRender = AsyncLocalStorage.snapshot()

  constructor(read: Uint8Array[], source?: AsyncIterator<Uint8Array>, signal?: AbortSignal) {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.ended = promise
    this.#end = resolve
    this.#read = read
    this.#source = source
    this.#signal = signal
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    const value = this.#read.shift()
    if (value !== undefined) return { done: false, value }
    try {
      this.#signal?.throwIfAborted()
      const step = await this.#inRender(() => this.#source?.next())
      // Cut off in the meantime, the end would look like a whole page's.
      this.#signal?.throwIfAborted()
      if (step !== undefined && step.done !== true) return step
      this.#end()
      return { done: true, value: undefined }
    } catch (error) {
      this.#end()
      throw error
    }
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    this.#read.length = 0
    this.#end()
    await this.#inRender(() => this.#source?.return?.())
    return { done: true, value: undefined }
  }
}

/** Lets go of a body that nobody will read, so that its render does not wait for a reader for ever. How it ends is of no interest to anybody. */
export function discard(body: Body): void {
  if (body instanceof Uint8Array) return
  const reader = body[Symbol.asyncIterator]()
  // A generator cleans up only if it has begun.
  reader.next().catch(() => {})
  reader.return?.().catch(() => {})
}
