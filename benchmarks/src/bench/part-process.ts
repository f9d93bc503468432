// A process that measures one part, so that no part runs on a heap or on code that another has shaped.
import { argv } from 'node:process'
import type { Effort } from './contest.ts'
import { PARTS } from './parts.ts'

const [name, effort = ''] = argv.slice(2)
const part = PARTS.find((known) => known.name === name)
if (part === undefined) throw new Error(`expected the name of a part, got ${name}`)
// Written by `runPart`.
const tables = await part.measure(JSON.parse(effort) as Effort)
process.send?.(tables)
