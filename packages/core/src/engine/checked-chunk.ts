import { SsrCacheError, shown } from '../errors.ts'

/** A stream is the app's code: text in place of bytes would be read as so many zeros. */
export function checkedChunk(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk
  throw new SsrCacheError(
    'ERR_SSR_CACHE_RENDER',
    `a body must give its bytes as Uint8Array, got ${shown(chunk)}. Encode text: stream.pipeThrough(new TextEncoderStream()).`,
  )
}
