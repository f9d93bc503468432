// A generation of texts is over at this many characters: two are remembered.
const GENERATION = 256 * 1024

/** Tells what was not seen lately: what comes only once need not be remembered with all that follows from it. */
export class FirstSights {
  #young = new Set<string>()
  #old: ReadonlySet<string> = new Set()
  #characters = 0

  /** Whether `text` was not asked about lately. */
  isFirst(text: string): boolean {
    if (this.#young.has(text) || this.#old.has(text)) return false
    if (this.#characters >= GENERATION) {
      this.#old = this.#young
      this.#young = new Set()
      this.#characters = 0
    }
    this.#young.add(text)
    this.#characters += text.length
    return true
  }
}
