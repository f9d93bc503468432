import type { Clock } from '../clock.ts'
import type { VisitorRequest } from '../request.ts'
import type { Unshareable } from '../rules/storable.ts'
import { type Departing, mayStream } from '../rules/streaming.ts'
import type { Entry } from '../store/entry.ts'
import type { Now } from '../store/store.ts'
import type { Gate } from './admission.ts'
import type { Background } from './background.ts'
import { brokenRender } from './broken-render.ts'
import type { Clearance } from './clearance.ts'
import { type Claim, type Finish, Flight, type Flights } from './flight.ts'
import type { Kept } from './kept.ts'
import type { Keyed } from './keyed.ts'
import type { Landing } from './landing.ts'
import type { News } from './news.ts'
import type { Openings } from './openings.ts'
import type { OriginAsk } from './origin-ask.ts'
import { isMistaken } from './origin-landing.ts'
import type { Attempt, OpenPage, Render, RenderRunner, RunOptions } from './render-run.ts'
import type { Rests } from './rests.ts'
import type { RunningBody } from './running-body.ts'
import type { Budget } from './time-limit.ts'
import type { PageOrWay, Vigil, Watch } from './vigil.ts'
import { previousPage } from './vouched-page.ts'

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
}

// Of pages that were too large a moment ago, this much is read before they are handed on: enough to see an ordinary page.
const LARGE_PREFIX_BYTES = 65_536

function runOf({ slot, render }: Ask, { reason }: Kept, before: Entry | undefined): RunOptions {
  const maxBytes = reason === 'too-large' && slot.isValue !== true ? LARGE_PREFIX_BYTES : undefined
  return { slot, render, maxBytes, previous: before && previousPage(before) }
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
  readonly gate: Gate
  /** Where renders go on that turned out to be one visitor's stream. */
  readonly bypassGate: Gate
  readonly runner: RenderRunner
  readonly landing: Landing
  readonly openings: Openings
  readonly news: News
  readonly rests: Rests
  readonly background: Background
  /** Other processes render too. */
  readonly isShared: boolean
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
    const tags = flights.get(ask.slot.id)?.tags ?? tagsKnown(ask, kept)
    if (ask.budget !== undefined) flight.budget = ask.budget
    // Before anything that could take time: the next who asks must find it.
    flights.add(flight)
    flight.claim = clearance.claim(flight, tags, kept.view === undefined)
    return this.#start(flight, flight.claim, ask, kept)
  }

  /** A flight that nobody can join: its key is marked, or its leader's page was somebody's alone. */
  alone(ask: Ask, kept: Kept): Flight {
    return this.#start(new Flight(ask.slot, false, ask.isSolo), { kind: 'alone' }, ask, kept)
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
      return await this.#inTurn(flight, claim, ask, kept)
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

  async #inTurn(flight: Flight, claim: Claim, ask: Ask, kept: Kept): Promise<Finish> {
    const { landing, openings, news, clock } = this.#o
    // Those who come with requests of their own wait for each other, and for nobody who shares.
    const gate = flight.isSolo && !flight.background ? this.#o.bypassGate : this.#o.gate
    // Everyone who waited may have left before the lease was there.
    if (flight.isAbandoned) return landing.turnedAway(flight, claim, kept)
    const applicant = gate.apply(flight.isPatient)
    flight.withdraw = applicant.withdraw
    flight.advance = () => {
      applicant.hurry()
      clock.cancel(patience)
    }
    const { queueTimeoutMs, deadlineMs } = flight.slot.route.admission
    const isWarmUp = flight.isPatient && !flight.background
    const patience = clock.schedule(isWarmUp ? deadlineMs : queueTimeoutMs, applicant.withdraw)
    const place = await applicant.place
    clock.cancel(patience)
    if (place === undefined) return landing.turnedAway(flight, claim, kept)
    const begun = { generation: news.index.head, at: clock.now() }
    flight.generation = begun.generation
    // Looked at by the log as it stands now: what was purged while the flight waited must not be vouched for under a generation that is newer than the purge.
    const before = ask.anew === true ? undefined : landing.vouchable(flight.slot, kept, begun.at)
    const run = { flight, claim, kept, begun, before, origin: ask.origin }
    let verdict: Unshareable | undefined
    const onOpen =
      flight.opened &&
      ((page: OpenPage): void => {
        verdict = openings.open(run, page)
      })
    const attempt = await this.#attempt({ ...runOf(ask, kept, before), onOpen }, before).finally(place.release)
    // A value's bytes are all there: nobody streams them.
    const isSetAside = attempt.kind !== 'passing' || flight.slot.isValue === true || verdict !== undefined
    if (!isSetAside && !this.#setAside(attempt.running)) return landing.turnedAway(flight, claim, kept)
    return landing.land(run, attempt, verdict)
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
