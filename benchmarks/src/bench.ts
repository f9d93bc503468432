// `npm run bench`: this project and its peers, side by side.
import { parseArgs } from 'node:util'
import { thisMachine } from './bench/machine.ts'
import { PARTS } from './bench/parts.ts'
import { reportOf, textOf } from './bench/report.ts'
import { runPart } from './bench/run-part.ts'

const FULL = { processes: 3, rounds: 20, warmUp: 5, roundMs: 20 }
const QUICK = { processes: 1, rounds: 8, warmUp: 4, roundMs: 10 }

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true },
  },
})
const machine = thisMachine()
const samples = []
for (const part of PARTS) {
  if (values.only !== undefined && !values.only.includes(part.name)) continue
  console.error(`measuring ${part.name}: ${part.about}`)
  samples.push(...(await runPart(part, values.quick ? QUICK : FULL)))
}
const report = reportOf(machine, samples)
console.log(values.json ? JSON.stringify(report, undefined, 2) : textOf(report))
if (values.check && report.bars.some(({ holds }) => !holds)) process.exitCode = 1
