import { type Clock, systemClock, type Timer } from '../../clock.ts'
import { isOverloaded, type Pressure } from '../../rules/overload.ts'
import { Cap, type CapOptions, NO_CAPS } from './cap.ts'
import { byLane, isBefore, LANES, type Lane } from './lane.ts'
import { Place } from './place.ts'
import { WriteOffs } from './write-offs.ts'

/** Who asks for a place, and how. */
export interface Application {
  /** @default 'visitor' */
  readonly lane?: Lane
  /** Smaller caps, in which a place is needed too: all at once, so that nobody holds one and waits for the other. @default none */
  readonly within?: readonly Cap[]
  /** Milliseconds until it is turned away. @default it waits until it withdraws */
  readonly timeoutMs?: number | undefined
}

/** A place in the cap, or `undefined` for one who was turned away: the queue is full, the time is over, or its owner gave up. */
export interface Applicant {
  readonly place: Promise<Place | undefined>
  /** Waits in this lane from now on, where that is a better one; the time begins anew. Does nothing once a place was given. */
  lift(to: Pick<Application, 'lane' | 'timeoutMs'>): void
  /** Leaves the queue, and says whether it was in it: nothing is done once a place was given. */
  withdraw(): boolean
}

/** What a gate is made of. */
export interface GateOptions extends CapOptions {
  /** @default the system's */
  readonly clock?: Clock
  /** How many renders may go on without a place. @default 0 */
  readonly writeOffLimit?: number
  /** Told where a lane's queue is overloaded from now on, or no more. @default nobody is */
  readonly onOverload?: (lane: Lane, isOverloaded: boolean) => void
}

/** How many run, and who waits. */
export interface GateStats {
  /** Places that are taken. */
  readonly running: number
  /** How many there are now: `admission.concurrency`, or less where `admission.adaptive` is set. */
  readonly limit: number
  /** Renders that wait for one, in all lanes. */
  readonly queued: number
  /** The same, by who waits. */
  readonly lanes: Readonly<Record<Lane, number>>
  /** Renders that go on although they were told to stop, and whose place was given to others. */
  readonly writtenOff: number
  /** Those who are turned away if they come now: from a full queue on, until it is half empty. */
  readonly overloaded: readonly Lane[]
}

interface Waiter {
  lane: Lane
  timer: Timer | undefined
  readonly within: readonly Cap[]
  readonly call: (place: Place | undefined) => void
}

/** How many run side by side, and who waits: lane by lane, and in each first come, first served of those for whom all their caps have room. */
export class Gate {
  /** Told of each place that is taken; what it gives is called when the place is given back, and told whether what held it has failed. */
  entered: (() => (hasFailed: boolean) => void) | undefined
  readonly #o: GateOptions
  readonly #clock: Clock
  readonly #cap: Cap
  readonly #queues = byLane(() => new Set<Waiter>())
  readonly #overloaded = new Set<Lane>()
  readonly #writeOffs: WriteOffs
  #isClosed = false

  constructor(options: GateOptions) {
    this.#o = options
    this.#clock = options.clock ?? systemClock
    this.#cap = new Cap(options)
    this.#writeOffs = new WriteOffs(this.#clock, options.writeOffLimit ?? 0)
  }

  /** How many may run side by side now: `concurrency`, or less. Whoever runs already goes on. */
  get limit(): number {
    return this.#cap.limit
  }

  set limit(limit: number) {
    this.#cap.limit = limit
    this.#callNext()
  }

  /** Places that are taken. */
  get running(): number {
    return this.#cap.taken
  }

  get queued(): number {
    return LANES.reduce((sum, lane) => sum + this.#queues[lane].size, 0)
  }

  get stats(): GateStats {
    const { running, limit, queued } = this
    const { size: writtenOff } = this.#writeOffs
    const lanes = byLane((lane) => this.#queues[lane].size)
    return { running, limit, queued, lanes, writtenOff, overloaded: LANES.filter((lane) => this.#overloaded.has(lane)) }
  }

  /** What there is for whoever comes now; where that is nothing, they have come and gone. */
  room({ lane = 'visitor', within = NO_CAPS }: Application = {}): Pressure['room'] {
    if (this.#isClosed) return 'none'
    if (this.#isFree(within)) return 'place'
    if (this.#mayWait(lane, within)) return 'queue'
    this.#weigh(lane)
    return 'none'
  }

  /** A place at once, or `undefined` where one would have to wait. */
  tryEnter(within: readonly Cap[] = NO_CAPS): Place | undefined {
    if (this.#isClosed || !this.#isFree(within)) return undefined
    const caps = [this.#cap, ...within]
    for (const cap of caps) cap.take()
    const left = this.entered?.()
    return new Place((hasFailed) => {
      for (const cap of caps) cap.giveBack()
      left?.(hasFailed)
      this.#callNext()
    }, this.#writeOffs)
  }

  /** A place now or in turn; turned away where the queue is full. */
  apply(application: Application = {}): Applicant {
    const { lane = 'visitor', within = NO_CAPS } = application
    const place = this.tryEnter(within)
    if (place !== undefined) return decided(place)
    const isWaiting = !this.#isClosed && this.#mayWait(lane, within)
    if (isWaiting) return this.#wait(application)
    this.#weigh(lane)
    return decided(undefined)
  }

  /** From now on nobody gets in, and whoever waits is turned away. */
  close(): void {
    this.#isClosed = true
    this.#writeOffs.close()
    for (const lane of LANES) for (const waiter of this.#queues[lane]) this.#call(waiter)
  }

  #isFree(within: readonly Cap[]): boolean {
    return this.#cap.isFree && within.every((cap) => cap.isFree)
  }

  /** Each lane is as long as the others may be: nobody is turned away because of work that nobody waits for. */
  #mayWait(lane: Lane, within: readonly Cap[]): boolean {
    if (this.#overloaded.has(lane)) return false
    return this.#queues[lane].size < this.#o.queueLimit && within.every((cap) => cap.mayWait(lane))
  }

  #wait({ lane = 'visitor', within = NO_CAPS, timeoutMs }: Application): Applicant {
    const { promise, resolve } = Promise.withResolvers<Place | undefined>()
    const waiter: Waiter = { lane, within, call: resolve, timer: undefined }
    this.#join(waiter, timeoutMs)
    return {
      place: promise,
      lift: (to) => this.#lift(waiter, to),
      withdraw: () => this.#call(waiter),
    }
  }

  #lift(waiter: Waiter, { lane = 'visitor', timeoutMs }: Pick<Application, 'lane' | 'timeoutMs'>): void {
    if (!isBefore(lane, waiter.lane) || !this.#leave(waiter)) return
    waiter.lane = lane
    this.#join(waiter, timeoutMs)
  }

  #join(waiter: Waiter, timeoutMs: number | undefined): void {
    const { lane, within } = waiter
    // Past its limit only by those who waited in another lane before: all of them together stay bounded.
    this.#queues[lane].add(waiter)
    for (const cap of within) cap.count(lane, 1)
    if (timeoutMs !== undefined) waiter.timer = this.#clock.schedule(timeoutMs, () => this.#call(waiter))
    this.#weigh(lane)
  }

  /** Whether it has waited until now. */
  #leave(waiter: Waiter): boolean {
    const { lane, within, timer } = waiter
    if (!this.#queues[lane].delete(waiter)) return false
    for (const cap of within) cap.count(lane, -1)
    if (timer !== undefined) this.#clock.cancel(timer)
    waiter.timer = undefined
    this.#weigh(lane)
    return true
  }

  /** Lets it in, if it still waits, or (without a place) turns it away. */
  #call(waiter: Waiter, place?: Place): boolean {
    const isWaiting = this.#leave(waiter)
    if (isWaiting) waiter.call(place)
    return isWaiting
  }

  #weigh(lane: Lane): void {
    const was = this.#overloaded.has(lane)
    const { queueLimit: limit, onOverload } = this.#o
    const is = isOverloaded(was, { waiting: this.#queues[lane].size, limit, busy: !this.#cap.isFree })
    if (is === was || this.#isClosed) return
    if (is) this.#overloaded.add(lane)
    else this.#overloaded.delete(lane)
    onOverload?.(lane, is)
  }

  #callNext(): void {
    while (this.#cap.isFree) {
      const next = this.#next()
      if (next === undefined) break
      this.#call(next, this.tryEnter(next.within))
    }
    // A queue of no length is overloaded while there is no place.
    for (const lane of this.#overloaded) this.#weigh(lane)
  }

  #next(): Waiter | undefined {
    for (const lane of LANES) for (const waiter of this.#queues[lane]) if (this.#isFree(waiter.within)) return waiter
    return undefined
  }
}

function decided(place: Place | undefined): Applicant {
  return { place: Promise.resolve(place), lift() {}, withdraw: () => false }
}
