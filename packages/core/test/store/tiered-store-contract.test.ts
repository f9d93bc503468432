import { describe, expect, it } from 'vitest'
import { memoryStore } from '../../src/store/memory-store.ts'
import type { Store } from '../../src/store/store.ts'
import { tieredStore } from '../../src/store/tiered-store.ts'
import { fakeClock } from '../../src/testing/fake-clock.ts'
import { type Fault, faultyStore } from '../../src/testing/faulty-store.ts'
import { storeContract } from '../../src/testing/store-contract.ts'

const clock = fakeClock()
const METHODS = ['get', 'set', 'delete', 'take', 'renew', 'release', 'append', 'read'] as const

function farStore(fault?: Fault): Store {
  const far = faultyStore(memoryStore({ clock }), { clock })
  for (const method of METHODS) far.faults[method] = fault
  return far
}

describe.each<[string, () => Store, (ms: number) => void | Promise<void>]>([
  ['answers at once', () => farStore(), (ms) => clock.advance(ms)],
  ['answers later', () => farStore({ kind: 'async' }), (ms) => clock.advance(ms)],
])('the store contract on memory before a store that %s (R9, R39)', (_, far, advance) => {
  const tiered = (): Store => tieredStore(memoryStore({ clock }), far(), { clock })
  for (const { name, run } of storeContract(tiered, { clock, advance })) {
    it(name, async () => expect(await run()).toBe('passed'))
  }
})
