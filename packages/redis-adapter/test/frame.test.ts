import { fc, test } from '@fast-check/vitest'
import type { StoredValue } from '@ssr-cache/core/store'
import { describe, expect, it } from 'vitest'
import { decodeFrame, encodeFrame, VALUE_AT } from '../src/frame.ts'
import { FrameReader } from '../src/frame-reader.ts'
import { keyOf, pageOf } from './samples.ts'

const generation = { epoch: 'e', position: 3 }
const { id, full } = keyOf('/movies/42')
const variants = [
  { encoding: 'br', body: Uint8Array.of(1, 2, 3) },
  { encoding: 'gzip', body: new Uint8Array(0) },
]
const page = pageOf('<h1>Inception</h1>', generation, { variants, tags: ['movie:42'] })
const mark: StoredValue = { kind: 'mark', reason: 'set-cookie', generation, token: 2n, storedAt: 1, deleteAt: 2 }

/** Bytes may come as another class: what counts is what they say. */
const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, part) => {
      if (typeof part === 'bigint') return String(part)
      return part instanceof Uint8Array || part?.type === 'Buffer' ? [...(part.data ?? part)] : part
    }),
  )

const valueRead = (read: ReturnType<FrameReader['read']>) => (read.kind === 'value' ? read : undefined)

describe('a page in Redis', () => {
  it.each([page, mark])('comes back as it was written, however often it is read', (value) => {
    const reader = new FrameReader()
    const frame = encodeFrame(value, full)
    for (const _ of [1, 2, 3]) {
      const read = valueRead(reader.read(Buffer.from(frame), id, full))
      expect(plain(read?.value)).toEqual(plain(value))
      expect(read?.revision).toBe(valueRead(decodeFrame(frame, full))?.revision)
    }
  })

  it('is named as the same write however often it is read, until it is written anew or forgotten', () => {
    const reader = new FrameReader()
    const [one, other] = [1, 2].map(() => encodeFrame(page, full)) as [Buffer, Buffer]
    const writes = [one, one, other, one].map((frame) => valueRead(reader.read(Buffer.from(frame), id, full))?.write)
    expect(writes[0]).toBeDefined()
    expect(writes[1]).toBe(writes[0])
    expect(new Set(writes).size).toBe(3)
  })

  it('has another revision with each write', () => {
    const revisions = [1, 2].map(() => valueRead(decodeFrame(encodeFrame(page, full), full))?.revision)
    expect(revisions[0]).not.toBe(revisions[1])
  })

  it('is read anew where it was written anew, under the same key and as long', () => {
    const reader = new FrameReader()
    for (const text of ['one', 'two']) {
      const read = valueRead(reader.read(encodeFrame(pageOf(text, generation), full), id, full))
      expect(read?.value.kind === 'page' && Buffer.from(read.value.body).toString()).toBe(text)
    }
  })

  it('is no page of another key with the same hash, whichever is read first (K4, K6)', () => {
    const [one, other] = ['\ud800', '\udc00']
    const reader = new FrameReader()
    const frame = encodeFrame(page, one)
    expect(reader.read(frame, id, one).kind).toBe('value')
    expect(reader.read(frame, id, other).kind).toBe('other key')
    expect(reader.read(frame, id, one).kind).toBe('value')
  })

  it.each([
    { pages: 2_300, tags: 3, length: 10, least: 1_000, most: 2_000 },
    { pages: 100, tags: 500, length: 80, least: 40, most: 60 },
    { pages: 3, tags: 1_000, length: 80, least: 0, most: 0 },
  ])(
    'keeps nothing of a page alive that was read but two megabytes of heads: $least at least of those with $tags tags (I7)',
    (o) => {
      const reader = new FrameReader()
      const tagged = pageOf('x'.repeat(3_000), generation, {
        tags: Array.from({ length: o.tags }, (_, i) => String(i).padEnd(o.length, 'x')),
      })
      for (const i of Array(o.pages + 20).keys()) {
        const key = keyOf(`/movies/${i % o.pages}`)
        expect(reader.read(encodeFrame(tagged, key.full), key.id, key.full).kind).toBe('value')
      }
      expect(reader.size).toBeGreaterThanOrEqual(o.least)
      expect(reader.size).toBeLessThanOrEqual(o.most)
      expect(reader.bytes).toBeGreaterThanOrEqual(reader.size * o.tags * o.length)
      expect(reader.bytes).toBeLessThanOrEqual(2 * 1024 ** 2)
    },
  )

  it('stays remembered while it is read, however many others are (I7)', () => {
    const reader = new FrameReader()
    const frame = encodeFrame(page, full)
    const write = () => valueRead(reader.read(frame, id, full))?.write
    const first = write()
    for (let i = 0; i < 6_000; i++) {
      const key = keyOf(`/others/${i}`)
      reader.read(encodeFrame(mark, key.full), key.id, key.full)
      if (i % 500 === 0) write()
    }
    expect(write()).toBe(first)
    for (let i = 0; i < 6_000; i++) {
      const key = keyOf(`/more/${i}`)
      reader.read(encodeFrame(mark, key.full), key.id, key.full)
    }
    expect(write()).not.toBe(first)
  })

  it('is remembered by what is read last, and counts once (I7)', () => {
    const reader = new FrameReader()
    for (const _ of Array(3_000)) reader.read(encodeFrame(page, full), id, full)
    expect(reader.size).toBe(1)
    expect(reader.bytes).toBeLessThan(2_000)
  })

  it.each<[string, (frame: Buffer) => Buffer, string]>([
    ['nothing at all', () => Buffer.alloc(0), 'foreign'],
    ['another program’s value', () => Buffer.from('{"name":"session","__proto__":{"admin":true}}'), 'foreign'],
    ['a gzip bomb', () => Buffer.concat([Buffer.from([0x1f, 0x8b, 8]), Buffer.alloc(100_000)]), 'foreign'],
    ['cut off in the part that scripts read', (frame) => frame.subarray(0, VALUE_AT - 1), 'unreadable'],
    ['cut off in the body', (frame) => frame.subarray(0, frame.length - 1), 'unreadable'],
    ['longer than it says', (frame) => Buffer.concat([frame, Buffer.of(0)]), 'unreadable'],
    ['of another version', (frame) => frame.fill(2, 4, 5), 'unreadable'],
    ['changed in one byte of the body', (frame) => frame.fill(0, frame.length - 1), 'unreadable'],
    ['an empty frame', (frame) => frame.fill(0, VALUE_AT), 'unreadable'],
  ])('%s is none, and says so (F5)', (_, change, kind) => {
    expect(new FrameReader().read(change(encodeFrame(page, full)), id, full).kind).toBe(kind)
  })

  it('is found damaged after it was read whole', () => {
    const reader = new FrameReader()
    const frame = encodeFrame(page, full)
    expect(reader.read(frame, id, full).kind).toBe('value')
    expect(reader.read(frame.subarray(0, -1), id, full).kind).toBe('unreadable')
  })

  test.prop([fc.uint8Array({ maxLength: 400 }), fc.nat(400), fc.boolean()])(
    'is never thrown over, whatever the bytes (F5)',
    (noise, at, isFrame) => {
      const bytes = isFrame ? Buffer.from(encodeFrame(page, full)) : Buffer.from(noise)
      if (isFrame) bytes.set(noise.subarray(0, Math.max(0, bytes.length - at)), Math.min(at, bytes.length))
      expect(['value', 'other key', 'foreign', 'unreadable']).toContain(new FrameReader().read(bytes, id, full).kind)
    },
  )
})
