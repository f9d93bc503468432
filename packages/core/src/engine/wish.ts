import type { Wanted } from '../rules/accept-encoding.ts'
import type { Ask } from './departure.ts'
import type { Kept } from './kept.ts'
import type { Keyed } from './keyed.ts'
import type { OriginAsk } from './origin-ask.ts'
import type { Stay } from './stay.ts'

/** One visitor's wish for a page, or a render's for a value. */
export interface Wish<Key extends Keyed> extends Ask {
  readonly slot: Key
  /** What was invalidated is rendered again before it is served. @default false */
  readonly validOnly?: boolean
  readonly origin?: OriginAsk<Key> | undefined
  /** The encodings that a page may go out in; `undefined`: it is not asked. Who want the same want it by the same object. */
  readonly wanted?: Wanted | undefined
  /** Of the visitor who asks; a value is asked for by none. @default undefined */
  readonly stay?: Stay | undefined
}

/** A wish that took more than a hit. */
export interface Visit<Key extends Keyed> extends Wish<Key> {
  /** When the visitor came. */
  readonly cameAt: number
  /** It was read from the clock, and is not the time of a moment ago. @default false */
  readonly isTimed?: boolean
  /** What there was. */
  readonly kept: Kept
  /** Where the log stood then, by all that is known. */
  readonly arrival: number
}
