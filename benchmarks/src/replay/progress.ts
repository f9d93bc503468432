import { SingleBar } from 'cli-progress'
import { counted, grouped, percent } from '../command-line/figures.ts'

/** How far a replay has come. */
export interface Standing {
  /** Lines of the log, or requests where so many are wanted. */
  readonly done: number
  /** `undefined` where no end is known. */
  readonly total: number | undefined
  readonly requests: number
  readonly answered: number
  readonly hits: number
}

const BAR_EVERY_MS = 200
const LINE_EVERY_MS = 5_000

/** Shows on stderr how far a replay has come: a bar on a terminal, else a line every few seconds. Gives back the way to stop. */
export function showProgress(standing: () => Standing): () => void {
  const { total } = standing()
  return process.stderr.isTTY && total !== undefined ? showBar(standing, total) : showLines(standing)
}

function showBar(standing: () => Standing, total: number): () => void {
  const bar = new SingleBar({
    stream: process.stderr,
    format: '{bar} {percentage} %  {requests} requests, {rate}/s  {ratio} hits  {eta_formatted} left',
    barsize: 30,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    etaBuffer: 50,
    // Signals are ours: the figures so far are still to come.
    gracefulExit: false,
  })
  const startedAt = performance.now()
  const update = () => {
    const now = standing()
    const rate = now.requests / ((performance.now() - startedAt) / 1000)
    const payload = {
      requests: grouped(now.requests),
      rate: grouped(Math.round(rate)),
      ratio: percent(now.hits, now.answered),
    }
    bar.update(Math.min(now.done, total), payload)
  }
  bar.start(total, 0, { requests: 0, rate: 0, ratio: '–' })
  const timer = setInterval(update, BAR_EVERY_MS)
  return () => {
    clearInterval(timer)
    update()
    bar.stop()
  }
}

function showLines(standing: () => Standing): () => void {
  const timer = setInterval(() => {
    const { done, total, requests, answered, hits } = standing()
    const share = total === undefined ? '' : `${percent(done, total)}: `
    console.error(`${share}${counted(requests, 'request')}, ${percent(hits, answered)} hits`)
  }, LINE_EVERY_MS)
  return () => clearInterval(timer)
}
