import { onlyFile, positiveCount, readArguments } from '../command-line/arguments.ts'
import { UsageError } from '../command-line/command-error.ts'
import { counted, grouped } from '../command-line/figures.ts'
import { inputFile } from '../command-line/input-file.ts'
import type { Command } from '../command-line/run-command.ts'
import { idTrace } from './id-trace.ts'
import { runTrace } from './run-trace.ts'
import type { StoreFigures } from './store-run.ts'

const HELP = `npm run trace -- FILE --entries N [--entries M …] [--json]

Runs a trace of page ids through the memory store, bounded to N pages, and prints how many of the requests it could answer.
A page that the store has not is given to it, and what was not asked for for longest goes: plain LRU, as memoryStore({ maxEntries: N }) has it.

FILE         ids as big-endian unsigned 32-bit numbers, one for each request, in the order of arrival
--entries N  pages that the store may keep; may be given several times, for as many stores in one run
--json       one JSON object for each --entries on a line of its own: { trace, eviction, entries, requests, hits, hitRatio }
--help       this text`

/** Prints the hit ratio that the memory store has on a trace, once all of the trace has been read. */
export const traceCommand: Command = async (argv, print) => {
  const { values, positionals } = readArguments(argv, {
    entries: { type: 'string', multiple: true, default: [] },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  })
  if (values.help) return print(HELP)
  const entries = values.entries.map((text) => positiveCount('entries', text))
  if (entries.length === 0) throw new UsageError('--entries N is missing: the number of pages that the store may keep.')
  const file = await inputFile(onlyFile(positionals))
  const figures = await runTrace(idTrace(file), entries)
  for (const one of figures) print(values.json ? asJson(file.name, one) : asLine(one))
}

function asJson(trace: string, figures: StoreFigures): string {
  return JSON.stringify({ trace, eviction: 'leastRecentlyUsed', ...figures })
}

function asLine({ entries, requests, hits, hitRatio }: StoreFigures): string {
  return `${grouped(entries)} entries: hitRatio ${hitRatio.toFixed(4)} (${grouped(hits)} of ${counted(requests, 'request')})`
}
