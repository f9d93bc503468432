import { mkdir, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { positiveNumber, readArguments } from '../command-line/arguments.ts'
import { CommandError, UsageError } from '../command-line/command-error.ts'
import type { Command } from '../command-line/run-command.ts'
import { stormSvg } from './storm-plot.ts'
import { stormProgress } from './storm-progress.ts'
import { type StormReport, stormReport } from './storm-report.ts'
import { type StormLog, storm } from './storm-run.ts'
import { stormText } from './storm-text.ts'

const LEAST_SECONDS = 5

const HELP = `npm run storm -- [--render main|worker] [--seconds N] [--json]

Lets a storm loose on the storefront: steady visits to pages that it keeps; then a crawler, which asks for cold pages faster than they can be rendered; then an API that
hangs; then its return. Exit code 1 where a hit was lost, more renders ran than the cap allows, a search engine would index a page that is none, the shop
did not recover within 5 s, or, with --render worker, hits took more than twice what they took beside the same work of another process.

--render main|worker  where the storefront renders (worker)
--seconds N           how long all phases take together (90; ${LEAST_SECONDS} and more)
--json                one JSON object on stdout, and nothing else there
--help                this text

The plot is written to bench-results/storm-RENDER.svg.`

/** Storms the storefront, prints what became of it, draws it, and judges. */
export const stormCommand: Command = async (argv, print) => {
  const { values, positionals } = readArguments(argv, {
    render: { type: 'string', default: 'worker' },
    seconds: { type: 'string', default: '90' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  })
  if (values.help) return print(HELP)
  if (positionals.length > 0) throw new UsageError(`expected options only, got ${positionals.join(' ')}.`)
  const options = { render: renderOf(values.render), seconds: secondsOf(values.seconds) }
  const log = await stormed(options)
  const report = stormReport(options, log)
  print(values.json ? JSON.stringify(report, undefined, 2) : stormText(report))
  console.error(`plot: ${await draw(`storm-${options.render}.svg`, await stormSvg(log, titleOf(report)))}`)
  const broken = report.checks.filter(({ holds }) => !holds)
  if (broken.length > 0) throw new CommandError(`it did not hold: ${broken.map(({ name }) => name).join('; ')}.`)
}

async function stormed(options: { readonly render: 'main' | 'worker'; readonly seconds: number }): Promise<StormLog> {
  const interrupt = new AbortController()
  const stop = (): void => interrupt.abort(new CommandError('interrupted.'))
  process.once('SIGINT', stop).once('SIGTERM', stop)
  const progress = stormProgress(options.seconds)
  try {
    return await storm({
      ...options,
      onPhase: progress.phase,
      signal: interrupt.signal,
    })
  } finally {
    progress.stop()
    process.off('SIGINT', stop).off('SIGTERM', stop)
  }
}

const RESULTS = new URL('../../../bench-results/', import.meta.url)

async function draw(name: string, svg: string): Promise<string> {
  await mkdir(RESULTS, { recursive: true })
  const file = new URL(name, RESULTS)
  await writeFile(file, svg)
  return fileURLToPath(file)
}

function titleOf({ render, hitP99Ratio, loopDelayRatio }: StormReport): string {
  return `npm run storm -- --render ${render}: p99 of hits ${hitP99Ratio.toFixed(2)} ×, of event-loop delay ${loopDelayRatio.toFixed(2)} × the control's`
}

function renderOf(text: string): 'main' | 'worker' {
  if (text === 'main' || text === 'worker') return text
  throw new UsageError(`--render must be main or worker, got "${text}".`)
}

function secondsOf(text: string): number {
  const seconds = positiveNumber('seconds', text)
  if (seconds >= LEAST_SECONDS) return seconds
  throw new UsageError(`--seconds must be a number >= ${LEAST_SECONDS}, got "${text}".`)
}
