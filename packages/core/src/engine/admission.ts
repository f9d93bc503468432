import type { Admission } from './plan.ts'

/** A place in the cap, or `undefined` for one who was turned away: the queue is full, or its owner gave up. */
export interface Applicant {
  readonly place: Promise<Admission | undefined>
  /** Leaves the queue; does nothing once a place was given. */
  withdraw(): void
}

/** How many run side by side, and who waits: first come, first served. */
export class Gate {
  readonly #concurrency: number
  readonly #queueLimit: number
  readonly #queue = new Set<(place: Admission | undefined) => void>()
  #running = 0
  #isClosed = false

  constructor(o: { readonly concurrency: number; readonly queueLimit: number }) {
    this.#concurrency = o.concurrency
    this.#queueLimit = o.queueLimit
  }

  get running(): number {
    return this.#running
  }

  get queued(): number {
    return this.#queue.size
  }

  /** A place at once, or `undefined` where one would have to wait. */
  tryEnter(): Admission | undefined {
    if (this.#isClosed || this.#running >= this.#concurrency) return undefined
    this.#running++
    let released = false
    return {
      kind: 'admitted',
      release: () => {
        if (released) return
        released = true
        this.#running--
        this.#callNext()
      },
    }
  }

  /** A place now or in turn; turned away where the queue is full. */
  apply(): Applicant {
    const place = this.tryEnter()
    if (place !== undefined) return { place: Promise.resolve(place), withdraw() {} }
    if (this.#isClosed || this.#queue.size >= this.#queueLimit)
      return { place: Promise.resolve(undefined), withdraw() {} }
    return this.#wait()
  }

  /** From now on nobody gets in, and whoever waits is turned away. */
  close(): void {
    this.#isClosed = true
    for (const call of this.#queue) call(undefined)
    this.#queue.clear()
  }

  #wait(): Applicant {
    let call: (place: Admission | undefined) => void = () => {}
    const place = new Promise<Admission | undefined>((resolve) => {
      call = resolve
    })
    this.#queue.add(call)
    return {
      place,
      withdraw: () => {
        if (this.#queue.delete(call)) call(undefined)
      },
    }
  }

  #callNext(): void {
    const [next] = this.#queue
    if (next === undefined) return
    this.#queue.delete(next)
    next(this.tryEnter())
  }
}
