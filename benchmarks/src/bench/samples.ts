import type { BarRule } from './bar.ts'

/** Values of one column over all rounds: the table shows their median. */
export type Figures = Readonly<Record<string, readonly number[]>>

/** What was measured of one contender. */
export interface LineSamples {
  readonly name: string
  readonly figures: Figures
  /** What a bar is held against, one per paired round; empty for the baseline itself. */
  readonly ratios: readonly number[]
  readonly bar?: BarRule
}

/** What was measured for one table. It goes from process to process as JSON. */
export interface TableSamples {
  readonly title: string
  /** What is done, and what the baseline is. */
  readonly note: string
  /** Of the ratios. */
  readonly unit: '× baseline' | '× control' | 'KB a page' | 'renders' | 'round trips' | 'ms over the render'
  readonly lines: readonly LineSamples[]
}

/** The same tables, measured in several processes, as one. */
export function pooled(runs: readonly (readonly TableSamples[])[]): readonly TableSamples[] {
  const [first = [], ...rest] = runs
  return first.map((table, t) => {
    const lines = table.lines.map((line, l) => {
      return rest.reduce((sum, run) => joined(sum, run[t]?.lines[l]), line)
    })
    return { ...table, lines }
  })
}

function joined(line: LineSamples, other: LineSamples | undefined): LineSamples {
  if (other?.name !== line.name)
    throw new Error(`Runs of one part must give the same lines, got ${other?.name} for ${line.name}.`)
  const figures = Object.entries(line.figures).map(([column, values]) => {
    return [column, [...values, ...(other.figures[column] ?? [])]] as const
  })
  return { ...line, figures: Object.fromEntries(figures), ratios: [...line.ratios, ...other.ratios] }
}
