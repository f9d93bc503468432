import { RenderBody } from '../node/render-body.ts'

/** Whom the body of a render in a thread tells how it is read. */
export interface ArrivingBodyOptions {
  /** So many bytes were read. */
  readonly taken: (bytes: number) => void
  /** Nobody wants the rest. */
  readonly left: () => void
}

/** The body of a render in a thread, for one reader. What has arrived is held until it is read; how much that can be, the thread minds. */
export class ArrivingBody {
  readonly body: RenderBody
  readonly #taken: (bytes: number) => void
  readonly #pieces: Uint8Array[] = []
  #isOffered = false
  #isWhole = false

  constructor({ taken, left }: ArrivingBodyOptions) {
    this.#taken = taken
    this.body = new RenderBody(left)
  }

  add(bytes: Uint8Array): void {
    this.#pieces.push(bytes)
    if (!this.#isOffered) this.#offer()
  }

  end(): void {
    this.#isWhole = true
    if (!this.#isOffered) this.body.end()
  }

  break(error: unknown): void {
    this.body.break(error)
  }

  #offer(): void {
    const piece = this.#pieces.shift()
    this.#isOffered = piece !== undefined
    if (piece === undefined) {
      if (this.#isWhole) this.body.end()
      return
    }
    this.body.write(piece, () => {
      this.#taken(piece.length)
      this.#offer()
    })
  }
}
