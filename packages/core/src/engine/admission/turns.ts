import type { Pressure, Strategy } from '../../rules/overload.ts'
import type { RouteAdmission } from '../../rules/route-admission.ts'
import type { Keyed } from '../keyed.ts'
import { type Cap, NO_CAPS } from './cap.ts'
import type { Applicant, Application, Gate } from './gate.ts'
import type { Lane } from './lane.ts'
import type { Place } from './place.ts'
import { RouteCaps, smallerCap } from './route-caps.ts'

/** A render that needs a place, as far as it matters for that. */
export interface Turn {
  readonly slot: Keyed
  readonly lane: Lane
  readonly strategy: Strategy
  readonly background: boolean
  /** It goes as its visitor sent it, and its answer speaks for nobody else. */
  readonly isSolo: boolean
}

/** What taking turns needs from the rest of the engine. */
export interface TurnParts {
  readonly gate: Gate
  /** For those who come with requests of their own: they wait for each other, and for nobody who shares. */
  readonly bypassGate: Gate
  readonly limits: { readonly concurrency: number; readonly queueLimit: number; readonly alwaysConcurrency: number }
}

/** Gets renders a place in all caps that they count against. */
export class Turns {
  readonly #o: TurnParts
  readonly #routes: RouteCaps
  readonly #always: readonly Cap[]

  constructor(parts: TurnParts) {
    this.#o = parts
    const { alwaysConcurrency, ...whole } = parts.limits
    this.#routes = new RouteCaps(whole)
    this.#always = [smallerCap(alwaysConcurrency, whole)]
  }

  /** What there would be for it now. */
  room(turn: Turn): Pressure['room'] {
    return this.#gateFor(turn).room(this.#application(turn))
  }

  /** Asks for a place. */
  take(turn: Turn): Applicant {
    return this.#gateFor(turn).apply(this.#application(turn))
  }

  /** A place at once, or `undefined` where it would have to wait. */
  tryTake(turn: Turn): Place | undefined {
    return this.#gateFor(turn).tryEnter(this.#application(turn).within)
  }

  /** In the queue, it is what it has become meanwhile. */
  lift(applicant: Applicant, turn: Turn): void {
    applicant.lift(this.#application(turn))
  }

  #gateFor(turn: Turn): Gate {
    return isForOne(turn) ? this.#o.bypassGate : this.#o.gate
  }

  #application(turn: Turn): Required<Application> {
    const { slot, lane, strategy } = turn
    return { lane, within: this.#capsFor(turn), timeoutMs: queueTime(lane, strategy, slot.route.admission) }
  }

  /** Of one gate alone: nobody would be woken in the other when a place under them gets free. */
  #capsFor(turn: Turn): readonly Cap[] {
    if (isForOne(turn)) return NO_CAPS
    const route = this.#routes.of(turn.slot.route.admission)
    return turn.strategy === 'always' ? [...route, ...this.#always] : route
  }
}

/** Whoever asks waits for it, and nobody else. */
function isForOne({ isSolo, background }: Turn): boolean {
  return isSolo && !background
}

function queueTime(lane: Lane, strategy: Strategy, limits: RouteAdmission): number {
  const { queueTimeoutMs, alwaysTimeoutMs, deadlineMs } = limits
  // What lets everybody by must be given the time for it.
  if (lane === 'warm-up') return deadlineMs
  // Whoever waits for what is always rendered was told for how long; nobody waits for a refresh.
  return strategy === 'always' && lane !== 'refresh' ? Math.max(queueTimeoutMs, alwaysTimeoutMs) : queueTimeoutMs
}
