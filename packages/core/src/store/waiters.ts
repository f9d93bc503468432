/** Who waits to be woken, by key. */
export class Waiters {
  readonly #waiting = new Map<string, Set<() => void>>()

  /** Keys that somebody waits for. */
  get size(): number {
    return this.#waiting.size
  }

  /** Resolves when the key is woken or the signal aborted, and leaves nothing behind. */
  wait(id: string, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(id) ?? new Set()
      this.#waiting.set(id, waiting)
      const end = (): void => {
        signal.removeEventListener('abort', end)
        waiting.delete(end)
        // Only our own: since it was woken, others may wait.
        if (waiting.size === 0 && this.#waiting.get(id) === waiting) this.#waiting.delete(id)
        resolve()
      }
      waiting.add(end)
      signal.addEventListener('abort', end)
    })
  }

  wake(id: string): void {
    for (const end of this.#waiting.get(id) ?? []) end()
  }
}
