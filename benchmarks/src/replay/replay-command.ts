import { CommandError } from '../command-line/command-error.ts'
import { counted } from '../command-line/figures.ts'
import { type InputFile, inputFile } from '../command-line/input-file.ts'
import type { Command } from '../command-line/run-command.ts'
import { LogReader } from './log-reader.ts'
import { surveyLog } from './log-survey.ts'
import { LogTimes } from './log-times.ts'
import { Pace } from './pace.ts'
import { type Standing, showProgress } from './progress.ts'
import { replay } from './replay-log.ts'
import { HELP, type ReplayArguments, replayArguments } from './replay-options.ts'
import { type ReplayReport, replayReport } from './replay-report.ts'
import { reportText } from './report-text.ts'
import { Tally } from './tally.ts'
import { runningApp, startedStorefront, type TargetApp } from './target-app.ts'
import type { Visit } from './visit.ts'
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
  const report = await withInterrupts((interrupt) => replayInto({ options, file, lines, reader, visits, interrupt }))
  print(options.json ? JSON.stringify(report) : reportText(report))
  if (report.interrupted) process.exitCode = INTERRUPTED
}

interface Job {
  readonly options: ReplayArguments
  readonly file: InputFile
  /** Of the whole log, where it could be read before. */
  readonly lines: number | undefined
  readonly reader: LogReader
  readonly visits: AsyncGenerator<Visit>
  readonly interrupt: AbortSignal
}

async function replayInto(job: Job): Promise<ReplayReport> {
  const app = await targetApp(job)
  try {
    return await replayTo(app, job)
  } finally {
    await app.stop()
  }
}

function targetApp({ options: { origin }, file, lines }: Job): Promise<TargetApp> {
  if (origin !== undefined) return runningApp(origin)
  console.error(`${file.name}${lines === undefined ? '' : `: ${counted(lines, 'line')}`}; starting the storefront`)
  return startedStorefront()
}

async function replayTo(app: TargetApp, job: Job): Promise<ReplayReport> {
  const { file, reader, interrupt } = job
  const { speed, concurrency, limit } = job.options
  const tally = new Tally()
  const pace = speed === undefined ? undefined : new Pace(speed)
  const gone = new AbortController()
  const until = AbortSignal.any([interrupt, gone.signal])
  const times = new LogTimes()
  const wanted = times.of(firstOf(job.visits, limit, until))
  const stopProgress = showProgress(() => standing(tally, job))
  const startedAt = performance.now()
  await replay(pace?.of(wanted, until) ?? wanted, { app, tally, concurrency }).finally(() => {
    gone.abort() // however it ends, nobody goes on waiting for the next instant of the log
    stopProgress()
  })
  const durationMs = performance.now() - startedAt
  if (tally.answered === 0)
    throw new CommandError(`the ${app.name} answered none of ${counted(tally.requests, 'request')}.`)
  const { lines, formats, skipped } = reader
  const known = {
    log: { file: file.name, lines, formats, skipped: Object.fromEntries(skipped) },
    target: app.name,
    speed: speed ?? null,
    concurrency,
    interrupted: interrupt.aborted,
    durationMs,
    logSpanMs: times.spanMs,
    mostLateMs: pace?.mostLateMs ?? null,
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
  }
  return replayReport(known, tally, await app.counts())
}

function standing(tally: Tally, { reader, lines, options: { limit } }: Job): Standing {
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
