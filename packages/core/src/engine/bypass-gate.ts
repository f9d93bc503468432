import type { Clock } from '../clock.ts'
import type { Now } from '../store/store.ts'
import type { Gate } from './admission.ts'
import type { PageAnswer } from './answers.ts'
import type { Admission } from './plan.ts'
import type { Asker, StandIns } from './stand-ins.ts'

/** The way in for bypassing visitors: a cap of their own, so that they cannot starve shared renders, nor the app. */
export class BypassGate {
  readonly #gate: Gate
  readonly #clock: Clock
  readonly #timeoutMs: number
  readonly #standIns: StandIns

  constructor(o: {
    readonly gate: Gate
    readonly clock: Clock
    readonly timeoutMs: number
    readonly standIns: StandIns
  }) {
    this.#gate = o.gate
    this.#clock = o.clock
    this.#timeoutMs = o.timeoutMs
    this.#standIns = o.standIns
  }

  /** A place at once or in turn; 503 where the queue is full or the wait too long. */
  admit(asker: Asker): Now<Admission | PageAnswer> {
    return this.#gate.tryEnter() ?? this.#queue(asker)
  }

  async #queue(asker: Asker): Promise<Admission | PageAnswer> {
    const applicant = this.#gate.apply()
    const timer = this.#clock.schedule(this.#timeoutMs, applicant.withdraw)
    const place = await applicant.place
    this.#clock.cancel(timer)
    return place ?? this.#standIns.unserved(503, 'bypass-limit', asker)
  }
}
