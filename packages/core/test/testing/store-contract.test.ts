import { describe, expect, it } from 'vitest'
import { memoryStore } from '../../src/store/memory-store.ts'
import type { Store } from '../../src/store/store.ts'
import { fakeClock } from '../../src/testing/fake-clock.ts'
import { faultyStore } from '../../src/testing/faulty-store.ts'
import { storeContract } from '../../src/testing/store-contract.ts'

const clock = fakeClock()
const advance = (ms: number) => clock.advance(ms)

/** Names of the cases that `make` breaks. */
async function broken(make: (good: Store) => Store): Promise<readonly string[]> {
  const failed: string[] = []
  for (const { name, run } of storeContract(() => make(memoryStore({ clock })), { clock, advance })) {
    await run().catch(() => failed.push(name))
  }
  return failed
}

describe('storeContract', () => {
  it('finds nothing wrong with a store that keeps it', async () => {
    expect(await broken((good) => good)).toEqual([])
  })

  it.each<[string, string, (good: Store) => Store]>([
    [
      'loses writes',
      'comes back as it was written',
      (good) => faultyStore(good, { faults: { set: { kind: 'lose' } } }),
    ],
    [
      'only says that it deletes',
      'a deleted page is gone',
      (good) => faultyStore(good, { faults: { delete: { kind: 'lose' } } }),
    ],
    [
      'writes over anything',
      'does not overwrite a newer one',
      (good) => ({
        ...bound(good),
        async set(key, value) {
          await good.delete(key)
          return good.set(key, value, { if: { absent: true } })
        },
      }),
    ],
    [
      'deletes whatever the precondition',
      'does not delete its replacement',
      (good) => ({ ...bound(good), delete: (key) => good.delete(key) }),
    ],
    [
      'trusts the hash',
      'never mistaken for each other',
      (good) => ({
        ...bound(good),
        get: (key, o) => good.get({ ...key, full: '' }, o),
        set: (key, value, o) => good.set({ ...key, full: '' }, value, o),
      }),
    ],
    [
      'keeps no fencing token',
      'the newer lease wins',
      (good) => ({
        ...bound(good),
        set: (key, value, o) =>
          good.set(key, value, 'notNewerThan' in o.if ? { if: { notNewerThan: o.if.notNewerThan } } : o),
      }),
    ],
    [
      'brings no news along',
      'brings the news along',
      (good) => ({
        ...bound(good),
        async get(key, o) {
          const { tail: _, ...found } = await good.get(key, o)
          return found
        },
      }),
    ],
    [
      'lends to everybody',
      'one holds a key at a time',
      (good) => ({
        ...bound(good),
        lease: { ...boundLease(good), take: () => ({ held: true, token: 1n, graceUntil: 0 }) },
      }),
    ],
  ])('finds a store that %s', async (_, named, make) => {
    expect(await broken(make)).toEqual(expect.arrayContaining([expect.stringContaining(named)]))
  })

  it('skips what a store does not claim to have', async () => {
    const bare = (): Store => {
      const { lease: _lease, log: _log, ...rest } = bound(memoryStore({ clock }))
      return { ...rest, capabilities: { shared: false, persistent: false, lease: false, log: false } }
    }
    const results: Record<string, number> = { passed: 0, skipped: 0 }
    for (const { run } of storeContract(bare, { clock, advance })) {
      const result = await run()
      results[result] = (results[result] ?? 0) + 1
    }
    expect(results['passed']).toBeGreaterThan(10)
    expect(results['skipped']).toBeGreaterThan(10)
  })
})

function bound(store: Store): Store {
  return {
    capabilities: store.capabilities,
    get: (key, o) => store.get(key, o),
    set: (key, value, o) => store.set(key, value, o),
    delete: (key, o) => store.delete(key, o),
    ...(store.lease && { lease: store.lease }),
    ...(store.log && { log: store.log }),
  }
}

function boundLease({ lease }: Store): NonNullable<Store['lease']> {
  if (lease === undefined) throw new Error('a memory store has leases')
  return {
    take: (key, o) => lease.take(key, o),
    renew: (key, token, o) => lease.renew(key, token, o),
    release: (key, token, o) => lease.release(key, token, o),
  }
}
