import type { Through, WarmAnswer } from '../../warm/warm-up.ts'
import { exchange } from '../exchange.ts'
import { failureOf, type Unreachable, unreachable } from '../unreachable.ts'

/** How pages are asked for. */
export interface Manner {
  /** Pages that are asked for. */
  readonly total: number
  readonly concurrency: number
  readonly timeoutMs: number
}

// A restart takes longer than this many refusals; a single page that breaks its connection is not the end of an app.
const FAILURES_IN_A_ROW = 10

/** A warm-up's visits to a running app: each a request of its own, no redirect followed. They stop where nobody is there, or is there any more. */
export class Visits {
  readonly #manner: Manner
  readonly #stop = new AbortController()
  /** Where nobody has ever answered, what is under way is not waited for. */
  readonly #abandon = new AbortController()
  #isAnswered = false
  #failuresInARow = 0
  #lost: Unreachable | undefined

  constructor(manner: Manner) {
    this.#manner = manner
  }

  /** Whether anybody has answered. */
  get isAnswered(): boolean {
    return this.#isAnswered
  }

  /** Why the visits were stopped, in one line; `undefined` while they go on. */
  get lost(): Unreachable | undefined {
    return this.#lost
  }

  /** Aborted when they stop. */
  get stopped(): AbortSignal {
    return this.#stop.signal
  }

  /** The signal of its request is not heeded: what is under way ends. */
  readonly through: Through = async ({ url, headers }) => {
    const { timeoutMs } = this.#manner
    const at = new URL(url)
    const signal = this.#abandon.signal
    const sent = { url: at, headers: Object.fromEntries(headers), timeoutMs, signal, as: 'ssr-cache-warm' } as const
    const { status, fields, isCutOff } = await exchange(sent).catch((error: unknown) => this.#failed(at, error))
    this.#isAnswered = true
    this.#failuresInARow = 0
    // Somebody is there, who does not get to the end of this page.
    if (isCutOff === true) throw new Error('its body broke off, or did not end in time')
    return { status, fields } satisfies WarmAnswer
  }

  #failed(url: URL, error: unknown): never {
    this.#failuresInARow++
    if (this.#failuresInARow >= this.#patience()) {
      this.#lost ??= unreachable(url, error)
      this.#stop.abort()
      if (!this.#isAnswered) this.#abandon.abort()
    }
    throw new Error(failureOf(error).came, { cause: error })
  }

  /** Failures in a row that are borne: of the first, none more than are sent together. */
  #patience(): number {
    const { concurrency, total } = this.#manner
    return this.#isAnswered ? Math.max(FAILURES_IN_A_ROW, concurrency) : Math.min(concurrency, total)
  }
}
