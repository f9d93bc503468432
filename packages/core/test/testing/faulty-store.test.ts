import { describe, expect, it } from 'vitest'
import { memoryStore } from '../../src/store/memory-store.ts'
import { fakeClock } from '../../src/testing/fake-clock.ts'
import { faultyStore } from '../../src/testing/faulty-store.ts'
import { sampleKey, samplePage } from '../../src/testing/sample-values.ts'

const key = sampleKey('/movies/42')

function setUp() {
  const clock = fakeClock()
  const inner = memoryStore({ clock })
  const page = samplePage(clock.now(), inner.log.head)
  inner.set(key, page, { if: { absent: true } })
  return { clock, inner, page, since: { since: inner.log.head }, store: faultyStore(inner, { clock }) }
}

/** What has come of `promise` once everything that can happen without time passing has happened. */
async function stateOf(promise: unknown): Promise<unknown> {
  const pending = Symbol('pending')
  return Promise.race([promise, new Promise((resolve) => setImmediate(resolve, pending))]).then(
    (value) => (value === pending ? 'pending' : 'resolved'),
    () => 'rejected',
  )
}

describe('faultyStore', () => {
  it('without faults answers as the store does, at once, and counts', () => {
    const { store, since, inner } = setUp()
    expect(store.get(key, since)).toBe(inner.get(key, since))
    expect(store.calls.get).toBe(1)
    expect(store.capabilities).toBe(inner.capabilities)
  })

  it('answers later where the store answers at once', async () => {
    const { store, since, inner } = setUp()
    store.faults.get = { kind: 'async' }
    const found = store.get(key, since)
    expect(found).toBeInstanceOf(Promise)
    expect(await found).toBe(inner.get(key, since))
  })

  it('delays the call, or its answer', async () => {
    const { store, since, clock, inner } = setUp()
    store.faults.get = { kind: 'delay', ms: 50 }
    store.faults.delete = { kind: 'late', ms: 50 }
    const found = store.get(key, since)
    const deleted = store.delete(key)
    expect(inner.size).toBe(0)
    expect([await stateOf(found), await stateOf(deleted)]).toEqual(['pending', 'pending'])
    clock.advance(50)
    expect((await found).value).toBeUndefined()
    expect(await deleted).toBe(true)
  })

  it('waits until told', async () => {
    const { store, since } = setUp()
    const gate = Promise.withResolvers<void>()
    store.faults.get = { kind: 'wait', until: gate.promise }
    const found = store.get(key, since)
    expect(await stateOf(found)).toBe('pending')
    gate.resolve()
    expect((await found).value).toBeDefined()
  })

  it('rejects, throws, or never settles, and leaves the store as it was', async () => {
    const { store, inner, page } = setUp()
    store.faults.delete = { kind: 'reject', error: new Error('READONLY') }
    await expect(store.delete(key)).rejects.toThrow('READONLY')
    store.faults.delete = { kind: 'reject' }
    await expect(store.delete(key)).rejects.toThrow('out of order')
    store.faults.delete = { kind: 'throw' }
    expect(() => store.delete(key)).toThrow('out of order')
    store.faults.delete = { kind: 'hang' }
    expect(await stateOf(store.delete(key))).toBe('pending')
    store.faults.delete = { kind: 'lose' }
    expect(store.delete(key)).toBe(true)
    store.faults.set = { kind: 'lose' }
    expect(store.set(sampleKey('/other'), page, { if: { absent: true } })).toBe('stored')
    expect(inner.size).toBe(1)
    store.faults.delete = undefined
    expect(store.delete(key)).toBe(true)
    expect(inner.size).toBe(0)
  })

  it('spoils leases and the log as well', async () => {
    const { store, inner } = setUp()
    for (const method of ['take', 'renew', 'release', 'append', 'read'] as const) {
      store.faults[method] = { kind: 'reject' }
    }
    const spans = { leaseMs: 1_000, graceMs: 1_000 }
    await expect(store.lease?.take(key, { generation: inner.log.head, ...spans })).rejects.toThrow()
    await expect(store.lease?.renew(key, 1n, spans)).rejects.toThrow()
    await expect(store.lease?.release(key, 1n)).rejects.toThrow()
    await expect(store.log?.append([{ kind: 'all' }], { hard: true, settleMs: 0 })).rejects.toThrow()
    await expect(store.log?.read(inner.log.head)).rejects.toThrow()
    expect(inner.size).toBe(1)
    await store.close?.()
    expect(inner.size).toBe(0)
  })
})
