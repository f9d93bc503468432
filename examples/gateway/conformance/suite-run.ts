import type { SuiteResult } from 'http-cache-tests/client/runner.mjs'
import groups from 'http-cache-tests/tests/index.mjs'
import type { AdapterName } from '../src/gateway.ts'
import { EXCEPTIONS } from './exceptions.ts'
import { type Checked, outcomes } from './outcome.ts'
import { runSuiteClient, startGateway, startSuiteServer } from './processes.ts'

type Results = Readonly<Record<string, SuiteResult>>

/**
 * Runs the outside suite against a gateway of its own. What does not hold, though it should, is tried once more by itself: three hundred tests that count in
 * seconds, all at once, make a busy machine late.
 */
export async function runSuite(adapter: AdapterName): Promise<readonly Checked[]> {
  await using origin = await startSuiteServer()
  await using gateway = await startGateway(['--origin', origin.url, '--adapter', adapter])
  const first = parsed(await runSuiteClient(gateway.url))
  const late = Object.keys(first).filter((id) => first[id] !== true && EXCEPTIONS[id] === undefined)
  const again = late.length === 0 ? {} : parsed(await runSuiteClient(gateway.url, late))
  return outcomes(groups, { ...first, ...again })
}

function parsed(printed: string): Results {
  return JSON.parse(printed) as Results // as `run-client.ts` prints them
}
