import type { Film, Offer } from '../contract/film.ts'

const DAY_MS = 86_400_000
const WELL_KNOWN_VOTES = 100_000
const WELL_LOVED_RATING = 8

/** Each day (UTC) another well-loved film costs less, until midnight: the pages that show it end by themselves, without anybody's edit. */
export class FilmOfTheDay {
  readonly #candidates: readonly number[]

  constructor(films: readonly Film[]) {
    this.#candidates = films
      .filter((film) => (film.imdbVotes ?? 0) >= WELL_KNOWN_VOTES && (film.imdbRating ?? 0) >= WELL_LOVED_RATING)
      .map((film) => film.id)
  }

  id(now: number): number {
    return this.#candidates[Math.floor(now / DAY_MS) % this.#candidates.length]!
  }

  /** The day's offer where `film` is the day's film, or `null`. */
  offer(film: Film, now: number): Offer | null {
    if (film.id !== this.id(now)) return null
    return { priceCents: Math.round(film.priceCents / 2), endsAt: (Math.floor(now / DAY_MS) + 1) * DAY_MS }
  }
}
