/** An invalidation of a page. */
interface Change {
  readonly version: number
  /** When it was said, and when somebody answered that it had arrived, or had not; by `performance.now()`. */
  readonly saidAt: number
  answeredAt?: number
  isConfirmed?: boolean
}

/** Which versions of pages are over, and since when. */
export class Ledger {
  readonly #changes = new Map<string, Change[]>()

  /** An invalidation of these pages is under way; gives back what is to be told of its end. */
  said(paths: readonly string[], versionOf: (path: string) => number): (isConfirmed: boolean) => void {
    const saidAt = performance.now()
    const changes = paths.map((path) => {
      const change: Change = { version: versionOf(path), saidAt }
      this.#changes.set(path, [...this.#of(path), change])
      return change
    })
    return (isConfirmed) => {
      for (const change of changes) Object.assign(change, { answeredAt: performance.now(), isConfirmed })
    }
  }

  /** For how long this version had been over, beyond doubt, when somebody asked; 0 where it was not. */
  behindMs(path: string, version: number, askedAt: number): number {
    const over = this.#of(path).find((change) => change.version > version && change.isConfirmed === true)
    return Math.max(0, askedAt - (over?.answeredAt ?? askedAt))
  }

  /** Whether an invalidation may have arrived between the two. */
  mayHaveHit(path: string, from: number, to: number): boolean {
    return this.#of(path).some(({ saidAt, answeredAt }) => {
      return saidAt <= to && (answeredAt ?? Number.POSITIVE_INFINITY) >= from
    })
  }

  #of(path: string): readonly Change[] {
    return this.#changes.get(path) ?? []
  }
}
