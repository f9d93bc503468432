import { seededRandom } from '../seeded-random.ts'

// What a run says of its samples. Pure: the same samples give the same figures.

/** The middle value, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** The value below which a share of the sorted values lies; between two of them in proportion (type 7 of Hyndman and Fan). */
export function quantile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new RangeError('A quantile needs at least one value, got none.')
  const sorted = Float64Array.from(values).sort()
  const at = (sorted.length - 1) * share
  const below = sorted[Math.floor(at)] as number // at lies inside the array
  const above = sorted[Math.ceil(at)] as number
  return below + (above - below) * (at - Math.floor(at))
}

const RESAMPLES = 4_000
const SEED = 0x5eed

/**
 * The one-sided lower 95 % bound of the median, by the percentile bootstrap: of medians of as many values drawn with replacement, one in twenty lies below.
 * The draws are seeded, so that equal samples have equal bounds.
 */
export function lowerBound(values: readonly number[]): number {
  const random = seededRandom(SEED)
  const medians = Array.from({ length: RESAMPLES }, () => {
    return median(values.map(() => values[Math.floor(random() * values.length)] as number)) // below the length
  })
  return quantile(medians, 0.05)
}
