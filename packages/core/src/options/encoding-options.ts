import { z } from 'zod'
import { expect, mediaTypes } from './checks.ts'
import { defined } from './defined.ts'
import { parseOptions } from './parse.ts'
import { bytes, type Expectation } from './quantity.ts'

/** How pages are kept in encoded forms too (RFC 9110 8.4), so that none is encoded at each answer. */
export interface EncodingOptions {
  /** Level of zstd, 1 to 19; `false`: never made, as by a Node that has none (before 22.15). @default 3 */
  readonly zstd?: number | false
  /** Quality of brotli, 0 to 11; `false`: never made. Beyond 6 the first visitor waits for it: 10 ms and more for 30 KB. @default 5 */
  readonly br?: number | false
  /** Level of gzip, 1 to 9; `false`: never made. @default 6 */
  readonly gzip?: number | false
  /** Media types that are encoded, without parameters. @default ['text/html', 'text/plain', 'text/css', 'text/javascript', 'text/xml', 'text/x-component', 'application/json', 'application/javascript', 'application/xml', 'application/xhtml+xml', 'application/rss+xml', 'application/atom+xml', 'image/svg+xml'] */
  readonly types?: readonly string[]
  /** Bytes that a page has at least to be encoded. @default 1024 */
  readonly minBytes?: number
  /**
   * `all`: the page as it is, and each encoding. `smallest`: only the smallest of them, in a sixth of the memory; it is decoded for each visitor who does not
   * accept it, and its next render cannot answer 304 for it.
   * @default 'all'
   */
  readonly keep?: 'all' | 'smallest'
}

/** All of it, defaults laid under. */
export type EncodingSettings = Required<EncodingOptions>

/** All defaults of {@link EncodingOptions}. */
export const ENCODING_DEFAULTS: EncodingSettings = Object.freeze({
  zstd: 3,
  br: 5,
  gzip: 6,
  types: Object.freeze([
    'text/html',
    'text/plain',
    'text/css',
    'text/javascript',
    'text/xml',
    'text/x-component',
    'application/json',
    'application/javascript',
    'application/xml',
    'application/xhtml+xml',
    'application/rss+xml',
    'application/atom+xml',
    'image/svg+xml',
  ]),
  minBytes: 1024,
  keep: 'all',
})

const OFF = Object.freeze({ zstd: false, br: false, gzip: false })

const level = (least: number, most: number): z.ZodType<number | false> => {
  const check = (value: unknown): boolean =>
    value === false || (Number.isInteger(value) && Number(value) >= least && Number(value) <= most)
  const wayOut = (): string => `Write a whole number from ${least} to ${most}, or false.`
  return z.custom<number | false>(check, {
    params: { expected: `a level from ${least} to ${most}, or false`, wayOut } satisfies Expectation,
  })
}

const schema = z.strictObject({
  encoding: z
    .strictObject({
      zstd: level(1, 19).optional(),
      br: level(0, 11).optional(),
      gzip: level(1, 9).optional(),
      types: mediaTypes.optional(),
      minBytes: bytes(1).optional(),
      keep: expect(
        (value) => value === 'all' || value === 'smallest',
        "'all' or 'smallest'",
        "Write 'all', or leave it out.",
      ).optional(),
    })
    .optional(),
})

/**
 * Checks the option and lays its defaults under it.
 * @throws ERR_SSR_CACHE_OPTION
 */
export function resolveEncoding(encoding: EncodingOptions | false | undefined): EncodingSettings {
  if (encoding === false) return { ...ENCODING_DEFAULTS, ...OFF }
  parseOptions(schema, { encoding })
  const resolved = { ...ENCODING_DEFAULTS, ...defined(encoding ?? {}) }
  return { ...resolved, types: resolved.types.map((type) => type.toLowerCase()) }
}

/** Whether any encoding is made. */
export function isEncoding({ zstd, br, gzip }: EncodingSettings): boolean {
  return zstd !== false || br !== false || gzip !== false
}
