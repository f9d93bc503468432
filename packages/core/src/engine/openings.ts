import type { Unshareable } from '../rules/storable.ts'
import { streaming } from '../rules/streaming.ts'
import type { Entry } from '../store/entry.ts'
import type { Gate } from './admission/gate.ts'
import type { Flight } from './flight.ts'
import type { Landing } from './landing.ts'
import type { News } from './news.ts'
import type { OpenPage } from './render-run.ts'
import type { Run } from './run.ts'

/** What openings need from the rest of the engine. */
export interface OpeningParts {
  readonly landing: Landing
  readonly news: News
  /** Where renders go on that turned out to be one visitor's stream. */
  readonly bypassGate: Gate
}

/** Lets pages out while they are rendered. */
export class Openings {
  readonly #o: OpeningParts

  constructor(parts: OpeningParts) {
    this.#o = parts
  }

  /** Acts on a page whose first bytes are there; gives back why it is handed on to its leader and not gathered, if it is. */
  open(run: Run, page: OpenPage): Unshareable | undefined {
    const { flight } = run
    const { stream } = flight.slot.route
    if (stream === 'whole') return undefined
    const made = this.#o.landing.judgedSoFar(run, page)
    const verdict = made.kind === 'made' ? 'shareable' : made.kind
    const isJoinable = made.kind === 'made' && this.#isJoinable(run, made.entry)
    const way = streaming({ stream, verdict, isAwaited: flight.isAwaited, isJoinable })
    if (made.kind === 'unshareable' && way === 'hand-on') return this.#handOn(page) ? made : undefined
    if (made.kind === 'made' && way !== 'gather') this.#letOut(flight, page, made.entry, way === 'share')
    return undefined
  }

  /**
   * Whoever came after a record that names the page must not be given it, so nobody else is given it before its end. Where the app's own fields decide, who may
   * be given it depends on what they vary by.
   */
  #isJoinable({ flight, claim, origin }: Run, entry: Entry): boolean {
    if (origin !== undefined) return false
    return claim.kind !== 'alone' && this.#o.news.index.verdict(flight.slot.url, entry).kind === 'valid'
  }

  #letOut(flight: Flight, { status, fields, body, freeze }: OpenPage, entry: Entry, isShared: boolean): void {
    if (isShared) freeze()
    body.open()
    flight.open({ kind: 'opened', head: { status, fields }, entry, isShared, body })
  }

  /** From here on it is read as fast as one visitor reads, so it counts with those that bypass; where they have no place left it is gathered. */
  #handOn({ body }: OpenPage): boolean {
    const place = this.#o.bypassGate.tryEnter()
    if (place === undefined) return false
    void body.ended.then(place.release)
    body.letThrough()
    return true
  }
}
