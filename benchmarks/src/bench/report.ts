import { markdownTable } from 'markdown-table'
import { type Bar, judge } from './bar.ts'
import type { Machine } from './machine.ts'
import type { LineSamples, TableSamples } from './samples.ts'
import { median } from './statistics.ts'

/** Everything that a run says, for `--json`. */
export interface Report {
  readonly bars: readonly Bar[]
  readonly machine: Machine
  readonly tables: readonly Table[]
}

export interface Table {
  readonly title: string
  readonly note: string
  /** Of the ratios. */
  readonly unit: string
  readonly lines: readonly Line[]
}

/** A contender's medians. */
export interface Line {
  readonly name: string
  readonly figures: Readonly<Record<string, number>>
  /** Against the baseline, which has none. */
  readonly ratio?: number
  readonly bar?: Bar
}

export function reportOf(machine: Machine, samples: readonly TableSamples[]): Report {
  const tables = samples.map((table) => ({ ...table, lines: table.lines.map(lineOf) }))
  const bars = tables.flatMap(({ lines }) => lines.flatMap(({ bar }) => bar ?? []))
  return { bars, machine, tables }
}

function lineOf({ name, figures, ratios, bar }: LineSamples): Line {
  return {
    name,
    figures: Object.fromEntries(Object.entries(figures).map(([column, values]) => [column, median(values)])),
    ...(ratios.length === 0 ? {} : { ratio: median(ratios) }),
    ...(bar === undefined ? {} : { bar: judge(bar, ratios) }),
  }
}

/** The whole report as Markdown, which is as easy to read in a terminal. */
export function reportText({ machine, tables, bars }: Report): string {
  const judged = bars.length === 0 ? [] : [barsText(bars)]
  return [machineText(machine), ...tables.map(tableText), ...judged].join('\n\n')
}

function machineText({ cpu, cores, memoryGb, system, node, load, versions }: Machine): string {
  const names = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  return [
    `- machine: ${cpu}, ${cores} cores, ${memoryGb} GB, ${system}; load ${load.toFixed(2)} before the run`,
    `- versions: node ${node}, ${names.join(', ')}`,
  ].join('\n')
}

function tableText({ title, note, unit, lines }: Table): string {
  const columns = Object.keys(lines[0]?.figures ?? {})
  const head = ['', ...columns, unit, 'lower bound', 'bar']
  const rows = lines.map(({ name, figures, ratio, bar }) => {
    const cells = columns.map((column) => shortNumber(figures[column]))
    return [name, ...cells, shortNumber(ratio), shortNumber(bar?.low), barCell(bar)]
  })
  const align = ['l', ...columns.map(() => 'r'), 'r', 'r', 'l']
  return `### ${title}\n\n${note}\n\n${markdownTable([head, ...rows], { align })}`
}

function barCell(bar: Bar | undefined): string {
  return bar === undefined ? '' : `≤ ${bar.bar}: ${verdict(bar)}`
}

function barsText(bars: readonly Bar[]): string {
  const head = ['bar', 'ratio', 'lower bound', 'at most', '']
  const rows = bars.map((bar) => [
    bar.name,
    shortNumber(bar.ratio),
    shortNumber(bar.low),
    String(bar.bar),
    verdict(bar),
  ])
  return `### Bars\n\n${markdownTable([head, ...rows], { align: ['l', 'r', 'r', 'r', 'l'] })}`
}

function verdict({ holds }: Bar): string {
  return holds ? 'holds' : 'does not hold'
}

const three = new Intl.NumberFormat('en-GB', { maximumSignificantDigits: 3 })

function shortNumber(value: number | undefined): string {
  return value === undefined ? '' : three.format(value)
}
