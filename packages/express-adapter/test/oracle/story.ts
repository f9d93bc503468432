import type { SteppedClock } from './stepped-clock.ts'

/** A script that showed a fault: its message tells what happened up to there. */
export class Fault extends Error {
  override readonly name = 'Fault'
}

/** What happened in a script, line by line. */
export class Story {
  readonly #clock: SteppedClock
  readonly #beganAt: number
  readonly #lines: string[] = []
  #isFaulty = false

  constructor(clock: SteppedClock) {
    this.#clock = clock
    this.#beganAt = clock.now()
  }

  tell(line: string): void {
    const seconds = (this.#clock.now() - this.#beganAt) / 1000
    this.#lines.push(`${seconds.toFixed(3)} s: ${line}`)
  }

  fault(text: string): void {
    this.#lines.push(`    FAULT: ${text}`)
    this.#isFaulty = true
  }

  throwIfFaulty(): void {
    if (this.#isFaulty) throw new Fault(`\n${this.#lines.join('\n')}`)
  }
}
