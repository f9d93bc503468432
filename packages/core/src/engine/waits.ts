import { SsrCacheError } from '../errors.ts'

/** Which renders and loads wait for which values now: one that would wait for itself would wait for ever. */
export class Waits {
  readonly #waiting = new Map<string, string[]>()

  /**
   * Notes that `from` waits for `to`, until the returned function is called.
   * @throws ERR_SSR_CACHE_VALUE where `to` waits for `from`, by however many steps.
   */
  begin(from: string, to: string, key: string): () => void {
    if (this.#leadsTo(to, from)) throw cycleError(key)
    const known = this.#waiting.get(from) ?? []
    this.#waiting.set(from, known)
    known.push(to)
    return () => {
      known.splice(known.indexOf(to), 1)
      if (known.length === 0) this.#waiting.delete(from)
    }
  }

  #leadsTo(from: string, to: string): boolean {
    const seen = new Set([from])
    for (const at of seen) {
      if (at === to) return true
      for (const next of this.#waiting.get(at) ?? []) seen.add(next)
    }
    return false
  }
}

function cycleError(key: string): SsrCacheError {
  return new SsrCacheError(
    'ERR_SSR_CACHE_VALUE',
    `the load of ${JSON.stringify(key)} must not wait for itself, and it does, by way of another value. Break the circle.`,
  )
}
