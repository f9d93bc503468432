import { strict as assert } from 'node:assert'
import { InvalidationIndex } from '../store/invalidation-index.ts'
import type { LogRecord, LogTail, Target } from '../store/store.ts'
import type { Case } from './contract-subject.ts'
import { freshKey, freshPath, headOf, logOf, UNHEARD, valueAt } from './contract-subject.ts'
import { sampleKey, samplePage } from './sample-values.ts'

const SOFT = { hard: false, settleMs: 0 }
const HARD = { hard: true, settleMs: 0 }

/** How often news that are on their way are looked for. */
const ATTEMPTS = 100

/** What the invalidation log owes. */
export const logCases: readonly Case[] = [
  {
    name: 'each record has the next position, in one epoch',
    needs: ['log'],
    async run({ store }) {
      const log = logOf(store)
      const before = await headOf(store)
      const first = await log.append([{ kind: 'tag', tag: freshPath() }], SOFT)
      const second = await log.append([{ kind: 'tag', tag: freshPath() }], SOFT)
      assert.equal(first.epoch, before.epoch)
      assert.equal(second.epoch, before.epoch)
      assert(before.position < first.position && first.position < second.position)
    },
  },
  {
    name: 'what is read is what was appended, whatever became of the caller’s list (V16)',
    needs: ['log'],
    async run({ store }) {
      const log = logOf(store)
      const before = await headOf(store)
      const tag = freshPath()
      const targets: Target[] = [
        { kind: 'tag', tag },
        { kind: 'url', url: '/a?b' },
        { kind: 'prefix', prefix: '/g' },
      ]
      const given = [...targets]
      const { position } = await log.append(targets, { hard: true, settleMs: 5_000 })
      assert.deepEqual(targets, given)
      targets.length = 0
      const record = recordAt(await log.read(before), position)
      assert.deepEqual(record?.targets, given)
      assert.equal(record?.hard, true)
      assert.equal(record?.settleMs, 5_000)
    },
  },
  {
    name: 'a read of a page brings the news along, and none where there are none (I2)',
    needs: ['log'],
    async run({ store }) {
      const key = freshKey()
      const before = await headOf(store)
      const { position } = await logOf(store).append([{ kind: 'tag', tag: freshPath() }], SOFT)
      const { tail } = await store.get(key, { since: before })
      assert(tail !== undefined && tail !== 'unread')
      assert(recordAt(tail, position))
      assert.equal((await store.get(key, { since: tail.head })).tail, undefined)
    },
  },
  {
    name: 'whoever comes from another epoch misses nothing',
    needs: ['log'],
    async run({ store }) {
      const { position } = await logOf(store).append([{ kind: 'tag', tag: freshPath() }], HARD)
      const tail = await logOf(store).read({ epoch: 'another', position: 1_000_000 })
      assert(recordAt(tail, position) || tail.purgeLowWater >= position)
    },
  },
  {
    name: 'followers hear of each record until they stop',
    needs: ['log'],
    async run({ store, advance }) {
      const log = logOf(store)
      const heard = new Set<number>()
      const stop = log.follow((news) => {
        if (news !== 'cut' && news.records !== 'too-many') for (const { position } of news.records) heard.add(position)
      })
      const { position } = await log.append([{ kind: 'tag', tag: freshPath() }], SOFT)
      for (let i = 0; i < ATTEMPTS && !heard.has(position); i++) await advance(10)
      assert(heard.has(position))
      stop()
      const after = await log.append([{ kind: 'tag', tag: freshPath() }], SOFT)
      await advance(50)
      assert(!heard.has(after.position))
    },
  },
  {
    name: 'purging a URL frees its pages of all hosts and variants, and no other page',
    needs: ['log'],
    async run({ store, clock }) {
      const path = freshPath()
      const other = sampleKey(`${path}?page=2`)
      const keys = [
        sampleKey(path),
        sampleKey(path, { variant: 'de' }),
        sampleKey(path, { url: `https://other.example${path}` }),
      ]
      const page = samplePage(clock.now(), await headOf(store))
      for (const key of [...keys, other]) await store.set(key, page, { if: { absent: true } })
      await logOf(store).append([{ kind: 'url', url: path }], HARD)
      for (const key of keys) assert.equal(await valueAt(store, key), undefined)
      assert(await valueAt(store, other))
    },
  },
  {
    name: 'purging an absolute URL leaves the other hosts their pages',
    needs: ['log'],
    async run({ store, clock }) {
      const path = freshPath()
      const key = sampleKey(path)
      const elsewhere = sampleKey(path, { url: `https://other.example${path}` })
      const page = samplePage(clock.now(), await headOf(store))
      for (const each of [key, elsewhere]) await store.set(each, page, { if: { absent: true } })
      await logOf(store).append([{ kind: 'url', url: key.url }], HARD)
      assert.equal(await valueAt(store, key), undefined)
      assert(await valueAt(store, elsewhere))
    },
  },
  {
    name: 'a purged page stays purged when an older render comes late (M7, V1)',
    needs: ['log'],
    async run({ store, clock }) {
      const tag = freshPath()
      for (const target of [{ kind: 'tag', tag }, { kind: 'all' }] as const) {
        const key = freshKey()
        const page = samplePage(clock.now(), await headOf(store), { tags: [tag] })
        await logOf(store).append([target], HARD)
        await store.set(key, page, { if: { notNewerThan: page.generation } })
        const { value, tail } = await store.get(key, { since: UNHEARD })
        const index = new InvalidationIndex()
        assert(tail !== undefined && tail !== 'unread' && index.apply(tail))
        assert(value?.kind !== 'page' || index.verdict(key.url, value).kind === 'absent')
      }
    },
  },
]

function recordAt({ records }: LogTail, position: number): LogRecord | undefined {
  return records === 'too-many' ? undefined : records.find((record) => record.position === position)
}
