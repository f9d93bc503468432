import { setTimeout as sleep } from 'node:timers/promises'

const AT_MOST_MS = 30_000

/** Waits for a real server: asks `holds` again and again until it does. Throws, with the name of what was waited for, if it never does. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + AT_MOST_MS
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`expected ${what} within ${AT_MOST_MS} ms`)
    await sleep(5)
  }
}
