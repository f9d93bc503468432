// `npm run mutation [-- GROUP… | report]`: mutates the rules and the engine, group by group, and writes docs/mutation.md.
import { readFileSync, writeFileSync } from 'node:fs'
import { mutationDocument } from './mutation/document.ts'
import { GROUPS, groupOf } from './mutation/groups.ts'
import { forgetSurvivors } from './mutation/last-run.ts'
import { lastResults, verdict } from './mutation/report.ts'
import { readWords } from './mutation/words.ts'
import { run, TaskFailed, toolEnv } from './shell.mjs'

function versions() {
  const { devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
  const names = ['@stryker-mutator/core', '@stryker-mutator/vitest-runner', 'vitest', 'fast-check']
  return [...names.map((name) => `${name} ${devDependencies[name]}`), `Node ${process.version}`].join(', ')
}

try {
  const asked = process.argv.slice(2)
  for (const name of asked) if (name !== 'report') groupOf(name)
  const groups = asked.length === 0 ? Object.keys(GROUPS) : asked.filter((name) => name !== 'report')
  for (const name of groups) {
    console.log(`> mutating ${name}`)
    forgetSurvivors(name)
    run('stryker', ['run'], { env: { ...toolEnv, MUTATION_GROUP: name } })
  }
  const results = lastResults()
  const words = readWords()
  writeFileSync('docs/mutation.md', mutationDocument(results, words, versions()))
  const { lines, holds } = verdict(results, words)
  for (const line of lines) console.log(`> ${line}`)
  process.exitCode = holds ? 0 : 1
} catch (error) {
  console.error(`> ${error instanceof TaskFailed ? error.message : error}`)
  process.exitCode = 1
}
