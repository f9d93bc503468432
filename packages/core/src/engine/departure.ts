import type { Clock } from '../clock.ts'
import type { Entry } from '../store/entry.ts'
import type { Gate } from './admission.ts'
import type { Background } from './background.ts'
import type { Clearance } from './clearance.ts'
import { discard, type Overflow } from './collect.ts'
import { type Claim, type Finish, Flight, type Flights } from './flight.ts'
import type { Kept } from './kept.ts'
import type { Keyed } from './keyed.ts'
import type { Landing } from './landing.ts'
import type { News } from './news.ts'
import type { OriginAsk } from './origin-ask.ts'
import { isMistaken } from './origin-landing.ts'
import type { Attempt, Render, RenderRunner, RunOptions } from './render-run.ts'
import type { Rests } from './rests.ts'
import { previousPage } from './vouched-page.ts'

/** A render that somebody asks for. */
export interface Ask {
  readonly slot: Keyed
  readonly render: Render
  /** It is not told of the page that is kept. @default false */
  readonly anew?: boolean
  /** The visitor's request, where the app's own fields decide. */
  readonly origin?: OriginAsk | undefined
  /** It goes as its visitor sent it, and its answer speaks for nobody else. @default false */
  readonly isSolo?: boolean
}

// Of pages that were too large a moment ago, this much is read before they are handed on: enough to see an ordinary page.
const LARGE_PREFIX_BYTES = 65_536

function runOf({ slot, render }: Ask, { reason }: Kept, before: Entry | undefined): RunOptions {
  const maxBytes = reason === 'too-large' && slot.isValue !== true ? LARGE_PREFIX_BYTES : undefined
  return { slot, render, maxBytes, previous: before && previousPage(before) }
}

/** What departures need from the rest of the engine. */
export interface DepartureParts {
  readonly clock: Clock
  readonly flights: Flights
  readonly clearance: Clearance
  readonly gate: Gate
  /** Where renders go on that turned out to be one visitor's stream. */
  readonly bypassGate: Gate
  readonly runner: RenderRunner
  readonly landing: Landing
  readonly news: News
  readonly rests: Rests
  readonly background: Background
  readonly timeoutMs: number
}

/** Starts renders: lease, a place in the cap, the run itself, and then the landing. */
export class Departure {
  readonly #o: DepartureParts

  constructor(parts: DepartureParts) {
    this.#o = parts
  }

  /** One flight for all who ask for this key from now on. */
  together(ask: Ask, kept: Kept, background: boolean): Flight {
    const { flights, clearance } = this.#o
    const flight = new Flight(ask.slot, background, ask.isSolo)
    // Before anything that could take time: the next who asks must find it.
    flights.add(flight)
    const tags = kept.view?.entry.tags ?? ask.slot.route.tags
    flight.claim = clearance.claim(flight, tags, kept.view === undefined)
    return this.#start(flight, flight.claim, ask, kept)
  }

  /** A flight that nobody can join: its key is marked, or its leader's page was somebody's alone. */
  alone(ask: Ask, kept: Kept): Flight {
    return this.#start(new Flight(ask.slot, false, ask.isSolo), { kind: 'alone' }, ask, kept)
  }

  #start(flight: Flight, claim: NonNullable<Flight['claim']>, ask: Ask, kept: Kept): Flight {
    flight.done = this.#fly(flight, claim, ask, kept).finally(() => this.#o.flights.remove(flight))
    this.#o.background.track(flight.done)
    return flight
  }

  async #fly(flight: Flight, claimed: NonNullable<Flight['claim']>, ask: Ask, kept: Kept): Promise<Finish> {
    const claim = await claimed
    if (claim.kind === 'held') return this.#heldByAnother(flight, claim.restUntil)
    const callOff = this.#o.clearance.keep(flight, claim)
    try {
      return await this.#inTurn(flight, claim, ask, kept)
    } catch (error) {
      return this.#o.landing.broken(flight, claim, error)
    } finally {
      callOff()
    }
  }

  #heldByAnother(flight: Flight, restUntil: number): Finish {
    if (restUntil > 0) this.#o.rests.adopt(flight.slot.id, restUntil, this.#o.clock.now())
    return { kind: 'resting' }
  }

  async #inTurn(flight: Flight, claim: Claim, ask: Ask, kept: Kept): Promise<Finish> {
    const { landing, news, clock } = this.#o
    // Those who come with requests of their own wait for each other, and for nobody who shares.
    const gate = flight.isSolo && !flight.background ? this.#o.bypassGate : this.#o.gate
    // Everyone who waited may have left before the lease was there.
    if (flight.isAbandoned) return landing.turnedAway(flight, claim, kept)
    const applicant = gate.apply(flight.isPatient)
    flight.withdraw = applicant.withdraw
    flight.advance = () => {
      applicant.hurry()
      if (patience !== undefined) clock.cancel(patience)
    }
    const patience = flight.background ? clock.schedule(this.#o.timeoutMs, applicant.withdraw) : undefined
    const place = await applicant.place
    if (patience !== undefined) clock.cancel(patience)
    if (place === undefined) return landing.turnedAway(flight, claim, kept)
    const begun = { generation: news.index.head, at: clock.now() }
    flight.generation = begun.generation
    // Looked at by the log as it stands now: what was purged while the flight waited must not be vouched for under a generation that is newer than the purge.
    const before = ask.anew === true ? undefined : landing.vouchable(flight.slot, kept, begun.at)
    const attempt = await this.#attempt(ask, kept, before).finally(place.release)
    // A value's bytes are all there: nobody streams them.
    if (attempt.kind === 'too-large' && flight.slot.isValue !== true && !this.#setAside(attempt.response.body)) {
      return landing.turnedAway(flight, claim, kept)
    }
    return landing.land({ flight, claim, kept, begun, before, origin: ask.origin }, attempt)
  }

  /** The app may believe us to have what we have not: then it is asked once more, about nothing. */
  async #attempt(ask: Ask, kept: Kept, before: Entry | undefined): Promise<Attempt> {
    const attempt = await this.#o.runner.run(runOf(ask, kept, before))
    return isMistaken(before, attempt) ? this.#o.runner.run(runOf(ask, kept, undefined)) : attempt
  }

  /** A page too large to be kept goes on as one visitor's stream, at the visitor's pace, so it counts with those that bypass. */
  #setAside(body: Overflow): boolean {
    const place = this.#o.bypassGate.tryEnter()
    if (place === undefined) discard(body)
    else void body.ended.then(place.release)
    return place !== undefined
  }
}
