import { fc, it } from '@fast-check/vitest'
import { describe, expect, vi } from 'vitest'
import { collectGarbage } from '../../../../test-utils/collect-garbage.ts'
import type { Clock } from '../../src/clock.ts'
import type { Entry } from '../../src/store/entry.ts'
import { type Eviction, leastRecentlyUsed } from '../../src/store/eviction.ts'
import { InvalidationIndex } from '../../src/store/invalidation-index.ts'
import { type MemoryStore, type MemoryStoreOptions, memoryStore } from '../../src/store/memory-store.ts'
import { owned } from '../../src/store/ownership.ts'
import type { StoreKey } from '../../src/store/store.ts'
import { type FakeClock, fakeClock } from '../../src/testing/fake-clock.ts'
import { sampleKey, sampleMark, samplePage } from '../../src/testing/sample-values.ts'

const SOFT = { hard: false, settleMs: 0 }
const HARD = { hard: true, settleMs: 0 }
const ABSENT = { if: { absent: true } } as const

function setUp(options: MemoryStoreOptions = {}) {
  const clock = fakeClock()
  const store = memoryStore({ clock, ...options })
  const page = (parts: Partial<Entry> = {}) => samplePage(clock.now(), store.log.head, parts)
  const read = (path: string) => store.get(sampleKey(path), { since: store.log.head }).value
  const write = (path: string, parts: Partial<Entry> = {}) => store.set(sampleKey(path), page(parts), ABSENT)
  return { clock, store, page, read, write }
}

/** A page that ends after `ms`. */
function endingAfter(clock: Clock, ms: number): Partial<Entry> {
  const end = clock.now() + ms
  return { freshUntil: end, staleUntil: end, errorUntil: end, deleteAt: end }
}

/** The usual policy, which tells of every look at a page. */
function watchedEviction() {
  const looked = vi.fn()
  const eviction: Eviction = (options) => {
    const shelf = leastRecentlyUsed(options)
    const watch = <A extends unknown[], R>(method: (...args: A) => R) => {
      return (...args: A): R => {
        looked()
        return method.apply(shelf, args)
      }
    }
    return {
      get size() {
        return shelf.size
      },
      get bytes() {
        return shelf.bytes
      },
      get: watch(shelf.get),
      peek: watch(shelf.peek),
      set: watch(shelf.set),
      delete: watch(shelf.delete),
    }
  }
  return { eviction, looked }
}

/** After a full collection. */
function heapUsed(): number {
  collectGarbage()
  return process.memoryUsage().heapUsed
}

const bytes = (length: number) => new Uint8Array(length)

describe('a memory store', () => {
  it('says what it can do', () => {
    expect(memoryStore().capabilities).toEqual({ shared: false, persistent: false, lease: true, log: true })
  })

  it('answers at once, with one frozen object for a page however often it is read', () => {
    const { store, write, read } = setUp()
    write('/a')
    const since = { since: store.log.head }
    expect(store.get(sampleKey('/a'), since)).toBe(store.get(sampleKey('/a'), since))
    const entry = read('/a') as Entry
    expect(entry).toBe(read('/a'))
    expect([entry, entry.tags, entry.fields, entry.fields[0], entry.generation].every(Object.isFrozen)).toBe(true)
  })

  it.each([
    ['pages', 200, 4],
    ['pages of another’s making', 203, 4],
    ['missing pages', 404, 2],
    ['redirects', 301, 2],
  ])(
    'keeps of %s (%d) as many as there is room for, or the share of what strangers can make: %d of 32 (B1)',
    (_, status, count) => {
      const { store, write, read } = setUp({ maxEntries: 32 })
      for (const path of ['/1', '/2', '/3', '/4']) write(path, { status })
      expect(store.size).toBe(count)
      expect(read('/4')).toBeDefined()
    },
  )

  it('keeps no more marks than that either, and none in the place of a page (B1)', () => {
    const { store, clock, write, read } = setUp({ maxEntries: 32 })
    write('/page')
    for (const path of ['/1', '/2', '/3', '/4']) {
      store.set(sampleKey(path), sampleMark(clock.now(), store.log.head), ABSENT)
    }
    expect([store.size, store.marks]).toEqual([3, 2])
    expect(read('/page')).toBeDefined()
  })

  it('gives a page another revision with each write', () => {
    const { store, page } = setUp()
    const seen = new Set<string | undefined>()
    for (let i = 0; i < 5; i++) {
      store.set(sampleKey('/a'), page(), { if: { notNewerThan: store.log.head } })
      seen.add(store.get(sampleKey('/a'), { since: store.log.head }).revision)
      if (i === 2) store.delete(sampleKey('/a'))
    }
    expect(seen.size).toBe(5)
    expect(store.size).toBe(1)
  })

  it.each([
    [{ maxBytes: 0 }, /"memoryStore.maxBytes" must be/],
    [{ maxBytes: '64mb' as unknown as number }, /"memoryStore.maxBytes" must be/],
    [{ maxEntryBytes: 1.5 }, /"memoryStore.maxEntryBytes" must be/],
    [{ maxEntries: 0 }, /"memoryStore.maxEntries" must be/],
    [{ maxEntries: '1k' as unknown as number }, /"memoryStore.maxEntries" must be/],
    [{ maxEntries: Number.POSITIVE_INFINITY }, /"memoryStore.maxEntries" must be/],
    [{ maxbytes: 1 } as MemoryStoreOptions, /"memoryStore.maxbytes" must be left out .*Write maxBytes/],
    [{ clock: 5 as unknown as Clock }, /"memoryStore.clock" must be/],
    [{ eviction: 'lru' as unknown as Eviction }, /"memoryStore.eviction" must be/],
  ])('refuses options that are none: %o', (options, message) => {
    expect(() => memoryStore(options)).toThrow(message)
  })

  it('keeps nothing after it was closed, and leaves no timer behind (I13)', () => {
    const { clock, store, write, read } = setUp()
    write('/a')
    store.close()
    expect([store.size, store.bytes, clock.pending]).toEqual([0, 0, 0])
    expect(write('/b')).toBe('refused')
    expect(read('/a')).toBeUndefined()
    expect(clock.pending).toBe(0)
  })
})

describe('bytes in memory', () => {
  it('stay under the bound through ever new URLs, while what is asked for stays (B1, I7)', () => {
    const { store, read, write } = setUp({ maxBytes: 1024 ** 2 })
    // Four hundred times as many as have room, of the smallest values there are: marks. `npm run soak` sends a million through a whole cache.
    const mark = sampleMark(store.log.head.position, store.log.head, { deleteAt: Number.MAX_SAFE_INTEGER })
    write('/hot')
    for (let i = 0; i < 200_000; i++) {
      const url = `https://shop.example/${i}`
      // As the engine's keys are: a store need not make each text anew.
      store.set(owned({ id: url, full: url, url, variant: '' }), mark, ABSENT)
      if (i % 100 === 0) read('/hot')
    }
    expect(read('/hot')).toBeDefined()
    expect(store.bytes).toBeLessThanOrEqual(1024 ** 2)
    expect(store.size).toBeLessThan(1_000)
  })

  it('of one oversize page push nothing out; it is refused (B2)', () => {
    const { store, write, read } = setUp({ maxBytes: 100_000 })
    for (let i = 0; i < 10; i++) write(`/${i}`)
    expect(write('/large', { body: bytes(200_000) })).toBe('refused')
    expect(write('/quarter', { body: bytes(26_000) })).toBe('refused')
    expect(store.size).toBe(10)
    expect(read('/0')).toBeDefined()
  })

  it('of one page may be exactly as many as allowed (B2)', () => {
    const { store, write } = setUp()
    write('/a', { body: bytes(5_000) })
    expect(setUp({ maxEntryBytes: store.bytes }).write('/a', { body: bytes(5_000) })).toBe('stored')
    expect(setUp({ maxEntryBytes: store.bytes - 1 }).write('/a', { body: bytes(5_000) })).toBe('refused')
  })

  it('of one page may be no more than those of all (B2)', () => {
    const { write, read } = setUp({ maxBytes: 10_000, maxEntryBytes: 1_000_000 })
    write('/a')
    expect(write('/large', { body: bytes(20_000) })).toBe('refused')
    expect(read('/a')).toBeDefined()
  })

  it('of a page that grew too large leave the old page standing (B2)', () => {
    const { store, page, read, write } = setUp({ maxEntryBytes: 10_000 })
    write('/a')
    const before = read('/a')
    const grown = page({ body: bytes(10_000) })
    expect(store.set(sampleKey('/a'), grown, { if: { notNewerThan: store.log.head } })).toBe('refused')
    expect(read('/a')).toBe(before)
  })

  it('count bodies and variants to the byte, and fields, tags and keys by their text (B4)', () => {
    const sizeOf = (parts: Partial<Entry>, path = '/a') => {
      const { store, write } = setUp()
      write(path, parts)
      return store.bytes
    }
    const plain = sizeOf({ body: bytes(0) })
    expect(sizeOf({ body: bytes(1_234) }) - plain).toBe(1_234)
    expect(sizeOf({ body: bytes(0), variants: [{ encoding: 'br', body: bytes(77) }] }) - plain).toBe(77)
    expect(sizeOf({ body: Buffer.from('é') }) - plain).toBe(2)
    expect(sizeOf({ body: bytes(0) }, `/a${'b'.repeat(100)}`)).toBeGreaterThanOrEqual(plain + 200)
    expect(sizeOf({ body: bytes(0), tags: ['x'.repeat(1_000)] })).toBeGreaterThanOrEqual(plain + 1_000)
  })

  it('return to nothing when everything is deleted, replaced or ended (B4)', () => {
    const { clock, store, page, write } = setUp()
    write('/deleted', { body: bytes(5_000) })
    write('/ended', { body: bytes(5_000), ...endingAfter(clock, 5_000) })
    for (const length of [10, 50_000, 20]) {
      store.set(sampleKey('/deleted'), page({ body: bytes(length) }), { if: { notNewerThan: store.log.head } })
    }
    store.delete(sampleKey('/deleted'))
    clock.advance(6_000)
    expect([store.size, store.bytes]).toEqual([0, 0])
  })

  it.each([
    ['a slice of a larger buffer', (large: Buffer) => large.subarray(1_000, 1_010)],
    ['a view of a larger memory', (large: Buffer) => new Uint8Array(large.buffer, large.byteOffset + 5, 10)],
    ['a small buffer out of the pool', () => Buffer.from('0123456789')],
  ])('of %s are copied to their exact size, so that nothing else stays alive (B4)', (_, cut) => {
    const { read, write } = setUp()
    const body = cut(Buffer.alloc(100_000, 'x'))
    write('/a', { body, variants: [{ encoding: 'br', body }] })
    const entry = read('/a') as Entry
    for (const kept of [entry.body, entry.variants[0]?.body]) {
      expect(kept?.buffer.byteLength).toBe(10)
      expect(Buffer.from(kept ?? []).equals(body)).toBe(true)
    }
  })

  it('that are stored already are not copied again when a variant is added', () => {
    const { store, read, write } = setUp()
    write('/a', { variants: [{ encoding: 'br', body: bytes(10) }] })
    const first = read('/a') as Entry
    const [br] = first.variants
    const more = { ...first, variants: [...first.variants, { encoding: 'gzip', body: bytes(20) }] }
    const precondition = { notNewerThan: first.generation, token: first.token }
    expect(store.set(sampleKey('/a'), more, { if: precondition })).toBe('stored')
    const second = read('/a') as Entry
    expect(second).not.toBe(first)
    expect(second.body).toBe(first.body)
    expect(second.variants[0]?.body).toBe(br?.body)
    expect(second.variants.map(({ encoding }) => encoding)).toEqual(['br', 'gzip'])
  })

  it('belong to whoever is used: eviction takes what was not asked for for longest', () => {
    const { read, write } = setUp({ maxBytes: 40_000, maxEntryBytes: 15_000 })
    for (const path of ['/a', '/b', '/c']) write(path, { body: bytes(10_000) })
    read('/a')
    write('/d', { body: bytes(10_000) })
    expect(['/a', '/b', '/c', '/d'].filter((path) => read(path) !== undefined)).toEqual(['/a', '/c', '/d'])
  })

  it.each([
    ['deletion', (store: MemoryStore, keys: readonly StoreKey[]) => void keys.map((key) => store.delete(key))],
    ['expiry', (_: MemoryStore, __: unknown, clock: FakeClock) => clock.advance(130_000)],
    ['eviction', () => {}],
    ['a purge of all', (store: MemoryStore) => void store.log.append([{ kind: 'all' }], HARD)],
  ])('are given back by %s, with everything that was kept beside them (B1)', (_, letGo) => {
    const { clock, store } = setUp({ maxBytes: 4 * 1024 ** 2 })
    const round = (name: string, count: number) => {
      const keys = Array.from({ length: count }, (_, i) => sampleKey(`/${name}/${i}`, { id: `${name}/${i}` }))
      for (const key of keys) store.set(key, sampleMark(clock.now(), store.log.head), ABSENT)
      letGo(store, keys, clock)
    }
    round('warm-up', 2_000)
    const before = heapUsed()
    for (let i = 0; i < 40; i++) round(`round-${i}`, 1_500)
    // Two hundred bytes left behind by each would be twelve megabytes.
    expect(heapUsed() - before).toBeLessThan(4 * 1024 ** 2)
  })

  it('hold nothing of a text that a validator, a build or a tag was cut out of (B1)', () => {
    const { clock, store } = setUp()
    const before = heapUsed()
    for (let i = 0; i < 60; i++) {
      const cut = () => `${i}${'x'.repeat(100_000)}${Math.random()}`.slice(0, 40)
      const page = samplePage(clock.now(), store.log.head, { etag: cut(), build: cut(), tags: [cut()] })
      store.set(sampleKey(`/${i}`, { id: `${i}` }), page, ABSENT)
    }
    // Each cut would hold 100 KB.
    expect(heapUsed() - before).toBeLessThan(2 * 1024 ** 2)
    expect(store.size).toBe(60)
  })

  it('may be governed by another policy', () => {
    const clock = fakeClock()
    const made = vi.fn()
    const newestFirst: Eviction = (options) => {
      made(options.maxBytes, options.maxEntries)
      return leastRecentlyUsed(options)
    }
    const store = memoryStore({ clock, maxBytes: 50_000, eviction: newestFirst })
    store.log.append([{ kind: 'all' }], HARD)
    memoryStore({ clock, maxBytes: 50_000, maxEntries: 7, eviction: newestFirst })
    expect(made.mock.calls).toEqual([
      [50_000, Number.POSITIVE_INFINITY],
      [50_000, Number.POSITIVE_INFINITY],
      [50_000, 7],
    ])
  })
})

describe('the number of pages in memory', () => {
  /** The naive store: the last to be asked for stands last. */
  class PlainLru {
    readonly #kept: string[] = []
    readonly #most: number

    constructor(most: number) {
      this.#most = most
    }

    read(path: string): boolean {
      const kept = this.delete(path)
      if (kept) this.#kept.push(path)
      return kept
    }

    write(path: string): void {
      this.delete(path)
      this.#kept.push(path)
      if (this.#kept.length > this.#most) this.#kept.shift()
    }

    delete(path: string): boolean {
      const at = this.#kept.indexOf(path)
      if (at >= 0) this.#kept.splice(at, 1)
      return at >= 0
    }

    get kept(): readonly string[] {
      return this.#kept.toSorted()
    }
  }

  const path = fc.integer({ min: 0, max: 9 }).map((n) => `/${n}`)
  const step = fc.record({ act: fc.constantFrom('read', 'write', 'delete'), path })

  it.prop([fc.integer({ min: 1, max: 6 }), fc.array(step, { maxLength: 80, size: 'max' })])(
    'is bounded where told so, and what was not asked for for longest goes, whatever is read, written and deleted (I7)',
    (maxEntries, steps) => {
      const { store, page, read } = setUp({ maxEntries })
      const naive = new PlainLru(maxEntries)
      for (const { act, path } of steps) {
        if (act === 'read') expect(read(path) !== undefined).toBe(naive.read(path))
        else if (act === 'delete') expect(store.delete(sampleKey(path))).toBe(naive.delete(path))
        else {
          store.set(sampleKey(path), page(), { if: { notNewerThan: store.log.head } })
          naive.write(path)
        }
      }
      const kept = Array.from({ length: 10 }, (_, n) => `/${n}`).filter((path) => store.delete(sampleKey(path)))
      expect(kept).toEqual(naive.kept)
      expect([store.size, store.bytes]).toEqual([0, 0])
    },
  )

  it('counts marks as well, and frees a place for each that ends (B3)', () => {
    const { clock, store, write, read } = setUp({ maxEntries: 2 })
    write('/a')
    store.set(sampleKey('/mark'), sampleMark(clock.now(), store.log.head, { deleteAt: clock.now() + 1_000 }), ABSENT)
    clock.advance(3_000)
    write('/b')
    expect([read('/a'), read('/b')]).not.toContain(undefined)
    store.set(sampleKey('/mark'), sampleMark(clock.now(), store.log.head), ABSENT)
    expect(read('/a')).toBeUndefined()
    expect(store.size).toBe(2)
  })

  it('tells how many marks are among it, however they come and go (B1)', () => {
    const { clock, store, write } = setUp({ maxEntries: 64 })
    const mark = (path: string, ms = 120_000) => {
      const value = sampleMark(clock.now(), store.log.head, { deleteAt: clock.now() + ms })
      store.set(sampleKey(path), value, { if: { notNewerThan: store.log.head } })
      return store.marks
    }
    write('/page')
    expect([store.marks, mark('/a'), mark('/b', 1_000), mark('/b', 1_000)]).toEqual([0, 1, 2, 2])
    clock.advance(2_000)
    expect(store.marks, 'one has ended').toBe(1)
    store.set(sampleKey('/a'), samplePage(clock.now(), store.log.head), { if: { notNewerThan: store.log.head } })
    expect(store.marks, 'a page has taken its place').toBe(0)
    for (const path of ['/c', '/d', '/e', '/f', '/g']) mark(path)
    expect([store.marks, store.size], 'marks were let go, and no page').toEqual([4, 6])
    store.delete(sampleKey('/g'))
    expect(store.marks).toBe(3)
    store.log.append([{ kind: 'all' }], HARD)
    expect(store.marks).toBe(0)
  })

  it('bounds beside the bytes, which bound on', () => {
    const { store, write } = setUp({ maxEntries: 3, maxBytes: 25_000, maxEntryBytes: 15_000 })
    for (const path of ['/a', '/b', '/c']) write(path, { body: bytes(10_000) })
    expect(store.size).toBe(2)
  })

  it('leaves nothing behind of what it lets go: no index entry, no timer (B1)', () => {
    const { clock, store, write, read } = setUp({ maxEntries: 1 })
    for (let i = 0; i < 100; i++) write(`/${i}`)
    store.log.append([{ kind: 'url', url: '/0' }], HARD)
    expect(read('/99')).toBeDefined()
    store.delete(sampleKey('/99'))
    expect(clock.pending).toBe(0)
  })

  it('can be a bound that no memory could fill: room is taken as pages come', () => {
    const { read, write } = setUp({ maxEntries: Number.MAX_SAFE_INTEGER })
    write('/a')
    expect(read('/a')).toBeDefined()
  })
})

describe('what has ended', () => {
  it('leaves memory without being read, on one timer for all (B3)', () => {
    const { clock, store, write } = setUp()
    for (let i = 0; i < 100; i++) write(`/${i}`, endingAfter(clock, 1_000 + i * 50))
    expect(clock.pending).toBe(1)
    clock.advance(3_000)
    expect(store.size).toBeLessThan(70)
    clock.advance(4_000)
    expect([store.size, store.bytes, clock.pending]).toEqual([0, 0, 0])
  })

  it('is not given, even before its memory is free; the end itself is past it', () => {
    const { clock, read, write } = setUp()
    write('/a', endingAfter(clock, 1))
    expect(read('/a')).toBeDefined()
    clock.jump(1)
    expect(read('/a')).toBeUndefined()
    expect(write('/a')).toBe('stored')
  })

  it('is not taken in', () => {
    const { clock, write } = setUp()
    expect(write('/a', endingAfter(clock, 0))).toBe('refused')
  })

  it('is gone no earlier than its end', () => {
    const { clock, read, write } = setUp()
    write('/a', endingAfter(clock, 1_500))
    clock.advance(1_499)
    expect(read('/a')).toBeDefined()
    clock.advance(1)
    expect(read('/a')).toBeUndefined()
  })

  it('does not take along the page that was written since', () => {
    const { clock, store, page, read, write } = setUp()
    write('/a', endingAfter(clock, 5_000))
    clock.advance(4_000)
    store.set(sampleKey('/a'), page(endingAfter(clock, 60_000)), { if: { notNewerThan: store.log.head } })
    clock.advance(10_000)
    expect(read('/a')).toBeDefined()
  })

  it('does not take along a page that was written after a purge of all', () => {
    const { clock, store, read, write } = setUp()
    write('/a', endingAfter(clock, 5_000))
    store.log.append([{ kind: 'all' }], HARD)
    write('/a', endingAfter(clock, 60_000))
    write('/b', endingAfter(clock, 6_000))
    clock.advance(10_000)
    expect([read('/a') === undefined, read('/b') === undefined]).toEqual([false, true])
  })

  it('leaves, though something that was to end with it was deleted before', () => {
    const { clock, store, write } = setUp()
    for (const path of ['/a', '/b', '/c']) write(path, endingAfter(clock, 5_000))
    store.delete(sampleKey('/b'))
    clock.advance(6_000)
    expect([store.size, clock.pending]).toEqual([0, 0])
  })

  it('may end earlier than what was stored before it', () => {
    const { clock, store, write } = setUp()
    write('/month', endingAfter(clock, 30 * 86_400_000))
    write('/second', endingAfter(clock, 1_000))
    clock.advance(2_000)
    expect(store.size).toBe(1)
  })

  it('may lie further ahead than a platform timer reaches', () => {
    const spans: number[] = []
    const clock = fakeClock()
    const watched: Clock = {
      now: () => clock.now(),
      schedule: (ms, run) => {
        spans.push(ms)
        return clock.schedule(ms, run)
      },
      cancel: (timer) => clock.cancel(timer),
    }
    const store = memoryStore({ clock: watched })
    store.set(sampleKey('/a'), samplePage(clock.now(), store.log.head, endingAfter(clock, 60 * 86_400_000)), ABSENT)
    clock.advance(61 * 86_400_000)
    expect(store.size).toBe(0)
    expect(Math.max(...spans)).toBeLessThan(2 ** 31)
  })

  it('leaves though the clock jumped an hour forth or back, and nothing becomes immortal (S8)', () => {
    for (const jump of [3_600_000, -3_600_000]) {
      const { clock, store, read, write } = setUp()
      write('/a')
      clock.jump(jump)
      expect(read('/a') !== undefined).toBe(jump < 0)
      write('/b')
      clock.advance(2 * 3_600_000)
      expect([store.size, clock.pending]).toEqual([0, 0])
    }
  })

  it('leaves in portions when a great many end at once', () => {
    const { clock, store } = setUp()
    const end = endingAfter(clock, 5_000)
    for (let i = 0; i < 25_000; i++) {
      store.set(sampleKey(`/${i}`, { id: String(i) }), samplePage(clock.now(), store.log.head, end), ABSENT)
    }
    const sizes: number[] = []
    const timed = vi.spyOn(clock, 'schedule')
    timed.mockImplementation((ms, run) => {
      sizes.push(store.size)
      timed.mockRestore()
      vi.spyOn(clock, 'schedule')
      return clock.schedule(ms, run)
    })
    clock.advance(5_000)
    expect(sizes[0]).toBe(15_000)
    expect(store.size).toBe(0)
  })

  it('is let go by eviction and deletion too: no timer waits for what is not there', () => {
    const { clock, store, write } = setUp({ maxBytes: 20_000, maxEntryBytes: 20_000 })
    write('/a')
    write('/b', { body: bytes(16_000) })
    expect(store.size).toBe(1)
    store.delete(sampleKey('/b'))
    expect(clock.pending).toBe(0)
  })
})

describe('purges and invalidations', () => {
  it('by tag touch no page when they are recorded: one step, however many pages carry the tag (V10, R32)', () => {
    const { eviction, looked } = watchedEviction()
    const { store, write } = setUp({ eviction })
    for (let i = 0; i < 50_000; i++) write(`/${i}`, { tags: ['menu'] })
    looked.mockClear()
    store.log.append([{ kind: 'tag', tag: 'menu' }], HARD)
    store.log.append([{ kind: 'prefix', prefix: '/' }], HARD)
    expect(looked).not.toHaveBeenCalled()
    expect(store.size).toBe(50_000)
  })

  it('of ten thousand tags evict no page (V11)', () => {
    const { store, write, read } = setUp({ maxBytes: 100_000 })
    for (let i = 0; i < 10; i++) write(`/${i}`)
    for (let i = 0; i < 10_000; i++) store.log.append([{ kind: 'tag', tag: `t${i}` }], SOFT)
    expect(store.size).toBe(10)
    for (let i = 0; i < 10; i++) expect(read(`/${i}`)).toMatchObject({ kind: 'page' })
  })

  it('of all drop everything in one step, without a walk (V19)', () => {
    const { eviction, looked } = watchedEviction()
    const { clock, store, write } = setUp({ eviction })
    for (let i = 0; i < 1_000; i++) store.set(sampleKey(`/${i}`), sampleMark(clock.now(), store.log.head), ABSENT)
    looked.mockClear()
    store.log.append([{ kind: 'all' }], HARD)
    expect(looked).not.toHaveBeenCalled()
    expect(clock.pending).toBe(0)
    expect(write('/a')).toBe('stored')
  })

  it('of all free every byte (V19)', () => {
    const { store, write, read } = setUp()
    for (let i = 0; i < 100; i++) write(`/${i}`)
    store.log.append([{ kind: 'all' }], HARD)
    expect([store.size, store.bytes]).toEqual([0, 0])
    expect(read('/1')).toBeUndefined()
  })

  it('of a URL free its variants, but keep its bytes when it is only invalidated (R31, R32)', () => {
    const { store, page } = setUp()
    const variants = ['en', 'de', 'fr'].map((variant) => sampleKey('/a?p=1', { variant }))
    for (const key of variants) store.set(key, page(), ABSENT)
    store.log.append([{ kind: 'url', url: '/a?p=1' }], SOFT)
    store.log.append([{ kind: 'url', url: '/a' }], HARD)
    store.log.append([{ kind: 'url', url: 'https://other.example/a?p=1' }], HARD)
    expect(store.size).toBe(3)
    store.log.append([{ kind: 'url', url: 'https://shop.example/a?p=1' }], HARD)
    expect([store.size, store.bytes]).toEqual([0, 0])
  })

  it('of a URL find the page that was stored under it, whatever became of the caller’s key', () => {
    const { store, page } = setUp()
    const key = { ...sampleKey('/a') }
    const given = { ...key }
    store.set(key, page(), ABSENT)
    key.url = 'https://shop.example/b'
    store.log.append([{ kind: 'url', url: '/a' }], HARD)
    expect(store.get(given, { since: store.log.head }).value).toBeUndefined()
    expect(store.size).toBe(0)
  })

  it.each([
    ['its tag', { kind: 'tag', tag: 'movies' }],
    ['its URL', { kind: 'url', url: '/late' }],
    ['a prefix of it', { kind: 'prefix', prefix: '/' }],
    ['all', { kind: 'all' }],
  ] as const)('of %s refuse the page of a render that began before (M7, V1, V3)', (_, target) => {
    const { store, page, read } = setUp()
    const late = page()
    store.log.append([target], HARD)
    expect(store.set(sampleKey('/late'), late, { if: { notNewerThan: late.generation } })).toBe('superseded')
    expect(store.set(sampleKey('/late'), page(), { if: { notNewerThan: store.log.head } })).toBe('stored')
    expect(read('/late')).toBeDefined()
  })

  it('of other pages, and invalidations, do not refuse a late page', () => {
    const { store, page } = setUp()
    const late = page()
    store.log.append(
      [
        { kind: 'tag', tag: 'menu' },
        { kind: 'url', url: '/other' },
      ],
      HARD,
    )
    store.log.append([{ kind: 'tag', tag: 'movies' }], SOFT)
    expect(store.set(sampleKey('/late'), late, { if: { notNewerThan: late.generation } })).toBe('stored')
  })

  it('of several things refuse a late page that one of them names', () => {
    const { store, page } = setUp()
    const late = page()
    const targets = ['menu', 'movies'].map((tag) => ({ kind: 'tag', tag }) as const)
    store.log.append(targets, HARD)
    expect(store.set(sampleKey('/late'), late, { if: { notNewerThan: late.generation } })).toBe('superseded')
  })

  it('refuse a late mark by its URL; tags it has none', () => {
    const { clock, store } = setUp()
    const late = sampleMark(clock.now(), store.log.head)
    store.log.append([{ kind: 'tag', tag: 'movies' }], HARD)
    expect(store.set(sampleKey('/late'), late, ABSENT)).toBe('stored')
    store.log.append([{ kind: 'url', url: '/other' }], HARD)
    expect(store.set(sampleKey('/other'), late, ABSENT)).toBe('superseded')
  })

  it('are news to a reader who comes from another log, wherever that one stood', () => {
    const { store, write } = setUp()
    write('/a')
    const since = { epoch: 'another', position: store.log.head.position }
    expect(store.get(sampleKey('/a'), { since }).tail?.head).toEqual(store.log.head)
  })

  it('refuse a page whose time the log no longer tells, if one of them may name it', () => {
    const { store, page } = setUp()
    const write = (late: Entry) => store.set(sampleKey('/late'), late, { if: { notNewerThan: late.generation } })
    const [before, foreign] = [page(), page({ generation: { epoch: 'another', position: 1_000_000 } })]
    store.log.append([{ kind: 'tag', tag: 'x' }], HARD)
    const after = page()
    for (let i = 0; i < 10_001; i++) store.log.append([{ kind: 'tag', tag: 'movies' }], SOFT)
    expect([before, foreign, after].map(write)).toEqual(['superseded', 'superseded', 'stored'])
  })

  it('reach a reader along with the page, and only while they are news (I2, V7)', () => {
    const { store, page, write, read } = setUp()
    const index = new InvalidationIndex()
    index.apply(store.log.read(index.head))
    write('/a')
    const { position } = store.log.append([{ kind: 'tag', tag: 'movies' }], SOFT)
    const found = store.get(sampleKey('/a'), { since: index.head })
    expect(found.tail?.records).toMatchObject([{ position }])
    index.apply(found.tail as NonNullable<typeof found.tail>)
    expect(index.verdict(sampleKey('/a').url, found.value as Entry).kind).toBe('stale')
    // Rendered again within the same millisecond.
    store.set(sampleKey('/a'), page(), { if: { notNewerThan: store.log.head } })
    expect(store.get(sampleKey('/a'), { since: index.head }).tail).toBeUndefined()
    expect(store.get(sampleKey('/none'), { since: index.head })).toEqual({})
    expect(index.verdict(sampleKey('/a').url, read('/a') as Entry).kind).toBe('valid')
  })
})

describe('leases', () => {
  it('go by the clock of the store', () => {
    const { clock, store } = setUp()
    clock.advance(3_600_000)
    const held = store.lease.take(sampleKey('/a'), { generation: store.log.head, leaseMs: 5_000, graceMs: 10_000 })
    expect(held).toMatchObject({ graceUntil: clock.now() + 10_000 })
  })

  it('are never evicted, however little memory there is (C7)', () => {
    const { store, write } = setUp({ maxBytes: 10_000 })
    const generation = store.log.head
    const spans = { leaseMs: 60_000, graceMs: 10_000 }
    const keys = Array.from({ length: 5_000 }, (_, i) => sampleKey(`/${i}`))
    for (const key of keys) expect(store.lease.take(key, { generation, ...spans }).held).toBe(true)
    for (let i = 0; i < 100; i++) write(`/page/${i}`)
    for (const key of keys) expect(store.lease.take(key, { generation, ...spans }).held).toBe(false)
  })
})

describe('under the log of another store', () => {
  it('frees what a purge of its URL, or of all, has hit, and nothing else', () => {
    const store = memoryStore()
    const [a, b] = [sampleKey('/a'), sampleKey('/b')]
    for (const key of [a, b]) store.set(key, samplePage(Date.now(), store.log.head), { if: { absent: true } })
    store.free({ kind: 'tag', tag: 'movies' })
    store.free({ kind: 'prefix', prefix: '/' })
    expect(store.size).toBe(2)
    store.free({ kind: 'url', url: '/a' })
    expect(store.get(b, { since: store.log.head }).value).toBeDefined()
    expect(store.size).toBe(1)
    store.free({ kind: 'all' })
    expect(store.size).toBe(0)
  })

  it('is read with the revision that a page has elsewhere', () => {
    const store = memoryStore()
    const key = sampleKey('/a')
    store.set(key, samplePage(Date.now(), store.log.head), { if: { absent: true }, revision: 'theirs' })
    expect(store.get(key, { since: store.log.head }).revision).toBe('theirs')
    expect(store.delete(key, { if: { revision: 'theirs' } })).toBe(true)
  })
})
