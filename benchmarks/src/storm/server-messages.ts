/** A request field with the number of a request that is measured. */
export const NUMBER_FIELD = 'storm-number'

/** What a storefront tells of itself, ten times a second. */
export interface ServerSample {
  readonly kind: 'sample'
  /** By the machine's time. */
  readonly at: number
  /** The latest that the event loop was since the sample before. */
  readonly loopDelayMs: number
  /** Numbers of requests, and when their answers had been handed over. */
  readonly answered: readonly (readonly [number, number])[]
}

/** What it tells when it is asked how late its event loop was since it was asked last. */
export interface LoopDelay {
  readonly kind: 'loop-delay'
  readonly p99Ms: number
}
