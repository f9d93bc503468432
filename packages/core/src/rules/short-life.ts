/** How a page's life ended: when, and when it would have without an invalidation. Milliseconds. */
export interface Life {
  readonly livedMs: number
  readonly meantMs: number
}

/** What pages that change all the time are better off with. */
export interface ShortLives {
  /** Milliseconds that they lived on average. */
  readonly livedMs: number
  /** Milliseconds that they were meant to live on average. */
  readonly meantMs: number
  /** Seconds of a `maxAge` that renders them no more often. */
  readonly maxAge: number
}

// Most pages, and far from their end: a page that changes once in its life is no case for anybody.
const MOST = 0.8
const SHORT = 0.1

/** Whether lives that followed each other were cut so short by invalidations that a short lifetime would do as well without them. */
export function shortLives(lives: readonly Life[]): ShortLives | undefined {
  const cut = lives.filter(({ livedMs, meantMs }) => livedMs < meantMs)
  if (cut.length === 0 || cut.length < MOST * lives.length) return undefined
  const livedMs = average(cut.map((life) => life.livedMs))
  const meantMs = average(cut.map((life) => life.meantMs))
  if (livedMs > SHORT * meantMs) return undefined
  return { livedMs, meantMs, maxAge: Math.max(1, Math.ceil(livedMs / 1000)) }
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
