// What a run says of its samples. Pure: the same samples give the same figures.

/** The middle value, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** The value below which a share of the sorted values lies; between two of them in proportion (type 7 of Hyndman and Fan). */
export function quantile(values: readonly number[], share: number): number {
  return quantileAt(values, (values.length - 1) * share)
}

/** The value at a rank from 0, which may lie between two. */
function quantileAt(values: readonly number[], at: number): number {
  if (values.length === 0) throw new RangeError('A quantile needs at least one value, got none.')
  const sorted = Float64Array.from(values).sort()
  const below = sorted[Math.floor(at)] as number // at lies inside the array
  const above = sorted[Math.ceil(at)] as number
  return below + (above - below) * (at - Math.floor(at))
}

/**
 * The one-sided lower 95 % bound of the median: the highest of the sorted values that lies above the true median in at most one run of twenty. Exact for
 * whatever distribution, by the sign test: each value lies below the median with probability one half. Of fewer than five values it is the least, which
 * says less.
 */
export function lowerBound(values: readonly number[]): number {
  return quantileAt(values, lowerRank(values.length))
}

const LEVEL = 0.05

/** The highest rank, from 0, that at most one run in twenty puts above the median: so many values, or fewer, lie below it that seldom. */
function lowerRank(count: number): number {
  let exactly = 0.5 ** count
  let atMost = exactly
  let rank = 0
  while (atMost <= LEVEL) {
    exactly *= (count - rank) / (rank + 1)
    rank++
    atMost += exactly
  }
  return Math.max(0, rank - 1)
}
