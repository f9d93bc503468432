import type { Generation, StoredValue } from './entry.ts'
import type { Precondition } from './store.ts'

/** What stands under a key when a write arrives. */
export interface Standing {
  readonly value: StoredValue
  readonly revision: string
}

/**
 * Whether a write or delete may go ahead over what stands there (`undefined`: nothing). `epoch` is that of the log as it is now: a generation of any other
 * epoch is older than all of this one's.
 */
export function permits(condition: Precondition, standing: Standing | undefined, epoch: string): boolean {
  if ('absent' in condition) return standing === undefined
  if ('revision' in condition) return standing?.revision === condition.revision
  if (standing === undefined) return true
  const { generation, token } = standing.value
  const newer = compareGenerations(generation, condition.notNewerThan, epoch)
  if (newer !== 0) return newer < 0
  return condition.token === undefined || token <= condition.token
}

/**
 * Negative where `a` is older than `b`, positive where it is newer, 0 where they are the same. Two generations of different epochs, neither of them the
 * log's own, cannot be ordered: then `a`, which stands already, counts as the older.
 */
function compareGenerations(a: Generation, b: Generation, epoch: string): number {
  if (a.epoch === b.epoch) return a.position - b.position
  return a.epoch === epoch ? 1 : -1
}
