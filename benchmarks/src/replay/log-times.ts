import type { Visit } from './visit.ts'

/** Notes how much of the log's own time has gone by. */
export class LogTimes {
  #from: number | undefined
  #to = 0

  /** From the earliest visit to the latest, in milliseconds; 0 before the first. */
  get spanMs(): number {
    return this.#from === undefined ? 0 : this.#to - this.#from
  }

  /** The same visits. */
  async *of(visits: AsyncIterable<Visit>): AsyncGenerator<Visit> {
    for await (const visit of visits) {
      this.#from = Math.min(this.#from ?? visit.at, visit.at)
      this.#to = Math.max(this.#to, visit.at)
      yield visit
    }
  }
}
