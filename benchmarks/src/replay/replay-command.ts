import { CommandError } from '../command-line/command-error.ts'
import { counted } from '../command-line/figures.ts'
import { type InputFile, inputFile } from '../command-line/input-file.ts'
import type { Command } from '../command-line/run-command.ts'
import { LogReader } from './log-reader.ts'
import { surveyLog } from './log-survey.ts'
import { Pace } from './pace.ts'
import { type Standing, showProgress } from './progress.ts'
import { replay } from './replay-log.ts'
import { HELP, type ReplayArguments, replayArguments } from './replay-options.ts'
import { type ReplayReport, replayReport } from './replay-report.ts'
import { reportText } from './report-text.ts'
import { Tally } from './tally.ts'
import { runningApp, startedStorefront, type TargetApp } from './target-app.ts'
import type { Visit } from './visit.ts'
import { VisitorClient } from './visitor-client.ts'
import { firstOf, visitsOf } from './visits.ts'

/** As a shell says it: 128 + 2, for a command that Ctrl-C has ended. */
const INTERRUPTED = 130

/** Sends a log's requests again and prints what the cache made of them. Ctrl-C ends it early, with the figures so far. */
export const replayCommand: Command = async (argv, print) => {
  const options = replayArguments(argv)
  if (options === 'help') return print(HELP)
  const file = await inputFile(options.file)
  const lines = await surveyLog(file)
  const reader = new LogReader(file)
  const visits = await visitsOf(reader, file.name)
  const report = await withInterrupts((signal) => replayInto({ options, file, lines, reader, visits, signal }))
  print(options.json ? JSON.stringify(report) : reportText(report))
  if (report.interrupted) process.exitCode = INTERRUPTED
}

interface Replay {
  readonly options: ReplayArguments
  readonly file: InputFile
  /** Of the whole log, where it could be read before. */
  readonly lines: number | undefined
  readonly reader: LogReader
  readonly visits: AsyncGenerator<Visit>
  readonly signal: AbortSignal
}

async function replayInto({ options, file, lines, reader, visits, signal }: Replay): Promise<ReplayReport> {
  if (options.origin === undefined) {
    console.error(`${file.name}${lines === undefined ? '' : `: ${counted(lines, 'line')}`}; starting the storefront`)
  }
  const app = await (options.origin === undefined ? startedStorefront() : runningApp(options.origin))
  try {
    return await replayTo(app, { options, file, lines, reader, visits, signal })
  } finally {
    await app.stop()
  }
}

async function replayTo(
  app: TargetApp,
  { options, file, lines, reader, visits, signal }: Replay,
): Promise<ReplayReport> {
  const { speed, concurrency, limit } = options
  const tally = new Tally()
  const client = new VisitorClient({ origin: app.origin, connections: concurrency, mapping: app.mapping })
  const pace = speed === undefined ? undefined : new Pace(speed)
  const wanted = firstOf(visits, limit, signal)
  const startedAt = performance.now()
  const stopProgress = showProgress(() => standing(tally, reader, limit, lines))
  const lost = app.lost.then((reason) => {
    throw new CommandError(`the ${app.name} has ended in the middle: ${reason}`)
  })
  await Promise.race([replay(pace?.of(wanted, signal) ?? wanted, { client, tally, concurrency }), lost]).finally(
    stopProgress,
  )
  const durationMs = performance.now() - startedAt
  await client.close()
  if (tally.answered === 0)
    throw new CommandError(`the ${app.name} gave no answer to ${counted(tally.requests, 'request')}.`)
  return replayReport(
    {
      log: {
        file: file.name,
        lines: reader.lines,
        formats: reader.formats,
        skipped: Object.fromEntries(reader.skipped),
      },
      target: app.name,
      speed: speed ?? null,
      concurrency,
      interrupted: signal.aborted,
      durationMs,
      mostLateMs: pace?.mostLateMs ?? null,
      peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
    },
    tally,
    await app.counts(),
  )
}

function standing(tally: Tally, reader: LogReader, limit: number, lines: number | undefined): Standing {
  const { requests, answered, hits } = tally
  const ofRequests = { done: requests, total: limit }
  const ofLines = { done: reader.lines, total: lines }
  return { requests, answered, hits, ...(Number.isFinite(limit) ? ofRequests : ofLines) }
}

/** Ctrl-C, which may come more than once for one press, and a polite end. */
async function withInterrupts<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  const abort = () => controller.abort()
  process.on('SIGINT', abort).on('SIGTERM', abort)
  try {
    return await work(controller.signal)
  } finally {
    process.off('SIGINT', abort).off('SIGTERM', abort)
  }
}
