import { code, table } from '../docs/table.ts'
import type { GroupResult } from './results.ts'
import { percent, type Score, sum, tried } from './score.ts'
import type { Survivor } from './survivors.ts'
import { CLASSES, classOf, type Words, wordOn } from './words.ts'

const HEAD = ['', 'Mutants', 'Killed', 'Timed out', 'Survived', 'No test', 'Score', 'Not tried']

/** docs/mutation.md. */
export function mutationDocument(results: readonly GroupResult[], words: Words, versions: string): string {
  const survivors = results.flatMap((result) => result.survivors)
  return [
    INTRODUCTION,
    `Made with ${versions}.`,
    '## Score',
    totals(results),
    ...results.flatMap(missed),
    '## Survivors by class',
    classes(survivors, words),
    '## Every file, and every survivor in it',
    ...results.flatMap((result) => group(result, words)),
  ]
    .join('\n\n')
    .concat('\n')
}

const INTRODUCTION = `# Mutation tests

<!-- Written by \`npm run mutation\`; the figures are kept in mutation-results.json, the words on survivors in mutation-survivors.json. -->

A mutant is the code with one small thing wrong: a \`<\` that is a \`<=\`, a condition that is always true, a string that is empty. [Stryker](https://stryker-mutator.io)
makes them all, and runs the tests on each; a mutant that fails no test shows a line that nothing holds. These are the figures for the rules and the engine.
At least 85 % have to be noticed, in each group and in all; \`npm run mutation\` ends with exit code 1 below that, and where a group or a file was not run, a survivor
has no word, or a word no survivor.

- \`npm run mutation\` runs every group and writes this file; \`npm run mutation -- rules key\` runs two of them, \`npm run mutation -- report\` writes the file from
  the last runs alone. A figure is of the source as it was when its group was run; the report names what has changed since. A second run tries only what has changed (\`reports/mutation/*.incremental.json\`); \`rm -r reports\` begins anew.
- Each group is held by the tests of its own area: rules by \`packages/core/test/rules\`, and so on; each part of the engine by those of \`packages/core/test\` that
  \`scripts/mutation/groups.ts\` names beside it. A mutant that only a test of another area would notice counts as not noticed.
- Properties are tried 50 times, those of the engine 10 times, with one seed for all mutants and without shrinking. Left out are the tests of volume and of speed, those on the shared data, on a real disk and on
  bundles (\`test-utils/mutation-setup.ts\`, \`vitest.mutation.config.ts\`).
- In no group are what only words things (options, doctor), what carries bytes (node, fetch, worker), and the stores that stand before another or on a database (\`store/tiered-store\` and what it is made
  of, \`keyv\`): these have the store contract, a model of the fleet and real servers.
- Not tried are mutants in what runs only while a module is loaded (tables, patterns) or while a test file makes its tables: each would need a load of its own, and every test.
- Timed out is what never ends, and what leaves a test hanging for five seconds. Time stands still in these tests, so nothing else takes that long.
- One thread is kept for all mutants of a process (\`test-utils/kept-thread.ts\`); with a new one for each, a run takes ten times as long. The sources keep no state of their own between requests,
  but for one answer of the platform (\`key-coverage/watched-request.ts\`).`

function totals(results: readonly GroupResult[]): string {
  const all = sum(results.flatMap(({ scores }) => [...scores.values()]))
  const rows = results.map(({ name, isWhole, scores }) =>
    row(isWhole ? name : `${name}, in part`, sum(scores.values())),
  )
  return table(HEAD, [...rows, row('**all**', all)])
}

/** The files that a group's run did not come to: nothing is said of them. */
function missed({ name, isWhole, sources, scores }: GroupResult): readonly string[] {
  if (isWhole) return []
  const left = Object.keys(sources).filter((file) => !scores.has(file))
  return [
    `**${name} was stopped before its end.** Its figures are those of the files listed below, each tried whole, and say nothing of the others: ${left
      .map((file) => code(short(file)))
      .join(', ')}.`,
  ]
}

function row(name: string, score: Score): readonly string[] {
  const { killed, timedOut, survived, uncovered, untried } = score
  const counts = [tried(score), killed, timedOut, survived, uncovered].map(String)
  return [name, ...counts, `${percent(score).toFixed(1)} %`, String(untried)]
}

function classes(survivors: readonly Survivor[], words: Words): string {
  const found = survivors.map((survivor) => classOf(wordOn(survivor, words) ?? ''))
  const rows = Object.entries(CLASSES).map(([name, meaning]) => [
    name,
    meaning,
    String(found.filter((each) => each === name).length),
  ])
  return table(['Class', 'Meaning', 'Survivors'], rows)
}

function group(result: GroupResult, words: Words): readonly string[] {
  const { name, note } = result
  return [`### ${name}`, ...(note === undefined ? [] : [note]), files(result), ...survivorLists(result, words)]
}

function files({ scores }: GroupResult): string {
  return table(
    HEAD,
    [...scores].sort(([a], [b]) => (a < b ? -1 : 1)).map(([file, score]) => row(code(short(file)), score)),
  )
}

function survivorLists({ survivors }: GroupResult, words: Words): readonly string[] {
  const byFile = Map.groupBy(survivors, ({ file }) => file)
  return [...byFile]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([file, found]) => [`In ${code(short(file))}:`, '', ...found.map((one) => `- ${item(one, words)}`)].join('\n'))
}

function item(survivor: Survivor, words: Words): string {
  const { original, replacement } = survivor
  return `${code(shortened(original))} → ${code(shortened(replacement))}: ${wordOn(survivor, words) ?? '**no word yet**'}`
}

function shortened(text: string): string {
  const whole = text === '' ? '(nothing)' : text
  return whole.length > 110 ? `${whole.slice(0, 80)} … ${whole.slice(-25)}` : whole
}

function short(file: string): string {
  return file.replace('packages/core/src/', '')
}
