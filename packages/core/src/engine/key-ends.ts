import type { Clock } from '../clock.ts'
import type { Clearance } from './clearance.ts'
import type { Claim, Flight } from './flight.ts'
import type { Rests } from './rests.ts'
import type { Run } from './run.ts'

/** What the ends of renders do to their keys. */
export interface KeyEndParts {
  readonly clock: Clock
  readonly clearance: Clearance
  readonly rests: Rests
}

/** What a key is left in when its render has ended: free for the next, or at rest. */
export class KeyEnds {
  readonly #o: KeyEndParts

  constructor(parts: KeyEndParts) {
    this.#o = parts
  }

  /** The next visitor may have it rendered. */
  free(flight: Flight, claim: Claim): void {
    this.#o.clearance.release(flight, claim)
  }

  /** Nobody renders it for a while. What was one visitor's alone says nothing of the next. */
  rest(flight: Flight, claim: Claim): void {
    const { rests, clock, clearance } = this.#o
    if (flight.isSolo) this.free(flight, claim)
    else clearance.release(flight, claim, rests.fail(flight.slot.id, clock.now()))
  }

  /** A page that could not be written would be rendered for every visitor, so its key rests like one that failed. */
  settle({ flight, claim }: Run, failed: boolean): void {
    if (failed) {
      this.rest(flight, claim)
    } else {
      this.#endRest(flight, claim)
      this.free(flight, claim)
    }
  }

  #endRest(flight: Flight, claim: Claim): void {
    const { rests, clock, clearance } = this.#o
    const { id } = flight.slot
    if (claim.kind === 'alone' && rests.until(id, clock.now()) > 0) clearance.endRest(flight)
    rests.forget(id)
  }
}
