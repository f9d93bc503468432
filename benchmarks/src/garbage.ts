import { setImmediate as nextTurn } from 'node:timers/promises'

/** Collects garbage until nothing is left to free: buffers are freed by a sweep that runs beside, and what they freed may free more. */
export async function collectGarbage(): Promise<void> {
  const { gc } = globalThis
  if (gc === undefined) throw new Error('expected to run with --expose-gc. Use npm run bench, or npm run soak.')
  for (let i = 0; i < 3; i++) {
    gc()
    await nextTurn()
  }
}
