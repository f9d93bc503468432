import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { GROUPS, groupOf } from './groups.ts'
import type { Score } from './score.ts'
import type { Survivor } from './survivors.ts'

/** What one group's last run has found. */
export interface GroupResult {
  readonly name: string
  /** Whether the run came to its end. */
  readonly isWhole: boolean
  /** What a reader of the figures has to know of this run; written by hand, and gone with the next run. */
  readonly note?: string
  /** A print of each file as it was when the run began, whether there was anything to mutate in it or not. */
  readonly sources: Readonly<Record<string, string>>
  readonly scores: ReadonlyMap<string, Score>
  readonly survivors: readonly Survivor[]
}

/** As they are kept in the repository: what was measured is known without measuring it again. */
type Kept = Readonly<Record<string, Omit<GroupResult, 'name' | 'scores'> & { scores: Readonly<Record<string, Score>> }>>

const RESULTS_FILE = 'docs/mutation-results.json'

/** What the groups' last runs have found, in the order of the groups. A group that was not run yet is missing. */
export function readResults(): readonly GroupResult[] {
  const kept = readKept()
  return Object.keys(GROUPS).flatMap((name) => {
    const one = kept[name]
    return one === undefined ? [] : [{ name, ...one, scores: new Map(Object.entries(one.scores)) }]
  })
}

/** Keeps what the run of a group has found in place of what an earlier one has, be it stopped before its end. */
export function keepResult({ name, ...found }: GroupResult): void {
  const kept = { ...readKept(), [name]: { ...found, scores: Object.fromEntries(found.scores) } }
  writeFileSync(RESULTS_FILE, `${JSON.stringify(kept, undefined, 2)}\n`)
}

/** A print of each file of a group, as it is now. */
export function printsOf(name: string): GroupResult['sources'] {
  const files = globSync([...groupOf(name).mutate]).sort()
  return Object.fromEntries(files.map((file) => [file, printOf(readFileSync(file, 'utf8'))]))
}

function printOf(source: string): string {
  return createHash('sha256').update(source).digest('hex').slice(0, 12)
}

function readKept(): Kept {
  return existsSync(RESULTS_FILE) ? (JSON.parse(readFileSync(RESULTS_FILE, 'utf8')) as Kept) : {} // as it is written above
}
