import { strict as assert } from 'node:assert'
import type { Generation } from '../store/entry.ts'
import type { Held, HeldByAnother, Lease, StoreKey } from '../store/store.ts'
import type { Case } from './contract-subject.ts'
import { freshKey, headOf, leaseOf, pageOf } from './contract-subject.ts'
import { samplePage } from './sample-values.ts'

const LEASE = { leaseMs: 5_000, graceMs: 1_000 }
const SHORT = { leaseMs: 100, graceMs: 50 }

/** What the render lease owes. */
export const leaseCases: readonly Case[] = [
  {
    name: 'one holds a key at a time, and the others are told until when (I1)',
    needs: ['lease'],
    async run({ store, clock }) {
      const key = freshKey()
      const generation = await headOf(store)
      const lease = leaseOf(store)
      const before = clock.now()
      const { graceUntil } = await taken(lease, key, generation)
      const other = await refused(lease, key, generation)
      assertSameInstant(other.graceUntil, graceUntil)
      assert(other.endsAt > before)
      assert.equal(other.restUntil, 0)
      await taken(lease, freshKey(), generation)
    },
  },
  {
    name: 'of many who ask at once one gets it (I1)',
    needs: ['lease'],
    async run({ store }) {
      const key = freshKey()
      const generation = await headOf(store)
      const answers = await Promise.all([1, 2, 3, 4].map(() => leaseOf(store).take(key, { generation, ...LEASE })))
      assert.equal(answers.filter(({ held }) => held).length, 1)
    },
  },
  {
    name: 'a released key is free, and its next token is greater',
    needs: ['lease'],
    async run({ store }) {
      const key = freshKey()
      const generation = await headOf(store)
      const lease = leaseOf(store)
      const first = await taken(lease, key, generation)
      await lease.release(key, first.token)
      const second = await taken(lease, key, generation)
      assert(second.token > first.token)
    },
  },
  {
    name: 'releasing or renewing with a token that is not the holder’s does nothing (X3)',
    needs: ['lease'],
    async run({ store }) {
      const key = freshKey()
      const generation = await headOf(store)
      const lease = leaseOf(store)
      const { token } = await taken(lease, key, generation)
      await lease.release(key, token + 1n)
      await lease.release(key, token - 1n, { restMs: 60_000 })
      assert.equal(await lease.renew(key, token - 1n, LEASE), false)
      assert.equal((await refused(lease, key, generation)).restUntil, 0)
    },
  },
  {
    name: 'a lease that ran out is taken over, and its late writer is refused (X2, X3)',
    needs: ['lease'],
    async run({ store, clock, advance }) {
      const key = freshKey()
      const generation = await headOf(store)
      const lease = leaseOf(store)
      const write = (token: bigint) =>
        store.set(key, samplePage(clock.now(), generation, { token }), { if: { notNewerThan: generation, token } })
      const dead = await taken(lease, key, generation, SHORT)
      await advance(120)
      const heir = await taken(lease, key, generation)
      assert(heir.token > dead.token)
      assert.equal(await lease.renew(key, dead.token, LEASE), false)
      assert.equal(await write(heir.token), 'stored')
      assert.equal(await write(dead.token), 'superseded')
      await lease.release(key, dead.token)
      await refused(lease, key, generation)
      assert.equal((await pageOf(store, key)).token, heir.token)
    },
  },
  {
    name: 'a renewed lease lasts, with a grace of its own (S10)',
    needs: ['lease'],
    async run({ store, advance }) {
      const key = freshKey()
      const generation = await headOf(store)
      const lease = leaseOf(store)
      const { token, graceUntil } = await taken(lease, key, generation, { leaseMs: 200, graceMs: 100 })
      await advance(50)
      const renewed = await lease.renew(key, token, LEASE)
      assert(renewed && renewed.graceUntil > graceUntil)
      await advance(200)
      assertSameInstant((await refused(lease, key, generation)).graceUntil, renewed.graceUntil)
    },
  },
  {
    name: 'a render that is too old for the asker does not hold it up (V1)',
    needs: ['lease'],
    async run({ store }) {
      const key = freshKey()
      const { epoch, position } = await headOf(store)
      const lease = leaseOf(store)
      const old = await taken(lease, key, { epoch, position })
      await refused(lease, key, { epoch, position })
      const newer = await taken(lease, key, { epoch, position: position + 1 })
      assert(newer.token > old.token)
      await lease.release(key, old.token)
      await refused(lease, key, { epoch, position: position + 1 })
      await refused(lease, key, { epoch, position })
    },
  },
  {
    name: 'a lease counts from where its holder knew the log to stand, and holds up whoever knows no newer record of the key (I1)',
    needs: ['lease'],
    async run({ store }) {
      const key = freshKey()
      const { epoch, position } = await headOf(store)
      const lease = leaseOf(store)
      const take = (at: number, oldest: number) =>
        lease.take(key, { generation: { epoch, position: at }, noOlderThan: { epoch, position: oldest }, ...LEASE })
      // Nothing was known to name the key; whoever comes knows less of the log's past, and so takes more of it for news.
      assert((await take(position + 5, -1)).held)
      assert(!(await take(position + 5, position + 5)).held)
      assert((await take(position + 6, position + 6)).held)
    },
  },
  {
    name: 'a key rests after a failure, unless no page stands in',
    needs: ['lease'],
    async run({ store, clock, advance }) {
      const key = freshKey()
      const generation = await headOf(store)
      const lease = leaseOf(store)
      const failed = await taken(lease, key, generation)
      await lease.release(key, failed.token, { restMs: 300 })
      const resting = await refused(lease, key, generation)
      assert(resting.restUntil > clock.now())
      assert.equal(resting.graceUntil, resting.restUntil)
      assert.equal(resting.endsAt, 0)
      const tried = await lease.take(key, { generation, ...LEASE, evenIfResting: true })
      assert(tried.held)
      await lease.release(key, tried.token, { restMs: 300 })
      await advance(350)
      await taken(lease, key, generation)
    },
  },
  {
    name: 'a render that succeeds ends the rest',
    needs: ['lease'],
    async run({ store }) {
      const key = freshKey()
      const generation = await headOf(store)
      const lease = leaseOf(store)
      const failed = await taken(lease, key, generation)
      await lease.release(key, failed.token, { restMs: 60_000 })
      const tried = await lease.take(key, { generation, ...LEASE, evenIfResting: true })
      assert(tried.held)
      await lease.release(key, tried.token)
      await taken(lease, key, generation)
    },
  },
  {
    name: 'whoever waits for a key that is held is woken by its release (X1)',
    needs: ['lease'],
    async run({ store }) {
      const lease = leaseOf(store)
      if (lease.released === undefined) return
      const key = freshKey()
      const { token } = await taken(lease, key, await headOf(store))
      const { signal } = new AbortController()
      const woken = Promise.all([lease.released(key, { signal }), lease.released(key, { signal })])
      await lease.release(key, token)
      await woken
    },
  },
  {
    name: 'whoever waits for a key that nobody holds is not kept waiting (X1)',
    needs: ['lease'],
    async run({ store }) {
      const lease = leaseOf(store)
      if (lease.released === undefined) return
      const key = freshKey()
      const { signal } = new AbortController()
      await lease.released(key, { signal })
      const { token } = await taken(lease, key, await headOf(store))
      await lease.release(key, token, { restMs: 300 })
      await lease.released(key, { signal })
    },
  },
  {
    name: 'whoever no longer waits for a key is let go (I7)',
    needs: ['lease'],
    async run({ store }) {
      const lease = leaseOf(store)
      if (lease.released === undefined) return
      const key = freshKey()
      await taken(lease, key, await headOf(store))
      const waits = new AbortController()
      const waited = lease.released(key, waits)
      waits.abort()
      await waited
      await lease.released(key, { signal: AbortSignal.abort() })
    },
  },
]

/** A store that others share tells how much time is left, which each asker adds to its own clock: some milliseconds may lie between. */
function assertSameInstant(one: number, other: number): void {
  assert(Math.abs(one - other) <= 250, `expected about the same instant, got ${one} and ${other}`)
}

async function taken(lease: Lease, key: StoreKey, generation: Generation, spans = LEASE): Promise<Held> {
  const answer = await lease.take(key, { generation, ...spans })
  assert(answer.held, 'expected to get the lease')
  return answer
}

async function refused(lease: Lease, key: StoreKey, generation: Generation): Promise<HeldByAnother> {
  const answer = await lease.take(key, { generation, ...LEASE })
  assert(!answer.held, 'expected another to hold the lease')
  return answer
}
