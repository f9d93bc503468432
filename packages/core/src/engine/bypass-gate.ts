import type { Now } from '../store/store.ts'
import type { Gate } from './admission/gate.ts'
import type { Place } from './admission/place.ts'
import type { PageAnswer } from './answers.ts'
import type { Asker, StandIns } from './stand-ins.ts'

/** The way in for bypassing visitors: a cap of their own, so that they cannot starve shared renders, nor the app. */
export class BypassGate {
  readonly #gate: Gate
  readonly #standIns: StandIns

  constructor(gate: Gate, standIns: StandIns) {
    this.#gate = gate
    this.#standIns = standIns
  }

  /** A place at once or in turn; 503 where the queue is full or the wait too long. */
  admit(asker: Asker): Now<Place | PageAnswer> {
    return this.#gate.tryEnter() ?? this.#queue(asker)
  }

  async #queue(asker: Asker): Promise<Place | PageAnswer> {
    const { timeoutMs, queueTimeoutMs } = asker.route.admission
    const place = await this.#gate.apply({ timeoutMs: Math.min(timeoutMs, queueTimeoutMs) }).place
    return place ?? this.#standIns.unserved(503, 'bypass-limit', asker)
  }
}
