import { median, quantile } from '../bench/statistics.ts'
import { atMost, type Check } from '../soak/verdict.ts'
import { isIn, PHASES, type PhaseName, type Stretch } from './phases.ts'
import { recoveryMs } from './recovery.ts'
import type { SceneOptions } from './scene.ts'
import type { StormLog, TimedVisit } from './storm-run.ts'
import type { ColdVisit } from './traffic.ts'

/** What one phase was like, in all of its stretches. Times in milliseconds; `null` where nothing is known. */
export interface PhaseFigures {
  readonly name: PhaseName
  readonly seconds: number
  readonly hits: number
  readonly stale: number
  readonly lost: number
  /** In the server: from the request being sent to it, to the answer being handed over. */
  readonly hitP50Ms: number | null
  readonly hitP99Ms: number | null
  /** As visitors had it. */
  readonly visitorP99Ms: number | null
  /** The median of its stretches. */
  readonly loopP99Ms: number
  readonly mostRenders: number
  readonly mostQueued: number
  readonly pages: number
  readonly shells: number
  readonly refused: number
  readonly noAnswer: number
}

/** Everything that a storm says, for `--json`. */
export interface StormReport {
  readonly render: SceneOptions['render']
  readonly seconds: number
  /** The cap of renders. */
  readonly concurrency: number
  /** 99 of 100 hits during the storm, by those of the control run. */
  readonly hitP99Ratio: number
  /** The same of the event loop's delay; what is below a millisecond counts as one. */
  readonly loopDelayRatio: number
  /** The most renders at once, by the cache's own count and by what the API was asked for at once. */
  readonly maxRenders: number
  /** Answers that a search engine would take for pages, and that nothing was rendered for. */
  readonly shellsIndexable: number
  /** Requests for kept pages that got anything else. */
  readonly lostHits: number
  /** From the API's return until cold pages came as before; `null`: not in this run. */
  readonly recoveryMs: number | null
  /** By how much a visit to a kept page was sent later than it was due, at most. */
  readonly mostLateMs: number
  readonly phases: readonly PhaseFigures[]
  readonly checks: readonly Check[]
}

const MOST_RATIO = 2
const MOST_RECOVERY_MS = 5_000

export function stormReport({ render, seconds }: Pick<StormReport, 'render' | 'seconds'>, log: StormLog): StormReport {
  const phases = PHASES.map((name) => figuresOf(name, log))
  const figures = {
    concurrency: Math.max(...log.cache.map(({ limit }) => limit)),
    ...ratios(phases),
    maxRenders: Math.max(log.mostReads, ...log.cache.map(({ running }) => running)),
    shellsIndexable: log.cold.filter(({ isIndexableShell }) => isIndexableShell).length,
    lostHits: log.hot.filter(({ outcome }) => outcome === 'lost').length,
    recoveryMs: recoveryOf(log) ?? null,
    mostLateMs: log.mostLateMs,
  }
  return { render, seconds, ...figures, phases, checks: checksOf({ render, ...figures }) }
}

/** A loop whose delay cannot be measured is no better than one that can. */
const LEAST_DELAY_MS = 1

function ratios(phases: readonly PhaseFigures[]): Pick<StormReport, 'hitP99Ratio' | 'loopDelayRatio'> {
  const [storm, control] = (['storm', 'control'] as const).map((name) => phases.find((phase) => phase.name === name))
  const delayOf = (phase: PhaseFigures | undefined): number => Math.max(LEAST_DELAY_MS, phase?.loopP99Ms ?? Number.NaN)
  return {
    hitP99Ratio: (storm?.hitP99Ms ?? Number.NaN) / (control?.hitP99Ms ?? Number.NaN),
    loopDelayRatio: delayOf(storm) / delayOf(control),
  }
}

function checksOf(report: Omit<StormReport, 'seconds' | 'mostLateMs' | 'phases' | 'checks'>): readonly Check[] {
  // On the main thread hits wait for renders: that is what these figures are shown for, and no bar.
  const ratios =
    report.render === 'main'
      ? []
      : [
          atMost('p99 of hits, storm by control', report.hitP99Ratio, MOST_RATIO),
          atMost('p99 of event-loop delay, storm by control', report.loopDelayRatio, MOST_RATIO),
        ]
  return [
    ...ratios,
    atMost('renders at once', report.maxRenders, report.concurrency),
    atMost('hits lost', report.lostHits, 0),
    atMost('shells that a search engine would index', report.shellsIndexable, 0),
    atMost('ms until recovered', report.recoveryMs ?? Number.POSITIVE_INFINITY, MOST_RECOVERY_MS),
  ]
}

function recoveryOf({ stretches, cold }: StormLog): number | undefined {
  const recovery = stretches.find(({ name }) => name === 'recovery')
  if (recovery === undefined) return undefined
  const storm = phaseOf('storm', stretches)
  const pagesAt = cold.filter(({ outcome }) => outcome === 'page').map(({ receivedAt }) => receivedAt)
  return recoveryMs({ ...recovery, pagesAt, perSecond: pagesAt.filter(storm.has).length / storm.seconds })
}

/** All stretches of a phase. */
function phaseOf(phase: PhaseName, all: readonly Stretch[]) {
  const stretches = all.filter(({ name }) => name === phase)
  return {
    loopP99Ms: median(stretches.map(({ loopP99Ms }) => loopP99Ms)),
    seconds: stretches.reduce((sum, { from, to }) => sum + (to - from) / 1000, 0),
    has: (at: number): boolean => stretches.some((stretch) => isIn(stretch, at)),
  }
}

function figuresOf(name: PhaseName, log: StormLog): PhaseFigures {
  const { seconds, loopP99Ms, has } = phaseOf(name, log.stretches)
  const hot = log.hot.filter(({ sentAt }) => has(sentAt))
  const cold = log.cold.filter(({ receivedAt }) => has(receivedAt))
  const looks = log.cache.filter(({ at }) => has(at))
  const count = (outcome: ColdVisit['outcome']): number => cold.filter((visit) => visit.outcome === outcome).length
  const hits = hot.filter(({ outcome }) => outcome !== 'lost')
  return {
    name,
    seconds,
    hits: hot.filter(({ outcome }) => outcome === 'hit').length,
    stale: hot.filter(({ outcome }) => outcome === 'stale').length,
    lost: hot.length - hits.length,
    hitP50Ms: shareOf(hits.flatMap(serverMs), 0.5),
    hitP99Ms: shareOf(hits.flatMap(serverMs), 0.99),
    visitorP99Ms: shareOf(
      hits.map(({ sentAt, receivedAt }) => receivedAt - sentAt),
      0.99,
    ),
    loopP99Ms,
    mostRenders: Math.max(0, ...looks.map(({ running }) => running)),
    mostQueued: Math.max(0, ...looks.map(({ queued }) => queued)),
    pages: count('page'),
    shells: count('shell'),
    refused: count('refused'),
    noAnswer: count('lost'),
  }
}

/** How long an answer took in the server. */
export function serverMs({ sentAt, answeredAt }: TimedVisit): number[] {
  return answeredAt === undefined ? [] : [answeredAt - sentAt]
}

function shareOf(values: readonly number[], share: number): number | null {
  return values.length === 0 ? null : quantile(values, share)
}
