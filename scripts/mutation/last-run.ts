import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { GroupResult } from './results.ts'
import { scoresOf } from './score.ts'
import { type MutationReport, survivorsOf } from './survivors.ts'

/** A report as Stryker keeps it for the next run, as far as it is changed here. */
interface Incremental {
  readonly files: Readonly<Record<string, { mutants: readonly { readonly status: string }[] }>>
}

const NOTICED: ReadonlySet<string> = new Set(['Killed', 'Timeout', 'Ignored'])

/**
 * Lets the next run try again what lived in the last one: Stryker does not see that a row was added to a table of tests.
 * Gives what then lies where a run that is stopped would leave its findings.
 */
export function forgetSurvivors(group: string): string | undefined {
  const { whole, part } = reportsOf(group)
  rmSync(whole, { force: true })
  if (!existsSync(part)) return undefined
  const kept = JSON.parse(readFileSync(part, 'utf8')) as Incremental // as Stryker writes it
  for (const source of Object.values(kept.files)) {
    source.mutants = source.mutants.filter(({ status }) => NOTICED.has(status))
  }
  const text = JSON.stringify(kept)
  writeFileSync(part, text)
  return text
}

/** What the run of a group has found that began after `before` was left there; `undefined` where it found nothing. */
export function lastRun(
  group: string,
  sources: GroupResult['sources'],
  before: string | undefined,
): GroupResult | undefined {
  const { whole, part } = reportsOf(group)
  const isWhole = existsSync(whole)
  const file = isWhole ? whole : part
  const text = existsSync(file) ? readFileSync(file, 'utf8') : before
  if (text === undefined || text === before) return undefined
  const report = JSON.parse(text) as MutationReport // as Stryker writes it
  return { name: group, isWhole, sources, scores: scoresOf(report), survivors: survivorsOf(report) }
}

function reportsOf(group: string): { readonly whole: string; readonly part: string } {
  return { whole: `reports/mutation/${group}.json`, part: `reports/mutation/${group}.incremental.json` }
}
