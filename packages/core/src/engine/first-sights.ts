// Texts of a generation: two are remembered, some hundreds of kilobytes.
const GENERATION = 2_000

/** Tells what was not seen lately: what comes only once need not be remembered with all that follows from it. */
export class FirstSights {
  #young = new Set<string>()
  #old: ReadonlySet<string> = new Set()

  /** Whether `text` was not asked about lately. */
  isFirst(text: string): boolean {
    if (this.#young.has(text) || this.#old.has(text)) return false
    if (this.#young.size >= GENERATION) {
      this.#old = this.#young
      this.#young = new Set()
    }
    this.#young.add(text)
    return true
  }
}
