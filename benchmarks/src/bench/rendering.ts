import { createHash } from 'node:crypto'
import { PAGE } from './shop.ts'

/**
 * A render of 30 KB that hashes that many bytes. Work of always the same size, which makes no garbage: a loop until the clock says so would hide what
 * collecting others' garbage takes.
 */
export function renderer(bytes: number): () => string {
  const data = Buffer.alloc(bytes)
  // Its digest is in the page, so that nothing of the work can be left out.
  return () => `${PAGE.slice(0, -64)}${createHash('sha256').update(data).digest('hex')}`
}

/** How many bytes take that many milliseconds of CPU to hash on this machine: the best of several tries. */
export function bytesHashedIn(ms: number): number {
  const data = Buffer.alloc(1024 ** 2)
  const once = () => {
    const before = process.cpuUsage()
    createHash('sha256').update(data).digest()
    const { user, system } = process.cpuUsage(before)
    return user + system
  }
  const best = Math.min(...Array.from({ length: 20 }, once))
  return Math.round((data.length * ms * 1_000) / best)
}
