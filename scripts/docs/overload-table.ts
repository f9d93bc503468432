import { type Pressure, rungOf } from '../../packages/core/src/rules/overload.ts'
import { code, table } from './table.ts'

/** What the order asks about, in the order in which a reader does, with every answer that there is. */
const QUESTIONS: { readonly [Name in keyof Pressure]: readonly Pressure[Name][] } = {
  kept: ['fresh', 'stale', 'error', 'none'],
  strategy: ['default', 'always', 'never'],
  patient: [true, false],
  rendering: [true, false],
  room: ['place', 'queue', 'none'],
}

const HEAD = ['kept', 'strategy', 'may wait', 'somebody renders it', 'room for one more', 'is given']

const ORDER = Object.keys(QUESTIONS) as readonly (keyof Pressure)[] // its own keys

/** The order of overload, from the function itself: where an answer makes no difference, the question is not asked. */
export function overloadTable(): string {
  return table(HEAD, rowsFrom(0, {}))
}

type Row = readonly string[]

function rowsFrom(depth: number, answers: Partial<Pressure>): readonly Row[] {
  const name = ORDER[depth]
  if (name === undefined) return [[code(rungOf(answers as Pressure))]] // every question has been answered
  const answered = QUESTIONS[name].map((value) => ({ value, rows: rowsFrom(depth + 1, { ...answers, [name]: value }) }))
  // By what follows from them: answers that lead to the same rows are one.
  const groups = Map.groupBy(answered, ({ rows }) => JSON.stringify(rows))
  return [...groups.values()].flatMap((same) => {
    const cell = same.length === answered.length ? '' : same.map(({ value }) => worded(value)).join(', ')
    return (same[0]?.rows ?? []).map((row) => [cell, ...row])
  })
}

function worded(answer: Pressure[keyof Pressure]): string {
  return typeof answer === 'boolean' ? (answer ? 'yes' : 'no') : answer
}
