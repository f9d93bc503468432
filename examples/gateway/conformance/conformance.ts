// `npm run conformance`: the outside suite http-cache-tests through the gateway.
import { parseArgs } from 'node:util'
import { type AdapterName, GATEWAYS } from '../src/gateway.ts'
import { unforeseen } from './exceptions.ts'
import type { Checked } from './outcome.ts'
import { reportText } from './report.ts'
import { runSuite } from './suite-run.ts'

const HELP = `npm run conformance -- [--adapter NAME] [--json]

Runs the suite http-cache-tests through the gateway: its origin, the gateway and its client as processes of their own, for about half a minute by each way in.
Exit code 1 where something does not hold that is no reviewed exception.

--adapter NAME   express, fastify or fetch (all, one after another)
--json           one JSON object: the outcome of every test by adapter
--help           this text`

const NAMES = Object.keys(GATEWAYS) as readonly AdapterName[] // its own keys

try {
  const { values } = parseArgs({
    options: { adapter: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  })
  if (values.help) console.log(HELP)
  else await run(chosen(values.adapter), values.json === true)
} catch (error) {
  process.exitCode = 1
  console.error(`conformance: ${error instanceof Error ? error.message : error}`)
}

async function run(adapters: readonly AdapterName[], asJson: boolean): Promise<void> {
  const all: Partial<Record<AdapterName, readonly Checked[]>> = {}
  for (const adapter of adapters) {
    const checked = await runSuite(adapter)
    all[adapter] = checked
    if (!asJson) console.log(`${adapter}\n${reportText(checked)}\n`)
    if (unforeseen(checked).length > 0) process.exitCode = 1
  }
  if (asJson) console.log(JSON.stringify(all, undefined, 2))
}

function chosen(name: string | undefined): readonly AdapterName[] {
  if (name === undefined) return NAMES
  const adapters = NAMES.filter((each) => each === name)
  if (adapters.length > 0) return adapters
  throw new Error(`--adapter must be ${NAMES.join(' or ')}, got "${name}".`)
}
