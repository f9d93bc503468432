const LINE_FEED = 10

/** A log's longest line, in bytes: a server that takes 8 KB for each field writes no more, even with every byte escaped. */
export const LONGEST_LINE = 128 * 1024

/**
 * Cuts bytes into lines, each byte one character (latin1): what is no UTF-8 survives. A line that is too long gives `undefined`, and takes no memory
 * beyond the limit while it comes.
 */
export class LineSplitter {
  #begun: Buffer[] = []
  /** Of the line that has begun, with what was not kept of it. */
  #length = 0;

  *push(chunk: Buffer): Generator<string | undefined> {
    let from = 0
    for (let to = chunk.indexOf(LINE_FEED); to >= 0; to = chunk.indexOf(LINE_FEED, from)) {
      this.#hold(chunk.subarray(from, to))
      yield this.#take()
      from = to + 1
    }
    this.#hold(chunk.subarray(from))
  }

  /** The last line, where the log does not end with a line feed. */
  *end(): Generator<string | undefined> {
    if (this.#length > 0) yield this.#take()
  }

  #hold(piece: Buffer): void {
    if (piece.length === 0) return
    this.#length += piece.length
    if (this.#length <= LONGEST_LINE) this.#begun.push(piece)
  }

  #take(): string | undefined {
    const [first] = this.#begun
    const whole = first === undefined || this.#begun.length === 1 ? first : Buffer.concat(this.#begun)
    const line = this.#length > LONGEST_LINE ? undefined : (whole?.toString('latin1') ?? '').replace(/\r$/, '')
    this.#begun = []
    this.#length = 0
    return line
  }
}
