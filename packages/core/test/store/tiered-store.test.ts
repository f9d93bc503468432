import { describe, expect, it, vi } from 'vitest'
import type { Entry } from '../../src/store/entry.ts'
import { type MemoryStore, memoryStore } from '../../src/store/memory-store.ts'
import type { Found, LogTail, Store, StoreKey } from '../../src/store/store.ts'
import { type TieredStore, tieredStore } from '../../src/store/tiered-store.ts'
import { type FakeClock, fakeClock } from '../../src/testing/fake-clock.ts'
import { type FaultyStore, faultyStore } from '../../src/testing/faulty-store.ts'
import { sampleKey, sampleMark, sampleNames, samplePage } from '../../src/testing/sample-values.ts'

const KEY = sampleKey('/movies')
const SOFT = { hard: false, settleMs: 0 }
const HARD = { hard: true, settleMs: 0 }
const MOVIES = [{ kind: 'url', url: '/movies' }] as const

/** Two processes on one shared store, and that store. */
interface Fleet {
  readonly clock: FakeClock
  readonly shared: MemoryStore
  /** What lies in the first process, what it reaches the shared store by, and both together. */
  readonly memory: MemoryStore
  readonly far: FaultyStore
  readonly store: TieredStore
  /** Another process, with nothing of its own. */
  readonly other: Store
  /** Whether the first process is told what is appended. */
  told: (news: LogTail | 'cut') => void
  isTold: boolean
  page(parts?: Partial<Entry>): Entry
  read(key?: StoreKey): Found | Promise<Found>
}

function openFleet({ maxEntryBytes = 1_000_000 } = {}): Fleet {
  const clock = fakeClock()
  const shared = memoryStore({ clock })
  const far = faultyStore(shared, { clock })
  const fleet = { isTold: true, told: (_: LogTail | 'cut'): void => {} }
  const followed: Store = {
    ...far,
    get: far.get.bind(far),
    log: {
      append: (targets, o) => shared.log.append(targets, o),
      read: (since) => far.log?.read(since) ?? shared.log.read(since),
      follow(on) {
        fleet.told = on
        return shared.log.follow((news) => fleet.isTold && on(news))
      },
    },
  }
  const memory = memoryStore({ clock, maxEntryBytes })
  const store = tieredStore(memory, followed, { clock })
  return Object.assign(fleet, {
    clock,
    shared,
    memory,
    far,
    store,
    other: shared,
    page: (parts?: Partial<Entry>) => samplePage(clock.now(), shared.log.head, parts),
    read: (key = KEY) => store.get(key, { since: shared.log.head, now: clock.now() }),
  })
}

const ANY = { if: { absent: true } } as const

async function body(found: Found | Promise<Found>): Promise<string | undefined> {
  const { value } = await found
  return value?.kind === 'page' ? Buffer.from(value.body).toString() : value?.kind
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('what is fresh in this process', () => {
  it('is answered at once, without I/O, by the same object with the same margin', async () => {
    const { store, other, far, page, read } = openFleet()
    await other.set(KEY, page(), ANY)
    await read()
    const { get } = far.calls
    const [one, two] = [read(), read()]
    expect(one).toBe(two)
    expect('margin' in one && one.value).toBeTruthy()
    expect(far.calls.get).toBe(get)
    await store.close()
  })

  it('keeps its true age, however late it came (S7)', async () => {
    const { clock, other, page, read } = openFleet()
    const written = page()
    await other.set(KEY, written, ANY)
    clock.advance(50_000)
    await read()
    expect(read()).toMatchObject({ value: { storedAt: written.storedAt, freshUntil: written.freshUntil } })
  })

  it('may be names', async () => {
    const { clock, other, shared, read, far } = openFleet()
    await other.set(KEY, sampleNames(clock.now(), shared.log.head), ANY)
    await read()
    const { get } = far.calls
    expect(read()).toMatchObject({ value: sampleNames(clock.now(), shared.log.head) })
    expect(far.calls.get).toBe(get)
  })

  it('is no mark: what ends it, anywhere, is in no log (C8)', async () => {
    const { clock, other, shared, page, read } = openFleet()
    await other.set(KEY, sampleMark(clock.now(), shared.log.head), ANY)
    expect(await read()).toMatchObject({ value: { kind: 'mark' } })
    await other.set(KEY, page({ token: 2n }), { if: { notNewerThan: shared.log.head } })
    expect(await body(read())).toContain('Movies')
  })

  it('is not kept where a write that came of it found something else there (C8)', async () => {
    const { clock, store, memory, other, shared, page, read } = openFleet()
    await store.set(KEY, sampleMark(clock.now(), shared.log.head), ANY)
    const { revision = '' } = await read()
    await other.set(KEY, page({ token: 2n }), { if: { notNewerThan: shared.log.head } })
    expect(await store.set(KEY, page({ token: 3n }), { if: { revision } })).toBe('superseded')
    expect(memory.size).toBe(0)
  })

  it('is what was written from here, once the shared store has it', async () => {
    const { store, shared, page, read, far } = openFleet()
    expect(await store.set(KEY, page(), ANY)).toBe('stored')
    expect(shared.size).toBe(1)
    expect(await body(read())).toContain('Movies')
    expect(far.calls.get).toBe(0)
  })
})

describe('what another process did', () => {
  it.each([
    ['its URL', MOVIES],
    ['everything', [{ kind: 'all' }]],
  ] as const)('frees at once what it purged by %s (X5)', async (_, targets) => {
    const { other, memory, page, read, shared } = openFleet()
    await other.set(KEY, page(), ANY)
    await read()
    expect(memory.size).toBe(1)
    await shared.log.append(targets, HARD)
    expect(memory.size).toBe(0)
  })

  it('makes a page that it invalidated be asked for again, and found replaced', async () => {
    const { other, page, read, shared } = openFleet()
    await other.set(KEY, page({ body: bytes('old') }), ANY)
    await read()
    await shared.log.append(MOVIES, SOFT)
    const replacement = page({ body: bytes('new') })
    await other.set(KEY, replacement, { if: { notNewerThan: replacement.generation } })
    expect(await body(read())).toBe('new')
    expect(read()).not.toBeInstanceOf(Promise)
  })

  it('is not deleted by whoever read the page before it (V13)', async () => {
    const { store, other, page, read } = openFleet()
    await other.set(KEY, page({ body: bytes('old') }), ANY)
    const { revision } = await read()
    await other.set(KEY, page({ body: bytes('new'), token: 2n }), { if: { revision: revision ?? '' } })
    expect(await store.delete(KEY, { if: { revision: revision ?? '' } })).toBe(false)
    expect(await body(read())).toBe('new')
  })

  it('is not deleted by whoever wrote the page before it either, though its revision was never told (V13)', async () => {
    const { store, other, page, read } = openFleet()
    await store.set(KEY, page({ body: bytes('old') }), ANY)
    const { revision } = await read()
    await other.delete(KEY)
    await other.set(KEY, page({ body: bytes('new'), token: 2n }), ANY)
    expect(await store.delete(KEY, { if: { revision: revision ?? '' } })).toBe(false)
    expect(await body(read())).toBe('new')
  })

  it('stands where an older render comes late, and is found here too (V6)', async () => {
    const { store, other, page, read, shared, memory } = openFleet()
    const late = page({ body: bytes('old') })
    await store.set(KEY, late, ANY)
    await shared.log.append([{ kind: 'tag', tag: 'elsewhere' }], SOFT)
    const newer = page({ body: bytes('new') })
    await other.set(KEY, newer, { if: { notNewerThan: newer.generation } })
    expect(await store.set(KEY, late, { if: { notNewerThan: late.generation } })).toBe('superseded')
    expect(memory.size).toBe(0)
    expect(await body(read())).toBe('new')
  })

  it('is asked for once the time of what lies here is over', async () => {
    const { clock, other, page, read } = openFleet()
    await other.set(KEY, page({ body: bytes('old') }), ANY)
    await read()
    clock.advance(60_000)
    await other.set(KEY, page({ body: bytes('new'), token: 2n }), {
      if: { notNewerThan: page().generation, token: 2n },
    })
    expect(await body(read())).toBe('new')
  })
})

describe('an answer of the shared store that comes late', () => {
  /** A read that has reached the shared store, and whose answer waits. */
  async function lateRead(fleet: Fleet): Promise<{ answer: () => Promise<Found> }> {
    await fleet.other.set(KEY, fleet.page({ body: bytes('old') }), ANY)
    fleet.far.faults.get = { kind: 'late', ms: 10 }
    const found = fleet.read()
    fleet.far.faults.get = undefined
    return {
      async answer() {
        await fleet.clock.advanceAsync(10)
        return found
      },
    }
  }

  it.each([
    ['purged by its URL', MOVIES],
    ['purged with everything', [{ kind: 'all' }]],
    ['purged by a tag', [{ kind: 'tag', tag: 'movies' }]],
  ] as const)('brings nothing back here that was %s meanwhile (V1, M7)', async (_, targets) => {
    const fleet = openFleet()
    const { answer } = await lateRead(fleet)
    await fleet.shared.log.append(targets, HARD)
    await answer()
    expect(fleet.memory.size).toBe(0)
  })

  it('brings nothing back that was deleted from here meanwhile', async () => {
    const fleet = openFleet()
    const { answer } = await lateRead(fleet)
    await fleet.store.delete(KEY)
    await answer()
    expect(fleet.memory.size).toBe(0)
  })

  it('does not take the place of what was written meanwhile', async () => {
    const fleet = openFleet()
    const { answer } = await lateRead(fleet)
    const newer = fleet.page({ body: bytes('new'), token: 2n })
    await fleet.store.set(KEY, newer, { if: { notNewerThan: newer.generation, token: 2n } })
    expect(await body(await answer())).toBe('new')
    expect(await body(fleet.read())).toBe('new')
  })

  it('does not take the place of a newer one that came before it', async () => {
    const fleet = openFleet()
    const { answer } = await lateRead(fleet)
    const newer = fleet.page({ body: bytes('new'), token: 2n })
    await fleet.other.set(KEY, newer, { if: { notNewerThan: newer.generation, token: 2n } })
    expect(await body(await fleet.read())).toBe('new')
    expect(await body(await answer())).toBe('new')
    expect(await body(fleet.read())).toBe('new')
  })

  it('of a write does not take the place of a newer page either', async () => {
    const fleet = openFleet()
    const { store, other, far, clock, page, read } = fleet
    const mine = page({ body: bytes('old') })
    far.faults.set = { kind: 'late', ms: 10 }
    const written = store.set(KEY, mine, ANY)
    await clock.advanceAsync(0)
    const newer = page({ body: bytes('new'), token: 2n })
    await other.set(KEY, newer, { if: { notNewerThan: newer.generation, token: 2n } })
    await read()
    await clock.advanceAsync(10)
    expect(await written).toBe('stored')
    expect(await body(read())).toBe('new')
  })
})

describe('a revision that the shared store does not know', () => {
  it('stands for the one that it has: forms can be added to a page that was written from here', async () => {
    const { store, page, read, shared } = openFleet()
    const variants = [{ encoding: 'gzip', body: bytes('zip') }]
    await store.set(KEY, page(), ANY)
    const { revision } = await read()
    expect(await store.set(KEY, page({ variants }), { if: { revision: revision ?? '' } })).toBe('stored')
    expect(await read()).toMatchObject({ value: { variants } })
    expect(shared.get(KEY, { since: shared.log.head })).toMatchObject({ value: { variants } })
    expect(await store.set(KEY, page(), { if: { revision: revision ?? '' } })).toBe('superseded')
  })

  it('lets nothing come back that the shared store has no more', async () => {
    const { store, other, page, read, shared } = openFleet()
    await store.set(KEY, page(), ANY)
    const { revision } = await read()
    await other.delete(KEY)
    expect(await store.set(KEY, page(), { if: { revision: revision ?? '' } })).toBe('superseded')
    expect(shared.size).toBe(0)
  })

  it('deletes the page that it was read with', async () => {
    const { store, page, read, shared, memory } = openFleet()
    await store.set(KEY, page(), ANY)
    const { revision } = await read()
    expect(await store.delete(KEY, { if: { revision: revision ?? '' } })).toBe(true)
    expect([shared.size, memory.size]).toEqual([0, 0])
  })
})

describe('while nobody tells what is appended', () => {
  it('each read asks the shared store, which knows (X5)', async () => {
    const fleet = openFleet()
    const { other, page, read, shared, far } = fleet
    await other.set(KEY, page({ body: bytes('kept') }), ANY)
    await read()
    fleet.isTold = false
    fleet.told('cut')
    const { get } = far.calls
    expect(await body(read())).toBe('kept')
    expect(far.calls.get).toBe(get + 1)
    fleet.isTold = true
    fleet.told(shared.log.read(shared.log.head))
    expect(read()).not.toBeInstanceOf(Promise)
  })

  it('nothing is answered at once to whoever knows more of the log than was told here, until it is read', async () => {
    const fleet = openFleet()
    const { other, page, read, shared, far } = fleet
    await other.set(KEY, page(), ANY)
    await read()
    fleet.isTold = false
    await shared.log.append([{ kind: 'tag', tag: 'movies' }], SOFT)
    const { read: reads } = far.calls
    expect(read()).toBeInstanceOf(Promise)
    await read()
    expect(far.calls.read).toBe(reads + 1)
    // It is known now that the page is stale, so that it is asked for as ever.
    expect(read()).toBeInstanceOf(Promise)
  })
})

describe('while the shared store does not answer (R39, X4)', () => {
  it('reads and writes say so, and what lies here is still there for whoever asks for no more', async () => {
    const fleet = openFleet()
    const { store, far, page, clock, shared } = fleet
    await store.set(KEY, page({ body: bytes('kept') }), ANY)
    far.faults.get = { kind: 'reject' }
    far.faults.set = { kind: 'reject' }
    clock.advance(60_000)
    const since = shared.log.head
    await expect(store.get(KEY, { since })).rejects.toThrow('out of order')
    expect(await body(store.near.get(KEY, { since }))).toBe('kept')
    const fresh = page({ body: bytes('rendered meanwhile'), token: 2n })
    await expect(store.set(KEY, fresh, { if: { notNewerThan: since, token: 2n } })).rejects.toThrow('out of order')
    expect(store.near.set(KEY, fresh, { if: { notNewerThan: since, token: 2n } })).toBe('stored')
    expect(await body(store.get(KEY, { since, now: clock.now() }))).toBe('rendered meanwhile')
  })

  it('what lies here is given without the log’s word once nobody tells it', async () => {
    const fleet = openFleet()
    const { store, page, shared } = fleet
    await store.set(KEY, page(), ANY)
    expect(store.near.get(KEY, { since: shared.log.head }).tail).toBeUndefined()
    fleet.told('cut')
    expect(store.near.get(KEY, { since: shared.log.head }).tail).toBe('unread')
    expect(store.near.get(sampleKey('/none'), { since: shared.log.head })).toEqual({})
  })

  it('what is newer here is not replaced by what the shared store had before', async () => {
    const { store, other, page, read, clock, shared } = openFleet()
    await other.set(KEY, page({ body: bytes('old') }), ANY)
    clock.advance(1)
    await shared.log.append([{ kind: 'tag', tag: 'elsewhere' }], SOFT)
    const mine = page({ body: bytes('new') })
    expect(store.near.set(KEY, mine, { if: { notNewerThan: mine.generation } })).toBe('stored')
    clock.advance(60_000)
    expect(await body(read())).toBe('new')
  })

  it('an older page is not written over a newer one here, nor one that was purged', async () => {
    const { store, page, shared, memory } = openFleet()
    const old = page()
    await shared.log.append([{ kind: 'tag', tag: 'elsewhere' }], SOFT)
    const write = (entry: Entry) => store.near.set(KEY, entry, { if: { notNewerThan: entry.generation } })
    expect([write(page()), write(old)]).toEqual(['stored', 'superseded'])
    await shared.log.append([{ kind: 'tag', tag: 'movies' }], HARD)
    expect(write(old)).toBe('superseded')
    expect(store.near.delete(KEY)).toBe(false)
    expect(memory.size).toBe(0)
  })
})

describe('what the shared store lost', () => {
  it('stands here as long as its windows are open', async () => {
    const { store, other, page, read, clock } = openFleet()
    await store.set(KEY, page({ body: bytes('kept') }), ANY)
    await other.delete(KEY)
    clock.advance(60_000)
    expect(await body(read())).toBe('kept')
    clock.advance(600_000)
    expect(await body(read())).toBeUndefined()
  })
})

it('what is too large to lie here does not leave an older page in its place', async () => {
  const { store, page, read, memory, shared } = openFleet({ maxEntryBytes: 10_000 })
  await store.set(KEY, page({ body: bytes('old') }), ANY)
  const large = page({ body: new Uint8Array(20_000).fill(65), token: 2n })
  expect(await store.set(KEY, large, { if: { notNewerThan: large.generation, token: 2n } })).toBe('stored')
  expect([memory.size, shared.size]).toEqual([0, 1])
  expect((await body(read()))?.length).toBe(20_000)
})

it('what is purged from here is gone from here before anybody tells it (X6)', async () => {
  const fleet = openFleet()
  const { store, page, memory } = fleet
  await store.set(KEY, page(), ANY)
  fleet.isTold = false
  await store.log?.append(MOVIES, HARD)
  expect(memory.size).toBe(0)
})

it('a page from another node’s future is asked for each time: how long it is fresh will be seen here (S8, X7)', async () => {
  const { store, page, read, clock } = openFleet()
  const ahead = clock.now() + 300_000
  await store.set(KEY, page({ storedAt: ahead, freshUntil: ahead + 60_000, deleteAt: ahead + 660_000 }), ANY)
  expect(read()).toBeInstanceOf(Promise)
})

it('before a store without a log, the log of the process is the cache’s own', async () => {
  const clock = fakeClock()
  const shared = memoryStore({ clock })
  const bare: Store = {
    capabilities: { shared: true, persistent: true, lease: false, log: false },
    get: (key) => shared.get(key, { since: shared.log.head }),
    set: (key, value, o) => shared.set(key, value, o),
    delete: (key, o) => shared.delete(key, o),
  }
  const store = tieredStore(memoryStore({ clock }), bare, { clock })
  expect([store.lease, store.log]).toEqual([undefined, undefined])
  const own = { epoch: 'own', position: 3 }
  await store.set(KEY, samplePage(clock.now(), own), ANY)
  expect(store.get(KEY, { since: own, now: clock.now() })).not.toBeInstanceOf(Promise)
  expect(store.near.get(KEY, { since: own }).tail).toBeUndefined()
  await store.close()
})

it('is closed with both of its stores, and follows no longer (I13)', async () => {
  const clock = fakeClock()
  const shared = memoryStore({ clock })
  const unfollow = vi.fn()
  const far: Store = {
    capabilities: shared.capabilities,
    get: (key, o) => shared.get(key, o),
    set: (key, value, o) => shared.set(key, value, o),
    delete: (key, o) => shared.delete(key, o),
    log: { append: shared.log.append, read: shared.log.read, follow: () => unfollow },
    close: vi.fn(),
  }
  const memory = memoryStore({ clock })
  const store = tieredStore(memory, far, { clock })
  await store.set(KEY, samplePage(clock.now(), shared.log.head), ANY)
  await store.close()
  expect([memory.size, unfollow, far.close]).toEqual([0, expect.anything(), expect.anything()])
  expect(unfollow).toHaveBeenCalledOnce()
  expect(far.close).toHaveBeenCalledOnce()
})

it.each<[string, () => unknown, RegExp]>([
  ['a near store that is none', () => tieredStore(undefined as never, memoryStore()), /"tieredStore.near" must be/],
  [
    'a near store that is not in memory',
    () => tieredStore({} as never, memoryStore()),
    /"tieredStore.near" must be a memoryStore/,
  ],
  ['a far store that is none', () => tieredStore(memoryStore(), 5 as never), /"tieredStore.far" must be/],
  [
    'an option that is none',
    () => tieredStore(memoryStore(), memoryStore(), { ttl: 1 } as never),
    /"tieredStore.ttl" must be left out/,
  ],
  [
    'a clock that is none',
    () => tieredStore(memoryStore(), memoryStore(), { clock: 5 as never }),
    /"tieredStore.clock" must be/,
  ],
])('%s is refused', (_, make, message) => {
  expect(make).toThrow(message)
})

it('one store in both places is refused', () => {
  const memory = memoryStore()
  expect(() => tieredStore(memory, memory)).toThrow(/"tieredStore.far" must be another store/)
})
