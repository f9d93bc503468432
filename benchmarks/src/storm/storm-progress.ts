import { SingleBar } from 'cli-progress'
import { type PhaseName, STRETCHES } from './phases.ts'

/** Shows on stderr how far a storm has come. */
export interface StormProgress {
  readonly phase: (name: PhaseName | 'warm-up') => void
  readonly stop: () => void
}

const BAR_EVERY_MS = 200

/** A bar on a terminal, else a line for each stretch. */
export function stormProgress(seconds: number): StormProgress {
  if (!process.stderr.isTTY) return { phase: (name) => console.error(name), stop: () => {} }
  const bar = new SingleBar({
    stream: process.stderr,
    format: '{bar} {percentage} %  {phase}',
    barsize: 30,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    gracefulExit: false,
  })
  bar.start(seconds, 0, { phase: 'warm-up' })
  const each = seconds / STRETCHES.length
  let stretches = 0
  let begun = 0
  let beganAt = Number.POSITIVE_INFINITY
  const update = (): void => bar.update(begun + Math.min(each, Math.max(0, (performance.now() - beganAt) / 1000)))
  const timer = setInterval(update, BAR_EVERY_MS)
  return {
    phase(name) {
      if (name === 'warm-up') return
      begun = stretches++ * each
      beganAt = performance.now()
      bar.update(begun, { phase: name })
    },
    stop() {
      clearInterval(timer)
      bar.stop()
    },
  }
}
