import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'
import { type Served, WAYS, type Way } from './served-from.ts'

export interface Answer {
  readonly status: number
  readonly served: Served
  /** Of the body, as it was sent. */
  readonly bytes: number
  /** From the request until the last byte of the answer. */
  readonly ms: number
}

export interface WayFigures {
  readonly count: number
  readonly p50Ms: number | null
  readonly p99Ms: number | null
}

/** Counts answers as they come. Times go into histograms of a fixed size, to three digits. */
export class Tally {
  requests = 0
  bytes = 0
  readonly statuses = new Map<number, number>()
  /** Requests that got no answer, by code. */
  readonly failures = new Map<string, number>()
  readonly #times = new Map<Way, RecordableHistogram>(WAYS.map((way) => [way, createHistogram({ figures: 3 })]))
  readonly #reasons = new Map<Way, Map<string, number>>(WAYS.map((way) => [way, new Map()]))

  answer({ status, served: { way, reason }, bytes, ms }: Answer): void {
    this.requests++
    this.bytes += bytes
    add(this.statuses, status)
    // Microseconds: a histogram holds whole numbers from 1.
    this.#histogram(way).record(Math.max(1, Math.round(ms * 1000)))
    if (reason !== undefined) add(this.reasons(way), reason)
  }

  failure(code: string): void {
    this.requests++
    add(this.failures, code)
  }

  count(way: Way): number {
    return this.#histogram(way).count
  }

  /** Requests that got an answer. */
  get answered(): number {
    return WAYS.reduce((sum, way) => sum + this.count(way), 0)
  }

  /** Answers from what is kept, fresh or stale. */
  get hits(): number {
    return this.count('hit') + this.count('stale')
  }

  figures(way: Way): WayFigures {
    const histogram = this.#histogram(way)
    const at = (percentile: number) => (histogram.count === 0 ? null : histogram.percentile(percentile) / 1000)
    return { count: histogram.count, p50Ms: at(50), p99Ms: at(99) }
  }

  reasons(way: Way): Map<string, number> {
    return this.#reasons.get(way) as Map<string, number> // made for every way
  }

  #histogram(way: Way): RecordableHistogram {
    return this.#times.get(way) as RecordableHistogram // made for every way
  }
}

function add<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
