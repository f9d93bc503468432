import type { Clock } from '../clock.ts'
import type { Unshareable } from '../rules/storable.ts'
import type { Events, RenderCacheEvents } from './events.ts'
import type { Run } from './run.ts'
import type { Stats } from './stats.ts'

/** What is told of renders, and to whom. */
export interface RenderTellingParts {
  readonly clock: Clock
  readonly events: Events
  readonly stats: Stats
}

/** What of a run is told. */
type Told = Pick<Run, 'flight' | 'begun'>

/** Counts renders, and tells of their ends. */
export class RenderTelling {
  readonly #o: RenderTellingParts

  constructor(parts: RenderTellingParts) {
    this.#o = parts
  }

  /** It has rendered. */
  rendered({ flight }: Told): void {
    this.#o.stats.render(flight.slot.route.name)
  }

  ended(
    { flight: { slot, background }, begun }: Told,
    o: Pick<RenderCacheEvents['render'][0], 'outcome' | 'reason'>,
    culprit?: string,
  ): void {
    const { events, clock, stats } = this.#o
    // A visitor who waits is told, and counted, by the answer.
    if (background && o.reason !== undefined) stats.reason(slot.route.name, o.reason, culprit)
    if (events.listenerCount('render') === 0) return
    const durationMs = clock.now() - begun.at
    events.emit('render', { route: slot.route.name, url: slot.url, background, durationMs, ...o })
  }

  /** It gave somebody's own page. */
  unshareable(run: Told, { kind, ...why }: Unshareable): void {
    const { slot } = run.flight
    this.ended(run, { outcome: 'own', reason: why.reason }, why.culprit)
    this.#o.events.emit('unshareable', { route: slot.route.name, url: slot.url, ...why })
  }

  /** It gave no page; of one whose first bytes are on their way, no whole one. */
  failed({ flight: { slot, background, opening } }: Told, error: unknown): void {
    const streamed = opening !== undefined
    this.#o.events.emit('failure', { route: slot.route.name, url: slot.url, error, background, streamed })
  }

  /** It broke off while its body went out: whoever reads it has a head already, and hears of no error. */
  brokenOff({ flight: { slot, background } }: Told, error: unknown): void {
    this.#o.events.emit('failure', { route: slot.route.name, url: slot.url, error, background, streamed: true })
  }
}
