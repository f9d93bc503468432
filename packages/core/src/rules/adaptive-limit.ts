/** Where an adaptive limit stands, and what it has learnt on its way there. */
export interface AdaptiveLimit {
  readonly limit: number
  /** The limit at which the event loop was late last; `Infinity` where none is known. */
  readonly lateAt: number
  /** Calm looks just below `lateAt` so far. */
  readonly calmLooks: number
  /** Calm looks after which `lateAt` is tried again. */
  readonly patience: number
}

/** What was measured since the last look. */
export interface MeasuredLoad {
  /** Milliseconds that a callback waits for the event loop, on average. */
  readonly loopDelayMs: number
  /** Renders that end, per millisecond, each as heavy as the typical one; `undefined` where none did. */
  readonly throughput: number | undefined
  /** Milliseconds that a typical render of a crowd takes when few others run beside it; `Infinity` where none is known. */
  readonly bestRenderMs: number
  /** Somebody waits for a place. */
  readonly isQueued: boolean
}

/** Between what the limit moves, and when. */
export interface AdaptiveBounds {
  readonly least: number
  readonly most: number
  /** Beyond it the loop is late; up to half of it, calm. */
  readonly maxLoopDelayMs: number
}

const DECREASE = 0.75
// No two looks see the same mix of pages: below this, that renders wait for each other would often be a mistake.
const HEAD_ROOM = 2
const FIRST_PATIENCE = 4
const LONGEST_PATIENCE = 64

/** Nothing is known yet: as many as without it. */
export function initialLimit({ most }: AdaptiveBounds): AdaptiveLimit {
  return unhindered(most)
}

function unhindered(limit: number): AdaptiveLimit {
  return { limit, lateAt: Number.POSITIVE_INFINITY, calmLooks: 0, patience: FIRST_PATIENCE }
}

/** Places by Little's law: renders that end per millisecond, times what one takes by itself, and head-room. With more, renders would only wait for each other. */
export function placesNeeded({ throughput, bestRenderMs }: MeasuredLoad): number {
  if (throughput === undefined) return Number.POSITIVE_INFINITY
  return Math.max(1, Math.ceil(throughput * bestRenderMs * HEAD_ROOM))
}

/**
 * One step: down by a quarter or more where the loop is late, up by one where it is calm and somebody waits, else none. That few renders end neither lowers anything nor
 * holds it down: a back end that hangs looks the same, and fewer places would be taken by it all the sooner.
 */
export function nextLimit(now: AdaptiveLimit, load: MeasuredLoad, bounds: AdaptiveBounds): AdaptiveLimit {
  if (load.loopDelayMs > bounds.maxLoopDelayMs) return lowered(now, load, bounds)
  if (load.loopDelayMs > bounds.maxLoopDelayMs / 2 || !load.isQueued) return now
  // What was too much is not any more.
  return raised(now.limit < now.lateAt ? now : unhindered(now.limit), bounds)
}

function lowered(now: AdaptiveLimit, load: MeasuredLoad, { least }: AdaptiveBounds): AdaptiveLimit {
  const { limit, lateAt } = now
  // Whatever makes it late then, it is not renders.
  if (limit <= least) return now
  // Tried again, in vain: one step back, and a longer wait for the next try, so that a steady load has a steady limit.
  if (limit === lateAt)
    return { limit: limit - 1, lateAt, calmLooks: 0, patience: Math.min(LONGEST_PATIENCE, now.patience * 2) }
  const fewer = Math.min(Math.floor(limit * DECREASE), placesNeeded(load))
  // One look may mislead: by half at most.
  return { ...unhindered(Math.max(least, Math.ceil(limit / 2), fewer)), lateAt: limit }
}

/** Whatever Little's law says: its best time may be that of other pages, and the cap and a late loop bound what one more can do. */
function raised(now: AdaptiveLimit, { most }: AdaptiveBounds): AdaptiveLimit {
  const next = now.limit + 1
  if (next > most) return now
  if (next >= now.lateAt && now.calmLooks + 1 < now.patience) return { ...now, calmLooks: now.calmLooks + 1 }
  return { ...now, limit: next, calmLooks: 0 }
}
