// Loaded into the storefront's process before its own code (`--import`): tells when it had handed over the answers that are measured, and how late its event
// loop is. The storefront knows nothing of it, and without it nothing is measured.
import { channel } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { isMainThread } from 'node:worker_threads'
import { machineTime } from './machine-time.ts'
import { type LoopDelay, NUMBER_FIELD, type ServerSample } from './server-messages.ts'

const SAMPLE_MS = 100
// Timers of the loop have whole milliseconds: a finer one would show no more.
const RESOLUTION_MS = 2

if (isMainThread) watch()

function watch(): void {
  const [sampled, asked] = [loopDelays(), loopDelays()]
  let answered: [number, number][] = []
  channel('http.server.response.finish').subscribe((message) => {
    const { request } = message as { readonly request: IncomingMessage } // as Node documents it
    const number = request.headers[NUMBER_FIELD]
    if (number !== undefined) answered.push([Number(number), machineTime()])
  })
  setInterval(() => {
    tell({ kind: 'sample', at: machineTime(), loopDelayMs: sampled.ms(100), answered })
    sampled.reset()
    answered = []
  }, SAMPLE_MS).unref()
  process.on('message', () => {
    tell({ kind: 'loop-delay', p99Ms: asked.ms(99) })
    asked.reset()
  })
}

function loopDelays() {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  histogram.enable()
  return {
    /** Below what a share of the delays lies, in milliseconds. */
    ms: (percent: number) => Math.max(0, histogram.percentile(percent) / 1e6 - RESOLUTION_MS),
    reset: () => histogram.reset(),
  }
}

function tell(message: ServerSample | LoopDelay): void {
  if (process.connected) process.send?.(message)
}
