// `npm run mutation [-- GROUP… | report]`: mutates the rules and the engine, group by group, and writes docs/mutation.md.
import { readFileSync, writeFileSync } from 'node:fs'
import { mutationDocument } from './mutation/document.ts'
import { GROUPS, groupOf } from './mutation/groups.ts'
import { forgetSurvivors, lastRun } from './mutation/last-run.ts'
import { verdict } from './mutation/report.ts'
import { keepResult, printsOf, readResults } from './mutation/results.ts'
import { readWords } from './mutation/words.ts'
import { run, TaskFailed, toolEnv } from './shell.mjs'

function versions() {
  const { devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
  const names = ['@stryker-mutator/core', '@stryker-mutator/vitest-runner', 'vitest', 'fast-check']
  return [...names.map((name) => `${name} ${devDependencies[name]}`), `Node ${process.version}`].join(', ')
}

/** One run of Stryker over a group. What it has found until then is kept even if it is stopped. */
function mutate(name) {
  const sources = printsOf(name)
  const before = forgetSurvivors(name)
  try {
    run('stryker', ['run'], { env: { ...toolEnv, MUTATION_GROUP: name } })
  } finally {
    const found = lastRun(name, sources, before)
    if (found !== undefined) keepResult(found)
  }
}

try {
  const asked = process.argv.slice(2)
  for (const name of asked) if (name !== 'report') groupOf(name)
  const groups = asked.length === 0 ? Object.keys(GROUPS) : asked.filter((name) => name !== 'report')
  for (const name of groups) {
    console.log(`> mutating ${name}`)
    mutate(name)
  }
  const results = readResults()
  const words = readWords()
  writeFileSync('docs/mutation.md', mutationDocument(results, words, versions()))
  const { lines, holds } = verdict(results, words, printsOf)
  for (const line of lines) console.log(`> ${line}`)
  process.exitCode = holds ? 0 : 1
} catch (error) {
  console.error(`> ${error instanceof TaskFailed ? error.message : error}`)
  process.exitCode = 1
}
