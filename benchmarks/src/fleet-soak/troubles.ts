/** Which nodes are in trouble, or have been until a moment ago. */
export class Troubles {
  readonly #tally: { troubles: number }
  readonly #open = new Map<number, number>()
  readonly #lastAt = new Map<number, number>()
  readonly #settleMs: number

  /** After the end of a trouble it takes so long until a node counts as calm. */
  constructor(tally: { troubles: number }, settleMs: number) {
    this.#tally = tally
    this.#settleMs = settleMs
  }

  /** Counts a trouble of these nodes, for as long as it takes. */
  async during(places: readonly number[], run: () => Promise<void>): Promise<void> {
    this.#tally.troubles++
    for (const place of places) this.#open.set(place, (this.#open.get(place) ?? 0) + 1)
    try {
      await run()
    } finally {
      for (const place of places) {
        this.#open.set(place, (this.#open.get(place) ?? 1) - 1)
        this.#lastAt.set(place, performance.now())
      }
    }
  }

  /** Nothing has been wrong with this node since then, nor shortly before. */
  isCalm(place: number, since: number): boolean {
    if ((this.#open.get(place) ?? 0) > 0) return false
    return (this.#lastAt.get(place) ?? Number.NEGATIVE_INFINITY) + this.#settleMs < since
  }
}
