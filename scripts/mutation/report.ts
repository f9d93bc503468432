import { existsSync, readFileSync } from 'node:fs'
import type { GroupResult } from './document.ts'
import { GROUPS } from './groups.ts'
import { percent, type Score, scoresOf, sum } from './score.ts'
import { type MutationReport, survivorsOf } from './survivors.ts'
import { idleWords, type Words, wordOn } from './words.ts'

/** The least part of the mutants, in percent, that the tests have to notice. */
const BAR = 85

/** What the groups' last runs have found, be it before they were stopped. A group that was not run yet is missing. */
export function lastResults(): readonly GroupResult[] {
  return Object.keys(GROUPS).flatMap((name) => {
    const [whole, part] = [`reports/mutation/${name}.json`, `reports/mutation/${name}.incremental.json`]
    const file = [whole, part].find((path) => existsSync(path))
    if (file === undefined) return []
    const report = JSON.parse(readFileSync(file, 'utf8')) as MutationReport // as Stryker writes it
    return [{ name, isWhole: file === whole, scores: scoresOf(report), survivors: survivorsOf(report) }]
  })
}

/** What has to be said about some results on a terminal, and whether all of them reach the bar. */
export function verdict(results: readonly GroupResult[], words: Words): { lines: readonly string[]; holds: boolean } {
  const scored = results.map(({ name, scores }) => ({ name, score: sum(scores.values()) }))
  const all = [...scored, { name: 'all', score: sum(scored.map(({ score }) => score)) }]
  return {
    lines: [...all.map(({ name, score }) => line(name, score)), ...missingRuns(results), ...wordLines(results, words)],
    // What a run did not come to may be what lives.
    holds: results.every(({ isWhole }) => isWhole) && all.every(({ score }) => percent(score) >= BAR),
  }
}

function line(name: string, score: Score): string {
  const reached = percent(score)
  return `${name}: ${reached.toFixed(1)} % noticed${reached < BAR ? `, below ${BAR} %` : ''}`
}

function missingRuns(results: readonly GroupResult[]): readonly string[] {
  const run = new Map(results.map(({ name, isWhole }) => [name, isWhole]))
  return Object.keys(GROUPS)
    .filter((name) => run.get(name) !== true)
    .map((name) => `${name}: ${run.has(name) ? 'not run to its end' : 'not run yet'}`)
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
