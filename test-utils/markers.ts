/** Texts that stand nowhere else, one for each thing that a visitor brings, so that a trace of it names its way. */
export class Markers {
  readonly #ways: string[] = []

  /** A marker for `way`. It survives letter case, percent-encoding, JSON and HTML. */
  mark(way: string): string {
    this.#ways.push(way)
    return `leak${this.#ways.length}x`
  }

  /** The ways whose markers stand in `text`, in order, once each. */
  found(text: string): readonly string[] {
    const numbers = [...text.matchAll(/leak(\d+)x/gi)].map(([, number]) => Number(number))
    return [...new Set(numbers)].sort((a, b) => a - b).map((number) => this.#ways[number - 1] ?? `leak${number}x`)
  }

  /** All of them. */
  get ways(): readonly string[] {
    return this.#ways
  }
}
