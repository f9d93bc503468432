import { strict as assert } from 'node:assert'
import type { Case } from './contract-subject.ts'
import { freshKey, freshPath, headOf, pageOf, plain, UNHEARD, valueAt } from './contract-subject.ts'
import { sampleKey, sampleMark, sampleNames, samplePage } from './sample-values.ts'

const encoder = new TextEncoder()

/** What `get`, `set` and `delete` owe. */
export const pageCases: readonly Case[] = [
  {
    name: 'a page comes back as it was written, with its lifetime (F8)',
    async run({ store, clock }) {
      const key = freshKey()
      const page = samplePage(clock.now(), await headOf(store), {
        status: 404,
        build: '2026-11-01',
        token: 2n ** 60n,
        tags: ['movie:42', '*', 'é 漢 😀', '\ud800'],
        fields: [
          ['content-type', 'text/html'],
          ['link', '</a.css>; rel=preload'],
          ['link', '</b.css>; rel=preload'],
          ['__proto__', 'constructor'],
          ['x-empty', ''],
        ],
        body: Uint8Array.from({ length: 1024 }, (_, i) => i & 255),
        variants: [
          { encoding: 'br', body: encoder.encode('brotli') },
          { encoding: 'gzip', body: new Uint8Array(0) },
        ],
      })
      assert.equal(await store.set(key, page, { if: { absent: true } }), 'stored')
      assert.deepEqual(plain(await pageOf(store, key)), plain(page))
    },
  },
  {
    name: 'a mark comes back as it was written',
    async run({ store, clock }) {
      const key = freshKey()
      const mark = sampleMark(clock.now(), await headOf(store))
      assert.equal(await store.set(key, mark, { if: { absent: true } }), 'stored')
      const value = await valueAt(store, key)
      assert(value)
      assert.deepEqual(plain(value), plain(mark))
    },
  },
  {
    name: 'names by which variants are told apart come back as they were written',
    async run({ store, clock }) {
      const key = freshKey()
      const names = sampleNames(clock.now(), await headOf(store), { names: ['accept-language', 'x-é', '__proto__'] })
      assert.equal(await store.set(key, names, { if: { absent: true } }), 'stored')
      const value = await valueAt(store, key)
      assert(value)
      assert.deepEqual(plain(value), plain(names))
    },
  },
  {
    name: 'a page whose own fields decided on it comes back with all of its instants',
    async run({ store, clock }) {
      const key = freshKey()
      const now = clock.now()
      const origin = { bornAt: now - 5_000, disconnectedUntil: now + 600_000, mayBeStale: true, isEncodable: false }
      const page = samplePage(now, await headOf(store), { etag: '', remarks: undefined, origin })
      assert.equal(await store.set(key, page, { if: { absent: true } }), 'stored')
      assert.deepEqual((await pageOf(store, key)).origin, origin)
    },
  },
  {
    name: 'what was never written is a miss',
    async run({ store }) {
      const found = await store.get(freshKey(), { since: await headOf(store) })
      assert.equal(found.value, undefined)
      assert.equal(found.revision, undefined)
    },
  },
  {
    name: 'a margin belongs to one value',
    async run({ store, clock }) {
      const keys = [freshKey(), freshKey()]
      const since = await headOf(store)
      for (const key of keys) await store.set(key, samplePage(clock.now(), since), { if: { absent: true } })
      const [one, other] = await Promise.all(keys.map((key) => store.get(key, { since })))
      // Stores without margins owe nothing.
      if (one?.margin === undefined || other?.margin === undefined) return
      one.margin.note = 'noted on one'
      assert.notEqual(other.margin.note, 'noted on one')
    },
  },
  {
    name: 'what stands for a write stands for no other',
    async run({ store, clock }) {
      const keys = [freshKey(), freshKey()]
      const since = await headOf(store)
      const writes: (object | undefined)[] = []
      for (const [i, key] of [...keys, ...keys].entries()) {
        // The same page twice: two writes.
        await store.delete(key)
        await store.set(key, samplePage(clock.now(), since), { if: { absent: true } })
        const found = [await store.get(key, { since }), await store.get(key, { since })] as const
        assert.equal(found[0].write, found[1].write, `readings ${i}`)
        writes.push(found[0].write)
      }
      // Stores that keep values as they are, or remember none, owe nothing.
      const named = writes.filter((write) => write !== undefined)
      assert.equal(new Set(named).size, named.length)
    },
  },
  {
    name: 'variants of one URL are kept apart',
    async run({ store, clock }) {
      const path = freshPath()
      const generation = await headOf(store)
      for (const variant of ['en', 'de']) {
        const page = samplePage(clock.now(), generation, { body: encoder.encode(variant) })
        await store.set(sampleKey(path, { variant }), page, { if: { absent: true } })
      }
      for (const variant of ['en', 'de']) {
        const page = await pageOf(store, sampleKey(path, { variant }))
        assert.equal(Buffer.from(page.body).toString(), variant)
      }
    },
  },
  {
    name: 'two keys with one hash are never mistaken for each other (K4)',
    async run({ store, clock }) {
      const key = freshKey()
      const other = sampleKey(freshPath(), { id: key.id })
      await store.set(key, samplePage(clock.now(), await headOf(store)), { if: { absent: true } })
      assert.equal(await valueAt(store, other), undefined)
      assert.equal(await store.delete(other), false)
      assert(await valueAt(store, key))
    },
  },
  {
    name: 'nothing that the caller holds can change what is stored (B4)',
    async run({ store, clock }) {
      const key = freshKey()
      const large = new Uint8Array(4096).fill(1)
      const tags = ['a']
      const page = samplePage(clock.now(), await headOf(store), { body: large.subarray(8, 16), tags })
      const written = plain({ ...page, tags: [...tags] })
      await store.set(key, page, { if: { absent: true } })
      large.fill(2)
      tags.push('b')
      assert.deepEqual(plain(await pageOf(store, key)), written)
    },
  },
  {
    name: '`absent` lets one of many writers through',
    async run({ store, clock }) {
      const key = freshKey()
      const page = samplePage(clock.now(), await headOf(store))
      const results = await Promise.all([1, 2, 3, 4].map(() => store.set(key, page, { if: { absent: true } })))
      assert.deepEqual(results.toSorted(), ['stored', 'superseded', 'superseded', 'superseded'])
    },
  },
  {
    name: '`revision` holds until the next write',
    async run({ store, clock }) {
      const key = freshKey()
      const page = samplePage(clock.now(), await headOf(store))
      assert.equal(await store.set(key, page, { if: { revision: 'none' } }), 'superseded')
      await store.set(key, page, { if: { absent: true } })
      const { revision } = await store.get(key, { since: UNHEARD })
      assert(revision !== undefined)
      assert.equal(await store.set(key, page, { if: { revision } }), 'stored')
      assert.equal(await store.set(key, page, { if: { revision } }), 'superseded')
    },
  },
  {
    name: 'an older render that arrives last does not overwrite a newer one (V6)',
    async run({ store, clock }) {
      const key = freshKey()
      const { epoch, position } = await headOf(store)
      const older = { epoch, position }
      const newer = { epoch, position: position + 1 }
      const write = (generation: typeof older) =>
        store.set(key, samplePage(clock.now(), generation), { if: { notNewerThan: generation } })
      assert.equal(await write(older), 'stored')
      assert.equal(await write(newer), 'stored')
      assert.equal(await write(older), 'superseded')
      assert.deepEqual((await pageOf(store, key)).generation, newer)
    },
  },
  {
    name: 'of two renders of one generation the newer lease wins, and may write again',
    async run({ store, clock }) {
      const key = freshKey()
      const generation = await headOf(store)
      const write = (token: bigint) =>
        store.set(key, samplePage(clock.now(), generation, { token }), { if: { notNewerThan: generation, token } })
      assert.equal(await write(5n), 'stored')
      assert.equal(await write(5n), 'stored')
      assert.equal(await write(4n), 'superseded')
      assert.equal(await write(6n), 'stored')
      assert.equal((await pageOf(store, key)).token, 6n)
    },
  },
  {
    name: 'a page of another epoch is older than every page of this one',
    needs: ['log'],
    async run({ store, clock }) {
      const key = freshKey()
      const ours = await headOf(store)
      const foreign = { epoch: 'another', position: ours.position + 1_000 }
      const write = (generation: typeof ours) =>
        store.set(key, samplePage(clock.now(), generation), { if: { notNewerThan: generation } })
      assert.equal(await write(foreign), 'stored')
      assert.equal(await write(ours), 'stored')
      assert.equal(await write(foreign), 'superseded')
    },
  },
  {
    name: 'a deleted page is gone, and deleting it again does nothing',
    async run({ store, clock }) {
      const key = freshKey()
      await store.set(key, samplePage(clock.now(), await headOf(store)), { if: { absent: true } })
      assert.equal(await store.delete(key), true)
      assert.equal(await valueAt(store, key), undefined)
      assert.equal(await store.delete(key), false)
    },
  },
  {
    name: 'who read an old page does not delete its replacement (V13)',
    async run({ store, clock }) {
      const key = freshKey()
      const page = samplePage(clock.now(), await headOf(store))
      await store.set(key, page, { if: { absent: true } })
      const old = (await store.get(key, { since: UNHEARD })).revision
      assert(old !== undefined)
      await store.set(key, page, { if: { revision: old } })
      assert.equal(await store.delete(key, { if: { revision: old } }), false)
      assert(await valueAt(store, key))
    },
  },
  {
    name: 'a page that reached its end is gone, and its place is free (B3)',
    async run({ store, clock, advance }) {
      const key = freshKey()
      const now = clock.now()
      const page = samplePage(now, await headOf(store), {
        freshUntil: now + 100,
        staleUntil: now + 100,
        errorUntil: now + 100,
        deleteAt: now + 100,
      })
      await store.set(key, page, { if: { absent: true } })
      await advance(120)
      assert.equal(await valueAt(store, key), undefined)
      const next = samplePage(clock.now(), page.generation)
      assert.equal(await store.set(key, next, { if: { absent: true } }), 'stored')
    },
  },
]
