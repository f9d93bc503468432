import { markdownTable } from 'markdown-table'
import { grouped, milliseconds } from '../command-line/figures.ts'
import { checksText } from '../soak/checks-text.ts'
import type { PhaseFigures, StormReport } from './storm-report.ts'
import { COLD_PER_SECOND, HOT_PER_SECOND } from './traffic.ts'

type Row = readonly [string, (phase: PhaseFigures) => string]

const ROWS: readonly Row[] = [
  ['hits', ({ hits }) => grouped(hits)],
  ['stale served', ({ stale }) => grouped(stale)],
  ['hits lost', ({ lost }) => grouped(lost)],
  ['hit p50, in the server', ({ hitP50Ms }) => time(hitP50Ms)],
  ['hit p99, in the server', ({ hitP99Ms }) => time(hitP99Ms)],
  ['hit p99, as visitors had it', ({ visitorP99Ms }) => time(visitorP99Ms)],
  ['event-loop delay p99', ({ loopP99Ms }) => time(loopP99Ms)],
  ['renders at once', ({ mostRenders }) => grouped(mostRenders)],
  ['waiting for a place', ({ mostQueued }) => grouped(mostQueued)],
  ['cold pages rendered', ({ pages }) => grouped(pages)],
  ['shells', ({ shells }) => grouped(shells)],
  ['other 503s', ({ refused }) => grouped(refused)],
  ['no answer', ({ noAnswer }) => grouped(noAnswer)],
]

/** The report as Markdown, which is as easy to read in a terminal: phases from left to right. */
export function stormText(report: StormReport): string {
  const { render, phases, hitP99Ratio, loopDelayRatio, recoveryMs } = report
  const head = ['', ...phases.map(({ name }) => name)]
  const rows = ROWS.map(([name, cell]) => [name, ...phases.map(cell)])
  const table = markdownTable([head, ...rows], { align: ['l', ...phases.map(() => 'r')] })
  const recovered = recoveryMs === null ? 'not recovered in this run' : `recovered in ${milliseconds(recoveryMs)}`
  const ratios = `storm by control: hits ${hitP99Ratio.toFixed(2)} ×, event-loop delay ${loopDelayRatio.toFixed(2)} ×; ${recovered}`
  const note = `--render ${render}: ${HOT_PER_SECOND} visits a second to kept pages, ${COLD_PER_SECOND} requests a second for cold ones (in the control run, of another process)`
  return `${note}\n\n${table}\n\n${ratios}\n\n${checksText(report.checks)}`
}

function time(ms: number | null): string {
  return ms === null ? '–' : milliseconds(ms)
}
