import type { SuiteResult } from 'http-cache-tests/client/runner.mjs'
import type { SuiteTest, TestGroup } from 'http-cache-tests/tests/index.mjs'

/** What came of one behaviour. `unknown`: what it builds upon does not hold, so that nothing was learned. */
export type Outcome = 'pass' | 'fail' | 'unknown'

/** How much a behaviour is asked for. */
export type Kind = 'required' | 'optional' | 'check'

/** One behaviour and what came of it. */
export interface Checked {
  readonly id: string
  readonly name: string
  readonly group: string
  readonly kind: Kind
  readonly outcome: Outcome
  /** What was wrong. */
  readonly message?: string
}

/** The outcomes of a run in the suite's order, by the suite's own reading: a test whose preparation failed says nothing, nor does one that builds upon it. */
export function outcomes(
  groups: readonly TestGroup[],
  results: Readonly<Record<string, SuiteResult>>,
): readonly Checked[] {
  const tests = new Map(groups.flatMap((group) => group.tests.map((test) => [test.id, test] as const)))
  const checked = groups.flatMap((group) => group.tests.map((test) => ({ test, group: group.name })))
  return checked
    .filter(({ test }) => results[test.id] !== undefined)
    .map(({ test, group }) => checkedOne(test, group, outcomeOf(test, tests, results), results[test.id]))
}

function checkedOne(test: SuiteTest, group: string, outcome: Outcome, result: SuiteResult | undefined): Checked {
  const kind = test.kind === 'optimal' ? 'optional' : (test.kind ?? 'required')
  const message = result === true || result === undefined ? {} : { message: result[1] }
  return { id: test.id, name: test.name, group, kind, outcome, ...message }
}

function outcomeOf(
  { id, depends_on = [] }: SuiteTest,
  tests: ReadonlyMap<string, SuiteTest>,
  results: Readonly<Record<string, SuiteResult>>,
): Outcome {
  for (const name of depends_on) {
    const other = tests.get(name)
    if (other !== undefined && results[name] !== undefined && outcomeOf(other, tests, results) !== 'pass')
      return 'unknown'
  }
  const result = results[id]
  if (result === true) return 'pass'
  return result?.[0] === 'Setup' ? 'unknown' : 'fail'
}
