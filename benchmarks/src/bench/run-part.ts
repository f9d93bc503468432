import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { CommandError } from '../command-line/command-error.ts'
import type { Effort } from './contest.ts'
import type { Part } from './part.ts'
import { pooled, type TableSamples } from './samples.ts'

/** How often a part is measured anew, and how much each time. */
export interface Thoroughness extends Effort {
  /** Processes, one after the other: where code and data come to lie differs by process, and a ratio with it. */
  readonly processes: number
}

/** Measures a part in processes of its own. Rejects when one of them fails; what it said is on stderr. */
export async function runPart(part: Part, { processes, ...effort }: Thoroughness): Promise<readonly TableSamples[]> {
  const runs: (readonly TableSamples[])[] = []
  for (let i = 0; i < processes; i++) runs.push(await inProcess(part, effort))
  return pooled(runs)
}

const PROGRAM = fileURLToPath(new URL('part-process.ts', import.meta.url))
const FLAGS = ['--expose-gc', '--conditions=@ssr-cache/source']

function inProcess({ name }: Part, effort: Effort): Promise<readonly TableSamples[]> {
  // Without it the checks that are made in development only would be measured too.
  const env = { ...process.env, NODE_ENV: 'production' }
  const child = fork(PROGRAM, [name, JSON.stringify(effort)], { execArgv: FLAGS, env })
  return new Promise((resolve, reject) => {
    let tables: readonly TableSamples[] | undefined
    child.once('message', (message) => {
      tables = message as readonly TableSamples[] // sent by part-process
    })
    child.once('error', reject)
    // Not at its exit: what it sent may still be on its way.
    child.once('close', (code) => {
      if (code === 0 && tables !== undefined) resolve(tables)
      else reject(new CommandError(`the part "${name}" could not be measured: its process ended with code ${code}.`))
    })
  })
}
