import { AsyncLocalStorage } from 'node:async_hooks'

const storage = new AsyncLocalStorage<true>()

/** Runs `ask` so that the renders it asks for wait behind visitors. */
export function asWarming<T>(ask: () => T): T {
  return storage.run(true, ask)
}

/** Whether nobody waits for what is asked for here but a warm-up. */
export function isWarming(): boolean {
  return storage.getStore() === true
}
