import type { LogFormat } from './access-log-line.ts'
import type { RenderCounts } from './render-counts.ts'
import { WAYS, type Way } from './served-from.ts'
import type { Tally, WayFigures } from './tally.ts'
import type { SkipReason } from './visit.ts'

/** What a replay has shown: what `--json` prints. */
export interface ReplayReport {
  readonly log: {
    readonly file: string
    readonly lines: number
    readonly formats: Readonly<Record<LogFormat, number>>
    /** Lines that were not sent, by reason. */
    readonly skipped: Readonly<Partial<Record<SkipReason, number>>>
  }
  /** `storefront`, or the app's origin. */
  readonly target: string
  /** `null`: as fast as answers came back. */
  readonly speed: number | null
  readonly concurrency: number
  /** Whether it was stopped before the end of the log. */
  readonly interrupted: boolean
  readonly durationMs: number
  /** From the earliest request to the latest, by the log. Pages live by the clock: of this they outlive `logSpanMs / durationMs` times as much as they would have. */
  readonly logSpanMs: number
  /** How late a request was sent at most, by the log's times; `null` without a pace. */
  readonly mostLateMs: number | null
  readonly requests: number
  readonly renders: number
  /** `answers`: an app that is not ours does not tell of the renders behind stale answers. */
  readonly rendersCountedBy: 'storefront' | 'answers'
  readonly rendersAvoided: number
  /** Of all answers, those from what is kept, fresh or stale: from 0 to 1, `null` without an answer. */
  readonly hitRatio: number | null
  /** Of all bodies. */
  readonly bytes: number
  readonly answers: Readonly<Record<Way, WayFigures>>
  readonly bypassReasons: Readonly<Record<string, number>>
  readonly missReasons: Readonly<Record<string, number>>
  readonly staleReasons: Readonly<Record<string, number>>
  /** Names that the storefront's cache blames, by reason; `null` for an app that is not ours. */
  readonly culprits: Readonly<Record<string, Readonly<Record<string, number>>>> | null
  readonly statuses: Readonly<Record<string, number>>
  /** Requests without an answer, by error code. */
  readonly failures: Readonly<Record<string, number>>
  /** This command's own, at most, without the storefront's. */
  readonly peakMemoryBytes: number
}

type Known =
  | 'log'
  | 'target'
  | 'speed'
  | 'concurrency'
  | 'interrupted'
  | 'durationMs'
  | 'logSpanMs'
  | 'mostLateMs'
  | 'peakMemoryBytes'

/** Draws the figures from what was counted. `counts` are the cache's own, where it can be asked. */
export function replayReport(
  known: Pick<ReplayReport, Known>,
  tally: Tally,
  counts: RenderCounts | undefined,
): ReplayReport {
  const isMethod = tally.reasons('bypass').get('method') ?? 0
  const renders = counts?.renders ?? tally.count('miss') + tally.count('bypass') - isMethod
  const pages = tally.answered - tally.count('unmarked') - isMethod
  return {
    ...known,
    requests: tally.requests,
    renders,
    rendersCountedBy: counts === undefined ? 'answers' : 'storefront',
    rendersAvoided: pages - renders,
    hitRatio: tally.answered === 0 ? null : tally.hits / tally.answered,
    bytes: tally.bytes,
    answers: Object.fromEntries(WAYS.map((way) => [way, tally.figures(way)])) as ReplayReport['answers'], // all of them
    bypassReasons: Object.fromEntries(tally.reasons('bypass')),
    missReasons: Object.fromEntries(tally.reasons('miss')),
    staleReasons: Object.fromEntries(tally.reasons('stale')),
    culprits: counts === undefined ? null : culpritsOf(counts),
    statuses: Object.fromEntries(tally.statuses),
    failures: Object.fromEntries(tally.failures),
  }
}

function culpritsOf({ reasons }: RenderCounts): NonNullable<ReplayReport['culprits']> {
  const blamed = Object.entries(reasons).filter(([, { culprits }]) => Object.keys(culprits).length > 0)
  return Object.fromEntries(blamed.map(([reason, { culprits }]) => [reason, culprits]))
}
