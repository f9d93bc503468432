import type { Clock } from '../clock.ts'
import { takesWork } from './hand-over.ts'

/** Owns work that nobody waits for: every piece is tracked until it ends, and `drain` waits for all of it. */
export class Background {
  readonly #work = new Set<Promise<unknown>>()
  readonly #onError: (error: unknown) => void

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError
  }

  get size(): number {
    return this.#work.size
  }

  track(work: Promise<unknown>): void {
    const tracked = work.catch(this.#onError).finally(() => this.#work.delete(tracked))
    this.#work.add(tracked)
    takesWork()?.(tracked)
  }

  /** Resolves when nothing is left, or after `limitMs`; says whether all of it ended. */
  async drain(limitMs: number, clock: Clock): Promise<boolean> {
    let timer: object | undefined
    const late = new Promise<false>((resolve) => {
      timer = clock.schedule(limitMs, () => resolve(false))
    })
    const ended = await Promise.race([this.#empty(), late])
    if (timer !== undefined) clock.cancel(timer)
    return ended
  }

  async #empty(): Promise<true> {
    while (this.#work.size > 0) await Promise.all(this.#work)
    return true
  }
}
