import { globSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { mutationDocument } from '../mutation/document.ts'
import { GROUPS } from '../mutation/groups.ts'
import { type Prints, verdict } from '../mutation/report.ts'
import type { GroupResult } from '../mutation/results.ts'
import { type Score, scoresOf } from '../mutation/score.ts'
import { type MutationReport, survivorsOf } from '../mutation/survivors.ts'
import { type Words, wordOn } from '../mutation/words.ts'

const FILE = 'packages/core/src/rules/age.ts'
const NONE: Score = { killed: 0, timedOut: 0, survived: 0, uncovered: 0, untried: 0 }
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

const result = (found: MutationReport, name = 'rules'): GroupResult => ({
  name,
  isWhole: true,
  sources: { [FILE]: 'as it was' },
  scores: scoresOf(found),
  survivors: survivorsOf(found),
})
const words: Words = { 'rules/age.ts': { [EARLIER]: 'speed: it is asked again', [LATER]: 'text: what it says' } }
const killed = (count: number): readonly string[] => Array.from({ length: count }, () => 'Killed')

/** All groups, each run to its end with some that live, and what one of them has found in place of that. */
const groups = (...others: readonly GroupResult[]): readonly GroupResult[] =>
  Object.keys(GROUPS).map((name) => others.find((one) => one.name === name) ?? result(report('', ...killed(98)), name))
/** The sources are as they were. */
const same: Prints = () => ({ [FILE]: 'as it was' })
/** Whether all is well, and what is said beside the figures. */
function judged(results: readonly GroupResult[], said: Words = words, prints: Prints = same) {
  const { lines, holds } = verdict(results, said, prints)
  return { holds, lines: lines.filter((line) => !/^[a-z-]+: [\d.]+ % of \d+ noticed$/.test(line)) }
}

describe('the list of mutants that live', () => {
  test('knows each by what was changed, wherever it has moved to', () => {
    const [above, below] = [report(''), report('// more\n// lines\n')].map((one) => survivorsOf(one))
    expect(above?.map(({ fingerprint }) => fingerprint)).toEqual([EARLIER, LATER])
    expect(below).toEqual(above)
  })

  test('has a word for those that were looked at, of a class that there is', () => {
    const [earlier] = survivorsOf(report(''))
    expect(earlier && wordOn(earlier, words)).toBe('speed: it is asked again')
    expect(earlier && wordOn(earlier, {})).toBeUndefined()
    expect(earlier && wordOn(earlier, { 'rules/age.ts': { [EARLIER]: 'because' } })).toBeUndefined()
  })

  test('is written out, with the figures of its file', () => {
    const text = mutationDocument([result(report('', 'Timeout', 'Ignored', ...killed(7)))], {}, 'Stryker 1')
    expect(text).toContain('| `rules/age.ts` | 10 | 7 | 1 | 1 | 1 | 80.0 % | 1 |')
    expect(text).toContain('- `\'x\'` → `""`: **no word yet**')
    expect(mutationDocument([result(report(''))], words, 'Stryker 1')).toContain(
      '- `a < b` → `true`: speed: it is asked again',
    )
  })

  test('counts a test that ran out of its time as such', () => {
    const found = report('', 'Killed', 'Killed')
    const [file] = Object.values(found.files)
    Object.assign(file?.mutants[2] ?? {}, { statusReason: 'Test timed out in 2000ms.' })
    Object.assign(file?.mutants[3] ?? {}, { statusReason: 'expected [] to deeply equal [ 1 ]' })
    expect(scoresOf(found).get(FILE)).toMatchObject({ killed: 1, timedOut: 1 })
  })
})

describe('the gate', () => {
  test('lets by what was run whole, reaches the bar, and has a word for each that lives', () => {
    expect(judged(groups())).toEqual({ holds: true, lines: [] })
  })

  test.each([
    [11, false],
    [12, true],
  ])('85 %%: with two that live beside %d that are noticed, it holds: %s', (count, holds) => {
    const { lines, ...verdict } = judged(groups(result(report('', ...killed(count)))))
    expect(verdict).toEqual({ holds })
    expect(lines).toEqual(holds ? [] : ['rules: below 85 %'])
  })

  test('has to hold in each group, not only in all', () => {
    const good = result(report('', ...killed(9_998)), 'key')
    expect(judged(groups(good, result(report('', 'Killed')))).holds).toBe(false)
    expect(verdict(groups(good), words, same).lines).toContain('key: 100.0 % of 10000 noticed')
  })

  test.each<[string, readonly GroupResult[], string]>([
    ['on nothing at all', [], 'rules: not run yet'],
    ['on nothing at all, in the sum', [], 'all: nothing was tried'],
    ['with a group that was never run', groups().slice(1), 'rules: not run yet'],
    ['with a group that tried nothing', groups(result({ files: {} })), 'rules: nothing was tried'],
    [
      'with a group whose mutants were all left out',
      groups({ ...result({ files: {} }), scores: new Map([[FILE, { ...NONE, untried: 9 }]]) }),
      'rules: nothing was tried',
    ],
    [
      'with a group that was stopped before its end',
      groups({ ...result(report('', ...killed(998))), isWhole: false }),
      'rules: not run to its end',
    ],
  ])('does not pass %s', (_, results, line) => {
    const { holds, lines } = judged(results)
    expect(holds).toBe(false)
    expect(lines).toContain(line)
  })

  test('does not pass without a word on one that lives, nor with a word on one that lives no longer', () => {
    expect(judged(groups(), { 'rules/age.ts': { [EARLIER]: 'speed: it is asked again' } })).toEqual({
      holds: false,
      lines: Object.keys(GROUPS).map(() => `no word on why this one lives: ${FILE}: ${LATER}`),
    })
    const old: Words = { 'rules/age.ts': { ...words['rules/age.ts'], 'Block: {} → {}': 'equal: of old' } }
    expect(judged(groups(), old)).toEqual({
      holds: false,
      lines: [`a word on one that lives no longer: ${FILE}: Block: {} → {}`],
    })
    // Nothing is known of files that were not run.
    expect(judged(groups(), { ...words, 'rules/other.ts': { x: 'equal: not run' } }).holds).toBe(true)
  })

  test('does not pass over a file that is newer than the run; of one that has changed since, it tells', () => {
    const prints =
      (sources: Readonly<Record<string, string>>): Prints =>
      (group) =>
        group === 'rules' ? sources : {}
    expect(judged(groups(), words, prints({ [FILE]: 'as it was', 'b.ts': 'new' }))).toEqual({
      holds: false,
      lines: ['rules: b.ts is newer than the run'],
    })
    expect(judged(groups(), words, prints({ [FILE]: 'as it is' }))).toEqual({
      holds: true,
      lines: [`rules: ${FILE} has changed since the run`],
    })
  })

  test('a group that was stopped says so in the document, and names what it did not come to', () => {
    const sources = { [FILE]: 'a', 'packages/core/src/rules/b.ts': 'b' }
    const stopped = { ...result(report('', ...killed(998))), isWhole: false, sources }
    const text = mutationDocument([stopped], words, 'Stryker 1')
    expect(text).toContain('**rules was stopped before its end.**')
    expect(text).toContain('say nothing of the others: `rules/b.ts`.')
    expect(text).toContain('| rules, in part | 1000 |')
  })

  test('what a reader has to know of a run stands above its figures', () => {
    const noted = { ...result(report('')), note: 'On a train.' }
    expect(mutationDocument([noted], words, 'Stryker 1')).toContain('### rules\n\nOn a train.\n\n|')
  })
})

describe('the groups', () => {
  const FOLDERS = ['cache-control', 'context', 'engine', 'key', 'key-coverage', 'origin', 'path', 'rules', 'warm']
  const filesOf = (patterns: readonly string[]): readonly string[] => globSync([...patterns]).toSorted()

  test('hold every file of the rules and the engine once', () => {
    const grouped = Object.values(GROUPS).flatMap(({ mutate }) => filesOf(mutate))
    const sources = filesOf(FOLDERS.map((folder) => `packages/core/src/${folder}/**/*.ts`))
    expect(grouped.filter((file) => !file.startsWith('packages/core/src/store/')).toSorted()).toEqual(sources)
    expect(grouped).toContain('packages/core/src/store/memory-store.ts')
    expect(new Set(grouped).size).toBe(grouped.length)
  })

  test.each(Object.entries(GROUPS))('%s: each of its tests is there', (_, { tests }) => {
    for (const pattern of tests) expect(filesOf([pattern]), pattern).not.toEqual([])
  })
})
