import { quantile } from '../bench/statistics.ts'
import { serverMs } from './storm-report.ts'
import type { StormLog } from './storm-run.ts'

/** A point of a curve, seconds after the first stretch began. */
export interface Point {
  readonly at: number
  readonly series: string
  readonly value: number
}

/** What is drawn over time. */
export interface Timeline {
  readonly stretches: readonly { readonly name: string; readonly from: number; readonly to: number }[]
  /** Milliseconds of hits in the server. */
  readonly hitMs: readonly Point[]
  /** Milliseconds that the event loop was late. */
  readonly loopDelayMs: readonly Point[]
  readonly renders: readonly Point[]
  readonly queued: readonly Point[]
  /** Answers a second. */
  readonly answers: readonly Point[]
}

/** Bins over the whole of it. */
const BINS = 120

/** Puts what was seen into bins of equal length. */
export function timeline(log: StormLog): Timeline {
  const start = log.stretches[0]?.from ?? 0
  const end = log.stretches.at(-1)?.to ?? start
  const binMs = (end - start) / BINS
  const binned = <Seen>(seen: readonly Seen[], at: (one: Seen) => number, points: (of: readonly Seen[]) => Values) =>
    bins(seen, (one) => Math.floor((at(one) - start) / binMs)).flatMap((of, bin) =>
      Object.entries(points(of)).flatMap(([series, value]) =>
        value === undefined ? [] : [{ at: ((bin + 0.5) * binMs) / 1000, series, value }],
      ),
    )
  const seconds = (at: number): number => (at - start) / 1000
  return {
    stretches: log.stretches.map(({ name, from, to }) => ({ name, from: seconds(from), to: seconds(to) })),
    hitMs: binned(
      log.hot,
      ({ sentAt }) => sentAt,
      (of) => {
        const ms = of.flatMap(serverMs)
        return ms.length === 0 ? {} : { p50: quantile(ms, 0.5), p99: quantile(ms, 0.99) }
      },
    ),
    loopDelayMs: binned(
      log.server,
      ({ at }) => at,
      (of) => ({ worst: most(of.map(({ loopDelayMs }) => loopDelayMs)) }),
    ),
    renders: binned(
      log.cache,
      ({ at }) => at,
      (of) => ({
        running: most(of.map(({ running }) => running)),
        cap: most(of.map(({ limit }) => limit)),
      }),
    ),
    queued: binned(
      log.cache,
      ({ at }) => at,
      (of) => ({ waiting: most(of.map(({ queued }) => queued)) }),
    ),
    answers: binned(
      [
        ...log.hot.map(({ receivedAt, outcome }) => ({ receivedAt, series: HOT[outcome] })),
        ...log.cold.map(({ receivedAt, outcome }) => ({ receivedAt, series: COLD[outcome] })),
      ],
      ({ receivedAt }) => receivedAt,
      (of) =>
        Object.fromEntries(
          ANSWERS.map((series) => [series, (of.filter((one) => one.series === series).length * 1000) / binMs]),
        ),
    ),
  }
}

/** How requests end, in the order in which they are drawn: what is well first. */
export const ANSWERS = ['hit', 'stale', 'page rendered', 'shell', 'other 503', 'lost'] as const
type AnswerSeries = (typeof ANSWERS)[number]

const HOT = { hit: 'hit', stale: 'stale', lost: 'lost' } as const satisfies Record<string, AnswerSeries>
const COLD = { page: 'page rendered', shell: 'shell', refused: 'other 503', lost: 'lost' } as const satisfies Record<
  string,
  AnswerSeries
>

type Values = Readonly<Record<string, number | undefined>>

function bins<Seen>(seen: readonly Seen[], binOf: (one: Seen) => number): Seen[][] {
  const all: Seen[][] = Array.from({ length: BINS }, () => [])
  for (const one of seen) all[binOf(one)]?.push(one)
  return all
}

function most(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : Math.max(...values)
}
