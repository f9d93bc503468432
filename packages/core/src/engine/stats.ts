import type { Answered } from './events.ts'

/** Counts of one reason, with the names to blame. */
export interface ReasonCount {
  readonly count: number
  /** How often each cookie, header or parameter was the reason, by name. */
  readonly culprits: Readonly<Record<string, number>>
}

/** Counts of one route since the cache was made. */
export interface RouteStats {
  readonly answers: Readonly<Partial<Record<Answered, number>>>
  /** Why answers were no hits, and refreshes no pages. */
  readonly reasons: Readonly<Record<string, ReasonCount>>
  readonly renders: number
}

// Names come from requests: a flood of made-up ones must not grow the table.
const MOST_CULPRITS = 50

class Reason {
  count = 0
  readonly culprits = new Map<string, number>()

  add(culprit: string | undefined): void {
    this.count++
    if (culprit === undefined) return
    const name = this.culprits.has(culprit) || this.culprits.size < MOST_CULPRITS ? culprit : '(others)'
    this.culprits.set(name, (this.culprits.get(name) ?? 0) + 1)
  }
}

class RouteCounts {
  /** Counted by name: to count in a map takes as long as to find the page. */
  #hits = 0
  readonly #others: Partial<Record<Answered, number>> = {}
  readonly reasons = new Map<string, Reason>()
  renders = 0

  get answers(): Readonly<Partial<Record<Answered, number>>> {
    return this.#hits === 0 ? { ...this.#others } : { hit: this.#hits, ...this.#others }
  }

  answer(answered: Answered): void {
    if (answered === 'hit') this.#hits++
    else this.#others[answered] = (this.#others[answered] ?? 0) + 1
  }

  reason(reason: string, culprit: string | undefined): void {
    const counted = this.reasons.get(reason) ?? new Reason()
    this.reasons.set(reason, counted)
    counted.add(culprit)
  }
}

/** Counts every answer by route and reason. Routes and reasons are ours and few; names from outside are bounded. */
export class Stats {
  readonly #routes = new Map<string, RouteCounts>()
  #last = new RouteCounts()
  #lastName: string | undefined

  answer(route: string, answered: Answered, reason: string | undefined, culprit: string | undefined): void {
    this.#route(route).answer(answered)
    if (reason !== undefined) this.reason(route, reason, culprit)
  }

  /** Of an answer, or of a refresh that gave the cache nothing, and no visitor an answer. */
  reason(route: string, reason: string, culprit: string | undefined): void {
    this.#route(route).reason(reason, culprit)
  }

  render(route: string): void {
    this.#route(route).renders++
  }

  /** Mostly the one before: names come from the options, so they are compared in no time. */
  #route(name: string): RouteCounts {
    if (name === this.#lastName) return this.#last
    this.#last = this.#routes.get(name) ?? new RouteCounts()
    this.#lastName = name
    this.#routes.set(name, this.#last)
    return this.#last
  }

  snapshot(): Readonly<Record<string, RouteStats>> {
    const routes = [...this.#routes].map(([name, counts]) => {
      const reasons = [...counts.reasons].map(([reason, { count, culprits }]) => {
        return [reason, { count, culprits: Object.fromEntries(culprits) }] as const
      })
      const { renders } = counts
      return [name, { answers: counts.answers, reasons: Object.fromEntries(reasons), renders }] as const
    })
    return Object.fromEntries(routes)
  }
}
