import { AsyncLocalStorage } from 'node:async_hooks'

/** Takes work that goes on after an answer, so that a runtime does not freeze it. */
export type TakesWork = (work: Promise<unknown>) => void

const storage = new AsyncLocalStorage<TakesWork>()
// Looked at first: most processes live on, and asking for a context takes 50 ns.
let isUsed = false

/** Answers so that whatever the answer sets going is handed over as it begins. */
export function handingOver<T>(takes: TakesWork, answer: () => T): T {
  isUsed = true
  return storage.run(takes, answer)
}

/** Who takes the work of the request that is answered here, if anybody does. */
export function takesWork(): TakesWork | undefined {
  return isUsed ? storage.getStore() : undefined
}
