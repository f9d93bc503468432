import type { Clock } from '../clock.ts'
import type { Pressure } from '../rules/overload.ts'
import type { Unshareable } from '../rules/storable.ts'
import type { Entry } from '../store/entry.ts'
import type { Gate } from './admission/gate.ts'
import { giveBack } from './admission/give-back.ts'
import type { Place } from './admission/place.ts'
import type { Turn, Turns } from './admission/turns.ts'
import { brokenRender } from './broken-render.ts'
import type { Ask } from './departure.ts'
import type { Events } from './events.ts'
import type { Claim, Finish, Flight } from './flight.ts'
import type { Kept } from './kept.ts'
import type { Landing } from './landing.ts'
import type { News } from './news.ts'
import type { Openings } from './openings.ts'
import { isMistaken } from './origin-landing.ts'
import type { Attempt, OpenPage, RenderRunner, RunOptions } from './render-run.ts'
import type { Rests } from './rests.ts'
import type { Run } from './run.ts'
import type { RunningBody } from './running-body.ts'
import { previousPage } from './vouched-page.ts'

// Of pages that were too large a moment ago, this much is read before they are handed on: enough to see an ordinary page.
const LARGE_PREFIX_BYTES = 65_536

function runOf({ slot, render }: Ask, { reason }: Kept, before: Entry | undefined): RunOptions {
  const maxBytes = reason === 'too-large' && slot.isValue !== true ? LARGE_PREFIX_BYTES : undefined
  return { slot, render, maxBytes, previous: before && previousPage(before) }
}

/** What takeoffs need from the rest of the engine. */
export interface TakeoffParts {
  readonly clock: Clock
  readonly turns: Turns
  /** Where renders go on that turned out to be one visitor's stream. */
  readonly bypassGate: Gate
  readonly runner: RenderRunner
  readonly landing: Landing
  readonly rests: Rests
  readonly openings: Openings
  readonly news: News
  readonly events: Events
}

/** Renders for flights that have their lease: a place under the cap, the run itself, and then the landing. */
export class Takeoff {
  readonly #o: TakeoffParts

  constructor(parts: TakeoffParts) {
    this.#o = parts
  }

  room(turn: Turn): Pressure['room'] {
    return this.#o.turns.room(turn)
  }

  async of(flight: Flight, claim: Claim, ask: Ask, kept: Kept): Promise<Finish> {
    const { landing, openings, events } = this.#o
    // Everyone who waited may have left before the lease was there.
    const place = flight.isAbandoned ? this.#placeBehind(flight) : await this.#place(flight)
    if (place === undefined) return landing.turnedAway(flight, claim, kept)
    let run: Run
    let verdict: Unshareable | undefined
    let attempt: Attempt | undefined
    try {
      run = this.#begun(flight, claim, ask, kept)
      const onOpen =
        flight.opened &&
        ((page: OpenPage): void => {
          verdict = openings.open(run, page)
        })
      attempt = await this.#attempt({ ...runOf(ask, kept, run.before), onOpen }, run.before)
    } finally {
      giveBack(place, { slot: flight.slot, attempt, events })
    }
    // A value's bytes are all there: nobody streams them.
    const isGathered = flight.slot.isValue === true || verdict !== undefined
    if (attempt.kind === 'passing' && !isGathered && !this.#setAside(attempt.running))
      return landing.turnedAway(flight, claim, kept)
    return landing.land(run, attempt, verdict)
  }

  #place(flight: Flight): Promise<Place | undefined> {
    const { turns } = this.#o
    const applicant = turns.take(flight)
    flight.withdraw = () => {
      flight.isLeaving = applicant.withdraw()
    }
    flight.advance = () => turns.lift(applicant, flight)
    return applicant.place
  }

  /**
   * Where visitors wait for less time than a slow store takes to answer, the page would never be rendered otherwise. It does not queue, as nothing does that
   * everybody has left; and not while the key rests after a failure, since every visit would begin another.
   */
  #placeBehind(flight: Flight): Place | undefined {
    const { turns, rests, clock } = this.#o
    if (rests.until(flight.slot.id, clock.now()) > 0) return undefined
    flight.goBehind()
    return turns.tryTake(flight)
  }

  #begun(flight: Flight, claim: Claim, ask: Ask, kept: Kept): Run {
    const { landing, news, clock } = this.#o
    const begun = { generation: news.index.head, at: clock.now() }
    flight.generation = begun.generation
    // Looked at by the log as it stands now: what was purged while the flight waited must not be vouched for under a generation that is newer than the purge.
    const before = ask.anew === true ? undefined : landing.vouchable(flight.slot, kept, begun.at)
    return { flight, claim, kept, begun, before, origin: ask.origin }
  }

  /** The app may believe us to have what we have not: then it is asked once more, about nothing. */
  async #attempt(run: RunOptions, before: Entry | undefined): Promise<Attempt> {
    const attempt = await this.#o.runner.run(run)
    return isMistaken(before, attempt) ? this.#o.runner.run({ ...run, previous: undefined }) : attempt
  }

  /** A page too large to be kept goes on at the pace of those who read it, so it counts with those that bypass. */
  #setAside(running: RunningBody): boolean {
    const place = this.#o.bypassGate.tryEnter()
    if (place === undefined) running.breakOff(brokenRender('is too large to be kept, and no place was free for it'))
    else void running.ended.then(place.release)
    return place !== undefined
  }
}
