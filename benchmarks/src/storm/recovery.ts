/** What recovery is judged by. Instants are milliseconds. */
export interface Comeback {
  /** When the API was back. */
  readonly from: number
  readonly to: number
  /** When pages came that nobody had. */
  readonly pagesAt: readonly number[]
  /** Pages a second before the API was gone. */
  readonly perSecond: number
}

const SHARE = 0.8
const SECOND = 1000

/**
 * Milliseconds from the API's return to the first second in which cold pages come as they did before, less a fifth at most; `undefined` where there is none.
 */
export function recoveryMs({ from, to, pagesAt, perSecond }: Comeback): number | undefined {
  const wanted = Math.max(1, SHARE * perSecond)
  const after = pagesAt.filter((at) => at >= from && at < to).sort((a, b) => a - b)
  for (const start of [from, ...after]) {
    if (start + SECOND > to) return undefined
    if (after.filter((at) => at >= start && at < start + SECOND).length >= wanted) return start - from
  }
  return undefined
}
