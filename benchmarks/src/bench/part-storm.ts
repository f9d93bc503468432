import { STRETCHES } from '../storm/phases.ts'
import { type PhaseFigures, type StormReport, stormReport } from '../storm/storm-report.ts'
import { storm } from '../storm/storm-run.ts'
import type { Effort } from './contest.ts'
import type { Part } from './part.ts'
import type { LineSamples } from './samples.ts'

const RENDERS = ['worker', 'main'] as const
const MOST = 2

/** What a crawler does to the hits of the storefront, by where it renders. */
export const stormPart: Part = {
  name: 'storm',
  about: 'hits and event loop of the storefront under a storm of cold pages, beside the same work of another process',
  async measure(effort) {
    const reports: StormReport[] = []
    for (const render of RENDERS) reports.push(await stormed(render, effort))
    const note =
      'The storefront has steady visits to pages that it keeps, while a crawler asks for cold ones faster than they can be rendered: of another storefront (control), then of this one (storm). A hit is timed in the server.'
    return [{ title: 'Storm', note, unit: '× control', lines: reports.flatMap(linesOf) }]
  },
}

/** Each stretch takes as long as the rounds of a server do: a pause of the garbage collector, of which there is one in some seconds, is in all of them. */
async function stormed(render: StormReport['render'], { rounds, serverRoundMs }: Effort): Promise<StormReport> {
  const seconds = Math.max(1, (STRETCHES.length * rounds * serverRoundMs) / 1000)
  const onPhase = (): void => {}
  return stormReport(
    { render, seconds },
    await storm({ render, seconds, onPhase, signal: new AbortController().signal }),
  )
}

/** The rows of one storm. */
export function linesOf({ render, phases, hitP99Ratio, loopDelayRatio }: StormReport): readonly LineSamples[] {
  const figures = (of: (phase: PhaseFigures) => number | null) => {
    const ms = (name: string): number[] => phases.filter((phase) => phase.name === name).map((phase) => of(phase) ?? 0)
    return { 'control ms': ms('control'), 'storm ms': ms('storm') }
  }
  const barOf = (name: string) => (render === 'worker' ? { bar: { name, most: MOST } } : {})
  return [
    {
      name: `p99 of hits, --render ${render}`,
      figures: figures(({ hitP99Ms }) => hitP99Ms),
      ratios: [hitP99Ratio],
      ...barOf('storm: p99 of hits, renders in threads'),
    },
    {
      name: `p99 of event-loop delay, --render ${render}`,
      figures: figures(({ loopP99Ms }) => loopP99Ms),
      ratios: [loopDelayRatio],
      ...barOf('storm: p99 of event-loop delay, renders in threads'),
    },
  ]
}
