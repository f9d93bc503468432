// Not by name: to import one that a Node has not would keep the whole module from loading, and zstd came with 22.15.
import zlib from 'node:zlib'
import { ENCODINGS, type Encoding } from '../rules/accept-encoding.ts'
import { own } from '../store/owned-bytes.ts'

type Done = (error: Error | null, bytes: Uint8Array) => void

interface Coding {
  encode(bytes: Uint8Array, level: number, done: Done): void
  decode(bytes: Uint8Array, maxOutputLength: number, done: Done): void
}

const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_SIZE_HINT, ZSTD_c_compressionLevel } = zlib.constants

const CODINGS: Readonly<Record<Encoding, Coding>> = {
  br: {
    encode(bytes, level, done) {
      const params = { [BROTLI_PARAM_QUALITY]: level, [BROTLI_PARAM_SIZE_HINT]: bytes.length }
      zlib.brotliCompress(bytes, { params }, done)
    },
    decode: (bytes, maxOutputLength, done) => zlib.brotliDecompress(bytes, { maxOutputLength }, done),
  },
  gzip: {
    encode: (bytes, level, done) => zlib.gzip(bytes, { level }, done),
    decode: (bytes, maxOutputLength, done) => zlib.gunzip(bytes, { maxOutputLength }, done),
  },
  zstd: {
    encode(bytes, level, done) {
      const params = { [ZSTD_c_compressionLevel]: level }
      // Told nothing, it makes room for pages of any size: that takes as long again as to encode 30 KB.
      zlib.zstdCompress(bytes, { params, pledgedSrcSize: bytes.length }, done)
    },
    decode: (bytes, maxOutputLength, done) => zlib.zstdDecompress(bytes, { maxOutputLength }, done),
  },
}

/** Those that this Node has. */
export const AVAILABLE: readonly Encoding[] = ENCODINGS.filter(
  (encoding) => encoding !== 'zstd' || typeof zlib.zstdCompress === 'function',
)

/** Encodes on the thread pool. */
export function encoded(encoding: Encoding, bytes: Uint8Array, level: number): Promise<Uint8Array> {
  return settled((done) => CODINGS[encoding].encode(bytes, level, done))
}

/** Decodes on the thread pool; rejects beyond `maxBytes`. */
export function decoded(encoding: Encoding, bytes: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  return settled((done) => CODINGS[encoding].decode(bytes, maxBytes, done))
}

function settled(run: (done: Done) => void): Promise<Uint8Array> {
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>()
  // What zlib gives is the filled part of a buffer of 64 KB, all of which it would keep in memory.
  run((error, bytes) => (error === null ? resolve(own(new Uint8Array(bytes))) : reject(error)))
  return promise
}
