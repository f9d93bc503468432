import type { Lane } from './lane.ts'

/** How many run side by side, and how many wait. */
export interface CapOptions {
  readonly concurrency: number
  /** Of each lane. */
  readonly queueLimit: number
}

/** Of what counts against no smaller cap. */
export const NO_CAPS: readonly Cap[] = Object.freeze([])

/** So many run side by side at most, of all that count against it. */
export class Cap {
  readonly #concurrency: number
  readonly #queueLimit: number
  readonly #waiting: Partial<Record<Lane, number>> = {}
  #limit: number
  #taken = 0

  constructor({ concurrency, queueLimit }: CapOptions) {
    this.#concurrency = concurrency
    this.#limit = concurrency
    this.#queueLimit = queueLimit
  }

  /** How many may run side by side now: `concurrency`, or less. Whoever runs already goes on. */
  get limit(): number {
    return this.#limit
  }

  set limit(limit: number) {
    this.#limit = Math.min(limit, this.#concurrency)
  }

  get taken(): number {
    return this.#taken
  }

  get isFree(): boolean {
    return this.#taken < this.#limit
  }

  take(): void {
    this.#taken++
  }

  giveBack(): void {
    this.#taken--
  }

  /** How many wait in this lane. */
  waiting(lane: Lane): number {
    return this.#waiting[lane] ?? 0
  }

  mayWait(lane: Lane): boolean {
    return this.waiting(lane) < this.#queueLimit
  }

  /** One more waits in this lane, or (-1) one less. */
  count(lane: Lane, change: 1 | -1): void {
    this.#waiting[lane] = this.waiting(lane) + change
  }
}
