import { readArguments } from '../command-line/arguments.ts'
import { CommandError, UsageError } from '../command-line/command-error.ts'
import type { Command } from '../command-line/run-command.ts'
import { writeResults } from '../results-file.ts'
import { type Machine, thisMachine } from './machine.ts'
import type { Part } from './part.ts'
import { PARTS } from './parts.ts'
import { type Report, reportOf, reportText } from './report.ts'
import { runPart, type Thoroughness } from './run-part.ts'
import type { TableSamples } from './samples.ts'

const FULL: Thoroughness = {
  processes: 3,
  rounds: 20,
  warmUp: 5,
  roundMs: 20,
  serverRoundMs: 300,
  // At 3,000 V8 still compiles, for as long as the requests that are measured take.
  serverWarmUp: 10_000,
  pages: 10_000,
}
const QUICK: Thoroughness = {
  processes: 1,
  rounds: 8,
  warmUp: 3,
  roundMs: 10,
  serverRoundMs: 250,
  serverWarmUp: 1_000,
  pages: 10_000,
}

const HELP = `npm run bench -- [--only PART]… [--quick] [--json] [--check] [--write]

Measures this project and its peers side by side, in paired rounds, and says of each bar whether it holds: the lower 95 % bound of the
paired ratio is at most the bar. The whole run takes about three quarters of an hour, and wants the machine for itself.

--only PART  one part; may be given several times:
${PARTS.map(({ name, about }) => `               ${name.padEnd(12)}  ${about}`).join('\n')}
--quick      one process and fewer rounds: the order of things in a few minutes, and no figures to quote
--json       one JSON object: { bars: [{ name, ratio, low, bar, holds }], machine, tables }
--check      exit code 1 where a bar does not hold
--write      puts the tables of each part into its section of benchmarks/RESULTS.md
--help       this text`

type Written = (part: Part, samples: readonly TableSamples[]) => Promise<void>

/** Measures, prints, and says whether the bars hold. Progress goes to stderr. */
export const benchCommand: Command = async (argv, print) => {
  const { values, positionals } = readArguments(argv, {
    only: { type: 'string', multiple: true, default: [] },
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  })
  if (values.help) return print(HELP)
  if (positionals.length > 0) throw new UsageError(`expected options only, got ${positionals.join(' ')}.`)
  const parts = partsNamed(values.only)
  if (values.write && values.quick) throw new UsageError('--write takes figures to quote. Leave out --quick.')
  const machine = thisMachine()
  const written = async (part: Part, samples: readonly TableSamples[]): Promise<void> => {
    if (!values.write) return
    await writeResults(`bench ${part.name}`, `${measuredOn(new Date())}\n\n${reportText(reportOf(machine, samples))}`)
  }
  const report = await measured(parts, values.quick ? QUICK : FULL, { machine, written })
  print(values.json ? JSON.stringify(report, undefined, 2) : reportText(report))
  if (values.check) checkBars(report)
}

function partsNamed(names: readonly string[]): readonly Part[] {
  const unknown = names.find((name) => !PARTS.some((part) => part.name === name))
  if (unknown !== undefined) {
    const known = PARTS.map(({ name }) => name).join(', ')
    throw new UsageError(`--only must be one of ${known}, got "${unknown}".`)
  }
  return names.length === 0 ? PARTS : PARTS.filter(({ name }) => names.includes(name))
}

/** Measures parts one after the other; each is `written` as soon as it is there. */
export async function measured(
  parts: readonly Part[],
  thoroughness: Thoroughness,
  // The machine before anything is measured: the load would be our own.
  { machine = thisMachine(), written }: { readonly machine?: Machine; readonly written?: Written } = {},
): Promise<Report> {
  const samples: TableSamples[] = []
  for (const [i, part] of parts.entries()) {
    console.error(`${i + 1} of ${parts.length}, ${part.name}: ${part.about}`)
    const tables = await runPart(part, thoroughness)
    await written?.(part, tables)
    samples.push(...tables)
  }
  return reportOf(machine, samples)
}

function measuredOn(date: Date): string {
  return `Measured on ${date.toISOString().slice(0, 10)} by \`npm run bench -- --write\`.`
}

function checkBars({ bars }: Report): void {
  const failed = bars.filter(({ holds }) => !holds).map(({ name }) => name)
  if (failed.length > 0)
    throw new CommandError(`${failed.length} of ${bars.length} bars do not hold: ${failed.join('; ')}.`)
}
