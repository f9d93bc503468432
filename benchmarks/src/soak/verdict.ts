import { BOUNDS } from './site.ts'
import type { SoakSample } from './soak-run.ts'

/** One thing that must not grow, or must not fall, and whether it did. */
export interface Check {
  readonly name: string
  /** The worst that was seen. */
  readonly seen: number
  /** What it must not exceed; for a ratio of hits, not fall below. */
  readonly bound: number
  readonly holds: boolean
}

/** Below this, a run has not filled what it is to overfill, and nothing can be said of what comes after. */
export const LEAST_URLS = 300_000

const LEAST_HIT_RATIO = 0.95
/** What a figure may be higher in the last third than in the one before. */
const SLACK = 1.1

/**
 * Whether everything stayed bounded: under the bounds that options and docs name all the time, and no higher at the end than in the middle. The latter is
 * asked of long runs only.
 */
export function verdict(samples: readonly SoakSample[]): readonly Check[] {
  return [...named(samples), ...((samples.at(-1)?.urls ?? 0) >= LEAST_URLS ? level(samples) : [])]
}

function named(samples: readonly SoakSample[]): Check[] {
  const worst = Math.min(...samples.map(({ hotHitRatio }) => hotHitRatio))
  return [
    atMost('store bytes, by its maxBytes', most(samples, 'storeBytes'), BOUNDS.storeBytes),
    atMost('variants in the memo', most(samples, 'memoVariants'), BOUNDS.variants),
    atMost('hosts', most(samples, 'hosts'), BOUNDS.hosts),
    atMost('targets of the invalidation index', most(samples, 'targets'), BOUNDS.targets),
    atMost('resting keys', most(samples, 'resting'), BOUNDS.resting),
    atMost('flights between crowds', most(samples, 'flights'), 0),
    { name: 'hits of the hot pages, at least', seen: worst, bound: LEAST_HIT_RATIO, holds: worst >= LEAST_HIT_RATIO },
  ]
}

type Figure = { [Name in keyof SoakSample]-?: number extends SoakSample[Name] ? Name : never }[keyof SoakSample]

function level(samples: readonly SoakSample[]): Check[] {
  const third = Math.floor(samples.length / 3)
  const middle = samples.slice(third, -third)
  const last = samples.slice(-third)
  const noHigher = (name: string, figure: Figure) => {
    return atMost(`${name}, last third by the one before`, most(last, figure), SLACK * most(middle, figure))
  }
  const checks = [noHigher('entries', 'entries'), noHigher('marks', 'marks'), noHigher('URLs in the memo', 'memoUrls')]
  return samples[0]?.heapBytes === undefined ? checks : [...checks, noHigher('heap and buffers', 'heapBytes')]
}

function most(samples: readonly SoakSample[], figure: Figure): number {
  return Math.max(...samples.map((sample) => sample[figure] ?? 0))
}

/** A figure, and what it must not exceed. */
export function atMost(name: string, seen: number, bound: number): Check {
  return { name, seen, bound, holds: seen <= bound }
}
