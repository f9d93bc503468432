import type { Clock } from '../clock.ts'
import type { Now } from '../store/store.ts'
import type { Arrivals } from './arrivals.ts'
import type { Departure } from './departure.ts'
import type { Visit } from './engine.ts'
import type { Keyed } from './keyed.ts'
import { asksForEverybody, soloAsk } from './origin-ask.ts'
import type { Rests } from './rests.ts'

/** What answering at once needs from the rest of the engine. */
export interface UnwaitedParts<Key extends Keyed, Out> {
  readonly clock: Clock
  readonly departure: Departure
  readonly arrivals: Arrivals<Key, Out>
  readonly rests: Rests
}

/** Answers those at once for whom nothing fresh or stale is kept, and who are to wait for no render. */
export class Unwaited<Key extends Keyed, Out> {
  readonly #o: UnwaitedParts<Key, Out>

  constructor(parts: UnwaitedParts<Key, Out>) {
    this.#o = parts
  }

  /** Nobody is to render the page. */
  never(visit: Visit<Key>): Now<Out> {
    return this.#o.arrivals.unrendered(visit)
  }

  /** There is no place for one more render, nor in the queue. */
  full(visit: Visit<Key>): Now<Out> {
    return this.#o.arrivals.without('turned-away', visit)
  }

  /** One render runs behind the answer, for whoever comes when it has ended; not while the key rests after a failure, since every visit would begin another. */
  behind(visit: Visit<Key>, isRendering: boolean): Now<Out> {
    const { clock, departure, arrivals, rests } = this.#o
    const { slot, kept } = visit
    if (!isRendering && rests.until(slot.id, clock.now()) === 0) {
      departure.together(asksForEverybody(visit.origin) ? visit : soloAsk(visit), kept, true)
    }
    return arrivals.without('timeout', visit)
  }
}
