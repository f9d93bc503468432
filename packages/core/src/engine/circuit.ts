import type { Clock } from '../clock.ts'
import { Deadline } from '../store/deadline.ts'

/** `closed`: calls are made. `open`: they are spared. `half-open`: one is made, to see whether the store is back. */
export type CircuitState = 'closed' | 'open' | 'half-open'

/** So many failures more than answers, and calls are spared: a few late answers among many good ones are borne. */
const FAILURES_TO_OPEN = 5
/** After each failure of the one that is let through, so long again. */
const OPEN_MS = 1_000

/** Spares requests a store that does not answer (a circuit breaker). */
export class Circuit {
  readonly #clock: Clock
  readonly #changed: (state: CircuitState) => void
  #state: CircuitState = 'closed'
  #failures = 0
  #openUntil: Deadline | undefined

  constructor(clock: Clock, changed: (state: CircuitState) => void) {
    this.#clock = clock
    this.#changed = changed
  }

  get state(): CircuitState {
    return this.#state
  }

  /** Whether the one that is let through may be made now. */
  isDue(now: number = this.#clock.now()): boolean {
    return this.#state === 'open' && now >= (this.#openUntil?.seenAt(now) ?? 0)
  }

  /** Whether a call may be made now. Of those who ask of an open circuit, one is let through, and whoever is must say what came of it. */
  admits(now?: number): boolean {
    if (this.#state === 'closed') return true
    if (!this.isDue(now)) return false
    this.#become('half-open')
    return true
  }

  succeeded(): void {
    if (this.#state === 'half-open') this.#become('closed')
    if (this.#failures > 0) this.#failures--
  }

  failed(): void {
    if (this.#state === 'open') return
    this.#failures++
    if (this.#state === 'closed' && this.#failures < FAILURES_TO_OPEN) return
    this.#failures = 0
    this.#openUntil = new Deadline(this.#clock.now(), OPEN_MS)
    this.#become('open')
  }

  #become(state: CircuitState): void {
    this.#state = state
    this.#changed(state)
  }
}
