import type { Admission } from './plan.ts'

/** A place in the cap, or `undefined` for one who was turned away: the queue is full, or its owner gave up. */
export interface Applicant {
  readonly place: Promise<Admission | undefined>
  /** Waits among those who do not let others by; does nothing once a place was given. */
  hurry(): void
  /** Leaves the queue; does nothing once a place was given. */
  withdraw(): void
}

type Call = (place: Admission | undefined) => void

/** How many run side by side, and who waits: first come, first served, but that the patient let all others by. */
export class Gate {
  /** Told of each place that is taken; what it gives is called when the place is given back. */
  entered: (() => () => void) | undefined
  readonly #concurrency: number
  readonly #queueLimit: number
  #limit: number
  readonly #queue = new Set<Call>()
  readonly #patient = new Set<Call>()
  #running = 0
  #isClosed = false

  constructor(o: { readonly concurrency: number; readonly queueLimit: number }) {
    this.#concurrency = o.concurrency
    this.#limit = o.concurrency
    this.#queueLimit = o.queueLimit
  }

  /** How many may run side by side now: `concurrency`, or less. Whoever runs already goes on. */
  get limit(): number {
    return this.#limit
  }

  set limit(limit: number) {
    this.#limit = Math.min(limit, this.#concurrency)
    this.#callNext()
  }

  get running(): number {
    return this.#running
  }

  get queued(): number {
    return this.#queue.size + this.#patient.size
  }

  /** Whether whoever applies now is given a place, or may wait for one. */
  hasRoom(isPatient: boolean): boolean {
    if (this.#isClosed) return false
    return this.#running < this.#limit || this.#lane(isPatient).size < this.#queueLimit
  }

  /** A place at once, or `undefined` where one would have to wait. */
  tryEnter(): Admission | undefined {
    if (this.#isClosed || this.#running >= this.#limit) return undefined
    this.#running++
    const left = this.entered?.()
    let released = false
    return {
      kind: 'admitted',
      release: () => {
        if (released) return
        released = true
        this.#running--
        left?.()
        this.#callNext()
      },
    }
  }

  /** A place now or in turn; turned away where the queue is full. `isPatient`: nobody waits for what it is for. */
  apply(isPatient = false): Applicant {
    const place = this.tryEnter()
    if (place !== undefined) return decided(place)
    if (!this.hasRoom(isPatient)) return decided(undefined)
    return this.#wait(isPatient)
  }

  /** From now on nobody gets in, and whoever waits is turned away. */
  close(): void {
    this.#isClosed = true
    for (const queue of [this.#queue, this.#patient]) {
      for (const call of queue) call(undefined)
      queue.clear()
    }
  }

  #wait(isPatient: boolean): Applicant {
    const { promise, resolve: call } = Promise.withResolvers<Admission | undefined>()
    this.#lane(isPatient).add(call)
    return {
      place: promise,
      hurry: () => {
        if (this.#patient.delete(call)) this.#queue.add(call)
      },
      withdraw: () => {
        if (this.#queue.delete(call) || this.#patient.delete(call)) call(undefined)
      },
    }
  }

  /** Each is as long as the other may be: nobody is turned away because of work that nobody waits for. */
  #lane(isPatient: boolean): Set<Call> {
    return isPatient ? this.#patient : this.#queue
  }

  #callNext(): void {
    while (this.#running < this.#limit) {
      const queue = this.#queue.size > 0 ? this.#queue : this.#patient
      const [next] = queue
      if (next === undefined) return
      queue.delete(next)
      next(this.tryEnter())
    }
  }
}

function decided(place: Admission | undefined): Applicant {
  return { place: Promise.resolve(place), hurry() {}, withdraw() {} }
}
