import { GROUPS } from './groups.ts'
import type { GroupResult } from './results.ts'
import { percent, type Score, sum, tried } from './score.ts'
import { idleWords, type Words, wordOn } from './words.ts'

/** The least part of the mutants, in percent, that the tests have to notice. */
const BAR = 85

/** The files of each group as they are now, each with its print. */
export type Prints = (group: string) => GroupResult['sources']

/**
 * What has to be said about some results on a terminal, and whether all is well: every group was run to its end over all of its files, has tried something,
 * and reaches the bar; every survivor has a word, and every word a survivor.
 */
export function verdict(
  results: readonly GroupResult[],
  words: Words,
  prints: Prints,
): { lines: readonly string[]; holds: boolean } {
  const scored = results.map(({ name, scores }) => ({ name, score: sum(scores.values()) }))
  const all = [...scored, { name: 'all', score: sum(scored.map(({ score }) => score)) }]
  const wrong = [
    ...missingRuns(results),
    ...all.flatMap(({ name, score }) => short(name, score)),
    ...results.flatMap((result) => neverTried(result, prints)),
    ...wordLines(results, words),
  ]
  return {
    lines: [
      ...all.map(({ name, score }) => line(name, score)),
      ...results.flatMap((r) => changed(r, prints)),
      ...wrong,
    ],
    holds: wrong.length === 0,
  }
}

function line(name: string, score: Score): string {
  return `${name}: ${percent(score).toFixed(1)} % of ${tried(score)} noticed`
}

function short(name: string, score: Score): readonly string[] {
  if (tried(score) === 0) return [`${name}: nothing was tried`]
  return percent(score) < BAR ? [`${name}: below ${BAR} %`] : []
}

/** What a run did not come to may be what lives. */
function missingRuns(results: readonly GroupResult[]): readonly string[] {
  const run = new Map(results.map(({ name, isWhole }) => [name, isWhole]))
  return Object.keys(GROUPS)
    .filter((name) => run.get(name) !== true)
    .map((name) => `${name}: ${run.has(name) ? 'not run to its end' : 'not run yet'}`)
}

function neverTried({ name, sources }: GroupResult, prints: Prints): readonly string[] {
  return Object.keys(prints(name))
    .filter((file) => sources[file] === undefined)
    .map((file) => `${name}: ${file} is newer than the run`)
}

/** To be known, and no fault: a figure is of the source that it was measured on. */
function changed({ name, sources }: GroupResult, prints: Prints): readonly string[] {
  return Object.entries(prints(name))
    .filter(([file, print]) => sources[file] !== undefined && sources[file] !== print)
    .map(([file]) => `${name}: ${file} has changed since the run`)
}

function wordLines(results: readonly GroupResult[], words: Words): readonly string[] {
  const survivors = results.flatMap((result) => result.survivors)
  const files = new Set(results.flatMap(({ scores }) => [...scores.keys()]))
  const wordless = survivors.filter((survivor) => wordOn(survivor, words) === undefined)
  return [
    ...wordless.map(({ file, fingerprint }) => `no word on why this one lives: ${file}: ${fingerprint}`),
    ...idleWords(words, survivors, files).map((idle) => `a word on one that lives no longer: ${idle}`),
  ]
}
