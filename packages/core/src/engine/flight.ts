import type { Field } from '../fields.ts'
import type { Strategy } from '../rules/overload.ts'
import type { Reason } from '../rules/reason.ts'
import type { Unshareable } from '../rules/storable.ts'
import type { Entry, Generation } from '../store/entry.ts'
import type { Now } from '../store/store.ts'
import { isWarming } from '../warm/warming.ts'
import { isBefore, type Lane } from './admission/lane.ts'
import type { Keyed } from './keyed.ts'
import type { Patience } from './patience.ts'
import type { Body } from './plan.ts'
import type { RunningBody } from './running-body.ts'
import { Budget } from './time-limit.ts'

/** A response that is not kept: one visitor's, or everybody's failure. */
export interface UnkeptResponse {
  readonly status: number
  readonly fields: readonly Field[]
  readonly body: Body
}

/** How a flight ended. */
export type Finish =
  /** A page for all who waited; `hitAt` is the first record that named it while it was rendered, or beyond all where that could not be told. */
  | {
      readonly kind: 'page'
      readonly entry: Entry
      /** Where it is kept: another key than that of the flight where the page varies by request fields that were not known to count. */
      readonly slot: Keyed
      /** What whoever led is given in its place, once: the answer as it came, of which not everything may be kept (RFC 9111 3.1). */
      readonly asCame: UnkeptResponse | undefined
      readonly stored: boolean
      readonly hitAt: number | undefined
      /** Another process has rendered it, for everyone who waited here. */
      readonly isFound: boolean
    }
  /** The page that the render vouched for was purged or replaced meanwhile: everyone who waited looks again. */
  | { readonly kind: 'superseded' }
  /** Another process has found out that the page is to be looked for by other fields, or is nobody's to share: everyone who waited looks again. */
  | { readonly kind: 'look-again' }
  /** The answer of whoever started the flight, and of nobody else. */
  | { readonly kind: 'own'; readonly response: UnkeptResponse; readonly verdict: Unshareable }
  /** A failure, shared by all who waited: what was thrown, or a response. */
  | { readonly kind: 'thrown'; readonly error: unknown }
  /** The app threw an answer of its own (404, 403, …): no outage, so nothing kept stands in. */
  | { readonly kind: 'refused'; readonly error: unknown }
  | { readonly kind: 'failed'; readonly response: UnkeptResponse; readonly reason: Reason }
  /** The app has no page here: everyone goes on below. */
  | { readonly kind: 'declined' }
  /** No place was free, somebody's failure is recent, or the render took longer than it may. */
  | { readonly kind: 'turned-away' | 'resting' | 'deadline' }

/** A page that goes out while it is rendered. */
export interface Opening {
  readonly kind: 'opened'
  /** As it came. */
  readonly head: Pick<UnkeptResponse, 'status' | 'fields'>
  /** As its head has it; its bytes are those that were there then, and its ETag is theirs. */
  readonly entry: Entry
  /** Whether everyone who waits may read it, or whoever led alone. */
  readonly isShared: boolean
  readonly body: RunningBody
}

/** By what right a flight renders its key. */
export type Claim =
  /** The lease, with its fencing token. */
  | { readonly kind: 'leased'; readonly token: bigint }
  /** The lease service does not answer: one render per process is what is left. */
  | { readonly kind: 'unleased' }
  /** It renders for one visitor, beside others. */
  | { readonly kind: 'alone' }
  /** Not yet: somebody else renders the key until then (0: nobody does), or it rests until then (0: it does not). */
  | {
      readonly kind: 'held'
      readonly restUntil: number
      readonly endsAt: number
      /** What the other renders is good enough for whoever knows no more of the log than this. */
      readonly generation: Generation
    }

/** The fencing token that its page is written with: without a lease the lowest, so that the page gives way to any that was rendered with one. */
export function tokenOf(claim: Claim): bigint {
  return claim.kind === 'leased' ? claim.token : 0n
}

/** What of a flight is otherwise with few. */
export interface FlightOptions {
  /** It speaks for its visitor alone. @default false */
  readonly isSolo?: boolean | undefined
  /** Of the visitor who leads it. @default 'visitor' */
  readonly lane?: Lane | undefined
  /** @default 'default' */
  readonly strategy?: Strategy | undefined
}

/** One render under way, and everyone who waits for it. */
export class Flight {
  readonly slot: Keyed
  /** Nobody waited when it took off. */
  background: boolean
  /** Where the log stood when the render began, or another's was last waited for; `undefined` while it waits for a place. */
  generation: Generation | undefined
  /** Until when those who are served the old page may keep it. */
  graceUntil = 0
  /** Ends the renewal of lease and grace. */
  callOff: () => void = () => {}
  /** Promised only while it is asked for. */
  claim: Now<Claim> | undefined
  done: Promise<Finish> = Promise.resolve({ kind: 'declined' })
  /** Leaves the queue; does nothing once the render has begun. */
  withdraw: () => void = () => {
    this.isAbandoned = true
  }
  /** By whoever of those who wait for it goes first in the queue. */
  lane: Lane
  readonly strategy: Strategy
  /** In the queue, it is to wait in the lane that it has now. */
  advance: () => void = () => {}
  /** Of a page that may go out while it is rendered: kept once it does. */
  opened: PromiseWithResolvers<Opening> | undefined
  opening: Opening | undefined
  /** Its page, once that is rendered and while it is written behind those who waited: whoever comes meanwhile is given it. */
  landed: Entry | undefined
  /** How long whoever leads it has waited for the store. */
  budget: Budget = new Budget()
  /** Whoever led it still waits. */
  isAwaited = false
  /** The wait of whoever joined last, for those who come at the same instant. */
  patience: Patience | undefined
  /** It speaks for its visitor alone: what comes of it neither ends the sharing of the key nor lets it rest. */
  readonly isSolo: boolean
  /** Everyone who waited left before it could queue, and nobody has come since. */
  isAbandoned = false
  /** It goes with whoever waited last, though that takes a moment yet: nobody may join it. */
  isLeaving = false
  /** Whoever waited last has hung up: that there was no place for it so far says nothing of the next. */
  isForsaken = false
  #waiting = 0

  constructor(
    slot: Keyed,
    background: boolean,
    { isSolo = false, lane = 'visitor', strategy = 'default' }: FlightOptions = {},
  ) {
    this.slot = slot
    this.background = background
    this.isSolo = isSolo
    this.strategy = strategy
    this.lane = isWarming() ? 'warm-up' : background ? 'refresh' : lane
  }

  /** Nobody waits for it. */
  get isUnawaited(): boolean {
    return this.background && this.isPatient
  }

  /** Tags of its page, as far as they are known. */
  get tags(): readonly string[] | undefined {
    return (this.landed ?? this.opening?.entry)?.tags
  }

  /** Nobody waits for it, or only a warm-up does. */
  get isPatient(): boolean {
    return this.lane === 'refresh' || this.lane === 'warm-up'
  }

  /** Somebody of this lane waits for it now. */
  lift(lane: Lane): void {
    if (!isBefore(lane, this.lane)) return
    this.lane = lane
    this.advance()
  }

  open(opening: Opening): void {
    this.opening = opening
    this.opened?.resolve(opening)
  }

  /** What whoever comes now may read of it, together with the others. */
  get readable(): Opening | undefined {
    const { opening } = this
    return opening?.isShared === true && opening.body.isReadable ? opening : undefined
  }

  join(): void {
    this.#waiting++
    this.isAbandoned = false
    this.isForsaken = false
  }

  /** It takes off although everyone has left, for whoever comes next: what of it still asks the store has all the time that it needs. */
  goBehind(): void {
    this.background = true
    this.lane = 'refresh'
  }

  /** Visitors went another way. The last ones take a flight with them that has not begun. */
  leave(count: number): void {
    this.#waiting -= count
    if (this.#waiting === 0 && !this.isUnawaited) this.withdraw()
  }

  /** A visitor has hung up. A refresh goes on, as it did before they came. */
  hangUp(): void {
    this.isForsaken = this.#waiting === 1
    if (this.background) this.#waiting--
    else this.leave(1)
  }
}

/** A map from key to flight, cleared only if still ours. */
export class Flights {
  readonly #flights = new Map<string, Flight>()

  get size(): number {
    return this.#flights.size
  }

  get(id: string): Flight | undefined {
    const flight = this.#flights.get(id)
    return flight?.isLeaving === true ? undefined : flight
  }

  /** Takes the place of an older flight that an invalidation has made too old to join. */
  add(flight: Flight): void {
    this.#flights.set(flight.slot.id, flight)
  }

  /** Only our own flight: an invalidation may have started a newer one. */
  remove(flight: Flight): void {
    if (this.#flights.get(flight.slot.id) === flight) this.#flights.delete(flight.slot.id)
  }

  *[Symbol.iterator](): IterableIterator<Flight> {
    yield* this.#flights.values()
  }
}
