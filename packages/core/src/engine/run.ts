import type { Entry, Generation } from '../store/entry.ts'
import type { Claim, Flight } from './flight.ts'
import type { Kept } from './kept.ts'

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
}
