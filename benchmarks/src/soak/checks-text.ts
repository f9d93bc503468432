import { markdownTable } from 'markdown-table'
import { grouped } from '../command-line/figures.ts'
import type { Check } from './verdict.ts'

/** Whether everything held, line by line. */
export function checksText(checks: readonly Check[]): string {
  const head = ['', 'worst seen', 'bound', '']
  const rows = checks.map(({ name, seen, bound, holds }) => [
    name,
    figure(seen),
    figure(bound),
    holds ? 'holds' : 'does not hold',
  ])
  return markdownTable([head, ...rows], { align: ['l', 'r', 'r', 'l'] })
}

function figure(value: number): string {
  return Number.isInteger(value) ? grouped(value) : value > 100 ? grouped(Math.round(value)) : value.toFixed(4)
}
