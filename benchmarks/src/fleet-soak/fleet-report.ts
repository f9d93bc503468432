import { grouped, percent } from '../command-line/figures.ts'
import { checksText } from '../soak/checks-text.ts'
import { type Columns, tableHead, tableRow } from '../soak/growing-table.ts'
import { atMost, type Check } from '../soak/verdict.ts'
import type { FleetTally } from './tally.ts'

/** The tally, a moment after the start. */
export interface FleetSample {
  readonly minutes: number
  readonly tally: FleetTally
}

const COLUMNS: Columns<FleetSample> = [
  ['minutes', ({ minutes }) => minutes.toFixed(1)],
  ['requests', ({ tally }) => grouped(tally.requests)],
  ['hits', ({ tally }) => percent(tally.hits, tally.requests)],
  ['renders', ({ tally }) => grouped(tally.renders)],
  ['double', ({ tally }) => grouped(tally.doubleRenders)],
  ['in calm', ({ tally }) => grouped(tally.doubleInCalm)],
  ['inval.', ({ tally }) => grouped(tally.invalidations)],
  ['refused', ({ tally }) => grouped(tally.refused)],
  ['troubles', ({ tally }) => grouped(tally.troubles)],
  ['lost', ({ tally }) => grouped(tally.lost)],
  ['behind ms', ({ tally }) => grouped(Math.round(tally.behindMs))],
  ['stale', ({ tally }) => grouped(tally.staleAfterInvalidation)],
  ['errors', ({ tally }) => grouped(tally.errors)],
]

/** Head of the table that grows while the run goes on. */
export function fleetHead(): string {
  return tableHead(COLUMNS)
}

/** One row of it. */
export function fleetRow(sample: FleetSample): string {
  return tableRow(COLUMNS, sample)
}

/** What must be none. */
export function fleetVerdict({ staleAfterInvalidation, doubleInCalm, errors }: FleetTally): readonly Check[] {
  return [
    atMost('fresh answers that were older than a confirmed invalidation', staleAfterInvalidation, 0),
    atMost('errors', errors, 0),
    atMost('double renders of nodes that nothing was wrong with', doubleInCalm, 0),
  ]
}

/** The verdict in words, with the first things that went wrong. */
export function fleetVerdictText(tally: FleetTally): string {
  return [checksText(fleetVerdict(tally)), ...tally.notes.map((note) => `- ${note}`)].join('\n')
}
