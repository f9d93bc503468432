import { existsSync, readFileSync, writeFileSync } from 'node:fs'

/** A report as Stryker keeps it for the next run, as far as it is changed here. */
interface Kept {
  readonly files: Readonly<Record<string, { mutants: readonly { readonly status: string }[] }>>
}

const NOTICED: ReadonlySet<string> = new Set(['Killed', 'Timeout', 'Ignored'])

/** Lets the next run try again what lived in the last one: Stryker does not see that a row was added to a table of tests. */
export function forgetSurvivors(group: string): void {
  const file = `reports/mutation/${group}.incremental.json`
  if (!existsSync(file)) return
  const kept = JSON.parse(readFileSync(file, 'utf8')) as Kept // as Stryker writes it
  for (const source of Object.values(kept.files)) {
    source.mutants = source.mutants.filter(({ status }) => NOTICED.has(status))
  }
  writeFileSync(file, JSON.stringify(kept))
}
