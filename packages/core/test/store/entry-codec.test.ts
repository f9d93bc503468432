import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { isSsrCacheError } from '../../src/errors.ts'
import type { Field } from '../../src/fields.ts'
import type { Entry, Mark, Names, OriginMarks, Remarks, StoredValue } from '../../src/store/entry.ts'
import { decodeEntry, encodeEntry } from '../../src/store/entry-codec.ts'
import { sampleMark, sampleNames, samplePage } from '../../src/testing/sample-values.ts'

const generation = { epoch: 'e', position: 3 }
const FULL = 'https://shop.example/movies/42 en'
const page = samplePage(1_000, generation, {
  variants: [
    { encoding: 'br', body: new Uint8Array([1, 2, 3]) },
    { encoding: 'gzip', body: new Uint8Array() },
  ],
})
const frame = encodeEntry(page, FULL)

/** Everything that a string can hold, lone surrogates and control characters among it. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 8 }).map((units) => String.fromCharCode(...units)),
  fc.constantFrom('__proto__', 'constructor', '', '\u0000', '\ud800', '\ufffd', '\ufeff', '"\\'),
)
const instant = fc.integer({ min: 0, max: 2 ** 45 })
const bytes = fc.uint8Array({ maxLength: 200 })
const shared = {
  generation: fc.record({ epoch: text, position: fc.integer({ min: -1, max: Number.MAX_SAFE_INTEGER }) }),
  token: fc.bigInt({ min: 0n, max: 2n ** 64n }),
  storedAt: instant,
  deleteAt: instant,
}
const remarks: fc.Arbitrary<Remarks> = fc.record(
  { maxAge: instant, staleWhileRevalidate: instant, staleIfError: instant, expiresAt: instant, etag: text },
  { requiredKeys: [] },
)
const origin: fc.Arbitrary<OriginMarks> = fc.record({
  bornAt: fc.integer({ min: -(2 ** 45), max: 2 ** 45 }),
  disconnectedUntil: instant,
  mayBeStale: fc.boolean(),
  isEncodable: fc.boolean(),
})
const anyPage: fc.Arbitrary<Entry> = fc.record({
  kind: fc.constant('page' as const),
  status: fc.integer({ min: 100, max: 599 }),
  fields: fc.array(fc.tuple(text, text) as fc.Arbitrary<Field>, { maxLength: 5 }),
  body: bytes,
  variants: fc.array(fc.record({ encoding: text, body: bytes }), { maxLength: 3 }),
  etag: text,
  tags: fc.array(text, { maxLength: 5 }),
  remarks: fc.option(remarks, { nil: undefined }),
  build: text,
  renderStartedAt: instant,
  freshUntil: instant,
  staleUntil: instant,
  errorUntil: instant,
  origin: fc.option(origin, { nil: undefined }),
  ...shared,
})
const anyMark: fc.Arbitrary<Mark> = fc.record({ kind: fc.constant('mark' as const), reason: text, ...shared })
const anyNames: fc.Arbitrary<Names> = fc.record({
  kind: fc.constant('names' as const),
  names: fc.array(text, { maxLength: 5 }),
  status: fc.integer({ min: 100, max: 599 }),
  ...shared,
})
const anyValue = fc.oneof(anyPage, anyMark, anyNames)

/** The frame with bytes changed and its checksum made right again, as only a hostile or faulty writer would. */
function forged(change: (bytes: Buffer) => Uint8Array | undefined, original: Uint8Array = frame): Uint8Array {
  const copy = Buffer.from(original)
  const bytes = Buffer.from(change(copy) ?? copy)
  if (bytes.length < 20) return bytes
  bytes.writeUInt32LE(bytes.length, 8)
  const rest = createHash('sha256').update(bytes.subarray(0, 16)).update(bytes.subarray(20))
  rest.digest().copy(bytes, 16, 0, 4)
  return bytes
}

/** A frame with this text for a head. */
function withHead(head: string, bodies: Uint8Array = new Uint8Array()): Uint8Array {
  return forged(() => {
    const bytes = Buffer.concat([frame.subarray(0, 20), Buffer.from(head), bodies])
    bytes.writeUInt32LE(Buffer.byteLength(head), 12)
    return bytes
  })
}

function headOf(bytes: Uint8Array): Record<string, unknown> {
  const end = 20 + Buffer.from(bytes).readUInt32LE(12)
  return JSON.parse(Buffer.from(bytes.subarray(20, end)).toString()) as Record<string, unknown>
}

describe('the frame of an entry', () => {
  test.prop([anyValue, text])('gives back what was put in, for every value and key (I10, F8)', (value, full) => {
    const decoded = decodeEntry(encodeEntry(value, full), full)
    expect(decoded).toEqual(value)
  })

  test.prop([anyPage])('gives it back from the middle of a larger buffer too', (value) => {
    const encoded = encodeEntry(value, FULL)
    const larger = Buffer.alloc(encoded.length + 13, 0xaa)
    larger.set(encoded, 6)
    const decoded = decodeEntry(larger.subarray(6, 6 + encoded.length), FULL) as Entry
    expect({ ...decoded, body: Uint8Array.from(decoded.body), variants: plain(decoded) }).toEqual({
      ...value,
      variants: plain(value),
    })
  })

  it('of another key with the same hash is a miss, not an error (K4)', () => {
    expect(decodeEntry(frame, `${FULL}x`)).toBeUndefined()
    expect(decodeEntry(encodeEntry(sampleMark(0, generation), FULL), '')).toBeUndefined()
  })

  it('keeps a lone surrogate apart from the replacement character (K6)', () => {
    expect(decodeEntry(encodeEntry(page, 'a\ud800'), 'a\ufffd')).toBeUndefined()
  })

  it('a page of policy mode is written as versions wrote it that know no other mode', () => {
    expect(headOf(encodeEntry(page, FULL))).not.toHaveProperty('origin')
  })

  it('names of variants are written without a body, in one piece', () => {
    const names = sampleNames(1_000, generation)
    expect(decodeEntry(encodeEntry(names, FULL), FULL)).toEqual(names)
  })

  it('carries the lifetime with the value, in one piece (F8)', () => {
    expect(headOf(frame)).toMatchObject({ storedAt: 1_000, deleteAt: 661_000 })
  })

  test.prop([anyValue, fc.nat(), fc.integer({ min: 1, max: 255 })])(
    'with any one byte changed is refused (F5)',
    (value, at, flip) => {
      const bytes = encodeEntry(value, FULL)
      const index = at % bytes.length
      bytes[index] = (bytes[index] as number) ^ flip
      expectRefused(bytes)
    },
  )

  test.prop([anyValue, fc.nat()])('cut off anywhere is refused (F5)', (value, at) => {
    const bytes = encodeEntry(value, FULL)
    expectRefused(bytes.subarray(0, at % bytes.length))
  })

  test.prop([fc.uint8Array({ maxLength: 100 })])('that is none is refused (F5)', (bytes) => expectRefused(bytes))

  test.prop([fc.uint8Array({ maxLength: 60 }), fc.nat({ max: 2 ** 32 - 1 })])(
    'that is none, in a frame that is right, is refused (F5)',
    (head, length) => {
      const bytes = Buffer.concat([frame.subarray(0, 20), head])
      bytes.writeUInt32LE(length, 12)
      expectRefused(forged(() => bytes))
    },
  )

  test.prop([anyValue, fc.nat(), fc.integer({ min: 1, max: 255 })])(
    'changed by someone who knows the checksum is refused, or is a value like any other (F5)',
    (value, at, flip) => {
      const original = encodeEntry(value, FULL)
      const bytes = forged((copy) => {
        const index = at % copy.length
        copy[index] = (copy[index] as number) ^ flip
        return copy
      }, original)
      expectValueOrRefusal(bytes)
    },
  )

  it.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array()],
    ['another program’s text', Buffer.from('{"html":"<p>hello</p>","expires":1}')],
    ['a compressed value', gzipSync(frame)],
    ['a bomb', gzipSync(Buffer.alloc(10_000_000))],
    ['another program’s frame', forged((bytes) => void bytes.write('RIFF'))],
    ['another version', forged((bytes) => void bytes.writeUInt8(2, 4))],
    ['an older version', forged((bytes) => void bytes.writeUInt8(0, 4))],
    ['a head longer than the frame', forged((bytes) => void bytes.writeUInt32LE(0xffff_ffff, 12))],
    ['no head', forged((bytes) => void bytes.writeUInt32LE(0, 12))],
    ['a frame with more behind it', Buffer.concat([frame, Buffer.from('x')])],
    ['a body with more behind it', forged((bytes) => Buffer.concat([bytes, Buffer.from('x')]))],
    ['a body that is too short', forged((bytes) => bytes.subarray(0, bytes.length - 1))],
    ['a head that is no JSON', withHead('{')],
    ['a head that is no object', withHead('null')],
    ['a head that is nested a million times', withHead('['.repeat(1_000_000))],
    ['a head that is no UTF-8', forged((bytes) => void bytes.fill(0xff, 30, 40))],
    ['a head with a prototype', withHead(`{"__proto__":{"kind":"mark"}}`)],
  ])('%s in its place is refused (F5)', (_, bytes) => expectRefused(bytes))

  it.each<[string, Record<string, unknown>]>([
    ['a length beyond all memory', { length: 2 ** 52 }],
    ['a negative length', { length: -1 }],
    ['a variant’s length beyond all memory', { variants: [{ encoding: 'br', length: 2 ** 52 }] }],
    ['lengths that cancel each other', { length: 1e9, variants: [{ encoding: 'br', length: -1e9 }] }],
    [
      'a million variants',
      { variants: Array.from({ length: 100_000 }, () => ({ encoding: 'x', length: 0 })), length: 1 },
    ],
    ['a token that takes hours to read', { token: '9'.repeat(10_000_000) }],
    ['a token that is none', { token: '-1' }],
    ['a status that is none', { status: 0 }],
    ['an instant that is none', { deleteAt: null }],
    ['a lifetime without end', { deleteAt: 'Infinity' }],
    ['a field without a value', { fields: [['a']] }],
    ['fields as an object', { fields: { a: 'b' } }],
    ['a tag that is none', { tags: [1] }],
    ['something unknown', { admin: true }],
    ['another kind', { kind: 'script' }],
    ['no key', { full: undefined }],
  ])('a head with %s is refused (F5)', (_, parts) => {
    expectRefused(withHead(JSON.stringify({ ...headOf(frame), ...parts }), new Uint8Array(page.body.length + 3)))
  })

  it('a forged head that says what it should is read: the cases above fail for their own reason', () => {
    const bytes = withHead(JSON.stringify(headOf(frame)), new Uint8Array(page.body.length + 3))
    expect(decodeEntry(bytes, FULL)).toMatchObject({ status: 200, tags: ['movies'] })
  })

  it.each<[Uint8Array, RegExp]>([
    [new Uint8Array(3), /expected 20 bytes or more, got 3\./],
    [forged((bytes) => void bytes.write('RIFF')), /expected a frame that begins with SSRC, got something else\./],
    [forged((bytes) => void bytes.writeUInt8(2, 4)), /expected version 1, got version 2\./],
    [Buffer.from(frame).fill(0, 30, 31), /expected bytes as they were written, got changed ones\./],
    [
      forged((bytes) => void bytes.writeUInt32LE(70_000, 12)),
      /expected a head inside the frame, got one that ends at 70020\./,
    ],
    [withHead('{'), /expected a head of this version, got another one\./],
    [forged((bytes) => Buffer.concat([bytes, Buffer.from('x')])), /expected bodies of \d+ bytes, got \d+\./],
  ])('refuses %o with what it expected', (bytes, message) => {
    expect(() => decodeEntry(bytes, FULL)).toThrow(message)
  })

  it('keeps the cause where the head cannot be read', () => {
    expect(errorFor(withHead('{'))).toMatchObject({ cause: expect.any(SyntaxError) })
  })

  it('says what it expected, what it got and what comes of it', () => {
    expect(() => decodeEntry(frame.subarray(0, 50), FULL)).toThrow(
      `ERR_SSR_CACHE_ENTRY: stored bytes must be an entry: expected ${frame.length} bytes, got 50. Count it as a miss; the next render writes it anew.`,
    )
  })
})

function plain({ variants }: Entry): unknown {
  return variants.map(({ encoding, body }) => [encoding, [...body]])
}

function expectRefused(bytes: Uint8Array): void {
  expect(errorFor(bytes)).toMatchObject({ code: 'ERR_SSR_CACHE_ENTRY' })
}

function errorFor(bytes: Uint8Array): unknown {
  try {
    return decodeEntry(bytes, FULL)
  } catch (error) {
    return error
  }
}

function expectValueOrRefusal(bytes: Uint8Array): void {
  const outcome = errorFor(bytes)
  if (outcome === undefined || isSsrCacheError(outcome)) return
  expect(['page', 'mark', 'names']).toContain((outcome as StoredValue).kind)
}
