const FIRST_REST_MS = 3_000
const LONGEST_REST_MS = 30_000

/** How long a key rests after its n-th failure in a row (from 1): 3 s, doubled each time, 30 s at most. */
export function restAfter(failures: number): number {
  return Math.min(LONGEST_REST_MS, FIRST_REST_MS * 2 ** (failures - 1))
}
