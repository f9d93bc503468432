import { monitorEventLoopDelay } from 'node:perf_hooks'

/** How late the event loop is. */
export interface LoopDelayMeter {
  /** Milliseconds that a callback waited on average, since it was asked last. */
  read(): number
  stop(): void
}

const RESOLUTION_MS = 10

/** Node's own histogram, whose timer runs outside of JavaScript and keeps no process alive. */
export function loopDelayMeter(): LoopDelayMeter {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  histogram.enable()
  return {
    read() {
      const { mean } = histogram
      histogram.reset()
      // No sample at all gives no number.
      return Number.isNaN(mean) ? 0 : Math.max(0, mean / 1e6 - RESOLUTION_MS)
    },
    stop: () => void histogram.disable(),
  }
}
