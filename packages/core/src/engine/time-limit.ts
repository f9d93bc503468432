import type { Clock, Timer } from '../clock.ts'

/** What is thrown where an answer does not come in time. */
export class LateError extends Error {}

/** What one request has waited for the store, all of its calls together. */
export class Budget {
  #spentMs = 0
  #isOver = false

  /** One call was not answered in time: no other is to be waited for. */
  get isOver(): boolean {
    return this.#isOver
  }

  spend(ms: number): void {
    this.#spentMs += ms
  }

  exhaust(): void {
    this.#isOver = true
  }

  /** Of `ms`. What was answered and took longer was noticed late, by a busy process and not by fault of the store: so much is left all the same. */
  leftOf(ms: number): number {
    return this.#spentMs < ms ? ms - this.#spentMs : Math.ceil(ms * LEAST_SHARE)
  }
}

const LEAST_SHARE = 1 / 5

/**
 * An answer may lie in the socket when its time is over, and the process have been busy: it is looked for in so many turns more. After a render of 70 ms, 40 of 40
 * answers were given up by a plain timer, and none of them so.
 */
const TURNS = 2

/** Who is told what came of a call: one of the two, once. */
interface Told<T> {
  readonly answered: (value: T) => void
  readonly failed: (error: unknown) => void
}

/** How long calls to the store may take: who waits longer does without its answer. */
export class TimeLimit {
  readonly ms: number
  readonly #clock: Clock
  /** By the instant at which they end: calls of one instant have one timer. */
  readonly #batches = new Map<number, Batch>()

  constructor(clock: Clock, ms: number) {
    this.#clock = clock
    this.ms = ms
  }

  /** The answer, or a rejection once the time is over: that of this call, or what is left of the request's. */
  of<T>(answer: Promise<T>, budget?: Budget): Promise<T> {
    return new Promise((answered, failed) => this.tell({ answered, failed }, answer, budget))
  }

  /** The same, for one who makes a promise of it in any case. */
  tell<T>({ answered, failed }: Told<T>, answer: Promise<T>, budget?: Budget): void {
    const from = this.#clock.now()
    const ms = budget === undefined ? this.ms : budget.leftOf(this.ms)
    const batch = this.#batch(from + ms, ms)
    const giveUp = (): void => {
      budget?.exhaust()
      failed(new LateError(`no answer within ${this.ms} ms`))
    }
    const endsInTime = (): boolean => {
      budget?.spend(Math.max(0, this.#clock.now() - from))
      return batch.leave(giveUp)
    }
    batch.join(giveUp)
    answer.then(
      (value) => {
        if (endsInTime()) answered(value)
      },
      (error: unknown) => {
        if (endsInTime()) failed(error)
      },
    )
  }

  #batch(endsAt: number, ms: number): Batch {
    const known = this.#batches.get(endsAt)
    if (known !== undefined) return known
    const made = new Batch(this.#clock, ms, () => this.#batches.delete(endsAt))
    this.#batches.set(endsAt, made)
    return made
  }
}

/** Calls whose time ends at one instant, under one timer. */
class Batch {
  readonly #clock: Clock
  readonly #waiting = new Set<() => void>()
  readonly #over: () => void
  #timer: Timer

  constructor(clock: Clock, ms: number, over: () => void) {
    this.#clock = clock
    this.#over = over
    this.#timer = clock.schedule(ms, () => this.#turn(TURNS))
  }

  join(giveUp: () => void): void {
    this.#waiting.add(giveUp)
  }

  /** Whether it was waiting still. */
  leave(giveUp: () => void): boolean {
    if (!this.#waiting.delete(giveUp)) return false
    if (this.#waiting.size > 0) return true
    this.#clock.cancel(this.#timer)
    this.#over()
    return true
  }

  #turn(left: number): void {
    if (left > 0) {
      this.#timer = this.#clock.schedule(0, () => this.#turn(left - 1))
      return
    }
    this.#over()
    const late = [...this.#waiting]
    this.#waiting.clear()
    for (const giveUp of late) giveUp()
  }
}
