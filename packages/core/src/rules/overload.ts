/** Whether a page is rendered for whoever asks: always, never, or as far as there is room and time. */
export type Strategy = 'always' | 'never' | 'default'

/** Everything that the order of overload asks about. */
export interface Pressure {
  /** What is kept: `error` may stand in for a failure only. */
  readonly kept: 'fresh' | 'stale' | 'error' | 'none'
  /** Somebody renders this key. */
  readonly rendering: boolean
  /** For one more render: a free place, one in the queue, or neither. */
  readonly room: 'place' | 'queue' | 'none'
  readonly strategy: Strategy
  /** Whoever asks may still wait. */
  readonly patient: boolean
}

/**
 * What whoever asks is given, or waits for. `fresh`, `stale`: what is kept, at once; `follow`: the render that somebody else waits for; `render`: one of its own;
 * `queue`: the same when a place is free; `stale-if-error`: what is kept, though its stale window is over; `fallback`: what the app has for those who are turned away.
 */
export type Rung = 'fresh' | 'stale' | 'follow' | 'render' | 'queue' | 'stale-if-error' | 'fallback'

/** The order of overload: each is given the first that there is. */
export function rungOf({ kept, rendering, room, strategy, patient }: Pressure): Rung {
  if (kept === 'fresh' || kept === 'stale') return kept
  if (patient && strategy !== 'never') {
    if (rendering) return 'follow'
    if (room === 'place') return 'render'
    if (room === 'queue') return 'queue'
  }
  return kept === 'error' ? 'stale-if-error' : 'fallback'
}

/** How a queue stands. */
export interface QueueState {
  readonly waiting: number
  readonly limit: number
  /** Every place is taken. */
  readonly busy: boolean
}

/** Overload begins with a full queue, and ends when that is half empty: in between nobody joins it, so that the way back does not go to and fro. */
export function isOverloaded(was: boolean, { waiting, limit, busy }: QueueState): boolean {
  return (busy && waiting >= limit) || (was && waiting > limit / 2)
}
