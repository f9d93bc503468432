import type { Now } from '../store/store.ts'
import type { Gate } from './admission/gate.ts'
import type { Place } from './admission/place.ts'
import type { PageAnswer } from './answers.ts'
import type { Asker, StandIns } from './stand-ins.ts'
import type { Stay } from './stay.ts'

/** The way in for bypassing visitors: a cap of their own, so that they cannot starve shared renders, nor the app. */
export class BypassGate {
  readonly #gate: Gate
  readonly #standIns: StandIns

  constructor(gate: Gate, standIns: StandIns) {
    this.#gate = gate
    this.#standIns = standIns
  }

  /** A place at once or in turn; 503 where the queue is full, the wait too long, or the stay over. */
  admit(asker: Asker, stay: Stay | undefined): Now<Place | PageAnswer> {
    return this.#gate.tryEnter() ?? this.#queue(asker, stay)
  }

  async #queue(asker: Asker, stay: Stay | undefined): Promise<Place | PageAnswer> {
    const { timeoutMs, queueTimeoutMs } = asker.route.admission
    const { place: promised, withdraw } = this.#gate.apply({ timeoutMs: Math.min(timeoutMs, queueTimeoutMs) })
    stay?.waitIn({ leave: withdraw })
    const place = await promised
    return place ?? this.#standIns.unserved(503, 'bypass-limit', asker)
  }
}
