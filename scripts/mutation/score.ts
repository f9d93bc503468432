import type { MutationReport } from './survivors.ts'

/** How many mutants of some files there were, and what became of them. */
export interface Score {
  readonly killed: number
  /** A mutant that does not end, or takes several times as long, is noticed as well. */
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
      for (const { status } of mutants) {
        const counted = COUNTED[status]
        if (counted !== undefined) score[counted]++
      }
      return [file, score]
    }),
  )
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

/** The part that was noticed, in percent; 100 where there was nothing to notice. */
export function percent(score: Score): number {
  const all = tried(score)
  return all === 0 ? 100 : (100 * (score.killed + score.timedOut)) / all
}
