import type { Entry, Generation } from '../store/entry.ts'
import type { Claim, Flight } from './flight.ts'
import type { Kept } from './kept.ts'
import type { OriginAsk } from './origin-ask.ts'

/** When a render began, by the log and by the clock. */
export interface Begun {
  readonly generation: Generation
  readonly at: number
}

/** A render that has been begun, with everything that its end needs to know. */
export interface Run {
  readonly flight: Flight
  readonly claim: Claim
  /** What was kept when it took off. */
  readonly kept: Kept
  readonly begun: Begun
  /** What it was told of, and may vouch for. */
  readonly before: Entry | undefined
  /** The visitor's request, where the app's own fields decide. */
  readonly origin: OriginAsk | undefined
}
