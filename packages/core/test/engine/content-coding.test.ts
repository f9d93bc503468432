import zlib from 'node:zlib'
import { expect, test } from 'vitest'
import { decoded, encoded } from '../../src/engine/content-coding.ts'

// Words in an order that a higher level finds more in than a lower one.
const PAGE = Buffer.from(Array.from({ length: 2_000 }, (_, i) => `word${(i * i) % 97}`).join(' '))

const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_SIZE_HINT, ZSTD_c_compressionLevel } = zlib.constants

test.each([
  [
    'br',
    2,
    zlib.brotliCompressSync(PAGE, { params: { [BROTLI_PARAM_QUALITY]: 2, [BROTLI_PARAM_SIZE_HINT]: PAGE.length } }),
  ],
  ['gzip', 1, zlib.gzipSync(PAGE, { level: 1 })],
  ['zstd', 9, zlib.zstdCompressSync(PAGE, { params: { [ZSTD_c_compressionLevel]: 9 }, pledgedSrcSize: PAGE.length })],
] as const)(
  '%s is made at the level that is asked for (%d), and gives the page again, up to a bound (I7)',
  async (encoding, level, bytes) => {
    const made = await encoded(encoding, PAGE, level)
    expect(Buffer.from(made).equals(bytes)).toBe(true)
    expect(Buffer.from(await decoded(encoding, made, PAGE.length)).equals(PAGE)).toBe(true)
    await expect(decoded(encoding, made, PAGE.length - 1)).rejects.toThrow(/larger than/)
  },
)

test('its bytes are of exact size: a part of a larger buffer would keep all of that (B6)', async () => {
  const made = await encoded('gzip', PAGE, 6)
  expect(made.buffer.byteLength).toBe(made.byteLength)
})
