import type { AppContest } from './app-contest.ts'
import type { Effort } from './contest.ts'
import type { TableSamples } from './samples.ts'

/** Some tables that are measured together, in a process of their own. */
export interface Part {
  readonly name: string
  /** What it is about, in a few words for `--help`. */
  readonly about: string
  /** Those that it measures, where apps in processes of their own are all that it is about. @default undefined */
  readonly contests?: readonly AppContest[]
  measure(effort: Effort): Promise<readonly TableSamples[]>
}
