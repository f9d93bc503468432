import { afterAll, beforeAll } from 'vitest'

/** For hooks that start processes, on a machine that is busy with other tests, in milliseconds. */
export const STARTS_WITHIN_MS = 60_000

/** One for all tests of the block that asks for it: started before the first of them, and disposed of after the last, before what was started before it. */
export function forAll<T extends AsyncDisposable>(start: () => Promise<T>): () => T {
  let started: T | undefined
  beforeAll(async () => {
    started = await start()
  }, STARTS_WITHIN_MS)
  afterAll(() => started?.[Symbol.asyncDispose]())
  return () => {
    if (started === undefined) throw new Error('expected to be asked for from within a test or hook of the block.')
    return started
  }
}
