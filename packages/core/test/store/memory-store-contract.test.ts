import { describe, expect, it } from 'vitest'
import { memoryStore } from '../../src/store/memory-store.ts'
import { fakeClock } from '../../src/testing/fake-clock.ts'
import { faultyStore } from '../../src/testing/faulty-store.ts'
import { storeContract } from '../../src/testing/store-contract.ts'

const clock = fakeClock()
const advance = (ms: number) => clock.advance(ms)

describe('the store contract on the memory store (R9)', () => {
  for (const { name, run } of storeContract(() => memoryStore({ clock }), { clock, advance })) {
    it(name, async () => expect(await run()).toBe('passed'))
  }
})

describe('the store contract on a store that answers later', () => {
  const late = () => {
    const store = faultyStore(memoryStore({ clock }))
    for (const method of ['get', 'set', 'delete', 'take', 'renew', 'release', 'append', 'read'] as const) {
      store.faults[method] = { kind: 'async' }
    }
    return store
  }
  for (const { name, run } of storeContract(late, { clock, advance })) {
    it(name, async () => expect(await run()).toBe('passed'))
  }
})
