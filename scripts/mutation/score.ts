import type { Mutant, MutationReport } from './survivors.ts'

/** How many mutants of some files there were, and what became of them. */
export interface Score {
  readonly killed: number
  /** Noticed by time: a mutant that does not end, takes several times as long, or leaves a test hanging. */
  readonly timedOut: number
  readonly survived: number
  readonly uncovered: number
  /** In what runs only while a module is loaded: not tried. */
  readonly untried: number
}

const NOTHING: Score = { killed: 0, timedOut: 0, survived: 0, uncovered: 0, untried: 0 }

const COUNTED: Readonly<Record<string, keyof Score>> = {
  Killed: 'killed',
  Timeout: 'timedOut',
  Survived: 'survived',
  NoCoverage: 'uncovered',
  Ignored: 'untried',
}

/** The score of each file of a report. */
export function scoresOf({ files }: MutationReport): ReadonlyMap<string, Score> {
  return new Map(
    Object.entries(files).map(([file, { mutants }]) => {
      const score = { ...NOTHING }
      for (const mutant of mutants) {
        const counted = hung(mutant) ? 'timedOut' : COUNTED[mutant.status]
        if (counted !== undefined) score[counted]++
      }
      return [file, score]
    }),
  )
}

/** Stryker counts a test that ran out of its time among those that failed. */
function hung({ status, statusReason = '' }: Mutant): boolean {
  return status === 'Killed' && /^(Test|Hook) timed out in /.test(statusReason)
}

export function sum(scores: Iterable<Score>): Score {
  const total = { ...NOTHING }
  for (const score of scores) {
    for (const name of Object.keys(NOTHING) as (keyof Score)[]) total[name] += score[name] // its own keys
  }
  return total
}

/** All mutants that were tried. */
export function tried({ killed, timedOut, survived, uncovered }: Score): number {
  return killed + timedOut + survived + uncovered
}

/** The part that was noticed, in percent; 100 where there was nothing to notice, as in a file of tables. */
export function percent(score: Score): number {
  const all = tried(score)
  return all === 0 ? 100 : (100 * (score.killed + score.timedOut)) / all
}
