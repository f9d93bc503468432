import { describe, expect, test } from 'vitest'
import { type GroupResult, mutationDocument } from '../mutation/document.ts'
import { verdict } from '../mutation/report.ts'
import { scoresOf } from '../mutation/score.ts'
import { type MutationReport, survivorsOf } from '../mutation/survivors.ts'
import { type Words, wordOn } from '../mutation/words.ts'

const FILE = 'packages/core/src/rules/age.ts'
const EARLIER = 'ConditionalExpression: a < b → true'
const LATER = 'StringLiteral: \'x\' → ""'

const place = (line: number, from: number, to: number) => ({
  start: { line, column: from },
  end: { line, column: to },
})

/** A report on two lines, below `above` others, with these mutants beside the two that live. */
function report(above: string, ...statuses: readonly string[]): MutationReport {
  const source = `${above}if (a < b) go()\nsay('x')\n`
  const line = above.split('\n').length
  const others = statuses.map((status) => ({
    mutatorName: 'Block',
    replacement: '{}',
    status,
    location: place(line, 1, 3),
  }))
  return {
    files: {
      [FILE]: {
        source,
        mutants: [
          {
            mutatorName: 'ConditionalExpression',
            replacement: 'true',
            status: 'Survived',
            location: place(line, 5, 10),
          },
          { mutatorName: 'StringLiteral', replacement: '""', status: 'NoCoverage', location: place(line + 1, 5, 8) },
          ...others,
        ],
      },
    },
  }
}

const result = (found: MutationReport): GroupResult => ({
  name: 'rules',
  isWhole: true,
  scores: scoresOf(found),
  survivors: survivorsOf(found),
})
const words: Words = { 'rules/age.ts': { [EARLIER]: 'speed: it is asked again' } }
const killed = (count: number): readonly string[] => Array.from({ length: count }, () => 'Killed')

describe('the list of mutants that live', () => {
  test('knows each by what was changed, wherever it has moved to', () => {
    const [above, below] = [report(''), report('// more\n// lines\n')].map((one) => survivorsOf(one))
    expect(above?.map(({ fingerprint }) => fingerprint)).toEqual([EARLIER, LATER])
    expect(below).toEqual(above)
  })

  test('has a word for those that were looked at, of a class that there is', () => {
    const [earlier, later] = survivorsOf(report(''))
    expect(earlier && wordOn(earlier, words)).toBe('speed: it is asked again')
    expect(later && wordOn(later, words)).toBeUndefined()
    expect(earlier && wordOn(earlier, { 'rules/age.ts': { [EARLIER]: 'because' } })).toBeUndefined()
  })

  test('says where a word is missing, and where one has outlived its mutant', () => {
    const old: Words = {
      'rules/age.ts': { 'Block: {} → {}': 'equal: of old' },
      'rules/other.ts': { x: 'equal: not run' },
    }
    const { lines } = verdict([result(report('', ...killed(98)))], old)
    expect(lines).toContain(`no word on why this one lives: ${FILE}: ${EARLIER}`)
    expect(lines).toContain(`a word on one that lives no longer: ${FILE}: Block: {} → {}`)
    expect(lines.join()).not.toContain('other.ts')
  })

  test('is written out, with the figures of its file', () => {
    const text = mutationDocument([result(report('', 'Timeout', 'Ignored', ...killed(7)))], words, 'Stryker 1')
    expect(text).toContain('| `rules/age.ts` | 10 | 7 | 1 | 1 | 1 | 80.0 % | 1 |')
    expect(text).toContain('- `a < b` → `true`: speed: it is asked again')
    expect(text).toContain('- `\'x\'` → `""`: **no word yet**')
  })
})

describe('the bar of 85 %', () => {
  test.each([
    [11, false],
    [12, true],
  ])('with two that live beside %d that are noticed, it holds: %s', (count, holds) => {
    expect(verdict([result(report('', ...killed(count)))], words).holds).toBe(holds)
  })

  test('has to hold in each group, not only in all', () => {
    const good = { ...result(report('', ...killed(998))), name: 'key' }
    const { holds, lines } = verdict([good, result(report('', 'Killed'))], words)
    expect(holds).toBe(false)
    expect(lines).toContain('rules: 33.3 % noticed, below 85 %')
    expect(lines).toContain('engine: not run yet')
  })

  test('says which group was stopped before its end', () => {
    const stopped = { ...result(report('', ...killed(998))), isWhole: false }
    expect(verdict([stopped], words).lines).toContain('rules: not run to its end')
    expect(verdict([stopped], words).holds).toBe(false)
    expect(mutationDocument([stopped], words, 'Stryker 1')).toContain('**rules was stopped before its end.**')
    expect(mutationDocument([stopped], words, 'Stryker 1')).toContain('| rules, in part | 1000 |')
  })
})
