import type { Clock } from '../clock.ts'
import type { VisitorRequest } from '../request.ts'
import type { Pressure, Strategy } from '../rules/overload.ts'
import { type Departing, mayStream } from '../rules/streaming.ts'
import type { Now } from '../store/store.ts'
import type { Lane } from './admission/lane.ts'
import type { Turn } from './admission/turns.ts'
import type { Background } from './background.ts'
import type { Clearance } from './clearance.ts'
import { type Claim, type Finish, Flight, type Flights } from './flight.ts'
import type { Kept } from './kept.ts'
import type { Keyed } from './keyed.ts'
import type { Landing } from './landing.ts'
import type { OriginAsk } from './origin-ask.ts'
import type { Render } from './render-run.ts'
import type { Rests } from './rests.ts'
import type { Takeoff } from './takeoff.ts'
import type { Budget } from './time-limit.ts'
import type { PageOrWay, Vigil, Watch } from './vigil.ts'

/** A render that somebody asks for. */
export interface Ask {
  readonly slot: Keyed
  readonly render: Render
  /** Of the visitor who asks; a value is asked for by none. */
  readonly request?: VisitorRequest | undefined
  /** It is not told of the page that is kept. @default false */
  readonly anew?: boolean
  /** The visitor's request, where the app's own fields decide. */
  readonly origin?: OriginAsk | undefined
  /** What its visitor has waited for the store. */
  readonly budget?: Budget | undefined
  /** It goes as its visitor sent it, and its answer speaks for nobody else. @default false */
  readonly isSolo?: boolean
  /** Of whoever asks. @default 'visitor' */
  readonly lane?: Lane
  /** @default 'default' */
  readonly strategy?: Strategy
}

function leaderOf({ isPatient }: Flight, { request, origin }: Ask): Departing['leader'] {
  if (isPatient) return 'nobody'
  return (origin?.request ?? request)?.method === 'HEAD' ? 'head' : 'page'
}

type Held = Extract<Claim, { kind: 'held' }>

function tagsKnown({ slot }: Ask, { view }: Kept): readonly string[] {
  return view?.entry.tags ?? slot.route.tags
}

function watchOf(flight: Flight, ask: Ask, kept: Kept): Watch {
  return { flight, kept, tags: tagsKnown(ask, kept), origin: ask.origin }
}

/** What departures need from the rest of the engine. */
export interface DepartureParts {
  readonly clock: Clock
  readonly flights: Flights
  readonly clearance: Clearance
  readonly vigil: Vigil
  readonly takeoff: Takeoff
  readonly landing: Landing
  readonly rests: Rests
  readonly background: Background
  /** Other processes render too. */
  readonly isShared: boolean
}

/** Starts renders: one flight for a key, and its lease. */
export class Departure {
  readonly #o: DepartureParts

  constructor(parts: DepartureParts) {
    this.#o = parts
  }

  /** One flight for all who ask for this key from now on. */
  together(ask: Ask, kept: Kept, background: boolean): Flight {
    const { flights, clearance } = this.#o
    const flight = new Flight(ask.slot, background, ask)
    const tags = flights.get(ask.slot.id)?.tags ?? tagsKnown(ask, kept)
    if (ask.budget !== undefined) flight.budget = ask.budget
    // Before anything that could take time: the next who asks must find it.
    flights.add(flight)
    flight.claim = clearance.claim(flight, tags, kept.view === undefined)
    return this.#start(flight, flight.claim, ask, kept)
  }

  /** What there is for one more render, as far as is known before the lease: another process may be at it, and to follow it takes no place. */
  room(turn: Turn): Pressure['room'] {
    return this.#o.isShared ? 'queue' : this.#o.takeoff.room(turn)
  }

  /** A flight that nobody can join: its key is marked, or its leader's page was somebody's alone. */
  alone(ask: Ask, kept: Kept): Flight {
    return this.#start(new Flight(ask.slot, false, ask), { kind: 'alone' }, ask, kept)
  }

  #start(flight: Flight, claim: NonNullable<Flight['claim']>, ask: Ask, kept: Kept): Flight {
    const { stream } = ask.slot.route
    if (mayStream({ stream, leader: leaderOf(flight, ask), hasOldPage: kept.view !== undefined }))
      flight.opened = Promise.withResolvers()
    flight.done = this.#fly(flight, claim, ask, kept).finally(() => this.#leave(flight))
    this.#o.background.track(flight.done)
    return flight
  }

  /** While its page is written, whoever comes finds it with the flight. */
  #leave(flight: Flight): void {
    if (flight.landed === undefined) this.#o.flights.remove(flight)
  }

  async #fly(flight: Flight, claimed: NonNullable<Flight['claim']>, ask: Ask, kept: Kept): Promise<Finish> {
    const claim = await claimed
    flight.claim = claim
    if (claim.kind !== 'held') return this.#led(flight, claim, ask, kept)
    // Nobody waits for a refresh, wherever it runs.
    const isOver = claim.endsAt === 0 || flight.isUnawaited
    return isOver ? this.#resting(flight, claim) : this.#elsewhere(flight, claim, ask, kept)
  }

  async #led(flight: Flight, claim: Exclude<Claim, Held>, ask: Ask, kept: Kept): Promise<Finish> {
    this.#o.clearance.keep(flight, claim)
    try {
      if (claim.kind === 'leased' && this.#mayBeOutrun(flight, ask)) {
        const end = await this.#o.vigil.keptSince(watchOf(flight, ask, kept))
        if (end !== undefined) return await this.#outrun(flight, claim, end)
      }
      return await this.#o.takeoff.of(flight, claim, ask, kept)
    } catch (error) {
      return this.#o.landing.broken(flight, claim, error)
    }
  }

  /** Between the look that found no page and the lease, another process may have rendered one: where both took their time. */
  #mayBeOutrun(flight: Flight, { anew }: Ask): boolean {
    return this.#o.isShared && !flight.isSolo && anew !== true
  }

  #outrun(flight: Flight, claim: Claim, end: PageOrWay): Now<Finish> {
    this.#o.clearance.release(flight, claim)
    return this.#found(flight, end)
  }

  #found({ slot }: Flight, end: PageOrWay): Now<Finish> {
    return end.kind === 'page' ? this.#o.landing.found(slot, end.entry) : end
  }

  /** Another process renders the page: whoever waits here waits for it. */
  async #elsewhere(flight: Flight, held: Held, ask: Ask, kept: Kept): Promise<Finish> {
    const end = await this.#o.vigil.keep(watchOf(flight, ask, kept), held)
    switch (end.kind) {
      case 'page':
      case 'look-again':
        return this.#found(flight, end)
      case 'resting':
        return this.#resting(flight, end)
      case 'ours':
        return this.#led(flight, end.claim, ask, end.kept)
      case 'left':
        return { kind: 'turned-away' }
    }
  }

  #resting(flight: Flight, { restUntil }: Pick<Held, 'restUntil'>): Finish {
    if (restUntil > 0) this.#o.rests.adopt(flight.slot.id, restUntil, this.#o.clock.now())
    return { kind: 'resting' }
  }
}
