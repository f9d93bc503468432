import { Keyv, KeyvMemoryAdapter } from 'keyv'
import { describe, expect, it, test } from 'vitest'
import type { KeyvStore, KeyvStoreOptions } from '../../src/keyv/index.ts'
import { keyvStore } from '../../src/keyv/index.ts'
import type { Entry } from '../../src/store/entry.ts'
import type { Store, StoreKey, Target } from '../../src/store/store.ts'
import { fakeClock } from '../../src/testing/fake-clock.ts'
import { sampleKey, sampleMark, samplePage } from '../../src/testing/sample-values.ts'

const clock = fakeClock(Date.now())
const NOWHERE = { epoch: '', position: -1 }
const ABSENT = { if: { absent: true } } as const
const HARD = { hard: true, settleMs: 0 }

/** A database that outlives the processes that open it, and can be looked into. */
function database() {
  const rows = new Map<string, { value: string; expires?: number }>()
  const open = (options?: KeyvStoreOptions): KeyvStore =>
    keyvStore(new Keyv({ store: new KeyvMemoryAdapter(rows) }), { clock, ...options })
  const nameOf = (key: StoreKey) => [...rows.keys()].find((name) => name.endsWith(key.id))
  return { rows, open, nameOf, has: (key: StoreKey) => nameOf(key) !== undefined }
}

async function keep(store: Store, key: StoreKey, parts: Partial<Entry> = {}): Promise<void> {
  const { head } = await store.log!.read(NOWHERE)
  expect(await store.set(key, samplePage(clock.now(), head, parts), ABSENT)).toBe('stored')
}

async function read(store: Store, key: StoreKey) {
  return (await store.get(key, { since: NOWHERE })).value
}

/** The journal of purges, as it lies in the database. */
function journalOf(rows: ReadonlyMap<string, { readonly value: string }>): { readonly purges: readonly unknown[] } {
  return JSON.parse(JSON.parse(rows.get('ssr-cache:purges')!.value).value)
}

const purge = (store: Store, ...targets: Target[]) => store.log!.append(targets, HARD)

describe('what a Keyv store says of itself', () => {
  test('its lease and its log are this process’s own, and its pages as lasting as the database', () => {
    const own = { shared: false, lease: true, log: true }
    expect(keyvStore(new Keyv()).capabilities).toEqual({ ...own, persistent: false })
    const elsewhere = {
      get: async () => undefined,
      set: async () => true,
      delete: async () => true,
      clear: async () => {},
    }
    expect(keyvStore(new Keyv(elsewhere)).capabilities).toEqual({ ...own, persistent: true })
  })

  test.each<[string, unknown, object, RegExp]>([
    ['no Keyv', new Map(), {}, /"keyv" must be a Keyv, got .+ Write keyvStore\(new Keyv/],
    ['nothing', undefined, {}, /"keyv" must be a Keyv, got undefined/],
    ['an option that there is not', new Keyv(), { maxEntryLenght: 1 }, /Write maxEntryLength/],
    ['a bound with a unit', new Keyv(), { maxEntryLength: '1mb' }, /"keyvStore.maxEntryLength" must be a whole number/],
    ['a clock that is none', new Keyv(), { clock: 0 }, /"keyvStore.clock" must be an object/],
  ])('%s is refused when it is made', (_, keyv, options, message) => {
    expect(() => keyvStore(keyv as Keyv, options)).toThrow(message)
  })

  test('a value goes in one write with its lifetime in milliseconds, and nothing is there for ever (F8)', async () => {
    const { rows, open, nameOf } = database()
    const store = open()
    const key = sampleKey('/a')
    const writtenAt = Date.now()
    await keep(store, key)
    const { expires } = rows.get(nameOf(key)!)!
    expect(expires! - writtenAt).toBeGreaterThanOrEqual(660_000)
    expect(expires! - writtenAt).toBeLessThan(670_000)
    for (const row of rows.values()) expect(row.expires).toBeGreaterThan(writtenAt)
  })

  test('a page that is longer than `maxEntryLength` is refused, and what stood there stands', async () => {
    const store = database().open({ maxEntryLength: 4_000 })
    const key = sampleKey('/a')
    await keep(store, key)
    const { value, revision } = await store.get(key, { since: NOWHERE })
    const large = { ...(value as Entry), body: new Uint8Array(3_000) }
    expect(await store.set(key, large, { if: { revision: revision! } })).toBe('refused')
    expect(await read(store, key)).toEqual(value)
  })

  test('Keyv stays connected when the store is closed, and has no listener of ours left', async () => {
    const keyv = new Keyv()
    const disconnected: string[] = []
    keyv.on('disconnect', () => disconnected.push('disconnect'))
    const store = keyvStore(keyv)
    store.close()
    expect(disconnected).toEqual([])
    expect(() => keyv.emit('error', new Error('nobody listens'))).toThrow('nobody listens')
  })

  test('caches in namespaces of one database know nothing of each other', async () => {
    const rows = new Map()
    const [one, other] = ['one', 'other'].map((namespace) =>
      keyvStore(new Keyv({ store: new KeyvMemoryAdapter(rows), namespace }), { clock }),
    ) as [KeyvStore, KeyvStore]
    const key = sampleKey('/a')
    await keep(one, key)
    expect(await read(other, key)).toBeUndefined()
    await keep(other, key)
    await purge(one, { kind: 'all' })
    expect(await read(other, key)).toBeDefined()
  })
})

describe('pages of an earlier process (R39)', () => {
  const film = sampleKey('/movies/42')
  const list = sampleKey('/genres/drama')

  async function twoPages() {
    const { rows, open, has } = database()
    const before = open()
    await keep(before, film, { tags: ['movie:42'] })
    await keep(before, list, { tags: ['drama'] })
    return { rows, open, has, before }
  }

  test('are there for the next one, and are dated by a log that it does not know', async () => {
    const { open, before } = await twoPages()
    const { head } = await before.log.read(NOWHERE)
    const page = await read(open(), film)
    expect(page?.generation.epoch).toBe(head.epoch)
  })

  test.each<[string, Target]>([
    ['tag', { kind: 'tag', tag: 'movie:42' }],
    ['URL', { kind: 'url', url: '/movies/42' }],
    ['prefix', { kind: 'prefix', prefix: '/movies/' }],
  ])(
    'that were purged by %s do not come back with the next process, nor with the one after (V12)',
    async (_, target) => {
      const { open, before } = await twoPages()
      await purge(before, target)
      for (const next of [open(), open()]) {
        expect(await read(next, film)).toBeUndefined()
        expect(await read(next, list)).toBeDefined()
      }
    },
  )

  test('that two processes ago wrote are purged by the last one for all that follow (V12)', async () => {
    const { open } = await twoPages()
    await purge(open(), { kind: 'tag', tag: 'movie:42' })
    expect(await read(open(), film)).toBeUndefined()
    expect(await read(open(), list)).toBeDefined()
  })

  test('are all gone after a purge of all, which is one write (V19)', async () => {
    const { open, before, rows } = await twoPages()
    const size = rows.size
    await purge(before, { kind: 'all' })
    expect(rows.size).toBe(size)
    expect(await read(open(), film)).toBeUndefined()
    expect(await read(before, list)).toBeUndefined()
  })

  test.each([
    ['is lost', (rows: Map<string, unknown>) => rows.delete('ssr-cache:purges')],
    ['is damaged', (rows: Map<string, unknown>) => rows.set('ssr-cache:purges', { value: '{"value":"{}"}' })],
  ])('are never read again where the journal of purges %s: nobody can tell what was purged (V8)', async (_, lose) => {
    const { open, rows } = await twoPages()
    lose(rows)
    const next = open()
    expect(await read(next, film)).toBeUndefined()
    await keep(next, film)
    expect(await read(open(), film)).toBeDefined()
  })

  test('count as purged, one and all, after more purges than the journal holds; this process knows better (I7)', async () => {
    const { open, before, rows } = await twoPages()
    for (let n = 0; n <= 1_000; n++) await purge(before, { kind: 'tag', tag: `movie:${1_000 + n}` })
    expect(journalOf(rows).purges).toHaveLength(1)
    expect(await read(before, film)).toBeDefined()
    expect(await read(open(), film)).toBeUndefined()
  })

  test('that were rendered after a purge are not hit by it, until so many processes have come that nobody can tell (I7)', async () => {
    const { open } = database()
    const [first, second] = [open(), open()]
    await keep(first, list, { tags: ['drama'] })
    await purge(first, { kind: 'tag', tag: 'movie:42' })
    await keep(second, film, { tags: ['movie:42'] })
    for (let process = 0; process < 99; process++) expect(await read(open(), film)).toBeDefined()
    const hundredth = open()
    expect(await read(hundredth, film)).toBeUndefined()
    expect(await read(hundredth, list)).toBeDefined()
  })

  test('are not held up by purges that are longer ago than any page lives', async () => {
    const { rows, open, before } = await twoPages()
    await purge(before, { kind: 'tag', tag: 'movie:42' })
    expect(journalOf(rows).purges).toHaveLength(1)
    clock.advance(3 * 86_400_000)
    await read(open(), film)
    expect(journalOf(rows).purges).toEqual([])
  })
})

describe('a purge', () => {
  test('by URL takes the bytes out of the database, of all hosts and variants, and no others', async () => {
    const { open, has } = database()
    const store = open()
    const keys = [
      sampleKey('/a'),
      sampleKey('/a', { variant: 'de' }),
      sampleKey('/a', { url: 'https://other.example/a' }),
    ]
    const other = sampleKey('/a?page=2')
    for (const key of [...keys, other]) await keep(store, key)
    await purge(store, { kind: 'url', url: '/a' })
    expect(keys.map(has)).toEqual([false, false, false])
    expect(has(other)).toBe(true)
  })

  test('by tag hides at once; the bytes leave when somebody asks for the page', async () => {
    const { open, has } = database()
    const store = open()
    const key = sampleKey('/a')
    await keep(store, key, { tags: ['a'] })
    await purge(store, { kind: 'tag', tag: 'a' })
    expect(has(key)).toBe(true)
    expect(await read(store, key)).toBeUndefined()
    expect(has(key)).toBe(false)
  })

  test('by tag leaves marks alone, which have none; by prefix it takes them along', async () => {
    const store = database().open()
    const key = sampleKey('/a')
    const { head } = await store.log.read(NOWHERE)
    await store.set(key, sampleMark(clock.now(), head), ABSENT)
    await purge(store, { kind: 'tag', tag: 'a' })
    expect(await read(store, key)).toBeDefined()
    await purge(store, { kind: 'prefix', prefix: '/' })
    expect(await read(store, key)).toBeUndefined()
  })

  test('that comes while a page is written beats it (V1)', async () => {
    const { open, has } = database()
    const store = open()
    const key = sampleKey('/a')
    const { head } = await store.log.read(NOWHERE)
    const writing = store.set(key, samplePage(clock.now(), head), ABSENT)
    await purge(store, { kind: 'url', url: '/a' })
    await writing
    expect(await read(store, key)).toBeUndefined()
    expect(has(key)).toBe(false)
  })

  test('refuses the older render that comes after it, whose bytes never reach the database (V1, V6)', async () => {
    const { open, has } = database()
    const store = open()
    const key = sampleKey('/a')
    const { head } = await store.log.read(NOWHERE)
    await purge(store, { kind: 'prefix', prefix: '/' })
    expect(await store.set(key, samplePage(clock.now(), head), ABSENT)).toBe('superseded')
    expect(has(key)).toBe(false)
  })

  test('leaves the newer page that is written while the bytes of the old one are on their way out (V13)', async () => {
    const store = database().open()
    const key = sampleKey('/a')
    await keep(store, key)
    const purging = purge(store, { kind: 'url', url: '/a' })
    const { head } = await store.log.read(NOWHERE)
    const written = store.set(key, samplePage(clock.now(), head), { if: { notNewerThan: head } })
    expect(await Promise.all([purging, written])).toEqual([head, 'stored'])
    expect(await read(store, key)).toBeDefined()
  })

  test('leaves the newer page that was written after it (V13)', async () => {
    const store = database().open()
    const key = sampleKey('/a')
    await keep(store, key)
    await purge(store, { kind: 'url', url: '/a' })
    await keep(store, key)
    expect(await read(store, key)).toBeDefined()
  })
})

describe('what is not as it was written (F5)', () => {
  const key = sampleKey('/a')
  const row = (value: string) => ({ value: JSON.stringify({ value }) })

  /** A page that was kept, and then became `damage` of what was written. */
  async function damaged(damage: (text: string) => { readonly value: string }) {
    const { rows, open, nameOf, has } = database()
    const store = open()
    await keep(store, key)
    const name = nameOf(key)!
    rows.set(name, damage(JSON.parse(rows.get(name)!.value).value))
    return { store, has, rows }
  }

  it.each<[string, (text: string) => { readonly value: string }]>([
    ['cut off', (text) => row(text.slice(0, 100))],
    ['changed', (text) => row(`${text.slice(0, -8)}AAAAAAA=`)],
    ['of another version', (text) => row(text.replace('U1NSQw', 'U1NSQ2'))],
  ])('is a miss that is counted, and gone, where it is ours and %s', async (_, damage) => {
    const { store, has } = await damaged(damage)
    expect(await read(store, key)).toBeUndefined()
    expect(store.stats()).toEqual({ damaged: 1 })
    expect(has(key)).toBe(false)
  })

  it.each<[string, { readonly value: string }]>([
    ['another app’s text', row('{"__proto__":{"polluted":true}}')],
    ['another app’s object', { value: '{"value":{"__proto__":{"polluted":true}}}' }],
    ['a gzip bomb', row(`0123456789abcdef ${Buffer.from('\x1f\x8b\x08'.padEnd(2 ** 20, '\0')).toString('base64')}`)],
    ['what Keyv cannot decode', { value: '{"value":' }],
  ])(
    'is a miss that is counted, and left alone, where it is %s, and the next page is written over it',
    async (_, foreign) => {
      const { store, has } = await damaged(() => foreign)
      expect(await read(store, key)).toBeUndefined()
      expect(store.stats()).toEqual({ damaged: 1 })
      expect(has(key)).toBe(true)
      expect(Reflect.get({}, 'polluted')).toBeUndefined()
      expect(await store.delete(key)).toBe(false)
      await keep(store, key)
      expect(await read(store, key)).toBeDefined()
    },
  )

  it('is not removed where a newer page was written meanwhile (V13)', async () => {
    const { store } = await damaged((text) => row(text.slice(0, 100)))
    const reading = read(store, key).catch(() => undefined)
    await keep(store, key)
    await reading
    expect(await read(store, key)).toBeDefined()
  })
})

describe('a database that fails', () => {
  /** Every call of the adapter rejects while `down.is` holds. */
  function shaky(adapter = new KeyvMemoryAdapter(new Map())) {
    const down = { is: false }
    for (const method of ['get', 'set', 'delete'] as const) {
      const works = adapter[method].bind(adapter) as (...args: unknown[]) => Promise<unknown>
      Reflect.set(adapter, method, async (...args: unknown[]) => {
        if (down.is) throw new Error('connection refused')
        return works(...args)
      })
    }
    return { keyv: new Keyv({ store: adapter }), down, adapter }
  }
  const key = sampleKey('/a')

  test('rejects, though Keyv says of it only by an event, and works again when it is back (F3, F4)', async () => {
    const { keyv, down } = shaky()
    const store = keyvStore(keyv, { clock })
    await keep(store, key)
    const page = (await read(store, key)) as Entry
    down.is = true
    const refused = expect.objectContaining({ code: 'ERR_SSR_CACHE_STORE', cause: new Error('connection refused') })
    await expect(read(store, key)).rejects.toEqual(refused)
    await expect(store.set(key, page, { if: { notNewerThan: page.generation } })).rejects.toEqual(refused)
    await expect(store.delete(key)).rejects.toEqual(refused)
    down.is = false
    expect(await read(store, key)).toEqual(page)
  })

  test('one error belongs to one call, however many are under way', async () => {
    const { keyv, adapter } = shaky()
    const store = keyvStore(keyv, { clock })
    await keep(store, key)
    const works = adapter.get.bind(adapter)
    adapter.get = async (name: string) => {
      if (name.includes(sampleKey('/broken').id)) throw new Error('only this one')
      return works(name)
    }
    const [good, bad, alsoGood] = await Promise.allSettled(
      [key, sampleKey('/broken'), key].map((each) => read(store, each)),
    )
    expect([good?.status, bad?.status, alsoGood?.status]).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  })

  test('that is down at the start blocks nothing, and what an earlier process purged counts as soon as it is up (F1, V12)', async () => {
    const { keyv, down, adapter } = shaky()
    const before = keyvStore(keyv, { clock })
    await keep(before, key)
    await purge(before, { kind: 'url', url: '/a' })
    down.is = true
    const store = keyvStore(new Keyv({ store: adapter }), { clock })
    await expect(read(store, key)).rejects.toThrow('connection refused')
    await expect(Promise.resolve(store.log.read(NOWHERE))).rejects.toThrow('connection refused')
    down.is = false
    expect(await read(store, key)).toBeUndefined()
  })

  test('makes `purge` reject, and not `invalidate`, which needs no database; both hold here at once (F7)', async () => {
    const { keyv, down } = shaky()
    const store = keyvStore(keyv, { clock })
    await keep(store, key, { tags: ['a'] })
    down.is = true
    await expect(store.log.append([{ kind: 'tag', tag: 'b' }], { hard: false, settleMs: 0 })).resolves.toBeDefined()
    await expect(purge(store, { kind: 'tag', tag: 'a' })).rejects.toThrow('connection refused')
    down.is = false
    expect(await read(store, key)).toBeUndefined()
  })

  test('and never answers gives up what waits for it, and is written to again once the late answer is there (F2, F7)', async () => {
    const rows = new Map()
    const adapter = new KeyvMemoryAdapter(rows)
    const hanging: (() => void)[] = []
    let isHanging = false
    const set: typeof adapter.set = async (...args) => {
      if (isHanging) await new Promise<void>((resolve) => hanging.push(resolve))
      return adapter.set(...args)
    }
    const store = keyvStore(new Keyv({ store: Object.assign(Object.create(adapter), { set }) }), { clock })
    const [key, other] = [sampleKey('/a'), sampleKey('/b')]
    await keep(store, other)
    isHanging = true
    const { head } = await store.log!.read(NOWHERE)
    const page = samplePage(clock.now(), head)
    const given = Promise.allSettled([
      store.set(key, page, ABSENT),
      store.set(key, page, ABSENT),
      purge(store, { kind: 'tag', tag: 'x' }),
      purge(store, { kind: 'tag', tag: 'y' }),
    ])
    await new Promise(setImmediate)
    clock.advance(5_000)
    const reasons = (await given).map((each) => each.status === 'rejected' && String(each.reason))
    expect(reasons).toEqual([
      expect.stringContaining('no answer within 5000 ms'),
      expect.stringContaining('an earlier write is not answered yet'),
      expect.stringContaining('no answer within 5000 ms'),
      expect.stringContaining('an earlier write is not answered yet'),
    ])
    isHanging = false
    for (const answer of hanging) answer()
    await new Promise(setImmediate)
    await purge(store, { kind: 'tag', tag: 'z' })
    await keep(store, sampleKey('/c'))
    expect(await read(store, key)).toMatchObject({ kind: 'page' })
  })

  test('whose idle connection breaks outside of any call leaves the process alive', () => {
    const { keyv } = shaky()
    keyvStore(keyv, { clock })
    expect(() => keyv.emit('error', new Error('connection reset'))).not.toThrow()
  })

  test('an adapter that answers false instead of failing has not kept the page', async () => {
    const { keyv, adapter } = shaky()
    const store = keyvStore(keyv, { clock })
    const { head } = await store.log.read(NOWHERE)
    const works = adapter.set.bind(adapter)
    adapter.set = async (name, value, expires) => (name.includes('page') ? false : works(name, value, expires))
    await expect(store.set(key, samplePage(clock.now(), head), ABSENT)).rejects.toThrow('it answered false')
  })
})
