import { createRenderCache, memoryStore, type RenderCache } from '@ssr-cache/core'
import { type FakeClock, type FaultyStore, fakeClock, faultyStore, storeContract } from '@ssr-cache/core/testing'

// #region clock
export function cacheUnderTest(): { cache: RenderCache; clock: FakeClock; store: FaultyStore } {
  const clock = fakeClock()
  const store = faultyStore(memoryStore({ clock }), { clock })
  return { cache: createRenderCache({ maxAge: 60, store, clock }), clock, store }
}
// clock.advance(60_000)                a minute later; whatever falls due on the way has happened
// store.faults.get = { kind: 'hang' }  a store that never answers
// #endregion

// #region contract
export const contract = storeContract(() => memoryStore())
// for (const { name, run } of contract) test(name, async ({ skip }) => skip((await run()) === 'skipped'))
// #endregion
