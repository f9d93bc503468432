const TICK_MS = 4

/** How an open loop did. */
export interface Punctuality {
  /** By how much a request was sent later than it was due at most, in milliseconds. */
  readonly mostLateMs: number
}

/**
 * Sends so many requests a second until it is told to stop, whatever becomes of those before: a server that slows down gets no rest by it, and no slow answer is
 * left out because the next request waited for it.
 */
export async function openLoop(
  perSecond: number,
  send: (index: number) => void,
  signal: AbortSignal,
): Promise<Punctuality> {
  const startedAt = performance.now()
  let mostLateMs = 0
  for (let sent = 0; ; ) {
    const now = performance.now() - startedAt
    for (; sent < (now / 1000) * perSecond; sent++) {
      mostLateMs = Math.max(mostLateMs, now - (sent * 1000) / perSecond)
      send(sent)
    }
    await new Promise((resolve) => setTimeout(resolve, TICK_MS))
    if (signal.aborted) return { mostLateMs }
  }
}
