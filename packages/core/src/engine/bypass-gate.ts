import type { Clock } from '../clock.ts'
import type { Now } from '../store/store.ts'
import type { Gate } from './admission.ts'
import { type PageAnswer, plainAnswer, RETRY_AFTER } from './answers.ts'
import type { Admission } from './plan.ts'

/** The way in for bypassing visitors: a cap of their own, so that they cannot starve shared renders, nor the app. */
export class BypassGate {
  readonly #gate: Gate
  readonly #clock: Clock
  readonly #timeoutMs: number

  constructor(gate: Gate, clock: Clock, timeoutMs: number) {
    this.#gate = gate
    this.#clock = clock
    this.#timeoutMs = timeoutMs
  }

  /** A place at once or in turn; 503 where the queue is full or the wait too long. */
  admit(): Now<Admission | PageAnswer> {
    return this.#gate.tryEnter() ?? this.#queue()
  }

  async #queue(): Promise<Admission | PageAnswer> {
    const applicant = this.#gate.apply()
    const timer = this.#clock.schedule(this.#timeoutMs, applicant.withdraw)
    const place = await applicant.place
    this.#clock.cancel(timer)
    return place ?? plainAnswer(503, 'Service Unavailable', 'bypass-limit', RETRY_AFTER)
  }
}
