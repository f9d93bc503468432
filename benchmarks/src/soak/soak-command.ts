import { positiveCount, readArguments } from '../command-line/arguments.ts'
import { CommandError, UsageError } from '../command-line/command-error.ts'
import type { Command } from '../command-line/run-command.ts'
import { FLEET_HELP, fleetSoakCommand } from '../fleet-soak/fleet-soak-command.ts'
import { collectGarbage } from '../garbage.ts'
import { writeResults } from '../results-file.ts'
import { headText, sampleText, verdictText } from './soak-report.ts'
import { type SoakSample, soak } from './soak-run.ts'
import { type Check, verdict } from './verdict.ts'

const HELP = `npm run soak -- [--urls N] [--json] [--write]

Sends a flood of random URLs through one cache, most of which never come again: products, searches, made-up paths that answer 404, pages
that nobody may share, failures, hosts, cookies, campaign parameters, while tags and URLs are invalidated. Prints over time what the cache
holds, and whether bytes, marks, memo and index stayed bounded and the hot pages were there: exit code 1 where not.

--urls N   URLs that nobody has asked for before (1,000,000: about a quarter of an hour on 2 cores)
--json     one JSON object: { urls, seed, bounded, checks, samples }
--write    puts the table into benchmarks/RESULTS.md`

const SAMPLES = 20
const SEED = 1

/** The flood, or a fleet under havoc where `--minutes` says for how long. */
export const soakCommand: Command = (argv, print) => {
  const isOfFleet = argv.some((argument) => /^--(minutes|seed)\b/.test(argument))
  if (argv.includes('--help') || argv.includes('-h')) return Promise.resolve(print(`${HELP}\n\n\n${FLEET_HELP}`))
  return (isOfFleet ? fleetSoakCommand : floodCommand)(argv, print)
}

/** Floods, prints the table as it grows, and judges. */
const floodCommand: Command = async (argv, print) => {
  const { values, positionals } = readArguments(argv, {
    urls: { type: 'string', default: '1000000' },
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  })
  if (positionals.length > 0) throw new UsageError(`expected options only, got ${positionals.join(' ')}.`)
  const urls = positiveCount('urls', values.urls)
  const say = values.json ? () => {} : print
  say(headText())
  const samples: SoakSample[] = []
  for await (const sample of soak({ urls, samples: SAMPLES, seed: SEED, memory })) {
    samples.push(sample)
    say(sampleText(sample))
  }
  const checks = verdict(samples)
  say(`\n${verdictText(checks, urls)}`)
  if (values.json) print(asJson(urls, checks, samples))
  if (values.write) await writeResults('soak', resultsText(urls, checks, samples))
  failUnlessBounded(checks)
}

async function memory() {
  await collectGarbage()
  const { heapUsed, external, rss } = process.memoryUsage()
  return { heapBytes: heapUsed + external, residentBytes: rss }
}

function asJson(urls: number, checks: readonly Check[], samples: readonly SoakSample[]): string {
  const bounded = checks.every(({ holds }) => holds)
  return JSON.stringify({ urls, seed: SEED, bounded, checks, samples }, undefined, 2)
}

function resultsText(urls: number, checks: readonly Check[], samples: readonly SoakSample[]): string {
  const date = new Date().toISOString().slice(0, 10)
  const table = [headText(), ...samples.map(sampleText)].join('\n')
  return `Run on ${date} by \`npm run soak -- --write\`, node ${process.version}.\n\n${table}\n\n${verdictText(checks, urls)}`
}

function failUnlessBounded(checks: readonly Check[]): void {
  const broken = checks.filter(({ holds }) => !holds).map(({ name }) => name)
  if (broken.length > 0) throw new CommandError(`not everything stayed bounded: ${broken.join('; ')}.`)
}
