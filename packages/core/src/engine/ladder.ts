import type { Clock } from '../clock.ts'
import { type Pressure, type Rung, rungOf, type Strategy } from '../rules/overload.ts'
import type { Now } from '../store/store.ts'
import { isWarming } from '../warm/warming.ts'
import type { Arrivals } from './arrivals.ts'
import type { Departure } from './departure.ts'
import type { Flight } from './flight.ts'
import type { Keyed } from './keyed.ts'
import { andThen } from './later.ts'
import { asksForEverybody, soloAsk, soloOf } from './origin-ask.ts'
import type { Receives } from './reception.ts'
import type { Rests } from './rests.ts'
import type { Lookup, Waiting } from './waiting.ts'
import type { Visit } from './wish.ts'

/** What the order of overload needs from the rest of the engine. */
export interface LadderParts<Key extends Keyed, Out> {
  readonly clock: Clock
  readonly departure: Departure
  readonly reception: Receives<Key>
  readonly waiting: Waiting<Key, Out>
  readonly arrivals: Arrivals<Key, Out>
  readonly rests: Rests
  readonly lookup: Pick<Lookup<Key, Out>, 'inForm'>
}

/** Gives those for whom nothing is kept that may be served before a render was tried what the order of overload has for them. */
export class Ladder<Key extends Keyed, Out> {
  readonly #o: LadderParts<Key, Out>

  constructor(parts: LadderParts<Key, Out>) {
    this.#o = parts
  }

  /** `flight`: the one that this visitor may join. */
  climb(visit: Visit<Key>, flight: Flight | undefined): Now<Out> {
    const { reception, waiting, arrivals } = this.#o
    const strategy = reception.strategy(visit)
    const asked = ofStrategy(visit, strategy)
    const isAlone = visit.kept.state === 'marked'
    const patient = !this.#waitsForNothing(asked)
    switch (this.#rung(asked, { strategy, patient, rendering: flight !== undefined && !isAlone })) {
      case 'follow':
        return waiting.together(flight, asked)
      case 'render':
      case 'queue':
        if (isAlone) return waiting.alone(this.#timed(asked))
        return waiting.together(undefined, this.#timed(asked))
      default:
        if (strategy === 'never') return this.#stoodIn(asked, arrivals.unrendered(asked))
        if (patient) return this.#stoodIn(asked, arrivals.without('turned-away', asked))
        return this.#stoodIn(asked, this.#behind(asked, isAlone || flight !== undefined))
    }
  }

  #rung(visit: Visit<Key>, known: Pick<Pressure, 'strategy' | 'patient' | 'rendering'>): Rung {
    const kept = visit.kept.view === undefined ? 'none' : 'error'
    return rungOf({ ...known, kept, room: known.rendering ? 'none' : this.#room(visit) })
  }

  #room(visit: Visit<Key>): Pressure['room'] {
    const isSolo = soloOf(visit.origin, visit.kept) !== undefined
    const lane = isWarming() ? 'warm-up' : this.#o.reception.lane(visit)
    return this.#o.departure.room({
      slot: visit.slot,
      lane,
      strategy: visit.strategy ?? 'default',
      isSolo,
      background: false,
    })
  }

  /** A warm-up always waits, and so does who asks the app alone: nothing of it would be anybody else's. */
  #waitsForNothing(visit: Visit<Key>): boolean {
    if (visit.slot.route.admission.timeoutMs > 0 || isWarming()) return false
    return this.#o.reception.waitMs(visit) === 0 && soloOf(visit.origin, visit.kept) === undefined
  }

  /** One render runs behind the answer, for whoever comes when it has ended; not while the key rests after a failure, since every visit would begin another. */
  #behind(visit: Visit<Key>, isRendering: boolean): Now<Out> {
    const { clock, departure, arrivals, rests } = this.#o
    const { slot, kept } = visit
    if (!isRendering && rests.until(slot.id, clock.now()) === 0) {
      departure.together(asksForEverybody(visit.origin) ? visit : soloAsk(visit), kept, true)
    }
    return arrivals.without('timeout', visit)
  }

  #stoodIn(visit: Visit<Key>, out: Now<Out>): Now<Out> {
    return andThen(out, (made) => this.#o.lookup.inForm(visit, made))
  }

  /** The time of a moment ago is for crowds: whoever comes first has all of their patience. */
  #timed(visit: Visit<Key>): Visit<Key> {
    return visit.isTimed === true ? visit : { ...visit, cameAt: this.#o.clock.now() }
  }
}

/** The visit with its strategy, by which its render counts against the cap of pages that are always rendered. */
export function ofStrategy<Key extends Keyed>(visit: Visit<Key>, strategy: Strategy): Visit<Key> {
  return strategy === 'default' ? visit : { ...visit, strategy }
}
