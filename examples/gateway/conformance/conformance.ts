// `npm run conformance`: the outside suite http-cache-tests through the gateway.
import { parseArgs } from 'node:util'
import { type AdapterName, GATEWAYS } from '../src/gateway.ts'
import { reportText } from './report.ts'
import { runSuite } from './suite-run.ts'

const HELP = `npm run conformance -- [--adapter NAME] [--json]

Runs the suite http-cache-tests through the gateway: its origin, the gateway and its client as processes of their own, for about a minute.

--adapter NAME   express, fastify or fetch (all, one after another)
--json           one JSON object: the outcome of every test by adapter
--help           this text`

const { values } = parseArgs({
  options: {
    adapter: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
})
if (values.help) console.log(HELP)
else await run()

async function run(): Promise<void> {
  const all: Record<string, unknown> = {}
  for (const adapter of adapters()) {
    const checked = await runSuite(adapter)
    all[adapter] = checked
    if (!values.json) console.log(`${adapter}\n${reportText(checked)}\n`)
  }
  if (values.json) console.log(JSON.stringify(all, undefined, 2))
}

function adapters(): readonly AdapterName[] {
  const names = Object.keys(GATEWAYS) as AdapterName[] // its own keys
  if (values.adapter === undefined) return names
  const chosen = names.filter((name) => name === values.adapter)
  if (chosen.length === 0) throw new Error(`--adapter must be ${names.join(' or ')}, got "${values.adapter}".`)
  return chosen
}
