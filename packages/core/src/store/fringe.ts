/** What a fringe may take, and who is told of what has to go. */
export interface FringeOptions {
  readonly maxBytes: number
  readonly maxEntries: number
  readonly onEvict: (id: string) => void
}

/**
 * Keeps what strangers can make as much of as they like (404s and redirects of made-up paths, marks) to a share of its own, the least recently asked for
 * going first: it can push out pages up to that share, and no more.
 */
export class Fringe {
  readonly #o: FringeOptions
  /** In the order of use. */
  readonly #sizes = new Map<string, number>()
  #bytes = 0

  constructor(options: FringeOptions) {
    this.#o = options
  }

  /** One of them may always stay, however large. */
  add(id: string, bytes: number): void {
    this.remove(id)
    this.#sizes.set(id, bytes)
    this.#bytes += bytes
    const { maxBytes, maxEntries, onEvict } = this.#o
    for (const oldest of this.#sizes.keys()) {
      if (this.#sizes.size === 1 || (this.#bytes <= maxBytes && this.#sizes.size <= maxEntries)) return
      this.remove(oldest)
      onEvict(oldest)
    }
  }

  /** It was asked for. */
  touch(id: string): void {
    const bytes = this.#sizes.get(id)
    if (bytes === undefined) return
    this.#sizes.delete(id)
    this.#sizes.set(id, bytes)
  }

  remove(id: string): void {
    this.#bytes -= this.#sizes.get(id) ?? 0
    this.#sizes.delete(id)
  }
}
