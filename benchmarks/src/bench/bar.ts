import { lowerBound, median } from './statistics.ts'

/** What a line of a table must not exceed. */
export interface BarRule {
  readonly name: string
  /** Times the baseline; for memory, KB a page. */
  readonly most: number
}

/** Whether a bar holds. */
export interface Bar {
  readonly name: string
  /** Median of the paired ratios. */
  readonly ratio: number
  /** Its lower 95 % bound. */
  readonly low: number
  /** What it must not exceed. */
  readonly bar: number
  /** The lower bound is at most the bar. */
  readonly holds: boolean
}

/** Judges paired ratios, each of one round. */
export function judge({ name, most }: BarRule, ratios: readonly number[]): Bar {
  const low = lowerBound(ratios)
  return { name, ratio: median(ratios), low, bar: most, holds: low <= most }
}
