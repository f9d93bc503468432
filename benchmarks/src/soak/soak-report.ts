import { markdownTable } from 'markdown-table'
import { grouped } from '../command-line/figures.ts'
import type { SoakSample } from './soak-run.ts'
import { type Check, LEAST_URLS } from './verdict.ts'

const COLUMNS: readonly (readonly [string, (sample: SoakSample) => string])[] = [
  ['requests', ({ requests }) => grouped(requests)],
  ['new URLs', ({ urls }) => grouped(urls)],
  ['minutes', ({ minutes }) => minutes.toFixed(1)],
  ['store MiB', ({ storeBytes }) => mebibytes(storeBytes)],
  ['entries', ({ entries }) => grouped(entries)],
  ['marks', ({ marks }) => grouped(marks)],
  ['memo URLs', ({ memoUrls }) => grouped(memoUrls)],
  ['variants', ({ memoVariants }) => grouped(memoVariants)],
  ['hosts', ({ hosts }) => grouped(hosts)],
  ['targets', ({ targets }) => grouped(targets)],
  ['resting', ({ resting }) => grouped(resting)],
  ['flights', ({ flights }) => grouped(flights)],
  ['heap MiB', ({ heapBytes }) => mebibytes(heapBytes)],
  ['rss MiB', ({ residentBytes }) => mebibytes(residentBytes)],
  ['hot hits', ({ hotHitRatio }) => hotHitRatio.toFixed(4)],
]

/** Wide enough for what stands below. */
const WIDTH = 9

function mebibytes(bytes: number | undefined): string {
  return bytes === undefined ? '–' : (bytes / 1024 ** 2).toFixed(1)
}

/** Head of the table that grows while the run goes on. */
export function headText(): string {
  return [rowText(COLUMNS.map(([name]) => name)), rowText(COLUMNS.map(() => `${'-'.repeat(WIDTH - 1)}:`))].join('\n')
}

/** One row of it. */
export function sampleText(sample: SoakSample): string {
  return rowText(COLUMNS.map(([, cell]) => cell(sample)))
}

function rowText(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.padStart(WIDTH)).join(' | ')} |`
}

/** Whether everything stayed bounded, line by line, and in one word at the end. */
export function verdictText(checks: readonly Check[], urls: number): string {
  const head = ['', 'worst seen', 'bound', '']
  const rows = checks.map(({ name, seen, bound, holds }) => [
    name,
    figure(seen),
    figure(bound),
    holds ? 'holds' : 'does not hold',
  ])
  const table = markdownTable([head, ...rows], { align: ['l', 'r', 'r', 'l'] })
  return `${table}\n\n${[outcome(checks), ...tooShort(urls)].join(' ')}`
}

function outcome(checks: readonly Check[]): string {
  const broken = checks.filter(({ holds }) => !holds)
  if (broken.length === 0) return 'Everything stayed bounded.'
  return `Not bounded: ${broken.map(({ name }) => name).join('; ')}.`
}

function tooShort(urls: number): string[] {
  return urls >= LEAST_URLS ? [] : [`Runs of ${grouped(LEAST_URLS)} URLs and more also show whether it stays level.`]
}

function figure(value: number): string {
  return Number.isInteger(value) ? grouped(value) : value > 100 ? grouped(Math.round(value)) : value.toFixed(4)
}
