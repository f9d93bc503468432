import { positiveNumber, readArguments } from '../command-line/arguments.ts'
import { CommandError, UsageError } from '../command-line/command-error.ts'
import type { Command } from '../command-line/run-command.ts'
import { writeResults } from '../results-file.ts'
import { fleetHead, fleetRow, fleetVerdict, fleetVerdictText } from './fleet-report.ts'
import { fleetSoak } from './fleet-soak.ts'
import type { FleetTally } from './tally.ts'

/** Help of its own, below that of the flood. */
export const FLEET_HELP: string = `npm run soak -- --minutes N [--seed N] [--json] [--write]

Lets random visits and invalidations loose on four processes and a Redis of its own, two of the processes with a memory before Redis, two with clocks
that are minutes off, while they are killed, hung, cut off and started again, one after the other: exit code 1 where a page was served as fresh that an
invalidation had hit, where a visitor got no page, or where two processes that nothing was wrong with rendered a page at once.

--minutes N  how long (0.3 and more)
--seed N     which troubles, visits and invalidations (1)
--json       one JSON object: { minutes, seed, holds, checks, tally }
--write      puts the table into benchmarks/RESULTS.md`

const ROWS = 20
const LEAST_LOOK_MS = 2_000

/** Runs a fleet under havoc, prints the table as it grows, and judges. */
export const fleetSoakCommand: Command = async (argv, print) => {
  const { values, positionals } = readArguments(argv, {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  })
  if (positionals.length > 0) throw new UsageError(`expected options only, got ${positionals.join(' ')}.`)
  const minutes = positiveNumber('minutes', values.minutes)
  const seed = positiveNumber('seed', values.seed)
  const rows: string[] = [fleetHead()]
  const say = values.json ? () => {} : print
  say(fleetHead())
  const startedAt = performance.now()
  const look = (tally: FleetTally): void => {
    const row = fleetRow({ minutes: (performance.now() - startedAt) / 60_000, tally })
    rows.push(row)
    say(row)
  }
  const tally = await fleetSoak({ minutes, seed, lookMs: Math.max(LEAST_LOOK_MS, (minutes * 60_000) / ROWS), look })
  say(`\n${fleetVerdictText(tally)}`)
  const checks = fleetVerdict(tally)
  const broken = checks.filter(({ holds }) => !holds)
  if (values.json) print(JSON.stringify({ minutes, seed, holds: broken.length === 0, checks, tally }, undefined, 2))
  if (values.write) await writeResults('fleet soak', resultsText(rows, tally))
  if (broken.length > 0) throw new CommandError(`the fleet did not hold: ${broken.map(({ name }) => name).join('; ')}.`)
}

function resultsText(rows: readonly string[], tally: FleetTally): string {
  const date = new Date().toISOString().slice(0, 10)
  return `Run on ${date} by \`npm run soak -- --minutes N --write\`, node ${process.version}.\n\n${rows.join('\n')}\n\n${fleetVerdictText(tally)}`
}
