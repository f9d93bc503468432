import { grouped } from '../command-line/figures.ts'
import { checksText } from './checks-text.ts'
import { type Columns, tableHead, tableRow } from './growing-table.ts'
import type { SoakSample } from './soak-run.ts'
import { type Check, LEAST_URLS } from './verdict.ts'

const COLUMNS: Columns<SoakSample> = [
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

function mebibytes(bytes: number | undefined): string {
  return bytes === undefined ? '–' : (bytes / 1024 ** 2).toFixed(1)
}

/** Head of the table that grows while the run goes on. */
export function headText(): string {
  return tableHead(COLUMNS)
}

/** One row of it. */
export function sampleText(sample: SoakSample): string {
  return tableRow(COLUMNS, sample)
}

/** Whether everything stayed bounded, line by line, and in one word at the end. */
export function verdictText(checks: readonly Check[], urls: number): string {
  return `${checksText(checks)}\n\n${[outcome(checks), ...tooShort(urls)].join(' ')}`
}

function outcome(checks: readonly Check[]): string {
  const broken = checks.filter(({ holds }) => !holds)
  if (broken.length === 0) return 'Everything stayed bounded.'
  return `Not bounded: ${broken.map(({ name }) => name).join('; ')}.`
}

function tooShort(urls: number): string[] {
  return urls >= LEAST_URLS ? [] : [`Runs of ${grouped(LEAST_URLS)} URLs and more also show whether it stays level.`]
}
